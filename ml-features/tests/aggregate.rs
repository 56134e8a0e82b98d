//! Point-in-time features against a brute-force twin, and the proof that the future does not leak.
#![allow(clippy::unwrap_used, clippy::panic)]

use ml_data::testkit::{CountingAllocator, allocations};
use ml_features::aggregate::{AsOf, AsOfFeatures, DAY, EventLog, Feature, LoggedEvent, Of, days};
use proptest::prelude::*;

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

const ALL: [Of; 3] = [Of::User, Of::Item, Of::Pair];

fn every_feature() -> AsOf {
    ALL.into_iter().fold(AsOf::new(), |a, of| {
        a.rfm(of)
            .with(Feature::Age(of))
            .window(of, 5)
            .window(of, days(2.0))
            .velocity(of, 7)
            .velocity(of, days(1.0))
            .trend(of, 5, 20)
    })
}

/// The definition of each feature, one event after the other.
fn brute(feature: Feature, events: &[LoggedEvent], user: u32, item: u32, at: i64) -> f64 {
    let mine = |e: &&LoggedEvent| match feature.of() {
        Of::User => e.user == user,
        Of::Item => e.item == item,
        Of::Pair => e.user == user && e.item == item,
    };
    let past: Vec<&LoggedEvent> = events.iter().filter(mine).filter(|e| e.time < at).collect();
    let within = |w: i64| past.iter().filter(move |e| e.time >= at - w);
    let since = |t: Option<i64>| t.map_or(f64::NAN, |t| (at - t) as f64 / DAY as f64);
    match feature {
        Feature::Recency(_) => since(past.iter().map(|e| e.time).max()),
        Feature::Age(_) => since(past.iter().map(|e| e.time).min()),
        Feature::Frequency(_) => past.len() as f64,
        Feature::Monetary(_) => past.iter().map(|e| e.value).sum(),
        Feature::WindowCount(_, w) => within(w).count() as f64,
        Feature::WindowSum(_, w) => within(w).map(|e| e.value).sum(),
        Feature::Velocity(_, h) => past
            .iter()
            .map(|e| 0.5_f64.powf((at - e.time) as f64 / h as f64))
            .sum(),
        Feature::Trend(_, s, l) => match within(l).count() {
            0 => f64::NAN,
            n => (within(s).count() as f64 / s as f64) / (n as f64 / l as f64),
        },
        other => panic!("no definition of {other}"),
    }
}

fn event() -> impl Strategy<Value = LoggedEvent> {
    (0..4_u32, 0..4_u32, -30..30_i64, 0..40_u32).prop_map(|(user, item, time, v)| LoggedEvent {
        user,
        item,
        time,
        value: f64::from(v) / 8.0 - 1.0,
        kind: 0,
    })
}

fn row(f: &AsOfFeatures, user: u32, item: u32, at: i64) -> Vec<f64> {
    let mut out = Vec::new();
    f.features_into(user, item, at, &mut out);
    out
}

