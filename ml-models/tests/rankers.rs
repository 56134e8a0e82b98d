//! Every ranker of this crate keeps the rules of rankers, and allocates nothing once warm.

#![allow(clippy::unwrap_used)] // helpers of tests

use ml_data::contract::{
    AnyRanker, ByVisit, Candidates, ItemSet, RankSession, Ranker, Scored, Visit,
};
use ml_data::testkit::{CountingAllocator, allocations, check_ranker};
use ml_models::baseline::{Count, FittedPopularity, Popularity};
use ml_models::ensemble::{Blend, Fusion};
use ml_models::factor::{
    FittedImplicitAls, FoldIn, ImplicitAls, Interactions, Recommender, Solver,
};
use serde::Serialize;
use std::ops::ControlFlow;
use std::sync::Arc;

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

const USERS: u32 = 20;
const ITEMS: u32 = 30;

fn models() -> (Arc<FittedImplicitAls>, Arc<FoldIn>, Arc<FittedPopularity>) {
    let of = |u| (0..ITEMS).filter(move |i| (u * 7 + i * 3) % 5 == 0);
    let pairs = (0..USERS).flat_map(|u| of(u).map(move |i| (u, i)));
    let data = Interactions::from_pairs(USERS as usize, ITEMS as usize, pairs).unwrap();
    let als = ImplicitAls::new().factors(8).alpha(5.0).fit(&data).unwrap();
    let als = Arc::new(als);
    let popular = Popularity::new()
        .fit_segments(&data, &[0, 1].repeat(10))
        .unwrap();
    (als.clone(), Arc::new(FoldIn::new(als)), Arc::new(popular))
}

fn blend(fusion: Fusion) -> Blend<ByVisit> {
    let (als, fold, popular) = models();
    Blend::new()
        .with("factors", als, 0.5)
        .with("session", fold, 0.3)
        .with("popularity", popular, 0.2)
        .fusion(fusion)
}

#[test]
fn rankers_conform() {
    let (als, fold, popular) = models();
    let visit = |user, session| Visit {
        user,
        session,
        ..Visit::default()
    };
    let visits = [
        visit(Some(3), &[1, 2][..]),
        visit(None, &[4]),
        visit(Some(99), &[]),
    ];
    let mut reports = vec![
        check_ranker("ImplicitAls", &*als, &[0, 7, 19, 20], ITEMS),
        check_ranker("FoldIn", &*fold, &[&[3, 4, 3][..], &[29], &[]], ITEMS),
        check_ranker("Popularity", &*popular, &[None, Some(3), Some(99)], ITEMS),
    ];
    for fusion in [Fusion::default(), Fusion::MinMax, Fusion::ZScore] {
        reports.push(check_ranker("Blend", &blend(fusion), &visits, ITEMS));
    }
    for report in reports {
        assert!(report.passed(), "{report}");
    }
}

/// A service compares these with its catalogue and its users.
#[test]
fn rankers_tell_their_numbers_of_items_and_users_and_come_back_from_a_file() {
    let (als, fold, popular) = models();
    let counts = |ranker: &dyn AnyRanker<ByVisit>| (ranker.item_count(), ranker.user_count());
    assert_eq!(counts(&*als), (Some(30), Some(20)));
    assert_eq!(counts(&*fold), (Some(30), None));
    assert_eq!(counts(&*popular), (Some(30), Some(20)));
    assert_eq!(counts(&blend(Fusion::default())), (None, None));
    let data = Interactions::from_pairs(2, 3, [(0, 1)]).unwrap();
    let plain = Popularity::new().fit(&data).unwrap();
    assert_eq!(counts(&plain), (Some(3), None));
    let again: FoldIn = serde_json::from_slice(&stored(&*fold)).unwrap();
    let among = Candidates::All;
    let (mut scratch, mut one, mut two) = Default::default();
    fold.rank_into(&[3, 4], among, 9, &mut scratch, &mut one)
        .unwrap();
    again
        .rank_into(&[3, 4], among, 9, &mut scratch, &mut two)
        .unwrap();
    assert!(one == two && one.len() == 9);
}

