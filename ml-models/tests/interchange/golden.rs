//! Small models that LightGBM and XGBoost made, and what they predict from them.

use std::collections::BTreeMap;

use ml_data::repr::{Dense, View};
use ml_models::tree::{Combine, Ensemble};
use serde::Deserialize;

#[derive(Deserialize)]
pub(crate) struct Golden {
    pub(crate) lightgbm: BTreeMap<String, Case>,
}

/// A model and its predictions, row after row.
#[derive(Deserialize)]
pub(crate) struct Case {
    pub(crate) model: String,
    rows: Vec<String>,
    raw: Vec<String>,
    predicted: Vec<String>,
    leaves: Vec<u32>,
}

pub(crate) fn golden() -> Golden {
    serde_json::from_str(include_str!("../golden/interchange.json")).unwrap()
}

fn numbers(texts: &[String]) -> Vec<f64> {
    texts.iter().map(|t| t.parse().unwrap()).collect()
}

impl Case {
    /// Compares our predictions; sums of a forest are its scores times the number of rounds.
    pub(crate) fn check(&self, name: &str, ensemble: &Ensemble, forest_sums: bool, tolerance: f64) {
        let x = Dense::from_rows(5, numbers(&self.rows)).unwrap();
        let x = x.with_names(ensemble.names().clone()).unwrap();
        let all = View::all(&x);
        let rounds = match ensemble.parts().combine {
            Combine::Mean if forest_sums => ensemble.trees().len() / ensemble.outputs(),
            _ => 1,
        };
        let raw = ensemble.raw_scores(all).unwrap();
        let expected: Vec<f64> = numbers(&self.raw)
            .iter()
            .map(|s| s / rounds as f64)
            .collect();
        close(&format!("{name}, raw"), &raw, &expected, tolerance);
        let predicted = ensemble.predictions(all).unwrap();
        close(name, &predicted, &numbers(&self.predicted), tolerance);
        let leaves: Vec<u32> = (0..all.len())
            .flat_map(|i| {
                let leaf = move |t: &ml_models::tree::Tree| t.leaf_of(|f| all.row(i)[f]) as u32;
                ensemble.trees().iter().map(leaf)
            })
            .collect();
        assert_eq!(leaves, self.leaves, "{name}");
    }
}

fn close(name: &str, ours: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(ours.len(), expected.len(), "{name}");
    for (i, (o, e)) in ours.iter().zip(expected).enumerate() {
        let apart = (o - e).abs();
        assert!(
            apart <= tolerance * e.abs().max(1.0),
            "{name}, number {i}: {o} instead of {e}"
        );
    }
}