fn bits(x: &[f64]) -> Vec<u64> {
    x.iter().map(|v| v.to_bits()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn features_are_what_they_say(
        events in prop::collection::vec(event(), 0..40),
        user in 0..6_u32, item in 0..6_u32, at in -40..40_i64,
    ) {
        let f = every_feature().build(&EventLog::new(events.clone()).unwrap()).unwrap();
        for (feature, found) in f.features().iter().zip(row(&f, user, item, at)) {
            let expected = brute(*feature, &events, user, item, at);
            let same = (found.is_nan() && expected.is_nan()) || (found - expected).abs() <= 1e-12 * (1.0 + expected.abs());
            prop_assert!(same, "{}: found {}, expected {}", feature, found, expected);
        }
    }

    #[test]
    fn the_future_changes_no_bit(
        events in prop::collection::vec(event(), 0..30),
        future in prop::collection::vec((event(), 0..20_i64), 1..10),
        user in 0..4_u32, item in 0..4_u32, at in -30..30_i64,
    ) {
        let now = every_feature().build(&EventLog::new(events.clone()).unwrap()).unwrap();
        let mut more = events;
        // From the very moment itself on.
        more.extend(future.into_iter().map(|(e, later)| LoggedEvent { time: at + later, ..e }));
        let later = every_feature().build(&EventLog::new(more).unwrap()).unwrap();
        prop_assert_eq!(bits(&row(&now, user, item, at)), bits(&row(&later, user, item, at)));
    }

    #[test]
    fn the_order_of_events_changes_no_bit(
        events in prop::collection::vec(event(), 1..30), turn in 0..30_usize, at in -30..30_i64,
    ) {
        let mut other = events.clone();
        other.reverse();
        other.rotate_left(turn % events.len());
        let build = |e| every_feature().build(&EventLog::new(e).unwrap()).unwrap();
        prop_assert_eq!(bits(&row(&build(events), 1, 2, at)), bits(&row(&build(other), 1, 2, at)));
    }
}

fn long_log() -> EventLog {
    let event = |i: u64| {
        let h = ml_data::random::hash(3, i);
        let time = (h >> 20) as i64 % days(365.0);
        LoggedEvent {
            user: (h % 997) as u32,
            item: (h >> 10) as u32 % 211,
            time,
            value: (h % 100) as f64 / 7.0,
            kind: 0,
        }
    };
    EventLog::new((0..20_000).map(event).collect()).unwrap()
}

#[test]
fn batch_rows_and_any_thread_count_agree_bit_for_bit() {
    let f = every_feature().build(&long_log()).unwrap();
    let n = 10_000;
    let users: Vec<u32> = (0..n).map(|i| i % 1_000).collect();
    let items: Vec<u32> = (0..n).map(|i| (i * 7) % 220).collect();
    let at: Vec<i64> = (0..n).map(|i| days(f64::from(i % 370))).collect();
    let run = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap();
        pool.install(|| f.batch(&users, &items, &at).unwrap())
    };
    let (one, four) = (run(1), run(4));
    assert_eq!(bits(one.values()), bits(four.values()));
    let mut out = Vec::new();
    let mut pass = || {
        for i in 0..n as usize {
            out.clear();
            f.features_into(users[i], items[i], at[i], &mut out);
            let w = out.len();
            let same = out
                .iter()
                .zip(&one.values()[i * w..])
                .all(|(a, b)| a.to_bits() == b.to_bits());
            assert!(same, "row {i}");
        }
    };
    pass();
    assert_eq!(
        allocations(&mut pass).0,
        Some(0),
        "a warm row allocates nothing"
    );
    let columns = f.columns(&users, &items, &at).unwrap();
    assert_eq!(columns.len(), f.names().len());
    assert_eq!(
        columns[1].1.as_num().unwrap()[5].to_bits(),
        one.values()[5 * columns.len() + 1].to_bits()
    );
}

#[test]
fn an_index_survives_serialisation() {
    let f = every_feature().build(&long_log()).unwrap();
    let back: AsOfFeatures = serde_json::from_str(&serde_json::to_string(&f).unwrap()).unwrap();
    assert_eq!(f, back);
}

#[test]
fn moments_at_the_ends_of_time_and_an_empty_log_are_answered() {
    let events = vec![
        LoggedEvent {
            user: 0,
            item: 0,
            time: i64::MIN + 1,
            value: 1.0,
            kind: 0,
        },
        LoggedEvent {
            user: 0,
            item: 0,
            time: i64::MAX - 1,
            value: 1.0,
            kind: 0,
        },
    ];
    let f = every_feature()
        .build(&EventLog::new(events).unwrap())
        .unwrap();
    assert_eq!(row(&f, 0, 0, i64::MIN)[1], 0.0);
    let last = row(&f, 0, 0, i64::MAX);
    assert_eq!(last[1], 2.0);
    assert!(last.iter().all(|v| v.is_finite()), "{last:?}");
    let empty = every_feature().build(&EventLog::default()).unwrap();
    let last = row(&empty, 5, 5, 0);
    assert!(
        last[0].is_nan() && last[1] == 0.0 && last[2] == 0.0,
        "{last:?}"
    );
}