/// A fitted ranker as it is stored: equal bytes are equal bits.
fn stored<M: Serialize>(model: &M) -> Vec<u8> {
    serde_json::to_vec(model).unwrap()
}

/// The duties of a recommender on data with values, in any order, with pairs given in two halves.
fn check_recommender<R: Recommender + Sync>(name: &str, recommender: &R) {
    let of = |u: u32| (0..ITEMS).filter(move |i| (u * 7 + i * 3).is_multiple_of(5));
    let triples: Vec<(u32, u32, f32)> = (0..USERS)
        .flat_map(|u| of(u).map(move |i| (u, i, (1 + u % 3) as f32)))
        .collect();
    let data = |triples: Vec<(u32, u32, f32)>| {
        Interactions::from_triples(USERS as usize, ITEMS as usize, triples).unwrap()
    };
    let go_on = |data: &Interactions| {
        let model = recommender.fit_with(data, &mut |_| ControlFlow::Continue(()));
        stored(&model.unwrap())
    };
    let model = go_on(&data(triples.clone()));
    let halves = triples.iter().rev().map(|&(u, i, v)| (u, i, v / 2.0));
    let again = data(halves.clone().chain(halves).collect());
    assert!(go_on(&again) == model, "{name}: order of interactions");
    for threads in [1, 2, 4] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
        let pool = pool.build().unwrap();
        let one = pool.install(|| go_on(&data(triples.clone())));
        assert!(one == model, "{name}: {threads} threads");
    }
    let loaded: R::Model = serde_json::from_slice(&model).unwrap();
    assert!(stored(&loaded) == model, "{name}: loaded again");
    let mut rounds = Vec::new();
    let counted = recommender.fit_with(&data(triples.clone()), &mut |round| {
        rounds.push((round.round, round.of));
        ControlFlow::Continue(())
    });
    assert!(
        stored(&counted.unwrap()) == model,
        "{name}: with a callback"
    );
    let planned = rounds[0].1;
    let all: Vec<_> = (1..=planned).map(|round| (round, planned)).collect();
    assert_eq!(rounds, all, "{name}: rounds");
    let mut calls = 0;
    let broken = recommender.fit_with(&data(triples), &mut |_| {
        calls += 1;
        ControlFlow::Break(())
    });
    assert!(broken.is_ok() && calls == 1, "{name}: broken off");
    let none = Interactions::from_pairs(0, 0, []).unwrap();
    let refused = recommender.fit_with(&none, &mut |_| ControlFlow::Continue(()));
    assert!(refused.is_err(), "{name}: no interactions");
}

#[test]
fn recommenders_conform() {
    let als = ImplicitAls::new().factors(8).alpha(5.0).iterations(4);
    check_recommender("ImplicitAls", &als);
    check_recommender("ImplicitAls, exact", &als.solver(Solver::Cholesky));
    check_recommender("Popularity", &Popularity::new());
    check_recommender(
        "Popularity of values",
        &Popularity::new().count(Count::Values),
    );
}

/// Asks everything once, then counts the allocations of asking again.
fn warm(session: &mut dyn RankSession<ByVisit>) -> (Option<usize>, usize) {
    let seen = ItemSet::new(vec![1, 5, 9]);
    let mut out: Vec<Scored> = Vec::new();
    let mut ranked = 0;
    let mut ask = || {
        for user in 0..USERS {
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
    (allocations(&mut ask).0, ranked)
}

#[test]
fn warm_sessions_allocate_nothing_for_any_candidates() {
    let (als, fold, popular) = models();
    let rankers: [(&str, Arc<dyn AnyRanker<ByVisit>>); 6] = [
        ("factors", als),
        ("session", fold),
        ("popularity", popular),
        ("reciprocal ranks", Arc::new(blend(Fusion::default()))),
        ("scores in [0, 1]", Arc::new(blend(Fusion::MinMax))),
        ("standard scores", Arc::new(blend(Fusion::ZScore))),
    ];
    for (name, ranker) in rankers {
        let (made, ranked) = warm(&mut *ranker.session());
        assert_eq!(made, Some(0), "{name}");
        assert!(ranked > 500, "{name} ranked {ranked}");
    }
}
