//! Boosting against values computed by LightGBM (`golden/boost.py`).
#![allow(clippy::unwrap_used, clippy::panic)]

use ml_data::contract::{Fit, Predict};
use ml_data::repr::{Dense, Names, View};
use ml_data::sample::{
    Binary, BinaryLabels, Dataset, Real, RealLabels, Relevance, RelevanceLabels,
};
use ml_models::boost::{Boost, FittedBoost};
use serde_json::Value;

struct Golden {
    all: Dense<f64>,
    train: usize,
    file: Value,
}

fn numbers(v: &Value) -> Vec<f64> {
    v.as_array()
        .unwrap()
        .iter()
        .map(|v| v.as_f64().unwrap_or(f64::NAN))
        .collect()
}

impl Golden {
    fn load() -> Self {
        let file: Value = ml_data::testkit::golden!("boost").unwrap();
        let x = file["x"]
            .as_array()
            .unwrap()
            .iter()
            .flat_map(numbers)
            .collect();
        let names = Names::new(["gauss", "levels", "holes", "zeros", "heavy"]);
        Self {
            all: Dense::new(names, x).unwrap(),
            train: file["train"].as_u64().unwrap() as usize,
            file,
        }
    }

    fn x(&self) -> Dense<f64> {
        let values = self.all.values()[..self.train * 5].to_vec();
        Dense::new(self.all.names().clone(), values).unwrap()
    }

    fn fit(&self, name: &str) -> FittedBoost {
        let case = &self.file["cases"][name];
        let mut boost = Boost::new().num_iterations(case["rounds"].as_u64().unwrap() as usize);
        for (key, value) in case["params"].as_object().unwrap() {
            let (real, whole) = (
                value.as_f64().unwrap_or_default(),
                value.as_u64().unwrap_or_default() as usize,
            );
            boost = match key.as_str() {
                "num_leaves" => boost.num_leaves(whole),
                "learning_rate" => boost.learning_rate(real),
                "lambda_l1" => boost.lambda_l1(real),
                "lambda_l2" => boost.lambda_l2(real),
                "min_gain_to_split" => boost.min_gain_to_split(real),
                "min_data_in_leaf" => boost.min_data_in_leaf(whole),
                "min_sum_hessian_in_leaf" => boost.min_sum_hessian_in_leaf(real),
                "max_depth" => boost.max_depth(Some(whole)),
                "max_bin" => boost.max_bin(whole),
                "sigmoid" => boost.sigmoid(real),
                "lambdarank_truncation_level" => boost.lambdarank_truncation_level(whole),
                "lambdarank_norm" => boost.lambdarank_norm(value.as_bool().unwrap()),
                other => panic!("unknown parameter {other}"),
            };
        }
        let objective = case["objective"].as_str().unwrap();
        let labels = &numbers(&self.file["labels"][objective])[..self.train];
        match objective {
            "regression" => {
                let mut data =
                    Dataset::<_, Real>::new(self.x(), RealLabels::new(labels).unwrap()).unwrap();
                if name.ends_with("weighted") {
                    data = data.with_weights(numbers(&self.file["weights"])).unwrap();
                }
                boost.fit(&data.into_train()).unwrap()
            }
            "binary" => {
                let labels: Vec<u8> = labels.iter().map(|&l| l as u8).collect();
                let data =
                    Dataset::<_, Binary>::new(self.x(), BinaryLabels::new(labels, "yes").unwrap())
                        .unwrap();
                boost.fit(&data.into_train()).unwrap()
            }
            _ => {
                let grades: Vec<f32> = labels.iter().map(|&l| l as f32).collect();
                let sizes = numbers(&self.file["sizes"]);
                let queries: Vec<u32> = (0..)
                    .zip(&sizes)
                    .flat_map(|(q, &s)| vec![q; s as usize])
                    .collect();
                let data = Dataset::<_, Relevance>::new(
                    self.x(),
                    RelevanceLabels::new(grades, queries).unwrap(),
                )
                .unwrap();
                boost.fit(&data.into_train()).unwrap()
            }
        }
    }

    /// Same number of leaves, same importances, same raw predictions of seen and unseen rows.
    fn check(&self, name: &str, tolerance: f64) {
        let (case, model) = (&self.file["cases"][name], self.fit(name));
        let leaves: Vec<f64> = model
            .trees()
            .iter()
            .map(|t| t.leaves().len() as f64)
            .collect();
        assert_eq!(leaves, numbers(&case["leaves"]), "{name}: leaves");
        let splits: Vec<f64> = model.split_importance().iter().map(|&s| s as f64).collect();
        assert_eq!(splits, numbers(&case["split"]), "{name}: split importance");
        let near = |what: &str, got: &[f64], want: &[f64], tolerance: f64| {
            assert_eq!(got.len(), want.len());
            let scale = want.iter().map(|w| w.abs()).fold(0.0, f64::max);
            for (i, (g, w)) in got.iter().zip(want).enumerate() {
                assert!(
                    (g - w).abs() <= tolerance * w.abs().max(0.05 * scale),
                    "{name}: {what} {i}: {g} is not {w}"
                );
            }
        };
        near(
            "gain",
            &model.gain_importance(),
            &numbers(&case["gain"]),
            tolerance.max(1e-5),
        );
        near(
            "prediction",
            &model.raw_scores(View::all(&self.all)).unwrap(),
            &numbers(&case["raw"]),
            tolerance,
        );
    }
}

#[test]
fn regression_equals_lightgbm() {
    let golden = Golden::load();
    for name in [
        "real_1",
        "real_3",
        "real_20",
        "real_penalised",
        "real_weighted",
        "real_shallow",
    ] {
        golden.check(name, 1e-6);
    }
}

#[test]
fn binary_equals_lightgbm() {
    let golden = Golden::load();
    for name in ["binary_1", "binary_3", "binary_deep", "binary_steep"] {
        golden.check(name, 1e-6);
    }
    let model = golden.fit("binary_3");
    let raw = model.raw_scores(View::all(&golden.all)).unwrap();
    let probabilities = model.predict(&golden.all).unwrap().0;
    assert!(
        raw.iter()
            .zip(&probabilities)
            .all(|(r, p)| (1.0 / (1.0 + (-r).exp()) - p).abs() < 1e-14)
    );
}

#[test]
fn lambdarank_equals_lightgbm() {
    let golden = Golden::load();
    for name in ["rank_1", "rank_3", "rank_top"] {
        golden.check(name, 1e-4);
    }
}