#[test]
fn bad_input_is_named() {
    let e = |time, value| LoggedEvent {
        user: 1,
        item: 1,
        time,
        value,
        kind: 0,
    };
    let message = |events| EventLog::new(events).unwrap_err().to_string();
    assert_eq!(
        message(vec![e(1, 1.0), e(2, f64::NAN)]),
        "column `value`, row 1: expected a finite number, found NaN"
    );
    assert_eq!(
        message(vec![e(i64::MIN, 1.0)]),
        "column `time`, row 0: expected an instant, found a missing value"
    );
    assert!(
        message(vec![LoggedEvent {
            user: u32::MAX,
            ..e(1, 1.0)
        }])
        .starts_with("column `user`, row 0")
    );
    let log = EventLog::new(vec![e(1, 1.0)]).unwrap();
    let build = |a: AsOf| a.build(&log).unwrap_err().to_string();
    assert_eq!(build(AsOf::new()), "list of features of AsOf is empty");
    assert_eq!(
        build(AsOf::new().history().history()),
        "duplicate feature of AsOf `pair:frequency`, at 0 and 2"
    );
    assert_eq!(
        build(AsOf::new().velocity(Of::Item, 0)),
        "AsOf: parameter `half_life` = 0: must be above 0 microseconds"
    );
    assert_eq!(
        build(AsOf::new().trend(Of::Item, 5, 5)),
        "AsOf: parameter `long` = 5: must be longer than `short`"
    );
    let hashed = EventLog::new(vec![LoggedEvent {
        user: 4_000_000_000,
        ..e(1, 1.0)
    }])
    .unwrap();
    let message = AsOf::new()
        .history()
        .build(&hashed)
        .unwrap_err()
        .to_string();
    assert_eq!(
        message,
        "column `user`, row 0: expected a dictionary code below 16777216, found 4000000000"
    );
    let f = AsOf::new().history().build(&log).unwrap();
    assert_eq!(
        f.batch(&[1], &[1, 2], &[3]).unwrap_err().to_string(),
        "items: expected 1 entries, found 2"
    );
}

#[test]
fn a_log_is_read_from_a_table_and_cut_by_kind_and_time() {
    use ml_data::prelude::*;
    let table = Table::new([
        ("who", Column::cat(["b", "a", "b"].map(Some))),
        ("what", Column::cat(["x", "x", "y"].map(Some))),
        ("when", Column::time([Some(30), Some(20), Some(10)])),
        ("paid", Column::num([3.0, 2.0, 1.0])),
    ])
    .unwrap();
    let log = EventLog::from_table(&table, "who", "what", "when", Some("paid")).unwrap();
    assert_eq!(
        log.events()
            .iter()
            .map(|e| (e.user, e.value))
            .collect::<Vec<_>>(),
        [(0, 1.0), (1, 2.0), (0, 3.0)]
    );
    assert_eq!(log.before(30).len(), 2);
    assert!(log.of_kind(1).is_empty());
    let e = EventLog::from_table(&table, "who", "what", "paid", None)
        .unwrap_err()
        .to_string();
    assert_eq!(
        e,
        "EventLog: column `paid` is numeric, expected time; `Table::cast` converts it"
    );
}

#[test]
fn names_say_whose_feature_of_how_many_days() {
    let all = AsOf::new()
        .rfm(Of::User)
        .window(Of::Item, days(7.0))
        .velocity(Of::Pair, days(0.5))
        .trend(Of::User, days(1.5), days(30.0))
        .with(Feature::Age(Of::Item))
        .history();
    let f = all.build(&EventLog::default()).unwrap();
    let names: Vec<&str> = f.names().iter().collect();
    let expected = [
        "user:recency",
        "user:frequency",
        "user:monetary",
        "item:count_7d",
        "item:sum_7d",
        "pair:velocity_0.5d",
        "user:trend_1.5d_30d",
        "item:age",
        "pair:frequency",
        "pair:recency",
    ];
    assert_eq!(names, expected);
    let of: Vec<Of> = f.features().iter().map(|f| f.of()).collect();
    let (user, item, pair) = (Of::User, Of::Item, Of::Pair);
    assert_eq!(
        of,
        [user, user, user, item, item, pair, user, item, pair, pair]
    );
    assert_eq!((days(1.0), days(0.5)), (86_400_000_000, 43_200_000_000));
    assert_eq!(days(1e-11), 1, "rounded to the nearest microsecond");
}

