//! The whole path: fit, search, fold-in, ranking.

use super::kernel::Isa;
use super::matrix::Factors;
use super::*;
use ml_data::contract::Round;
use ml_data::contract::{
    AnyRanker, ByItems, ByUser, ByVisit, Candidates, ItemSet, Ranker, Scored, Visit, best_first,
};
use ml_data::random::{RngExt, generator};
use ndarray::Array2;
use proptest::prelude::*;
use std::ops::ControlFlow;
use std::sync::Arc;

/// Popular items are more popular and taste has two directions; user 0 and item 0 stay empty.
fn data(users: u32, items: u32) -> Interactions {
    let mut draws = generator(1, "als test", 0);
    let mut triples = vec![];
    for u in 1..users {
        for i in 1..items {
            let wanted = if u % 2 == i % 2 { 0.5 } else { 0.1 } * (1.0 - i as f32 / items as f32);
            if draws.random::<f32>() < wanted {
                triples.push((u, i, 1.0 + draws.random_range(0..3) as f32));
            }
        }
    }
    Interactions::from_triples(users as usize, items as usize, triples).unwrap()
}

fn als() -> ImplicitAls {
    ImplicitAls::new()
        .factors(20)
        .alpha(5.0)
        .regularization(1.0)
        .iterations(4)
        .seed(3)
}

fn bits(model: &FittedImplicitAls) -> Vec<u32> {
    model
        .user_factors()
        .iter()
        .chain(model.item_factors())
        .map(|x| x.to_bits())
        .collect()
}

#[test]
fn the_number_of_threads_changes_no_bit() {
    let data = data(1100, 60);
    for solver in [Solver::default(), Solver::Cholesky] {
        let fits: Vec<_> = [1, 2, 4]
            .map(|n| {
                let pool = rayon::ThreadPoolBuilder::new()
                    .num_threads(n)
                    .build()
                    .unwrap();
                pool.install(|| {
                    let mut losses = vec![];
                    let als = als().solver(solver).calculate_training_loss(true);
                    let model = als.fit_with(&data, &mut |round| {
                        losses.push(round.train.unwrap().to_bits());
                        ControlFlow::Continue(())
                    });
                    let model = model.unwrap();
                    let best = model
                        .recommend_batch(&(0..1100).collect::<Vec<_>>(), 5, Some(&data))
                        .unwrap();
                    (bits(&model), losses, best)
                })
            })
            .into();
        assert!(fits[0] == fits[1] && fits[0] == fits[2], "{solver:?}");
        assert!(f64::from_bits(fits[0].1[3]) < f64::from_bits(fits[0].1[0]));
    }
}

#[test]
fn instruction_sets_agree() {
    let data = data(80, 50);
    let fit = |isa, iterations| {
        let start = |rows, stage| Factors::random(rows, 20, 0.01, 3, stage);
        let mut loss = 0.0;
        let als = als().iterations(iterations).calculate_training_loss(true);
        let model = als.iterate(isa, &data, start(80, "u"), start(50, "i"), &mut |round| {
            loss = round.train.unwrap();
            ControlFlow::Continue(())
        });
        (model.unwrap(), loss)
    };
    let far = |a: &FittedImplicitAls, b: &FittedImplicitAls| {
        let pairs = a
            .user_factors()
            .into_iter()
            .chain(a.item_factors())
            .zip(b.user_factors().into_iter().chain(b.item_factors()));
        pairs.map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
    };
    for isa in Isa::all() {
        let plain = format!("{isa:?}") == "scalar";
        // rounding of the plain twin grows along directions the data does not fix; the loss does
        // not feel it
        let ((ten, loss), (best, want)) = (fit(isa, 10), fit(Isa::all()[0], 10));
        assert!(plain || far(&ten, &best) == 0.0, "{isa:?}");
        assert!(
            (loss / want - 1.0).abs() < 1e-3,
            "{isa:?}: {loss} against {want}"
        );
    }
}

/// Scores all items one by one.
fn brute(
    model: &FittedImplicitAls,
    user: &[f32],
    takes: impl Fn(u32) -> bool,
    k: usize,
) -> Vec<u32> {
    let dot = |i: usize| {
        model
            .item_factors()
            .row(i)
            .iter()
            .zip(user)
            .map(|(a, b)| f64::from(a * b))
            .sum::<f64>()
            + 0.0
    };
    let mut all: Vec<_> = (0..model.items() as u32)
        .filter(|&i| takes(i))
        .map(|i| Scored {
            item: i,
            score: dot(i as usize) as f32,
        })
        .collect();
    all.sort_by(best_first);
    all.iter().take(k).map(|s| s.item).collect()
}

fn items(list: &[Scored]) -> Vec<u32> {
    list.iter().map(|s| s.item).collect()
}

