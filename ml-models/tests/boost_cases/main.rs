//! Promises that hold for every way of boosting: monotone predictions, refits of models without
//! splits, early stopping that has something to watch.
#![allow(clippy::unwrap_used, clippy::panic)]

mod errors;
mod monotone;
mod refit;
mod validation;

use ml_data::Result;
use ml_data::contract::{Direction, Fit, Metric, Params, Predict};
use ml_data::random::{RngExt, generator};
use ml_data::repr::{Dense, Names, View};
use ml_data::sample::{
    Binary, BinaryLabels, Class, ClassLabels, Dataset, Real, RealLabels, Scores, Target,
};
use ml_models::boost::{
    Boost, Boosting, CustomObjective, DataSampleStrategy, FitBinned, FittedBoost,
    FittedBoostClassifier, Objective,
};

const ROWS: usize = 150;

fn message<T>(result: Result<T>) -> String {
    result.err().map_or_else(String::new, |e| e.to_string())
}

/// Four columns, the third with holes; labels rise with the first and fall with the second, on the
/// whole.
fn rows(seed: u64) -> (Vec<f64>, Vec<f64>) {
    let mut rng = generator(seed, "cases", 0);
    let (mut x, mut y) = (Vec::new(), Vec::new());
    for _ in 0..ROWS {
        let u: [f64; 4] = std::array::from_fn(|_| (rng.random::<f64>() * 10.0).floor());
        let hole = if u[2] > 7.0 { f64::NAN } else { u[2] };
        x.extend([u[0], u[1], hole, u[3]]);
        let wave = 2.0 * (u[0] + u[3]).sin() - (u[1] * 0.8).cos();
        y.push((6.0 + u[0] * 0.4 - u[1] * 0.3 + wave + 4.0 * rng.random::<f64>()).max(0.1));
    }
    (x, y)
}

fn dataset<Y: Target>(x: &[f64], labels: Y::Labels) -> Dataset<Dense<f64>, Y> {
    Dataset::new(Dense::from_rows(4, x.to_vec()).unwrap(), labels).unwrap()
}

fn boost() -> Boost {
    Boost::new()
        .num_iterations(8)
        .num_leaves(12)
        .min_data_in_leaf(2)
        .min_data_in_bin(1)
        .min_sum_hessian_in_leaf(0.0)
        .learning_rate(0.7)
}

const RENEWED: [Objective; 3] = [
    Objective::RegressionL1,
    Objective::Quantile,
    Objective::Mape,
];

/// A third of the squared error beyond the second power.
#[derive(Debug)]
struct Cubic;

impl CustomObjective for Cubic {
    fn gradients(&self, labels: &[f64], scores: &[f64], out: &mut [[f32; 2]]) {
        for ((out, y), s) in out.iter_mut().zip(labels).zip(scores) {
            let x = s - y;
            *out = [(x * x.abs()) as f32, (2.0 * x.abs()) as f32];
        }
    }
    fn evaluate(&self, labels: &[f64], scores: &[f64], _: Option<&[f64]>) -> f64 {
        let each = labels
            .iter()
            .zip(scores)
            .map(|(y, s)| (s - y).abs().powi(3));
        each.sum::<f64>() / labels.len() as f64
    }
    fn name(&self) -> &'static str {
        "cubic"
    }
}

/// Predictions rise along the first column and fall along the second, at other values of some rows.
fn assert_monotone(model: &FittedBoost, x: &[f64], what: &str) {
    for row in x.chunks(4).step_by(5) {
        for (column, sign) in [(0, 1.0), (1, -1.0)] {
            let grid = (-1..=10).flat_map(|k| {
                let mut cells = row.to_vec();
                cells[column] = f64::from(k) + 0.5;
                cells
            });
            let grid = Dense::from_rows(4, grid.collect()).unwrap();
            let raw = model.raw_scores(View::all(&grid)).unwrap();
            assert!(
                raw.windows(2).all(|w| sign * (w[1] - w[0]) >= 0.0),
                "{what}: column {column} {raw:?}"
            );
            let predicted = model.predict(&grid).unwrap().0;
            assert!(
                predicted.windows(2).all(|w| sign * (w[1] - w[0]) >= 0.0),
                "{what}: column {column} {predicted:?}"
            );
        }
    }
}

fn ways() -> Vec<(&'static str, Boost)> {
    let boost = boost().monotone_constraints([1, -1, 0, 0]);
    let b = || boost.clone();
    vec![
        ("plain", b()),
        ("smooth", b().path_smooth(3.0)),
        ("step", b().max_delta_step(0.4)),
        ("both", b().path_smooth(30.0).max_delta_step(0.2)),
        ("penalties", b().lambda_l1(2.0).lambda_l2(3.0)),
        (
            "dart",
            b().boosting(Boosting::Dart)
                .skip_drop(0.0)
                .drop_rate(0.5)
                .path_smooth(1.0),
        ),
        (
            "forest",
            b().boosting(Boosting::Rf)
                .bagging_freq(1)
                .bagging_fraction(0.6),
        ),
        (
            "smooth forest",
            b().boosting(Boosting::Rf)
                .feature_fraction(0.5)
                .path_smooth(5.0),
        ),
        ("goss", b().data_sample_strategy(DataSampleStrategy::Goss)),
        ("random", b().extra_trees(true).feature_fraction_bynode(0.5)),
        ("few levels", b().use_quantized_grad(true)),
        ("from 0", b().boost_from_average(false).num_iterations(20)),
        (
            "categories",
            b().categorical_feature(["x3"])
                .min_data_per_group(5)
                .cat_smooth(1.0)
                .max_cat_to_onehot(2),
        ),
        ("hole", boost.clone().monotone_constraints([1, -1, 1, -1])),
    ]
}

/// Rows that nothing can split.
fn flat<Y: Target>(labels: Y::Labels) -> Dataset<Dense<f64>, Y> {
    use ml_data::sample::Labels;
    let n = labels.len();
    Dataset::new(Dense::from_rows(1, vec![0.0; n]).unwrap(), labels).unwrap()
}

fn predicted(model: &FittedBoost) -> f64 {
    let x = Dense::from_rows(1, vec![0.0]).unwrap();
    model.predict(&x).unwrap().0[0]
}

#[derive(Debug, Clone)]
struct Bias;

impl Metric<Real> for Bias {
    fn name(&self) -> &'static str {
        "bias"
    }
    fn direction(&self) -> Direction {
        Direction::LowerIsBetter
    }
    fn score(&self, y: &RealLabels, predicted: &Scores, _: Option<&[f64]>) -> Result<f64> {
        let each = y.values().iter().zip(&predicted.0).map(|(y, p)| p - y);
        Ok(each.sum::<f64>().abs())
    }
}
