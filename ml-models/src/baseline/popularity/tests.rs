use super::*;

fn event(item: u32, value: f32, hours: i64, segment: Option<u32>) -> ItemEvent {
    ItemEvent {
        item,
        value,
        at: hours * 3_600_000_000,
        segment,
    }
}

#[test]
fn half_life_halves() {
    let events = [
        event(0, 1.0, 0, None),
        event(0, 1.0, 24, None),
        event(1, 1.0, 48, None),
        event(2, 8.0, 47, None),
    ];
    let p = Popularity::new()
        .half_life(Duration::from_secs(24 * 3600))
        .fit_events(4, &events)
        .unwrap();
    assert_eq!(
        [p.score(0), p.score(1), p.score(3), p.score(9)],
        [0.75, 1.0, 0.0, 0.0]
    );
    assert_eq!(
        p.top().iter().map(|s| s.item).collect::<Vec<_>>(),
        [1, 2, 0]
    );
    let p = Popularity::new()
        .count(Count::Values)
        .fit_events(4, &events)
        .unwrap();
    assert_eq!((p.score(2), p.top()[0].item), (8.0, 2));
}

#[test]
fn segments_rank_their_own_first_and_fall_back_on_the_whole() {
    let events = [
        event(0, 1.0, 0, Some(0)),
        event(1, 1.0, 0, Some(1)),
        event(2, 1.0, 0, Some(1)),
        event(2, 1.0, 0, None),
    ];
    let p = Popularity::new().fit_events(4, &events).unwrap();
    let items = |s| p.top_of(s).iter().map(|s| s.item).collect::<Vec<_>>();
    assert_eq!(
        (items(0), items(1), items(7)),
        (vec![0, 2, 1], vec![2, 1, 0], vec![2, 0, 1])
    );
    assert_eq!(p.top_of(0)[0].score, 1.25);
    let only = Popularity::new().prior(0.0).fit_events(4, &events).unwrap();
    assert_eq!(only.top_of(0).len(), 1);
}

#[test]
fn refuses_bad_data() {
    let p = Popularity::new();
    assert!(
        p.fit_events(1, &[])
            .unwrap_err()
            .to_string()
            .contains("empty")
    );
    assert!(
        p.fit_events(1, &[event(1, 1.0, 0, None)])
            .unwrap_err()
            .to_string()
            .contains("item")
    );
    assert!(
        p.fit_events(1, &[event(0, f32::NAN, 0, None)])
            .unwrap_err()
            .to_string()
            .contains("NaN")
    );
    assert!(
        p.fit_events(1, &[event(0, 1.0, 0, Some(u32::MAX))])
            .is_err()
    );
    let data = Interactions::from_pairs(2, 2, [(0, 1)]).unwrap();
    assert!(
        p.fit_segments(&data, &[0])
            .unwrap_err()
            .to_string()
            .contains("expected 2")
    );
    let e = p
        .clone()
        .half_life(Duration::from_secs(1))
        .fit(&data)
        .unwrap_err();
    assert!(e.to_string().contains("fit_events"));
    assert!(
        p.clone().half_life(Duration::ZERO).check().is_err() && p.prior(f64::NAN).check().is_err()
    );
    assert!(
        Popularity::new()
            .fit(&Interactions::from_pairs(2, 2, []).unwrap())
            .is_err()
    );
}

#[test]
fn takes_what_lies_at_the_limits() {
    let new = Popularity::new;
    assert_eq!(new().name(), "Popularity");
    new().half_life(Duration::from_micros(1)).check().unwrap();
    assert!(new().half_life(Duration::from_nanos(999)).check().is_err());
    new().prior(0.0).check().unwrap();
    for prior in [-0.5, f64::INFINITY] {
        let error = new().prior(prior).check().unwrap_err().to_string();
        assert!(error.contains("prior"), "{error}");
    }
    let first = event(0, 0.0, 0, None);
    for (bad, word) in [(-1.0, "-1"), (f32::INFINITY, "inf")] {
        let events = [first, event(0, bad, 0, None)];
        let error = new().fit_events(1, &events).unwrap_err().to_string();
        assert!(error.contains(word) && error.contains("row 1"), "{error}");
    }
    let segment = |s| new().fit_events(1, &[first, event(0, 1.0, 0, Some(s))]);
    assert_eq!(segment(9_999).unwrap().top_of(9_999)[0].score, 2.0);
    let error = segment(10_000).unwrap_err().to_string();
    assert!(error.contains("below 10000, found 10000"), "{error}");
    // Nothing but zeros is nothing.
    let values = new().count(Count::Values).fit_events(1, &[first]);
    assert!(values.is_err());
}

#[test]
fn values_are_counted_by_segments_too() {
    let data = Interactions::from_triples(3, 2, [(0, 0, 4.0), (1, 1, 3.0), (2, 1, 2.0)]);
    let data = data.unwrap();
    let values = Popularity::new().count(Count::Values).prior(0.0);
    let p = values.fit_segments(&data, &[1, 0, 1]).unwrap();
    assert_eq!([p.score(0), p.score(1)], [4.0, 5.0]);
    let scores = |s| {
        p.top_of(s)
            .iter()
            .map(|s| (s.item, s.score))
            .collect::<Vec<_>>()
    };
    assert_eq!(
        (scores(0), scores(1)),
        (vec![(1, 3.0)], vec![(0, 4.0), (1, 2.0)])
    );
    let once = Popularity::new().prior(0.0).fit_segments(&data, &[1, 0, 1]);
    assert_eq!(
        once.unwrap().top_of(1).iter().map(|s| s.score).sum::<f32>(),
        2.0
    );
}