#[test]
fn search_is_exact_for_all_kinds_of_candidates() {
    // more items than one block of panels, so that the early stop is taken
    let data = data(60, 700);
    let model = als().fit(&data).unwrap();
    let (mut s, mut out) = (RankScratch::default(), vec![]);
    let some: Vec<u32> = (0..700).rev().step_by(3).chain([9, 9, 5000]).collect();
    for u in 1..60 {
        let user = model.user_factors().row(u as usize).to_vec();
        let seen = data.user(u).ids;
        assert_eq!(
            items(&model.recommend(u, 10, &data).unwrap()),
            brute(&model, &user, |i| !seen.contains(&i), 10),
            "user {u}"
        );
        model
            .rank_into(u, Candidates::All, 7, &mut s, &mut out)
            .unwrap();
        assert_eq!(items(&out), brute(&model, &user, |_| true, 7));
        model
            .rank_into(
                u,
                Candidates::Except(&ItemSet::new(seen.to_vec())),
                1000,
                &mut s,
                &mut out,
            )
            .unwrap();
        assert_eq!(out.len(), 700 - seen.len());
        model
            .rank_into(u, Candidates::Only(&some), 12, &mut s, &mut out)
            .unwrap();
        assert_eq!(items(&out), brute(&model, &user, |i| some.contains(&i), 12));
        model
            .rank_into(u, Candidates::Only(&[9, 9]), 2, &mut s, &mut out)
            .unwrap();
        assert_eq!(items(&out), [9], "a repeated candidate is ranked once");
    }
    let all = model
        .recommend_batch(&(1..60).collect::<Vec<_>>(), 10, Some(&data))
        .unwrap();
    for (u, row) in (1..).zip(all.iter()) {
        assert_eq!(
            row,
            model.recommend(u, 10, &data).unwrap(),
            "batch, user {u}"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn search_is_exact_among_ties(
        // small whole numbers: scores are exact and many are equal
        user in prop::collection::vec(-2i8..3, 3 * 14),
        item in prop::collection::vec(-2i8..3, 3 * 300),
        k in 0usize..40,
    ) {
        let factors = |v: &[i8]| Array2::from_shape_fn((v.len() / 3, 3), |(r, c)| f32::from(v[3 * r + c]));
        let (users, items) = (factors(&user), factors(&item));
        let data = Interactions::from_pairs(14, 300, (0..14).map(|u| (u, 7 * u))).unwrap();
        let als = ImplicitAls::new().factors(3).iterations(0);
        let model = als.fit_from(&data, users.view(), items.view(), &mut |_| ControlFlow::Continue(())).unwrap();
        let batch = model.recommend_batch(&(0..14).collect::<Vec<_>>(), k, Some(&data)).unwrap();
        for u in 0..14u32 {
            let want = brute(&model, &users.row(u as usize).to_vec(), |i| i != 7 * u, k);
            prop_assert_eq!(self::items(batch.row(u as usize)), want.clone());
            prop_assert_eq!(self::items(&model.recommend(u, k, &data).unwrap()), want);
        }
    }
}

#[test]
fn empty_users_and_items_and_odd_counts() {
    let data = data(20, 40);
    let model = als().fit(&data).unwrap();
    assert!(
        model
            .user_factors()
            .row(0)
            .iter()
            .chain(model.item_factors().row(0))
            .all(|&x| x == 0.0)
    );
    // zero factors score every item 0: ties go by item
    assert_eq!(items(&model.recommend(0, 3, &data).unwrap()), [0, 1, 2]);
    let (mut s, mut out) = (
        RankScratch::default(),
        vec![Scored {
            item: 7,
            score: 7.0,
        }],
    );
    for user in [0, 20, u32::MAX] {
        model
            .rank_into(user, Candidates::All, 3, &mut s, &mut out)
            .unwrap();
        assert!(out.is_empty(), "no opinion on user {user}");
    }
    assert!(model.recommend(1, 0, &data).unwrap().is_empty());
    assert_eq!(
        model.recommend(1, usize::MAX, &data).unwrap().len(),
        40 - data.user(1).ids.len()
    );
    assert_eq!(
        model
            .recommend_batch(&[1, 1], 99, None)
            .unwrap()
            .row(1)
            .len(),
        40
    );
    assert!(model.recommend_batch(&[], 3, None).unwrap().is_empty());
    assert!(!model.recommend_batch(&[1], 3, None).unwrap().is_empty());
    assert!(
        model
            .recommend(20, 3, &data)
            .unwrap_err()
            .to_string()
            .contains("below 20")
    );
    assert!(model.recommend_batch(&[3, 21], 3, None).is_err());
    assert!(model.similar_items(40, 1).is_err());
    assert!(model.similar_items(0, 5).unwrap().is_empty());
    let taken = (0..40).filter(|&i| !data.item(i).ids.is_empty()).count();
    assert_eq!(model.similar_items(1, usize::MAX).unwrap().len(), taken - 1);

    let one = Interactions::from_pairs(1, 1, [(0, 0)]).unwrap();
    let model = ImplicitAls::new().factors(3).fit(&one).unwrap();
    assert!(model.recommend_batch(&[0], 1, None).unwrap().row(0)[0].score > 0.9);
    let none = ImplicitAls::new()
        .factors(3)
        .fit(&Interactions::from_pairs(2, 2, []).unwrap())
        .unwrap();
    assert!(none.user_factors().iter().all(|&x| x == 0.0));
}

#[test]
fn refuses_bad_parameters_and_factors() {
    let data = data(10, 10);
    let fails = |als: ImplicitAls, word: &str| {
        let e = als.fit(&data).unwrap_err().to_string();
        assert!(e.contains(word), "{e}");
    };
    fails(als().factors(0), "`factors` = 0");
    fails(als().regularization(-1.0), "regularization");
    fails(als().regularization(f64::NAN), "regularization");
    fails(als().alpha(0.0), "alpha");
    fails(als().alpha(f32::MAX), "finite");
    fails(
        als().solver(Solver::ConjugateGradient { steps: 0 }),
        "steps",
    );
    fails(
        als().regularization(0.0).solver(Solver::Cholesky),
        "increase `regularization`",
    );
    assert!(
        als()
            .fit(&Interactions::from_pairs(0, 3, []).unwrap())
            .is_err()
    );
    let model = als().fit(&data).unwrap();
    let go = &mut |_: Round<'_>| ControlFlow::Continue(());
    let wrong = als()
        .factors(19)
        .fit_from(&data, model.user_factors(), model.item_factors(), go);
    assert!(wrong.unwrap_err().to_string().contains("10 x 19"));
    let mut users = model.user_factors().to_owned();
    users[[3, 2]] = f32::NAN;
    let e = als()
        .fit_from(&data, users.view(), model.item_factors(), go)
        .unwrap_err()
        .to_string();
    assert!(e.contains("row 3"), "{e}");
    for user in [&[1.0; 19][..], &[f32::NAN; 20], &[f32::MAX; 20]] {
        assert!(model.recommend_to(user, 1, &[]).is_err());
    }
    let without = |seen: &[u32]| model.recommend_to(&[1.0; 20], 9, seen).unwrap();
    let list = without(&[7, 2, 5]);
    assert_eq!(list, without(&[2, 5, 7]));
    assert!(list.iter().all(|s| ![2, 5, 7].contains(&s.item)));
    assert!(
        model
            .fold_in_user(&[(10, 1.0)])
            .unwrap_err()
            .to_string()
            .contains("below 10")
    );
    assert!(model.fold_in_user(&[(1, -1.0)]).is_err());
}

#[test]
fn folding_in_a_known_history_repeats_the_exact_half_iteration() {
    let data = data(40, 30);
    let model = als()
        .iterations(8)
        .solver(Solver::Cholesky)
        .fit(&data)
        .unwrap();
    // the users were solved before the items' last change: one more round of users from these items
    // is what folding does
    let again = model
        .fold_in_user(&data.user(7).iter().collect::<Vec<_>>())
        .unwrap();
    let mut grown = model.clone();
    grown
        .partial_fit_users(&[(7, data.user(7).iter().collect()), (42, vec![(3, 2.0)])])
        .unwrap();
    assert_eq!(grown.users(), 43);
    assert_eq!(grown.user_factors().row(7).to_vec(), again);
    assert_eq!(grown.user_factors().row(41).sum(), 0.0);
    assert_eq!(
        grown.user_factors().row(42).to_vec(),
        model.fold_in_user(&[(3, 1.0), (3, 1.0)]).unwrap()
    );
    assert_eq!(grown.user_factors().row(8), model.user_factors().row(8));
    grown
        .partial_fit_items(&[(30, data.item(5).iter().collect())])
        .unwrap();
    assert_eq!(grown.items(), 31);
    let near = grown.similar_items(30, 1).unwrap();
    assert_eq!(
        (near[0].item, near[0].score > 0.9),
        (5, true),
        "an item with the same audience is the most similar"
    );
    assert!(grown.partial_fit_items(&[(u32::MAX, vec![])]).is_err());
    assert_eq!(model.fold_in_user(&[]).unwrap(), vec![0.0; 20]);
}

#[test]
fn a_session_ranks_like_its_folded_user() {
    let data = data(40, 30);
    let model = Arc::new(als().fit(&data).unwrap());
    let folded = model.fold_in_user(&[(4, 4.0), (9, 2.0)]).unwrap();
    let want = model.recommend_to(&folded, 5, &[]).unwrap();
    let ranker = Arc::new(FoldIn::new(model.clone()).value(2.0));
    let mut out = vec![];
    let mut session = AnyRanker::<ByVisit>::session(ranker.clone());
    let visit = Visit {
        session: &[4, 9, 999, 4],
        ..Visit::default()
    };
    session
        .rank_into(visit, Candidates::All, 5, &mut out)
        .unwrap();
    assert_eq!(out, want);
    AnyRanker::<ByItems>::session(ranker)
        .rank_into(&[999], Candidates::All, 5, &mut out)
        .unwrap();
    assert!(out.is_empty(), "no known item, no opinion");
    let bad = Arc::new(FoldIn::new(model.clone()).value(f32::NAN));
    let e = AnyRanker::<ByItems>::session(bad).rank_into(&[4], Candidates::All, 5, &mut out);
    assert!(e.unwrap_err().to_string().contains("`value` = NaN"));
    AnyRanker::<ByUser>::session(model.clone())
        .rank_into(3, Candidates::All, 5, &mut out)
        .unwrap();
    assert_eq!(out, model.recommend_batch(&[3], 5, None).unwrap().row(0));
}

#[test]
fn survives_json_and_refuses_damage() {
    let data = data(30, 20);
    let model = als().fit(&data).unwrap();
    let json = serde_json::to_string(&model).unwrap();
    let back: FittedImplicitAls = serde_json::from_str(&json).unwrap();
    assert_eq!(bits(&back), bits(&model));
    assert_eq!(
        back.recommend(3, 5, &data).unwrap(),
        model.recommend(3, 5, &data).unwrap()
    );
    assert_eq!(back.params(), model.params());
    for (from, to) in [
        ("\"rows\":30", "\"rows\":31"),
        ("\"factors\":20,\"reg", "\"factors\":21,\"reg"),
        ("\"alpha\":5.0", "\"alpha\":-5.0"),
    ] {
        assert!(json.contains(from));
        assert!(
            serde_json::from_str::<FittedImplicitAls>(&json.replacen(from, to, 1)).is_err(),
            "{to}"
        );
    }
}

#[test]
fn the_callback_is_told_the_iteration_and_may_break_off() {
    let data = data(20, 12);
    let run = |loss: bool| {
        let mut seen = vec![];
        let als = als().iterations(5).calculate_training_loss(loss);
        let model = als.fit_with(&data, &mut |round| {
            seen.push((round.round, round.of, round.train.is_some()));
            match round.round {
                2 => ControlFlow::Break(()),
                _ => ControlFlow::Continue(()),
            }
        });
        (bits(&model.unwrap()), seen)
    };
    let (broken, seen) = run(false);
    assert_eq!(seen, [(1, 5, false), (2, 5, false)]);
    assert_eq!(run(true).1, [(1, 5, true), (2, 5, true)]);
    assert_eq!(broken, bits(&als().iterations(2).fit(&data).unwrap()));
}

#[test]
fn parameters_have_their_documented_defaults_and_limits() {
    let text = serde_json::to_value(ImplicitAls::new()).unwrap();
    let want = serde_json::json!({
        "factors": 100, "regularization": 0.01, "alpha": 1.0, "iterations": 15,
        "solver": { "ConjugateGradient": { "steps": 3 } },
        "calculate_training_loss": false, "seed": 0,
    });
    assert_eq!(text, want);
    let set = als()
        .solver(Solver::Cholesky)
        .calculate_training_loss(true)
        .regularization(0.0);
    let want = serde_json::json!({
        "factors": 20, "regularization": 0.0, "alpha": 5.0, "iterations": 4,
        "solver": "Cholesky", "calculate_training_loss": true, "seed": 3,
    });
    assert_eq!(serde_json::to_value(&set).unwrap(), want);
    use ml_data::contract::Params;
    assert_eq!(set.name(), "ImplicitAls");
    for good in [
        set,
        als().factors(1),
        als().factors(65_536),
        als().solver(Solver::ConjugateGradient { steps: 1 }),
    ] {
        good.check().unwrap();
    }
    for bad in [
        als().factors(65_537),
        als().regularization(f64::INFINITY),
        als().alpha(f32::INFINITY),
        als().alpha(-1.0),
    ] {
        assert!(bad.check().is_err(), "{bad:?}");
    }
    let empty = Interactions::from_pairs(3, 0, []).unwrap();
    let error = als().fit(&empty).unwrap_err().to_string();
    assert!(error.contains("3 x 0"), "{error}");
}

/// `alpha` times the largest value has to be finite, wherever the largest stands.
#[test]
fn the_largest_value_decides_whether_alpha_fits() {
    let data = Interactions::from_triples(2, 2, [(0, 0, 1.0), (0, 1, 3e38), (1, 1, 2.0)]);
    let error = als().fit(&data.unwrap()).unwrap_err().to_string();
    assert!(error.contains("alpha times the largest value"), "{error}");
}
