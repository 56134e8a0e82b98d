//! Boosting under the rules that every model of the family keeps.
#![allow(clippy::unwrap_used)]

use ml_data::random::{RngExt, generator};
use ml_data::repr::{Dense, Float};
use ml_data::sample::{Binary, BinaryLabels, Real, RealLabels, Relevance, RelevanceLabels};
use ml_data::testkit::{Claims, CountingAllocator, Fixture, Report, Weights, check_model};
use ml_models::boost::Boost;

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

const COLUMNS: usize = 6;

/// Rows with missing values, levels and tails, and a number that depends on them.
fn rows<F: Float>(n: usize, seed: u64) -> (Dense<F>, Vec<f64>) {
    let mut rng = generator(seed, "conformance", 0);
    let (mut x, mut y) = (Vec::new(), Vec::new());
    for _ in 0..n {
        let u: [f64; COLUMNS] = std::array::from_fn(|_| rng.random::<f64>() * 2.0 - 1.0);
        let level = (u[1] * 4.0).round();
        let hole = if u[2] < -0.6 { f64::NAN } else { u[2] };
        let zero = if u[3] < 0.2 { 0.0 } else { u[3] };
        x.extend([u[0], level, hole, zero, (6.0 * u[4]).exp(), f64::NAN].map(F::of));
        y.push(
            u[0] * 2.0 + level.abs() - if hole.is_nan() { 1.0 } else { hole * u[0] } + u[5] * 0.3,
        );
    }
    (Dense::from_rows(COLUMNS, x).unwrap(), y)
}

fn fixture<F: Float, L>(labels: impl Fn(&[f64]) -> L) -> Fixture<Dense<F>, L> {
    let ((train, y), (valid, vy)) = (rows::<F>(400, 1), rows::<F>(60, 2));
    let strange = [
        f64::NAN,
        f64::INFINITY,
        f64::NEG_INFINITY,
        f64::NAN,
        1e300,
        7.0,
    ];
    Fixture {
        train,
        labels: labels(&y),
        valid,
        valid_labels: labels(&vy),
        strange: Dense::from_rows(COLUMNS, strange.map(F::of).to_vec()).unwrap(),
    }
}

fn passes(report: &Report) {
    assert!(report.passed(), "{report}");
}

fn boost() -> Boost {
    Boost::new()
        .num_iterations(25)
        .num_leaves(15)
        .min_data_in_leaf(5)
}

#[test]
fn regression_conforms() {
    let labels = |y: &[f64]| RealLabels::new(y).unwrap();
    passes(&check_model::<_, Real, _>(
        &boost(),
        &fixture::<f64, _>(labels),
        Claims::default(),
    ));
    passes(&check_model::<_, Real, _>(
        &boost(),
        &fixture::<f32, _>(labels),
        Claims::default(),
    ));
    let wide = boost().num_leaves(100).min_data_in_leaf(1);
    passes(&check_model::<_, Real, _>(
        &wide,
        &fixture::<f64, _>(labels),
        Claims::default(),
    ));
}

#[test]
fn binary_classification_conforms() {
    let labels = |y: &[f64]| {
        let positive: Vec<u8> = y.iter().map(|&y| u8::from(y > 0.8)).collect();
        BinaryLabels::new(positive, "yes").unwrap()
    };
    passes(&check_model::<_, Binary, _>(
        &boost(),
        &fixture::<f64, _>(labels),
        Claims::default(),
    ));
    let narrow = boost().num_leaves(50).min_data_in_leaf(2);
    passes(&check_model::<_, Binary, _>(
        &narrow,
        &fixture::<f32, _>(labels),
        Claims::default(),
    ));
}

#[test]
fn ranking_conforms() {
    let labels = |y: &[f64]| {
        let grades: Vec<f32> = y.iter().map(|y| y.round().clamp(0.0, 3.0) as f32).collect();
        let queries: Vec<u32> = (0..y.len() as u32).map(|i| i / 8).collect();
        RelevanceLabels::new(grades, queries).unwrap()
    };
    let claims = Claims {
        weights: Weights::ZeroOnly(
            1e-9,
            "a document twice in a query makes other pairs than a document of weight 2",
        ),
        permutation: Err("documents with equal scores are ranked in the order of the rows"),
        ..Claims::default()
    };
    passes(&check_model::<_, Relevance, _>(
        &boost(),
        &fixture::<f64, _>(labels),
        claims,
    ));
}
