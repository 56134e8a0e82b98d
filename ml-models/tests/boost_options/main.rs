//! Options of boosting: refitted models, initial scores, smoothed paths, gradients of few levels.
#![allow(clippy::unwrap_used, clippy::panic)]

mod init_score;
mod lightgbm;
mod path_smooth;
mod rank_map;
mod refit;

use ml_data::contract::{Estimator, Fit, Predict};
use ml_data::random::{RngExt, generator};
use ml_data::repr::{Dense, View};
use ml_data::sample::{
    Binary, BinaryLabels, Class, ClassLabels, Dataset, Real, RealLabels, Relevance,
    RelevanceLabels, Split, Target,
};
use ml_data::table::{Column, Role, Table};
use ml_data::{Error, Result};
use ml_models::boost::{Boost, Boosting, FittedBoost, FittedBoostClassifier, Objective, Refit};
use ml_models::forest::IsolationForest;
use ml_models::tree::{Child, Ensemble};
use serde_json::Value;

fn numbers(v: &Value) -> Vec<f64> {
    let numbers = v.as_array().unwrap().iter();
    numbers.map(|v| v.as_f64().unwrap_or(f64::NAN)).collect()
}

/// Targets with their labels by name, and models that can be refitted.
trait Case: Target {
    type Model: Clone;
    fn labels(y: &[f64]) -> Self::Labels;
    fn ensemble(model: &Self::Model) -> &Ensemble;
    fn history(model: &Self::Model) -> &[f64];
}

macro_rules! case {
    ($target:ty, $model:ty, $y:ident => $labels:expr) => {
        impl Case for $target {
            type Model = $model;
            fn labels($y: &[f64]) -> Self::Labels {
                $labels
            }
            fn ensemble(model: &$model) -> &Ensemble {
                model.ensemble()
            }
            fn history(model: &$model) -> &[f64] {
                model.history()
            }
        }
    };
}

case!(Real, FittedBoost, y => RealLabels::new(y).unwrap());
case!(Binary, FittedBoost, y => {
    BinaryLabels::new(y.iter().map(|&y| y as u8).collect::<Vec<_>>(), "1").unwrap()
});
case!(Class, FittedBoostClassifier, y => {
    let names = ["a", "b", "c"].map(Box::from).to_vec();
    ClassLabels::new(y.iter().map(|&y| y as u32).collect::<Vec<_>>(), names).unwrap()
});

struct Golden {
    file: Value,
    x: Vec<f64>,
    rows: usize,
}

impl Golden {
    fn load() -> Self {
        let file: Value = ml_data::testkit::golden!("boost_options").unwrap();
        let x = file["x"].as_array().unwrap().iter().flat_map(numbers);
        Self {
            x: x.collect(),
            rows: file["rows"].as_u64().unwrap() as usize,
            file,
        }
    }

    fn boost(&self, name: &str) -> Boost {
        let case = &self.file["cases"][name];
        let boost = Boost::new()
            .num_iterations(self.file["rounds"].as_u64().unwrap() as usize)
            .num_leaves(10)
            .min_gain_to_split(1e-6);
        let params = case["params"].as_object().unwrap().iter();
        params.fold(boost, |b, (k, v)| b.set(k, v.as_str().unwrap()).unwrap())
    }

    /// Rows of one time.
    fn data<Y: Case>(&self, name: &str, later: bool) -> Dataset<Dense<f64>, Y> {
        let case = &self.file["cases"][name];
        let from = if later { self.rows } else { 0 };
        let rows = from..from + self.rows;
        let y = numbers(&self.file["labels"][case["label"].as_str().unwrap()]);
        let x = Dense::from_rows(4, self.x[rows.start * 4..rows.end * 4].to_vec()).unwrap();
        let mut data = Dataset::new(x, Y::labels(&y[rows.clone()])).unwrap();
        if case["weighted"] == true && !(case["kind"] == "init" && later) {
            let weights = numbers(&self.file["weights"])[rows.clone()].to_vec();
            data = data.with_weights(weights).unwrap();
        }
        if case["kind"] == "init" || (case["start"] == true && later) {
            let init = match case["label"].as_str().unwrap() {
                "three" => {
                    let rows = self.file["init3"].as_array().unwrap()[rows].iter();
                    rows.flat_map(numbers).collect()
                }
                _ => numbers(&self.file["init"])[rows].to_vec(),
            };
            data = data.with_init_score(init).unwrap();
        }
        data
    }

