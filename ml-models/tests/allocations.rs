//! A warm ranking allocates nothing.

#![allow(clippy::unwrap_used)] // helpers of tests

use allocation_counter::measure;
use ml_data::contract::{AnyRanker, ByVisit, Candidates, ItemSet, RankSession, Scored, Visit};
use ml_models::baseline::Popularity;
use ml_models::ensemble::{Blend, Fusion};
use ml_models::factor::{FoldIn, ImplicitAls, Interactions};
use std::sync::Arc;

/// Asks everything once, then counts the allocations of asking again.
fn warm(session: &mut dyn RankSession<ByVisit>) -> (u64, usize) {
    let seen = ItemSet::new(vec![1, 5, 9]);
    let mut out: Vec<Scored> = Vec::new();
    let mut ranked = 0;
    let mut ask = || {
        for user in 0..20 {
            let visit = Visit {
                user: Some(user),
                session: &[3, 4, 3, 8],
                ..Visit::default()
            };
            for among in [
                Candidates::All,
                Candidates::Except(&seen),
                Candidates::Only(&[7, 2, 4, 11, 2]),
            ] {
                session.rank_into(visit, among, 10, &mut out).unwrap();
                ranked += out.len();
            }
        }
    };
    ask();
    (measure(&mut ask).count_total, ranked)
}

#[test]
fn warm_rankings_allocate_nothing() {
    let pairs = (0..20u32).flat_map(|u| {
        (0..30)
            .filter(move |i| (u * 7 + i * 3) % 5 == 0)
            .map(move |i| (u, i))
    });
    let data = Interactions::from_pairs(20, 30, pairs).unwrap();
    let als = Arc::new(ImplicitAls::new().factors(8).alpha(5.0).fit(&data).unwrap());
    let fold = Arc::new(FoldIn::new(als.clone()));
    let popular = Arc::new(
        Popularity::new()
            .fit_segments(&data, &[0, 1].repeat(10))
            .unwrap(),
    );
    let blend = |fusion| {
        let blend = Blend::<ByVisit>::new()
            .with("factors", als.clone(), 0.5)
            .with("session", fold.clone(), 0.3);
        Arc::new(
            blend
                .with("popularity", popular.clone(), 0.2)
                .fusion(fusion),
        )
    };
    let rankers: [(&str, Arc<dyn AnyRanker<ByVisit>>); 6] = [
        ("factors", als.clone()),
        ("session", fold.clone()),
        ("popularity", popular.clone()),
        ("reciprocal ranks", blend(Fusion::default())),
        ("scores in [0, 1]", blend(Fusion::MinMax)),
        ("standard scores", blend(Fusion::ZScore)),
    ];
    for (name, ranker) in rankers {
        let (allocations, ranked) = warm(&mut *ranker.session());
        assert_eq!(allocations, 0, "{name}");
        assert!(ranked > 500, "{name} ranked {ranked}");
    }
}
