//! Every metric under the rules that metrics of the family keep.
#![allow(clippy::unwrap_used)] // helpers of tests

use ml_data::contract::{Direction, Metric, MetricFn};
use ml_data::random::{RngExt, generator};
use ml_data::sample::{
    Binary, BinaryLabels, Class, ClassLabels, Probabilities, Real, RealLabels, Relevance,
    RelevanceLabels, Scores, Target,
};
use ml_data::testkit::{Weights, check_metric};
use ml_eval::metric::{
    Accuracy, Average, ConfusionMatrix, F1, Gain, LogLoss, Mae, Mcc, MeanAveragePrecision,
    MultiLogLoss, Ndcg, Precision, PrecisionAtK, R2, Recall, RecallAtK, Rmse, RocAuc, RocAucOvr,
    log_loss, mae, multi_log_loss, r2, rmse, roc_auc, roc_auc_ovr,
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
    if weights != Weights::Refused {
        let uneven: Vec<f64> = (0..ROWS).map(|i| 0.25 + (i % 7) as f64).collect();
        same_for_any_unit(metric, truth, predicted, &uneven);
    }
}

/// Weights have no unit: a constant factor, however large or small, changes no metric.
fn same_for_any_unit<Y: Target>(
    metric: &dyn Metric<Y>,
    truth: &Y::Labels,
    predicted: &Y::Prediction,
    weights: &[f64],
) {
    let plain = metric.score(truth, predicted, Some(weights)).unwrap();
    for factor in [
        1e-300, 1e-154, 1e-80, 1e-30, 3.0, 1e30, 1e80, 1e154, 1e160, 1e300,
    ] {
        let times: Vec<f64> = weights.iter().map(|w| w * factor).collect();
        let found = metric.score(truth, predicted, Some(&times)).unwrap();
        let name = metric.name();
        assert!(
            (found - plain).abs() <= 1e-12 * plain.abs().max(1.0),
            "{name} {factor}: {found}"
        );
    }
    let alone = metric.score(truth, predicted, None).unwrap();
    for weight in [5e-324, 1e-308, 1e154, 1e308] {
        let found = metric.score(truth, predicted, Some(&vec![weight; weights.len()]));
        let (name, found) = (metric.name(), found.unwrap());
        assert!(
            (found - alone).abs() <= 1e-12 * alone.abs().max(1.0),
            "{name} {weight}: {found}"
        );
    }
}

#[test]
fn metrics_of_two_classes_conform() {
    let (predicted, y) = predicted_and_true();
    let positive: Vec<u8> = y.iter().map(|y| u8::from(*y > 0.5)).collect();
    let truth = BinaryLabels::new(positive, "yes").unwrap();
    let metrics: [&dyn Metric<Binary>; 8] = [
        &RocAuc,
        &LogLoss,
        &Accuracy,
        &Precision(Average::Binary),
        &Recall(Average::Binary),
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
    let close = MetricFn::mean::<Real>("close", Direction::HigherIsBetter, |y, p| {
        f64::from(u8::from((y - p).abs() < 0.1))
    });
    let metrics: [&dyn Metric<Real>; 4] = [&Rmse, &Mae, &R2, &close];
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
    let metrics: [&dyn Metric<Class>; 10] = [
        &MultiLogLoss,
        &Accuracy,
        &Precision(Average::Macro),
        &Recall(Average::Weighted),
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
        &PrecisionAtK::at(5),
        &RecallAtK::at(5),
        &MeanAveragePrecision::at(5),
        &MeanAveragePrecision::at(100),
    ];
    for metric in metrics {
        // Weights belong to queries: the suite's, which differ within a query, must be refused.
        passes(metric, &truth, &predicted, Weights::Refused);
        let by_query: Vec<f64> = (0..ROWS).map(|i| 0.5 + (i / 12 % 3) as f64).collect();
        same_for_any_unit(metric, &truth, &predicted, &by_query);
    }
}

/// Values by hand: two rows of equal weight are two rows, whatever the weight.
#[test]
fn case_m7_weights_at_the_ends_of_the_range() {
    for w in [1e154, 1e300, 1e308, 1e-30, 1e-308, 5e-324] {
        let two = Some(&[w, w][..]);
        let close = |found: f64, want: f64| assert!((found - want).abs() < 1e-12, "{w}: {found}");
        close(roc_auc(&[0.1, 0.2], &[false, true], two).unwrap(), 1.0);
        close(
            log_loss(&[0.5, 0.5], &[false, true], two).unwrap(),
            2f64.ln(),
        );
        close(rmse(&[1.0, 0.0], &[0.0, 2.0], two).unwrap(), 2.5f64.sqrt());
        close(mae(&[1.0, 0.0], &[0.0, 2.0], two).unwrap(), 1.5);
        close(r2(&[0.0, 2.0], &[0.0, 3.0], two).unwrap(), 1.0 - 1.0 / 4.5);
        close(
            multi_log_loss(&[0.5, 0.5, 0.5, 0.5], 2, &[0, 1], two).unwrap(),
            2f64.ln(),
        );
        let three = [0.6, 0.4, 0.3, 0.7];
        close(
            roc_auc_ovr(&three, 2, &[0, 1], Average::Weighted, two).unwrap(),
            1.0,
        );
    }
    // The classes' weights may lie apart as far as numbers go.
    let found = roc_auc(
        &[0.1, 0.3, 0.2, 0.4],
        &[false, false, true, true],
        Some(&[5e-324, 5e-324, 1e308, 1e308]),
    );
    assert_eq!(found.unwrap(), 0.75);
}

/// A matrix of 3, 1, 1, 5 rows: 14 / sqrt(4 * 6 * 4 * 6) by the formula.
#[test]
fn case_m7_large_counts() {
    let (truth, predicted) = ([0, 0, 1, 1], [0, 1, 0, 1]);
    for unit in [1.0, 1e80, 1e160, 1e300, 1e-160, 1e-300] {
        let weights = [3.0, 1.0, 1.0, 5.0].map(|w| w * unit);
        let matrix = ConfusionMatrix::new(2, &truth, &predicted, Some(&weights)).unwrap();
        assert_eq!(matrix.count(1, 1), 5.0 * unit);
        let close =
            |found: f64, want: f64| assert!((found - want).abs() < 1e-12, "{unit}: {found}");
        close(matrix.mcc(), 14.0 / 24.0);
        close(matrix.accuracy(), 0.8);
        close(matrix.f1(Average::Binary).unwrap(), 10.0 / 12.0);
        close(
            matrix.precision(Average::Macro).unwrap(),
            (0.75 + 5.0 / 6.0) / 2.0,
        );
        close(matrix.recall(Average::Weighted).unwrap(), 0.8);
    }
    let too_large = ConfusionMatrix::new(2, &truth, &predicted, Some(&[1e308; 4]));
    assert!(
        too_large
            .unwrap_err()
            .to_string()
            .contains("sum of the weights")
    );
}
