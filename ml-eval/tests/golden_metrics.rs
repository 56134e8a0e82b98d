//! Metrics against scikit-learn, NumPy and SciPy; `golden/metrics.py` made the values.
#![allow(clippy::unwrap_used, clippy::panic)] // tests may

use ml_data::contract::Metric;
use ml_data::sample::{Class, ClassLabels, Probabilities};
use ml_eval::bootstrap::{Bootstrap, IntervalMethod};
use ml_eval::metric::{
    Accuracy, Average, ConfusionMatrix, Denominator, Gain, Mcc, MeanAveragePrecision, Ndcg,
    NoRelevant, Precision, PrecisionAtK, RankingMetric, Recall, RecallAtK, Relevant, log_loss, mae,
    multi_log_loss, r2, rmse, roc_auc, roc_auc_ovr,
};
use ndarray::Array2;
use serde_json::Value;

/// A metric of one query's scores and grades.
type OfQuery<'a> = dyn Fn(&[f64], &[f64]) -> Option<f64> + 'a;

fn golden() -> Value {
    ml_data::testkit::golden!("metrics").unwrap()
}

fn cases<'a>(golden: &'a Value, key: &str) -> &'a Vec<Value> {
    golden[key].as_array().unwrap()
}

fn numbers(value: &Value) -> Vec<f64> {
    value
        .as_array()
        .unwrap()
        .iter()
        .map(|v| v.as_f64().unwrap())
        .collect()
}

fn ids(value: &Value) -> Vec<u32> {
    value
        .as_array()
        .unwrap()
        .iter()
        .map(|v| v.as_u64().unwrap() as u32)
        .collect()
}

fn flags(value: &Value) -> Vec<bool> {
    value
        .as_array()
        .unwrap()
        .iter()
        .map(|v| v.as_bool().unwrap())
        .collect()
}

#[track_caller]
fn close(found: f64, expected: &Value, tolerance: f64) {
    let expected = expected.as_f64().unwrap();
    assert!(
        (found - expected).abs() <= tolerance * expected.abs().max(1.0),
        "found {found}, expected {expected}"
    );
}

#[test]
fn binary_metrics_equal_scikit_learn() {
    let golden = golden();
    for case in cases(&golden, "binary") {
        let (s, p, y) = (
            numbers(&case["scores"]),
            numbers(&case["probabilities"]),
            flags(&case["labels"]),
        );
        let w = (!case["weights"].is_null()).then(|| numbers(&case["weights"]));
        close(
            roc_auc(&s, &y, w.as_deref()).unwrap(),
            &case["roc_auc"],
            1e-13,
        );
        close(
            log_loss(&p, &y, w.as_deref()).unwrap(),
            &case["log_loss"],
            1e-13,
        );
    }
    let case = &golden["log_loss_f32"];
    let p: Vec<f32> = numbers(&case["probabilities"])
        .into_iter()
        .map(|v| v as f32)
        .collect();
    close(
        log_loss(&p, &flags(&case["labels"]), None).unwrap(),
        &case["log_loss"],
        1e-6,
    );
}

#[test]
fn errors_of_numbers_equal_scikit_learn() {
    for case in cases(&golden(), "regression") {
        let w = (!case["weights"].is_null()).then(|| numbers(&case["weights"]));
        let (p, y) = (numbers(&case["predicted"]), numbers(&case["target"]));
        let found = rmse(&p, &y, w.as_deref()).unwrap();
        close(found, &case["rmse"], 1e-13);
        close(found * found, &case["mse"], 1e-13);
        close(mae(&p, &y, w.as_deref()).unwrap(), &case["mae"], 1e-13);
        close(r2(&p, &y, w.as_deref()).unwrap(), &case["r2"], 1e-13);
    }
}

