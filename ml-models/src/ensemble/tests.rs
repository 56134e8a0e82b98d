//! The search for weights, on numbers worked out by hand.

use super::{Blend, Fusion, Judged, WeightSearch};
use ml_data::contract::{ByUser, Candidates, Params, RankFn, Ranker, Scored};
use std::sync::Arc;

/// Answers each user with a list of items and scores, best first.
fn lists(of: &'static [&'static [(u32, f32)]]) -> Arc<impl Ranker<Query = ByUser>> {
    Arc::new(RankFn::<ByUser, _>::new(
        move |user: u32, _: Candidates<'_>, k: usize, out: &mut Vec<Scored>| {
            let list = of[user as usize].iter().take(k);
            out.extend(list.map(|&(item, score)| Scored { item, score }));
            Ok(())
        },
    ))
}

fn judged(relevant: &'static [&'static [(u32, f32)]]) -> Vec<Judged<'static, ByUser>> {
    let one = |(query, &relevant): (u32, &&'static [(u32, f32)])| Judged {
        query,
        among: Candidates::All,
        relevant,
    };
    (0..).zip(relevant).map(one).collect()
}

fn close(got: &[f64], want: &[f64]) {
    assert_eq!(got.len(), want.len());
    let near = got.iter().zip(want).all(|(g, w)| (g - w).abs() < 1e-9);
    assert!(near, "{got:?} {want:?}");
}

/// Discount of the second place: 1 / log2(3).
fn second() -> f64 {
    1.0 / 3_f64.log2()
}

/// Item 3 is worth 2 and item 0 is worth 1. With one place the best list gains 2, with two 2 + 1 /
/// log2(3).
#[test]
fn lists_and_the_best_list_are_cut_at_k() {
    let right = lists(&[&[(3, 9.0), (1, 5.0), (0, 4.0)]]);
    let wrong = lists(&[&[(0, 9.0), (3, 5.0), (1, 4.0)]]);
    let blend = Blend::<ByUser>::new()
        .with("right", right, 1.0)
        .with("wrong", wrong, 1.0);
    let learn = |k| {
        let judged = judged(&[&[(3, 2.0), (0, 1.0)]]);
        WeightSearch::new().k(k).learn(&blend, &judged).unwrap()
    };
    close(&learn(1).alone, &[1.0, 0.5]);
    let best = 2.0 + second();
    close(
        &learn(2).alone,
        &[2.0 / best, (1.0 + 2.0 * second()) / best],
    );
    close(
        &learn(3).alone,
        &[(2.0 + 0.5) / best, (1.0 + 2.0 * second()) / best],
    );
}

/// The relevant item is listed by the second ranker alone: the first by itself never shows it.
#[test]
fn rankers_of_weight_0_list_nothing() {
    let blend = Blend::<ByUser>::new()
        .with("without", lists(&[&[(0, 2.0), (1, 1.0)]]), 1.0)
        .with("with", lists(&[&[(2, 1.0)]]), 1.0);
    let found = WeightSearch::new().learn(&blend, &judged(&[&[(2, 1.0)]]));
    close(&found.unwrap().alone, &[0.0, 1.0]);
}

/// With `w` the weight of the first ranker and scores between 0 and 1, user 0's item 1 has `w` and
/// item 0 `1 - .8 w`, so it is first for `w` above 5/9; user 1's item 0 has `1 - .4 w` and item 1
/// `w`, so it is first for `w` below 5/7. Equal weights and each ranker alone, the whole grid of
/// one part, are right for one user; 2/3, the first step of the climb, for both.
#[test]
fn weights_between_the_points_of_the_grid_are_found() {
    let first = lists(&[
        &[(1, 1.0), (0, 0.2), (2, 0.0)],
        &[(1, 1.0), (0, 0.6), (2, 0.0)],
    ]);
    let other = lists(&[
        &[(0, 1.0), (1, 0.0), (2, 0.0)],
        &[(0, 1.0), (1, 0.0), (2, 0.0)],
    ]);
    let blend = Blend::<ByUser>::new()
        .with("first", first, 1.0)
        .with("other", other, 1.0)
        .fusion(Fusion::MinMax);
    let judged = judged(&[&[(1, 1.0)], &[(0, 1.0)]]);
    let half = (1.0 + second()) / 2.0;
    for threads in [1, 2, 4] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
        let search = || WeightSearch::new().grid(1).learn(&blend, &judged).unwrap();
        let found = pool.build().unwrap().install(search);
        close(&found.weights, &[2.0 / 3.0, 1.0 / 3.0]);
        close(&[found.ndcg, found.equal], &[1.0, half]);
        close(&found.alone, &[half, half]);
        assert_eq!(found.queries, 2);
    }
}

