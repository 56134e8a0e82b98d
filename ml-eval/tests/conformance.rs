//! Every metric under the rules that metrics of the family keep.
#![allow(clippy::unwrap_used)] // helpers of tests

use ml_data::contract::Metric;
use ml_data::random::{RngExt, generator};
use ml_data::sample::{
    Binary, BinaryLabels, Class, ClassLabels, Probabilities, Real, RealLabels, Relevance,
    RelevanceLabels, Scores, Target,
};
use ml_data::testkit::{Weights, check_metric};
use ml_eval::metric::{
    Accuracy, Average, F1, Gain, LogLoss, Mae, Mcc, MeanAveragePrecision, MultiLogLoss, Ndcg,
    Precision, R2, Recall, Rmse, RocAuc, RocAucOvr,
};

const ROWS: usize = 240;

/// Predictions, many of them tied, and numbers that follow them loosely.
fn predicted_and_true() -> (Scores, Vec<f64>) {
    let mut rng = generator(3, "conformance", 0);
    let scores: Vec<f64> = (0..ROWS)
        .map(|_| f64::from(rng.random_range(1..40u32)) / 40.0)
        .collect();
    let truth = scores.iter().map(|s| s + rng.random_range(-0.4..0.4));
    let truth = truth.collect();
    (Scores(scores), truth)
}

fn passes<Y: Target>(
    metric: &dyn Metric<Y>,
    truth: &Y::Labels,
    predicted: &Y::Prediction,
    weights: Weights,
) {
    let report = check_metric::<Y>(metric, truth, predicted, weights);
    assert!(report.passed(), "{report}");
}

#[test]
fn metrics_of_two_classes_conform() {
    let (predicted, y) = predicted_and_true();
    let positive: Vec<u8> = y.iter().map(|y| u8::from(*y > 0.5)).collect();
    let truth = BinaryLabels::new(positive, "yes").unwrap();
    let metrics: [&dyn Metric<Binary>; 6] = [
        &RocAuc,
        &LogLoss,
        &Accuracy,
        &F1(Average::Binary),
        &F1(Average::Weighted),
        &Mcc,
    ];
    for metric in metrics {
        passes(metric, &truth, &predicted, Weights::Honoured(1e-12));
    }
}

#[test]
fn metrics_of_numbers_conform() {
    let (predicted, y) = predicted_and_true();
    let truth = RealLabels::new(y).unwrap();
    let metrics: [&dyn Metric<Real>; 3] = [&Rmse, &Mae, &R2];
    for metric in metrics {
        passes(metric, &truth, &predicted, Weights::Honoured(1e-12));
    }
}

#[test]
fn metrics_of_several_classes_conform() {
    let mut rng = generator(4, "conformance", 0);
    let mut flat = Vec::new();
    let mut codes = Vec::new();
    for row in 0..ROWS as u32 {
        codes.push(row % 4);
        let raw = [0; 4].map(|_| rng.random_range(0.1..1.0));
        let sum: f64 = raw.iter().sum();
        flat.extend(raw.map(|p: f64| p / sum));
    }
    let names: Vec<Box<str>> = ["a", "b", "c", "d"].map(Into::into).into();
    let truth = ClassLabels::new(codes, names).unwrap();
    let predicted = Probabilities::new(4, flat).unwrap();
    let metrics: [&dyn Metric<Class>; 8] = [
        &MultiLogLoss,
        &Accuracy,
        &F1(Average::Macro),
        &F1(Average::Micro),
        &F1(Average::Weighted),
        &Mcc,
        &RocAucOvr(Average::Macro),
        &RocAucOvr(Average::Weighted),
    ];
    for metric in metrics {
        passes(metric, &truth, &predicted, Weights::Honoured(1e-12));
    }
}

#[test]
fn metrics_of_lists_conform() {
    let (predicted, y) = predicted_and_true();
    let grades = y.iter().map(|y| (y * 3.0).round().clamp(0.0, 3.0) as f32);
    let queries = (0..ROWS as u32).map(|i| i / 12);
    let truth =
        RelevanceLabels::new(grades.collect::<Vec<_>>(), queries.collect::<Vec<_>>()).unwrap();
    let metrics: [&dyn Metric<Relevance>; 6] = [
        &Ndcg::at(5),
        &Ndcg::at(10).gain(Gain::Linear),
        &Precision::at(5),
        &Recall::at(5),
        &MeanAveragePrecision::at(5),
        &MeanAveragePrecision::at(100),
    ];
    for metric in metrics {
        // Weights belong to queries: the suite's, which differ within a query, must be refused.
        passes(metric, &truth, &predicted, Weights::Refused);
    }
}