#[test]
fn metrics_of_classes_equal_scikit_learn() {
    for case in cases(&golden(), "classes") {
        let k = case["classes"].as_u64().unwrap() as usize;
        let (p, y) = (numbers(&case["probabilities"]), ids(&case["labels"]));
        let w = (!case["weights"].is_null()).then(|| numbers(&case["weights"]));
        let w = w.as_deref();
        close(
            multi_log_loss(&p, k, &y, w).unwrap(),
            &case["log_loss"],
            1e-13,
        );
        for (name, average) in [("macro", Average::Macro), ("weighted", Average::Weighted)] {
            if k > 2 {
                let found = roc_auc_ovr(&p, k, &y, average, w).unwrap();
                close(found, &case["auc"][name], 1e-13);
            }
        }
        let matrix = ConfusionMatrix::new(k, &y, &ids(&case["decided"]), w).unwrap();
        let counts: Vec<f64> = matrix.rows().flatten().copied().collect();
        assert_eq!(counts, numbers(&case["confusion"]));
        let names: Vec<Box<str>> = (0..k).map(|c| c.to_string().into()).collect();
        let truth = ClassLabels::new(y, names).unwrap();
        let predicted = Probabilities::new(k, p).unwrap();
        let score = |m: &dyn Metric<Class>| m.score(&truth, &predicted, w).unwrap();
        close(score(&Accuracy), &case["accuracy"], 1e-13);
        close(score(&Mcc), &case["mcc"], 1e-13);
        let macro_mean = &case["precision_recall_f1"]["macro"];
        close(score(&Precision(Average::Macro)), &macro_mean[0], 1e-13);
        close(score(&Recall(Average::Macro)), &macro_mean[1], 1e-13);
        averages(&matrix, case);
    }
}

/// Precision, recall and F1 of a case.
fn averages(matrix: &ConfusionMatrix, case: &Value) {
    let same = |average: Average, expected: &Value| {
        close(matrix.precision(average).unwrap(), &expected[0], 1e-13);
        close(matrix.recall(average).unwrap(), &expected[1], 1e-13);
        close(matrix.f1(average).unwrap(), &expected[2], 1e-13);
    };
    let expected = &case["precision_recall_f1"];
    same(Average::Macro, &expected["macro"]);
    same(Average::Micro, &expected["micro"]);
    same(Average::Weighted, &expected["weighted"]);
    if matrix.classes() == 2 {
        same(Average::Binary, &case["binary"]);
    }
}

#[test]
fn ranking_metrics_equal_scikit_learn_and_numpy() {
    for case in cases(&golden(), "ranking") {
        let k = case["k"].as_u64().unwrap() as usize;
        let rows: Vec<(Vec<f64>, Vec<f64>)> = cases(case, "scores")
            .iter()
            .zip(cases(case, "grades"))
            .map(|(s, g)| (numbers(s), numbers(g)))
            .collect();
        let check = |metric: &OfQuery<'_>, expected: &Value| {
            for ((s, g), e) in rows.iter().zip(expected.as_array().unwrap()) {
                let found = metric(s, g);
                assert_eq!(found.is_none(), g.iter().all(|g| *g == 0.0));
                close(found.unwrap_or(0.0), e, 1e-13);
            }
        };
        let linear = Ndcg::at(k).gain(Gain::Linear);
        check(&|s, g| linear.query(s, g).unwrap(), &case["ndcg_linear"]);
        check(
            &|s, g| Ndcg::at(k).query(s, g).unwrap(),
            &case["ndcg_exponential"],
        );
        let narrow = |v: &[f64]| v.iter().map(|x| *x as f32).collect::<Vec<_>>();
        for ((s, g), e) in rows.iter().zip(cases(case, "ndcg_linear")) {
            close(
                linear.query(&narrow(s), &narrow(g)).unwrap().unwrap_or(0.0),
                e,
                1e-6,
            );
        }
        if !case["map"].is_null() {
            check(&|s, g| Ndcg::at(k).query(s, g).unwrap(), &case["ndcg"]);
            check(
                &|s, g| PrecisionAtK::at(k).query(s, g).unwrap(),
                &case["precision"],
            );
            check(
                &|s, g| RecallAtK::at(k).query(s, g).unwrap(),
                &case["recall"],
            );
            check(
                &|s, g| {
                    RecallAtK::at(k)
                        .denominator(Denominator::Reachable)
                        .query(s, g)
                        .unwrap()
                },
                &case["recall_reachable"],
            );
            check(
                &|s, g| MeanAveragePrecision::at(k).query(s, g).unwrap(),
                &case["map"],
            );
            let all = MeanAveragePrecision::at(k).denominator(Denominator::AllRelevant);
            check(&|s, g| all.query(s, g).unwrap(), &case["map_all_relevant"]);
        }
        means_of_queries(case, &linear, &rows);
    }
}