#[test]
fn lengths_of_time_must_be_above_zero_and_trends_grow() {
    let log = EventLog::default();
    let of = |f: Feature| AsOf::new().with(f).build(&log);
    let refused = |f: Feature, name: &str, value: i64| {
        let e = of(f).unwrap_err().to_string();
        assert!(e.contains(&format!("`{name}` = {value}")), "{e}");
    };
    for bad in [0, -1] {
        refused(Feature::WindowCount(Of::User, bad), "window", bad);
        refused(Feature::WindowSum(Of::User, bad), "window", bad);
        refused(Feature::Velocity(Of::User, bad), "half_life", bad);
        refused(Feature::Trend(Of::User, bad, 5), "short", bad);
    }
    refused(Feature::Trend(Of::User, 5, 4), "long", 4);
    refused(Feature::Trend(Of::User, 5, 5), "long", 5);
    for good in [
        Feature::WindowCount(Of::User, 1),
        Feature::WindowSum(Of::User, 1),
        Feature::Velocity(Of::User, 1),
        Feature::Trend(Of::User, 1, 2),
    ] {
        assert!(of(good).is_ok(), "{good}");
    }
}

#[test]
fn codes_may_be_large_but_not_beyond_all_dictionaries() {
    let event = |item: u32| LoggedEvent {
        user: 0,
        item,
        time: 1,
        value: 1.0,
        kind: 0,
    };
    let of = |events: Vec<LoggedEvent>| {
        let users = AsOf::new().rfm(Of::User);
        users.build(&EventLog::new(events).unwrap())
    };
    assert!(of(vec![event((1 << 24) - 1)]).is_ok());
    let e = of(vec![event(3), event(1 << 24)]).unwrap_err().to_string();
    assert_eq!(
        e,
        "column `item`, row 1: expected a dictionary code below 16777216, found 16777216"
    );
}

#[test]
fn ages_across_all_of_time_do_not_overflow() {
    let event = |time: i64| LoggedEvent {
        user: 0,
        item: 0,
        time,
        value: 1.0,
        kind: 0,
    };
    let events = vec![event(i64::MIN + 1), event(i64::MAX - DAY)];
    let all = AsOf::new()
        .with(Feature::Age(Of::User))
        .with(Feature::Recency(Of::Item));
    let f = all.build(&EventLog::new(events).unwrap()).unwrap();
    let found = row(&f, 0, 0, i64::MAX);
    let ever = 2f64.powi(64) / DAY as f64;
    assert!((found[0] / ever - 1.0).abs() < 1e-15, "{found:?}");
    assert_eq!(found[1], 1.0);
}

/// Rows are appended to what is there, and rows of a batch are the rows one by one.
#[test]
fn rows_are_appended() {
    let f = every_feature().build(&long_log()).unwrap();
    let mut out = vec![7.0, 8.0];
    f.features_into(1, 2, days(100.0), &mut out);
    assert_eq!(out[..2], [7.0, 8.0]);
    assert_eq!(bits(&out[2..]), bits(&row(&f, 1, 2, days(100.0))));
    let e = f.batch(&[1], &[1], &[3, 4]).unwrap_err().to_string();
    assert_eq!(e, "moments: expected 1 entries, found 2");
    let columns = f.columns(&[0, 1], &[3, 2], &[5, days(100.0)]).unwrap();
    for (i, (name, column)) in columns.iter().enumerate() {
        assert_eq!(name, f.names().get(i));
        let found = column.as_num().unwrap()[1];
        assert_eq!(found.to_bits(), out[2 + i].to_bits(), "{name}");
    }
}