    fn close(&self, name: &str, what: &str, got: &[f64]) {
        let want = numbers(&self.file["cases"][name][what]);
        assert_eq!(got.len(), want.len(), "{name}: {what}");
        let scale = want.iter().map(|w| w.abs()).fold(0.0, f64::max);
        for (i, (g, w)) in got.iter().zip(&want).enumerate() {
            let near = (g - w).abs() <= 2e-5 * w.abs().max(0.05 * scale);
            assert!(near, "{name}: {what} {i}: {g} is not {w}");
        }
    }

    fn check_model(&self, name: &str, model: &Ensemble) {
        let x = Dense::from_rows(4, self.x.clone()).unwrap();
        let raw = model.raw_scores(View::all(&x)).unwrap();
        let every: Vec<f64> = raw
            .chunks(model.outputs())
            .step_by(3)
            .flatten()
            .copied()
            .collect();
        self.close(name, "raw", &every);
    }

    fn check_refit<Y: Case>(&self, name: &str)
    where
        Boost: Estimator<Dense<f64>, Y, Model = Y::Model>,
        Refit<Y::Model>: Estimator<Dense<f64>, Y, Model = Y::Model>,
    {
        let boost = self.boost(name);
        let old: Y::Model = boost
            .fit(&self.data::<Y>(name, false).into_train())
            .unwrap();
        let later = self.data::<Y>(name, true).into_train();
        let new: Y::Model = boost.refit(old.clone()).fit(&later).unwrap();
        self.check_model(name, Y::ensemble(&new));
        let splits = |m: &Y::Model| {
            let nodes = Y::ensemble(m)
                .trees()
                .iter()
                .flat_map(|t| t.nodes().to_vec());
            nodes
                .map(|n| (n.feature, n.test, n.left, n.right))
                .collect::<Vec<_>>()
        };
        assert_eq!(splits(&old), splits(&new));
    }

    fn check_fit<Y: Case>(&self, name: &str)
    where
        Boost: Estimator<Dense<f64>, Y, Model = Y::Model>,
    {
        let train = self.data::<Y>(name, false).into_train();
        let model: Y::Model = self.boost(name).fit(&train).unwrap();
        self.check_model(name, Y::ensemble(&model));
    }

    fn check_start<Y: Case>(&self, name: &str)
    where
        Boost: ml_data::contract::LearnValid<Dense<f64>, Y, Model = Y::Model>,
    {
        let (train, valid) = (self.data::<Y>(name, false), self.data::<Y>(name, true));
        let model = self
            .boost(name)
            .fit_valid(&train.into_train(), &valid.into_valid());
        let model: Y::Model = model.unwrap();
        assert!(
            Y::ensemble(&model)
                .parts()
                .base_score
                .iter()
                .all(|&s| s == 0.0)
        );
        self.check_model(name, Y::ensemble(&model));
        self.close(name, "history", Y::history(&model));
    }
}

const N: usize = 240;

fn rows(shift: f64) -> (Dense<f64>, Vec<f64>) {
    let x: Vec<f64> = (0..2 * N)
        .map(|i| ((i * 7919) % 101) as f64 / 50.0)
        .collect();
    let y = x
        .chunks(2)
        .map(|r| (3.0 * r[0]).sin() + r[1] + shift)
        .collect();
    (Dense::from_rows(2, x).unwrap(), y)
}

fn real(shift: f64) -> Dataset<Dense<f64>, Real> {
    let (x, y) = rows(shift);
    Dataset::new(x, RealLabels::new(y).unwrap()).unwrap()
}

fn boost() -> Boost {
    Boost::new()
        .num_iterations(30)
        .num_leaves(8)
        .min_data_in_leaf(5)
}

fn message<T>(result: Result<T>) -> String {
    result.err().unwrap().to_string()
}

/// Relevance of a document, besides chance.
fn merit(row: &[f64]) -> f64 {
    2.0 * row[0] + (6.0 * row[1]).sin()
}

/// Queries of ten documents.
fn lists(n: usize, seed: u64) -> (Dense<f64>, Vec<f32>, Vec<u32>) {
    let mut rng = generator(seed, "lists", 0);
    let x: Vec<f64> = (0..2 * n).map(|_| rng.random()).collect();
    let relevant = |row: &[f64]| u8::from(merit(row) + rng.random::<f64>() > 2.2);
    let grades = x.chunks(2).map(relevant).map(f32::from).collect();
    let queries = (0..n as u32).map(|i| i / 10).collect();
    (Dense::from_rows(2, x).unwrap(), grades, queries)
}

fn graded(n: usize, seed: u64) -> Dataset<Dense<f64>, Relevance> {
    let (x, grades, queries) = lists(n, seed);
    Dataset::new(x, RelevanceLabels::new(grades, queries).unwrap()).unwrap()
}
