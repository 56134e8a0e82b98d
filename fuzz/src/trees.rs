//! Ensembles to begin from, and what is done with one that was read.

use crate::strange_rows;
use ml_data::contract::Fit;
use ml_data::repr::{Dense, Names, View};
use ml_data::sample::{Dataset, Real, RealLabels};
use ml_models::boost::Boost;
use ml_models::interchange::{lightgbm, onnx, xgboost};
use ml_models::tree::Ensemble;

/// Rows of three columns with missing values, and numbers that depend on them.
pub fn numbers() -> (Dense<f64>, RealLabels) {
    let rows = 60;
    let cells = (0..rows).flat_map(|i| {
        let x = if i % 7 == 0 {
            f64::NAN
        } else {
            f64::from(i) / 9.0
        };
        [x, f64::from(i % 5), f64::from(i * i % 11)]
    });
    let x = Dense::new(Names::new(["a", "b", "c"]), cells.collect()).unwrap();
    let y: Vec<f64> = (0..rows)
        .map(|i| f64::from(i % 5) + f64::from(i) / 20.0)
        .collect();
    (x, RealLabels::new(y).unwrap())
}

/// A small boosted model on numbers with missing values and a categorical column.
pub fn small() -> Ensemble {
    let (x, y) = numbers();
    let train = Dataset::<_, Real>::new(x, y).unwrap().into_train();
    let boost = Boost::new()
        .num_iterations(3)
        .num_leaves(6)
        .min_data_in_leaf(3);
    let model = boost.categorical_feature(["b"]).fit(&train).unwrap();
    model.ensemble().clone()
}

/// Everything that can be done with an ensemble: scores, leaves, Shapley values, the other formats.
pub fn exercise(ensemble: &Ensemble) {
    let width = ensemble.names().len();
    if width == 0 || width > 1_000 {
        return;
    }
    let rows = Dense::from_rows(width, strange_rows(width)).unwrap();
    let _ = ensemble.raw_scores(View::all(&rows));
    let _ = ensemble.predictions(View::all(&rows));
    let _ = ensemble.leaves(View::all(&rows));
    let _ = ensemble.shap(View::all(&rows));
    let _ = lightgbm::to_string(ensemble);
    let _ = xgboost::to_json(ensemble);
    let _ = xgboost::to_ubjson(ensemble);
    let _ = onnx::to_bytes(ensemble);
}