/// Means over the queries of a case, weighted or not, from rows, matrices and their transposes.
fn means_of_queries(case: &Value, linear: &Ndcg, rows: &[(Vec<f64>, Vec<f64>)]) {
    let (queries, docs) = (rows.len(), rows[0].0.len());
    let s: Vec<f64> = rows.iter().flat_map(|r| r.0.clone()).collect();
    let g: Vec<f64> = rows.iter().flat_map(|r| r.1.clone()).collect();
    let sizes = vec![docs; queries];
    close(
        linear.mean(&s, &g, &sizes, None).unwrap(),
        &case["ndcg_linear_mean"],
        1e-13,
    );
    let matrix = |v: &[f64]| Array2::from_shape_vec((queries, docs), v.to_vec()).unwrap();
    close(
        linear.matrix(matrix(&s).view(), matrix(&g).view()).unwrap(),
        &case["ndcg_linear_mean"],
        1e-13,
    );
    let columns = |v: &[f64]| {
        Array2::from_shape_vec((queries, docs), v.to_vec())
            .unwrap()
            .reversed_axes()
            .as_standard_layout()
            .to_owned()
    };
    close(
        linear.matrix(columns(&s).t(), columns(&g).t()).unwrap(),
        &case["ndcg_linear_mean"],
        1e-13,
    );
    let weights: Vec<f64> = numbers(&case["query_weights"])
        .into_iter()
        .flat_map(|w| vec![w; docs])
        .collect();
    close(
        linear.mean(&s, &g, &sizes, Some(&weights)).unwrap(),
        &case["ndcg_linear_weighted"],
        1e-13,
    );
    if let Some(expected) = case.get("ndcg_linear_ignore_ties") {
        close(linear.mean(&s, &g, &sizes, None).unwrap(), expected, 1e-13);
    }
    // one of the queries has no relevant document
    let skipped = linear
        .clone()
        .no_relevant(NoRelevant::Skip)
        .mean(&s, &g, &sizes, None)
        .unwrap();
    close(
        skipped * (queries - 1) as f64 / queries as f64,
        &case["ndcg_linear_mean"],
        1e-13,
    );
}

#[test]
fn recommended_lists_equal_numpy() {
    for case in cases(&golden(), "lists") {
        let k = case["k"].as_u64().unwrap() as usize;
        for user in cases(case, "users") {
            let (top, items) = (ids(&user["recommended"]), ids(&user["relevant"]));
            let relevant = Relevant::new(&items).unwrap();
            close(
                Ndcg::at(k).list(&top, &relevant).unwrap().unwrap(),
                &user["ndcg"],
                1e-13,
            );
            close(
                MeanAveragePrecision::at(k)
                    .list(&top, &relevant)
                    .unwrap()
                    .unwrap(),
                &user["map"],
                1e-13,
            );
            close(
                RecallAtK::at(k).list(&top, &relevant).unwrap().unwrap(),
                &user["recall"],
                1e-13,
            );
            close(
                PrecisionAtK::at(k).list(&top, &relevant).unwrap().unwrap(),
                &user["precision"],
                1e-13,
            );
        }
    }
}

#[test]
fn bootstrap_agrees_with_scipy() {
    let golden = golden();
    let case = &golden["bootstrap"];
    let (a, b) = (numbers(&case["a"]), numbers(&case["b"]));
    let boot = Bootstrap::new().n_resamples(20_000);
    let ends = |found: ml_eval::bootstrap::Estimate, expected: &Value| {
        let expected = numbers(expected);
        let width = expected[1] - expected[0];
        assert!(
            (found.interval.lower - expected[0]).abs() < 0.02 * width,
            "{found} against {expected:?}"
        );
        assert!(
            (found.interval.upper - expected[1]).abs() < 0.02 * width,
            "{found} against {expected:?}"
        );
    };
    let percentile = boot.clone().method(IntervalMethod::Percentile);
    let mean = percentile.mean(&a).unwrap();
    close(mean.value, &case["mean"], 1e-13);
    ends(mean, &case["interval"]);
    ends(percentile.paired(&a, &b).unwrap(), &case["difference"]);
    let bca = boot.method(IntervalMethod::Bca);
    ends(bca.mean(&a).unwrap(), &case["bca"]);
}
