//! Objectives, classes, categories and constraints against values computed by LightGBM
//! (`golden/boost_losses.py`).
#![allow(clippy::unwrap_used, clippy::panic)]

use ml_data::contract::{Estimator, Fit};
use ml_data::repr::{Dense, Names, View};
use ml_data::sample::{
    Binary, BinaryLabels, Class, ClassLabels, Dataset, Real, RealLabels, Relevance,
    RelevanceLabels, Target,
};
use ml_models::boost::Boost;
use ml_models::tree::Ensemble;
use serde_json::Value;

fn numbers(v: &Value) -> Vec<f64> {
    let numbers = v.as_array().unwrap().iter();
    numbers.map(|v| v.as_f64().unwrap_or(f64::NAN)).collect()
}

struct Golden {
    file: Value,
    all: Dense<f64>,
    train: usize,
}

const NAMES: [&str; 5] = ["gauss", "levels", "holes", "few", "many"];

impl Golden {
    fn load() -> Self {
        let file: Value = ml_data::testkit::golden!("boost_losses").unwrap();
        let rows = file["x"].as_array().unwrap().iter();
        Self {
            all: Dense::new(Names::new(NAMES), rows.flat_map(numbers).collect()).unwrap(),
            train: file["train"].as_u64().unwrap() as usize,
            file,
        }
    }

    fn boost(&self, name: &str) -> Boost {
        let case = &self.file["cases"][name];
        let mut boost = Boost::new()
            .num_iterations(case["rounds"].as_u64().unwrap() as usize)
            .num_leaves(12)
            .min_gain_to_split(1e-6);
        if case["label"] == "grade" {
            boost = boost.min_data_in_leaf(1).min_sum_hessian_in_leaf(0.5);
        }
        for (key, value) in case["params"].as_object().unwrap() {
            let value = value.as_str().unwrap();
            boost = match key.as_str() {
                "categorical_feature" => boost.set(key, "few,many").unwrap(),
                "interaction_constraints" => {
                    boost.interaction_constraints([&NAMES[..2], &NAMES[2..]].map(<[_]>::to_vec))
                }
                _ => boost.set(key, value).unwrap(),
            };
        }
        boost
    }

    fn data<Y: Target>(&self, labels: Y::Labels) -> Dataset<Dense<f64>, Y> {
        let values = self.all.values()[..self.train * 5].to_vec();
        let x = Dense::new(self.all.names().clone(), values).unwrap();
        Dataset::new(x, labels).unwrap()
    }

    fn fit<Y: Target>(
        &self,
        name: &str,
        labels: Y::Labels,
        ensemble: impl Fn(&<Boost as Estimator<Dense<f64>, Y>>::Model) -> Ensemble,
    ) -> Ensemble
    where
        Boost: Estimator<Dense<f64>, Y>,
    {
        let mut data = self.data::<Y>(labels);
        if let Some(weights) = self.file["cases"][name].get("weights") {
            data = data.with_weights(numbers(weights)).unwrap();
        }
        ensemble(&self.boost(name).fit(&data.into_train()).unwrap())
    }

    fn ensemble(&self, name: &str) -> Ensemble {
        let label = self.file["cases"][name]["label"].as_str().unwrap();
        let y = numbers(&self.file["labels"][label])[..self.train].to_vec();
        match label {
            "two" => {
                let y: Vec<u8> = y.iter().map(|&y| y as u8).collect();
                let labels = BinaryLabels::new(y, "yes").unwrap();
                self.fit::<Binary>(name, labels, |m| m.ensemble().clone())
            }
            "four" => {
                let codes: Vec<u32> = y.iter().map(|&y| y as u32).collect();
                let classes = ["a", "b", "c", "d"].map(Box::from).to_vec();
                let labels = ClassLabels::new(codes, classes).unwrap();
                self.fit::<Class>(name, labels, |m| m.ensemble().clone())
            }
            "grade" => {
                let grades: Vec<f32> = y.iter().map(|&y| y as f32).collect();
                let sizes = numbers(&self.file["sizes"]);
                let queries = (0..).zip(&sizes).flat_map(|(q, &s)| vec![q; s as usize]);
                let labels = RelevanceLabels::new(grades, queries.collect::<Vec<u32>>()).unwrap();
                self.fit::<Relevance>(name, labels, |m| m.ensemble().clone())
            }
            _ => self.fit::<Real>(name, RealLabels::new(y).unwrap(), |m| m.ensemble().clone()),
        }
    }

    /// Same number of leaves, same scores and predictions of seen and unseen rows.
    fn check(&self, name: &str, tolerance: f64) {
        let (case, model) = (&self.file["cases"][name], self.ensemble(name));
        let leaves: Vec<f64> = model
            .trees()
            .iter()
            .map(|t| t.leaves().len() as f64)
            .collect();
        assert_eq!(leaves, numbers(&case["leaves"]), "{name}: leaves");
        let every = |step: usize, all: Vec<f64>| -> Vec<f64> {
            let rows = all.chunks(model.outputs()).step_by(step);
            rows.flatten().copied().collect()
        };
        let all = View::all(&self.all);
        for (what, got) in [
            ("raw", every(3, model.raw_scores(all).unwrap())),
            ("predicted", every(15, model.predictions(all).unwrap())),
        ] {
            let want = numbers(&case[what]);
            assert_eq!(got.len(), want.len());
            let scale = want.iter().map(|w| w.abs()).fold(0.0, f64::max);
            for (i, (g, w)) in got.iter().zip(&want).enumerate() {
                let near = (g - w).abs() <= tolerance * w.abs().max(0.05 * scale);
                assert!(near, "{name}: {what} {i}: {g} is not {w}");
            }
        }
    }
}

#[test]
fn losses_of_numbers_equal_lightgbm() {
    let golden = Golden::load();
    for name in [
        "l1", "huber", "fair", "poisson", "quantile", "mape", "gamma", "tweedie",
    ] {
        golden.check(name, 2e-5);
    }
}

#[test]
fn losses_of_classes_and_lists_equal_lightgbm() {
    let golden = Golden::load();
    for name in [
        "multiclass",
        "multiclassova",
        "unbalanced",
        "positive",
        "xendcg",
    ] {
        golden.check(name, 2e-5);
    }
}

#[test]
fn categories_equal_lightgbm() {
    let golden = Golden::load();
    for name in ["categories", "categories_binary", "categories_onehot"] {
        golden.check(name, 2e-5);
    }
}

#[test]
fn constraints_equal_lightgbm() {
    let golden = Golden::load();
    for name in ["delta", "monotone", "monotone_binary", "interactions"] {
        golden.check(name, 2e-5);
    }
}
