//! Contributions against LightGBM's `pred_contrib` (see `golden/shap.py`) and XGBoost's
//! `pred_contribs` (see `golden/shap_xgboost.py`).

#![allow(clippy::unwrap_used)] // helpers of tests

use ml_data::prelude::*;
use ml_models::interchange::{lightgbm, xgboost};
use ml_models::tree::{Ensemble, Printer};
use serde::Deserialize;

#[derive(Deserialize)]
struct Golden {
    rows: Vec<Vec<serde_json::Value>>,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    model: String,
    outputs: usize,
    contributions: Vec<f64>,
}

fn cell(value: &serde_json::Value) -> f64 {
    match value.as_str() {
        Some("inf") => f64::INFINITY,
        Some(_) => f64::NEG_INFINITY,
        None => value.as_f64().unwrap_or(f64::NAN),
    }
}

#[test]
fn contributions_equal_lightgbm() {
    let golden: Golden = ml_data::testkit::golden!("shap").unwrap();
    let width = golden.rows[0].len();
    let cells = golden.rows.iter().flatten().map(cell);
    let x = Dense::from_rows(width, cells.collect()).unwrap();
    for case in golden.cases {
        let ensemble = lightgbm::from_str(&case.model).unwrap();
        assert_eq!(ensemble.outputs(), case.outputs);
        let names = ensemble.names().clone();
        let x = Dense::new(names, x.clone().into_values()).unwrap();
        let shap = ensemble.shap(View::all(&x)).unwrap();
        assert_eq!(shap.values().len(), case.contributions.len());
        for (k, (got, want)) in shap.values().iter().zip(&case.contributions).enumerate() {
            let close = (got - want).abs() <= 1e-9 * want.abs().max(1.0);
            assert!(close, "{} {k}: {got} {want}", case.name);
        }
        let features = width + 1;
        let most = shap.values()[..features]
            .iter()
            .fold(0.0_f64, |a, b| a.max(b.abs()));
        assert!(most > 1e-3, "{}", case.name);
    }
}

#[derive(Deserialize)]
struct Single {
    rows: Vec<Vec<Option<f64>>>,
    cases: Vec<SingleCase>,
}

#[derive(Deserialize)]
struct SingleCase {
    name: String,
    model: String,
    /// Numbers in single precision, as text.
    contributions: Vec<String>,
}

/// Compares our contributions with XGBoost's, which are added up in single precision.
fn like_xgboost(what: &str, ensemble: &Ensemble, x: &Dense, want: &[f64]) {
    let x = x.clone().with_names(ensemble.names().clone()).unwrap();
    let shap = ensemble.shap(View::all(&x)).unwrap();
    assert_eq!(shap.values().len(), want.len());
    let scale = want.iter().fold(1.0_f64, |a, b| a.max(b.abs()));
    for (k, (got, want)) in shap.values().iter().zip(want).enumerate() {
        assert!(
            (got - want).abs() <= 3e-6 * scale,
            "{what} {k}: {got} {want}"
        );
    }
}

#[test]
fn case_m3_contributions_equal_xgboost() {
    let golden: Single = ml_data::testkit::golden!("shap_xgboost").unwrap();
    let width = golden.rows[0].len();
    let cells = golden.rows.iter().flatten().map(|v| v.unwrap_or(f64::NAN));
    let x = Dense::from_rows(width, cells.collect()).unwrap();
    for case in golden.cases {
        let name = case.name;
        let want: Vec<f64> = (case.contributions.iter())
            .map(|t| t.parse().unwrap())
            .collect();
        let read = xgboost::from_slice(case.model.as_bytes()).unwrap();
        like_xgboost(&name, &read, &x, &want);
        // There and back the covers stay; in LightGBM's text the counts have their proportions.
        let json = xgboost::to_json(&read).unwrap();
        let again = xgboost::from_slice(json.as_bytes()).unwrap();
        like_xgboost(&format!("{name}, again"), &again, &x, &want);
        let covers = |e: &Ensemble| -> Vec<f64> {
            let trees = e.trees().iter();
            trees
                .flat_map(|t| {
                    t.nodes()
                        .iter()
                        .map(|n| n.weight)
                        .chain(t.leaves().iter().map(|l| l.weight))
                })
                .collect()
        };
        assert_eq!(covers(&again).len(), covers(&read).len());
        let mut sorted = [covers(&again), covers(&read)];
        sorted.iter_mut().for_each(|c| c.sort_by(f64::total_cmp));
        assert_eq!(sorted[0], sorted[1], "{name}");
        // LightGBM sends missing categories right; where a tree does otherwise there is no text.
        if let Ok(text) = lightgbm::to_string(&read) {
            let text = lightgbm::from_str(&text).unwrap();
            like_xgboost(&format!("{name}, text"), &text, &x, &want);
        }
    }
}

