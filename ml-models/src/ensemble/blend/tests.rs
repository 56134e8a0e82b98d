use super::*;
use ml_data::contract::{ByUser, ItemSet, RankFn};

/// Answers with a fixed list, but user 9 with nothing and user 8 with an error.
fn fixed(list: Vec<(u32, f32)>) -> impl Ranker<Query = ByUser> {
    RankFn::<ByUser, _>::new(
        move |user: u32, among: Candidates<'_>, k: usize, out: &mut Vec<Scored>| {
            if user == 8 {
                return Err(Error::other("broken"));
            }
            if user != 9 {
                let scored = |&(item, score): &(u32, f32)| Scored { item, score };
                among.for_each(100, |i| {
                    out.extend(list.iter().filter(|x| x.0 == i).map(scored))
                });
                top_k(out, k);
            }
            Ok(())
        },
    )
}

fn blend() -> Blend<ByUser> {
    let (a, b) = (
        fixed(vec![(1, 9.0), (2, 8.0), (3, 1.0)]),
        fixed(vec![(3, 0.9), (4, 0.5), (1, 0.1)]),
    );
    Blend::new()
        .with("a", Arc::new(a), 1.0)
        .with("b", Arc::new(b), 1.0)
}

fn rank(b: &Blend<ByUser>, among: Candidates<'_>, k: usize) -> Vec<(u32, f32)> {
    let (mut s, mut out) = (BlendScratch::default(), vec![]);
    b.rank_into(0, among, k, &mut s, &mut out).unwrap();
    out.iter().map(|s| (s.item, s.score)).collect()
}

#[test]
fn reciprocal_ranks_add_up() {
    // item 1: ranks 1 and 3, item 3: ranks 3 and 1, equal sums, lower id first
    let want = [
        (1, 1.0 / 61.0 + 1.0 / 63.0),
        (3, 1.0 / 61.0 + 1.0 / 63.0),
        (2, 1.0 / 62.0),
        (4, 1.0 / 62.0),
    ];
    assert_eq!(
        rank(&blend(), Candidates::All, 9),
        want.map(|(i, s): (u32, f64)| (i, s as f32))
    );
    let only_b = blend().weights(&[0.0, 2.0]).unwrap();
    assert_eq!(
        rank(&only_b, Candidates::All, 1),
        [(3, (2.0 / 61.0f64) as f32)]
    );
}

#[test]
fn scores_are_normalised_before_they_add_up() {
    let b = blend().fusion(Fusion::MinMax).weights(&[1.0, 0.5]).unwrap();
    assert_eq!(
        rank(&b, Candidates::All, 3),
        [(1, 1.0), (2, 0.875), (3, 0.5)]
    );
    assert_eq!(
        rank(&b, Candidates::Except(&ItemSet::new(vec![1])), 1),
        [(2, 1.0)]
    );
    assert_eq!(rank(&b, Candidates::Only(&[4]), 5), [(4, 0.5)]);
    assert!(rank(&b, Candidates::All, 0).is_empty());
}

#[test]
fn a_scratch_moves_between_blends_and_silence_is_no_opinion() {
    let (b, other) = (
        blend(),
        Blend::new()
            .with("c", Arc::new(fixed(vec![(7, 1.0)])), 1.0)
            .with("d", Arc::new(fixed(vec![])), 1.0),
    );
    let (mut s, mut out) = (BlendScratch::default(), vec![]);
    for (b, item) in [(&b, 1), (&other, 7), (&b, 1)] {
        b.rank_into(0, Candidates::All, 1, &mut s, &mut out)
            .unwrap();
        assert_eq!(out[0].item, item);
    }
    b.rank_into(9, Candidates::All, 3, &mut s, &mut out)
        .unwrap();
    assert!(out.is_empty());
    assert!(
        b.rank_into(8, Candidates::All, 3, &mut s, &mut out)
            .unwrap_err()
            .to_string()
            .contains("broken")
    );
}

#[test]
fn members_of_weight_0_are_not_asked_and_lists_end_at_the_depth() {
    let third = |w| (3, (w / 61.0_f64) as f32);
    let only_b = blend().weights(&[0.0, 2.0]).unwrap();
    let want = [
        third(2.0),
        (4, (2.0 / 62.0_f64) as f32),
        (1, (2.0 / 63.0_f64) as f32),
    ];
    assert_eq!(rank(&only_b, Candidates::All, 9), want);
    let names: Vec<_> = only_b.members().collect();
    assert_eq!(names, [("a", 0.0), ("b", 2.0)]);
    // Each is asked for its best item alone, or for as many as are wanted if these are more.
    let first = rank(&blend().depth(1), Candidates::All, 1);
    assert_eq!(first, [(1, (1.0 / 61.0_f64) as f32)]);
    assert_eq!(rank(&blend().depth(1), Candidates::All, 2).len(), 2);
    assert_eq!(rank(&blend().depth(1), Candidates::All, 9).len(), 4);
}

#[test]
fn a_scratch_is_opened_again_for_another_number_of_members() {
    let more = blend().with("c", Arc::new(fixed(vec![(7, 1.0)])), 9.0);
    let less = Blend {
        members: more.members[..2].to_vec(),
        ..Blend::default()
    };
    let (mut s, mut out) = (BlendScratch::default(), vec![]);
    for (b, item) in [(&less, 1), (&more, 7), (&less, 1)] {
        b.rank_into(0, Candidates::All, 1, &mut s, &mut out)
            .unwrap();
        assert_eq!((out[0].item, out.len()), (item, 1));
    }
}

#[test]
fn takes_blends_at_the_limits() {
    assert_eq!(blend().name(), "Blend");
    blend().depth(1).check().unwrap();
    let ranks = |k| blend().fusion(Fusion::ReciprocalRank { k });
    assert_eq!(
        rank(&ranks(0.0), Candidates::All, 1)[0].1,
        (1.0 + 1.0 / 3.0) as f32
    );
    for k in [-1e-9, f64::INFINITY] {
        assert!(ranks(k).check().is_err(), "{k}");
    }
    let error = blend().weights(&[1.0, f64::INFINITY]).unwrap_err();
    assert!(error.to_string().contains("inf (of b)"), "{error}");
}

#[test]
fn refuses_bad_blends() {
    let fails = |b: Blend<ByUser>, word: &str| {
        assert!(b.check().unwrap_err().to_string().contains(word), "{word}");
    };
    fails(Blend::new(), "empty");
    fails(blend().depth(0), "depth");
    fails(
        blend().fusion(Fusion::ReciprocalRank { k: f64::NAN }),
        "`k`",
    );
    fails(blend().with("bad", Arc::new(fixed(vec![])), -1.0), "bad");
    assert!(blend().weights(&[0.0, 0.0]).is_err());
    assert!(
        blend()
            .weights(&[1.0])
            .unwrap_err()
            .to_string()
            .contains("expected 2")
    );
}
