//! Small models that LightGBM and XGBoost made, and what they predict from them.

use std::collections::BTreeMap;

use ml_data::repr::{Dense, View};
use ml_models::tree::{Combine, Ensemble};
use serde::Deserialize;

#[derive(Deserialize)]
pub(crate) struct Golden {
    pub(crate) lightgbm: BTreeMap<String, Case>,
    pub(crate) xgboost: BTreeMap<String, Case>,
}

/// A model and its predictions, row after row.
#[derive(Deserialize)]
pub(crate) struct Case {
    pub(crate) model: String,
    rows: Vec<String>,
    raw: Vec<String>,
    predicted: Vec<String>,
    leaves: Vec<u32>,
    /// XGBoost only: the same model in UBJSON, as hexadecimal digits, and the output of each tree.
    #[serde(default)]
    pub(crate) ubjson: String,
    #[serde(default)]
    tree_info: Vec<usize>,
}

pub(crate) fn golden() -> Golden {
    ml_data::testkit::golden!("interchange").unwrap()
}

fn numbers(texts: &[String]) -> Vec<f64> {
    texts.iter().map(|t| t.parse().unwrap()).collect()
}

impl Case {
    /// Compares our predictions and leaves; the library's raw scores of a forest are sums.
    pub(crate) fn check(&self, name: &str, ensemble: &Ensemble, tolerance: f64) {
        self.check_scores(name, ensemble, tolerance);
        let x = self.rows(ensemble);
        let order = self.order(ensemble);
        let leaves: Vec<u32> = (0..View::all(&x).len())
            .flat_map(|i| {
                let trees = order.iter().map(|&t| &ensemble.trees()[t]);
                let row = View::all(&x).row(i);
                trees.map(move |t| t.leaf_of(|f| row[f]) as u32)
            })
            .collect();
        assert_eq!(leaves, self.leaves, "{name}");
    }

    fn rows(&self, ensemble: &Ensemble) -> Dense {
        let x = Dense::from_rows(5, numbers(&self.rows)).unwrap();
        x.with_names(ensemble.names().clone()).unwrap()
    }

    /// Compares our scores and predictions.
    pub(crate) fn check_scores(&self, name: &str, ensemble: &Ensemble, tolerance: f64) {
        let x = self.rows(ensemble);
        let all = View::all(&x);
        let rounds = match ensemble.parts().combine {
            Combine::Mean => ensemble.trees().len() / ensemble.outputs(),
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
    }

    /// Our numbers of the trees in the file's order.
    fn order(&self, ensemble: &Ensemble) -> Vec<usize> {
        if self.tree_info.is_empty() {
            return (0..ensemble.trees().len()).collect();
        }
        let mut rounds = vec![0; ensemble.outputs()];
        let number = |&output: &usize| {
            rounds[output] += 1;
            (rounds[output] - 1) * ensemble.outputs() + output
        };
        self.tree_info.iter().map(number).collect()
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
