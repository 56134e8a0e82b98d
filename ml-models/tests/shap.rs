//! Contributions against LightGBM's `pred_contrib` (see `golden/shap.py`).

use ml_data::prelude::*;
use ml_models::interchange::lightgbm;
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
    let golden: Golden = serde_json::from_str(include_str!("golden/shap.json")).unwrap();
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