/// As above, with two rankers that list nothing: between 5/9 and 5/7 of the weight of the two
/// others lies right for both users. A grid of tenths has 286 points and finds it; one of
/// thirtieths has 5,456, so that only equal weights and each ranker alone are tried, and no step of
/// the climb is long enough.
#[test]
fn grids_of_more_than_2000_points_are_not_searched() {
    let first = lists(&[
        &[(1, 1.0), (0, 0.2), (2, 0.0)],
        &[(1, 1.0), (0, 0.6), (2, 0.0)],
    ]);
    let other = lists(&[
        &[(0, 1.0), (1, 0.0), (2, 0.0)],
        &[(0, 1.0), (1, 0.0), (2, 0.0)],
    ]);
    let blend = Blend::<ByUser>::new()
        .with("first", first, 1.0)
        .with("other", other, 1.0)
        .with("silent", lists(&[&[], &[]]), 1.0)
        .with("dumb", lists(&[&[], &[]]), 1.0)
        .fusion(Fusion::MinMax);
    let judged = judged(&[&[(1, 1.0)], &[(0, 1.0)]]);
    let learn = |grid| WeightSearch::new().grid(grid).learn(&blend, &judged);
    close(&[learn(10).unwrap().ndcg], &[1.0]);
    let found = learn(30).unwrap();
    close(&found.weights, &[0.25; 4]);
    close(&[found.ndcg], &[(1.0 + second()) / 2.0]);
    close(&found.alone[2..], &[0.0, 0.0]);
}

#[test]
fn judgements_are_refused_by_their_row_and_those_without_worth_left_out() {
    let list = lists(&[&[(0, 2.0), (1, 1.0)], &[(0, 2.0), (1, 1.0)], &[(1, 1.0)]]);
    let blend = Blend::<ByUser>::new().with("one", list, 1.0);
    let learn = |relevant| WeightSearch::new().learn(&blend, &judged(relevant));
    let found = learn(&[&[(1, 1.0)], &[(0, 0.0)], &[(1, 3.0), (0, 0.0)]]).unwrap();
    close(&found.alone, &[(second() + 1.0) / 2.0]);
    assert_eq!((found.queries, found.weights), (2, vec![1.0]));
    let refused: [(&[(u32, f32)], &str); 3] = [
        (&[(7, -0.5)], "-0.5"),
        (&[(7, f32::INFINITY)], "inf"),
        (&[(7, 1.0), (5, 1.0), (7, 2.0)], "item 7 twice"),
    ];
    for (bad, word) in refused {
        let judged = [&[(1, 1.0)][..], bad].map(|relevant| Judged {
            query: 0,
            among: Candidates::All,
            relevant,
        });
        let error = WeightSearch::new().learn(&blend, &judged).unwrap_err();
        let text = error.to_string();
        assert!(text.contains("row 1") && text.contains(word), "{text}");
    }
}

#[test]
fn searches_at_the_limits() {
    let new = WeightSearch::new;
    assert_eq!(new(), new().k(10).grid(10));
    assert_eq!(new().name(), "WeightSearch");
    for good in [new().k(1), new().grid(1), new().grid(1000)] {
        good.check().unwrap();
    }
    let error = new().grid(1001).check().unwrap_err().to_string();
    assert!(error.contains("1001") && error.contains("grid"), "{error}");
    let error = new().k(0).check().unwrap_err().to_string();
    assert!(error.contains("`k`"), "{error}");
}
