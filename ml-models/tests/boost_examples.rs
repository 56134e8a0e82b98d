//! Boosting on the example data of the LightGBM repository, round by round beside LightGBM's own
//! scores (`golden/boost_examples.py`). The files are not shipped: set `ML_PIPELINE_DATA` to the
//! folder that holds `lightgbm_examples`; without it the tests say that they are skipped.
#![allow(clippy::unwrap_used)]

mod real;

use std::ops::ControlFlow;

use ml_data::contract::{Fit, LearnValid};
use ml_data::repr::Dense;
use ml_data::sample::{
    Binary, BinaryLabels, Dataset, Real, RealLabels, Relevance, RelevanceLabels, Target,
};
use ml_models::boost::{Boost, FittedBoost};
use real::{read, svmlight, table};

fn column(text: &str) -> Vec<f64> {
    text.lines().map(|l| l.parse().unwrap()).collect()
}

/// Fits 50 rounds and compares the validation metric with (round, LightGBM's value, tolerance).
fn compare<Y: Target>(
    train: Dataset<Dense, Y>,
    valid: Dataset<Dense, Y>,
    want: &[(usize, f64, f64)],
) where
    Boost: LearnValid<Dense, Y, Model = FittedBoost>,
{
    let boost = Boost::new().num_iterations(50);
    let go = &mut |_: ml_data::contract::Round<'_>| ControlFlow::Continue(());
    let model = boost
        .fit_valid_watched(&train.into_train(), &valid.into_valid(), go)
        .unwrap();
    for &(round, value, tolerance) in want {
        let got = model.history()[round - 1];
        eprintln!("round {round}: {got:.6}, LightGBM {value:.6}");
        assert!(
            (got - value).abs() <= tolerance,
            "round {round}: {got} is not {value} +- {tolerance}"
        );
    }
}

#[test]
fn regression_follows_lightgbm() {
    let files = ["regression/regression.train", "regression/regression.test"]
        .map(|name| read(&format!("lightgbm_examples/{name}")));
    let [Some(train), Some(valid)] = files else {
        return;
    };
    let data = |text: &str| {
        let (x, y) = table(text);
        Dataset::<_, Real>::new(x, RealLabels::new(y).unwrap()).unwrap()
    };
    let want = [1, 2, 3, 10, 25, 50]
        .into_iter()
        .zip([0.237569, 0.229057, 0.222616, 0.195653, 0.179049, 0.173585]);
    let want: Vec<_> = want.map(|(round, value)| (round, value, 1e-6)).collect();
    compare(data(&train), data(&valid), &want);
}

#[test]
fn weighted_classification_follows_lightgbm() {
    let name = |part: &str| format!("lightgbm_examples/binary_classification/binary.{part}");
    let files = ["train", "train.weight", "test", "test.weight"].map(|part| read(&name(part)));
    let [
        Some(train),
        Some(train_weight),
        Some(valid),
        Some(valid_weight),
    ] = files
    else {
        return;
    };
    let data = |text: &str, weight: &str| {
        let (x, y) = table(text);
        let labels: Vec<u8> = y.iter().map(|&y| y as u8).collect();
        let data = Dataset::<_, Binary>::new(x, BinaryLabels::new(labels, "1").unwrap()).unwrap();
        data.with_weights(column(weight)).unwrap()
    };
    let want = [
        (1, 0.668182, 1e-6),
        (3, 0.638416, 1e-6),
        (10, 0.583569, 1e-6),
        (50, 0.513560, 1e-6),
    ];
    compare(
        data(&train, &train_weight),
        data(&valid, &valid_weight),
        &want,
    );
}

#[test]
fn ranking_follows_lightgbm() {
    let files = ["train", "train.query", "test", "test.query"]
        .map(|part| read(&format!("lightgbm_examples/lambdarank/rank.{part}")));
    let [
        Some(train),
        Some(train_query),
        Some(valid),
        Some(valid_query),
    ] = files
    else {
        return;
    };
    let data = |text: &str, sizes: &str| {
        let (x, grades) = svmlight(text);
        let queries: Vec<u32> = (0..)
            .zip(column(sizes))
            .flat_map(|(q, n)| vec![q; n as usize])
            .collect();
        Dataset::<_, Relevance>::new(x, RelevanceLabels::new(grades, queries).unwrap()).unwrap()
    };
    let want = [
        (1, 0.569675, 1e-6),
        (10, 0.607421, 1e-6),
        (50, 0.650294, 0.02),
    ];
    compare(
        data(&train, &train_query),
        data(&valid, &valid_query),
        &want,
    );
}