/// A tree of leaves 10 and -10 with these covers, as XGBoost writes it.
fn small_cover(root: f64, left: f64, right: f64) -> String {
    format!(
        r#"{{"learner": {{"attributes": {{}}, "feature_names": [], "feature_types": [],
        "gradient_booster": {{"model": {{"gbtree_model_param": {{"num_parallel_tree": "1", "num_trees": "1"}},
        "iteration_indptr": [0, 1], "tree_info": [0], "trees": [{{"base_weights": [0.0, 0.5, -0.5],
        "categories": [], "categories_nodes": [], "categories_segments": [], "categories_sizes": [],
        "default_left": [0, 0, 0], "id": 0, "left_children": [1, -1, -1], "loss_changes": [9.0, 0.0, 0.0],
        "parents": [2147483647, 0, 0], "right_children": [2, -1, -1], "split_conditions": [1.0, 10.0, -10.0],
        "split_indices": [0, 0, 0], "split_type": [0, 0, 0], "sum_hessian": [{root}, {left}, {right}],
        "tree_param": {{"num_deleted": "0", "num_feature": "1", "num_nodes": "3", "size_leaf_vector": "1"}}}}]}},
        "name": "gbtree"}}, "learner_model_param": {{"base_score": "[5E-1]", "boost_from_average": "0",
        "num_class": "0", "num_feature": "1", "num_target": "1"}},
        "objective": {{"name": "binary:logistic", "reg_loss_param": {{"scale_pos_weight": "1"}}}}}},
        "version": [3, 2, 0]}}"#
    )
}

/// XGBoost 3.2: base -0.2, contributions 10.2 and -9.8. With covers of 0 everywhere nothing is
/// known, and half goes each way.
#[test]
fn case_m3_covers_below_one_half_are_not_rounded() {
    let x = Dense::from_rows(1, vec![0.0, 2.0]).unwrap();
    for (covers, want) in [
        ((1.0, 0.49, 0.51), [10.2, -0.2, -9.8, -0.2]),
        ((0.001, 0.000_49, 0.000_51), [10.2, -0.2, -9.8, -0.2]),
        ((1e9, 4.9e8, 5.1e8), [10.2, -0.2, -9.8, -0.2]),
        ((3.0, 0.0, 3.0), [20.0, -10.0, 0.0, -10.0]),
        ((0.0, 0.0, 0.0), [10.0, 0.0, -10.0, 0.0]),
    ] {
        let file = small_cover(covers.0, covers.1, covers.2);
        let read = xgboost::from_slice(file.as_bytes()).unwrap();
        like_xgboost("small cover", &read, &x, &want);
        let text = lightgbm::to_string(&read).unwrap();
        // LightGBM divides by these.
        let counts = |key: &str| -> Vec<f64> {
            let line = text.lines().find_map(|l| l.strip_prefix(key)).unwrap();
            line.split(' ').map(|n| n.parse().unwrap()).collect()
        };
        let (root, leaves) = (counts("internal_count=")[0], counts("leaf_count="));
        assert!(leaves[0] >= 1.0 && leaves[1] >= 1.0 && root == leaves[0] + leaves[1]);
        assert!(root < 2_147_483_648.0);
        let expected = (10.0 * leaves[0] - 10.0 * leaves[1]) / root;
        assert!((expected - want[1]).abs() < 1e-6, "{covers:?}: {expected}");
    }
}

#[test]
fn case_m3_covers_are_printed_as_covers() {
    let read = xgboost::from_slice(small_cover(1.0, 0.49, 0.51).as_bytes()).unwrap();
    let names = read.names().clone();
    let text = Printer::new(&names).text(&read.trees()[0]);
    assert!(text.contains("value: 10.00 (cover 0.49)"), "{text}");
}
