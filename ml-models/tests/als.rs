//! Implicit ALS against the `implicit` package, from the same first factors. See `golden/als.py`.

#![allow(clippy::unwrap_used)] // helpers of tests

use ml_models::factor::{FittedImplicitAls, ImplicitAls, Interactions, Solver};
use ndarray::ArrayView2;
use serde::Deserialize;
use std::ops::ControlFlow;

#[derive(Deserialize)]
struct Golden {
    users: usize,
    items: usize,
    alpha: f32,
    regularization: f64,
    triples: Vec<(u32, u32, f32)>,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    factors: usize,
    users: Vec<f32>,
    items: Vec<f32>,
    runs: Vec<Run>,
}

#[derive(Deserialize)]
struct Run {
    cg: bool,
    iterations: usize,
    users: Vec<f32>,
    items: Vec<f32>,
    loss: f64,
    recommended: Vec<u32>,
    scores: Vec<f32>,
    folded_user: Vec<f32>,
    folded_item: Vec<f32>,
    similar: Vec<u32>,
    cosine: Vec<f32>,
}

fn near<'a>(what: &str, ours: impl IntoIterator<Item = &'a f32>, theirs: &[f32], tolerance: f32) {
    let ours: Vec<f32> = ours.into_iter().copied().collect();
    assert_eq!(ours.len(), theirs.len(), "{what}");
    for (i, (a, b)) in ours.iter().zip(theirs).enumerate() {
        assert!(
            (a - b).abs() < tolerance,
            "{what}, value {i}: {a} against {b}"
        );
    }
}

fn golden() -> (Golden, Interactions) {
    let g: Golden = ml_data::testkit::golden!("als").unwrap();
    // in another order, so that the builder has to sort
    let data =
        Interactions::from_triples(g.users, g.items, g.triples.iter().rev().copied()).unwrap();
    (g, data)
}

fn fit(g: &Golden, c: &Case, r: &Run, data: &Interactions) -> (FittedImplicitAls, f64) {
    let solver = if r.cg {
        Solver::default()
    } else {
        Solver::Cholesky
    };
    let als = ImplicitAls::new()
        .factors(c.factors)
        .alpha(g.alpha)
        .regularization(g.regularization)
        .iterations(r.iterations)
        .solver(solver);
    let users = ArrayView2::from_shape((g.users, c.factors), &c.users).unwrap();
    let items = ArrayView2::from_shape((g.items, c.factors), &c.items).unwrap();
    let mut loss = 0.0;
    let als = als.calculate_training_loss(true);
    let model = als.fit_from(data, users, items, &mut |round| {
        loss = round.train.unwrap();
        ControlFlow::Continue(())
    });
    (model.unwrap(), loss)
}

#[test]
fn factors_loss_and_rankings_equal_implicit() {
    let (g, data) = golden();
    for c in &g.cases {
        for r in &c.runs {
            let (model, loss) = fit(&g, c, r, &data);
            let what = format!(
                "{} factors, cg {}, {} iterations",
                c.factors, r.cg, r.iterations
            );
            near(
                &format!("{what}: users"),
                model.user_factors(),
                &r.users,
                1e-4,
            );
            near(
                &format!("{what}: items"),
                model.item_factors(),
                &r.items,
                1e-4,
            );
            assert!(
                (loss / r.loss - 1.0).abs() < 1e-5,
                "{what}: loss {loss} against {}",
                r.loss
            );
            // the user without interactions has zero factors: every score ties, and implicit breaks
            // ties its own way
            let batch = model
                .recommend_batch(&(0..g.users as u32).collect::<Vec<_>>(), 5, Some(&data))
                .unwrap();
            for (u, theirs) in r
                .recommended
                .chunks(5)
                .enumerate()
                .filter(|(u, _)| !data.user(*u as u32).ids.is_empty())
            {
                let ours = batch.row(u);
                assert_eq!(
                    ours.iter().map(|s| s.item).collect::<Vec<_>>(),
                    theirs,
                    "{what}: user {u}"
                );
                near(
                    &format!("{what}: scores"),
                    ours.iter().map(|s| &s.score),
                    &r.scores[5 * u..5 * u + 5],
                    1e-4,
                );
                assert_eq!(
                    ours,
                    model.recommend(u as u32, 5, &data).unwrap(),
                    "{what}: one at a time"
                );
            }
            near(
                "new user",
                &model.fold_in_user(&[(8, 1.0), (3, 1.5), (3, 0.5)]).unwrap(),
                &r.folded_user,
                1e-4,
            );
            near(
                "new item",
                &model
                    .fold_in_item(&[(1, 1.5), (6, 0.5), (20, 1.0)])
                    .unwrap(),
                &r.folded_item,
                1e-4,
            );
            let similar = model.similar_items(3, 3).unwrap();
            assert_eq!(
                similar.iter().map(|s| s.item).collect::<Vec<_>>(),
                r.similar,
                "{what}"
            );
            near("cosine", similar.iter().map(|s| &s.score), &r.cosine, 1e-4);
        }
    }
}
