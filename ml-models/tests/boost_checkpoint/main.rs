//! Checkpoints of boosting: trainings that are killed and started again end with the same bits.
#![allow(clippy::unwrap_used, clippy::panic)]

mod going_on;
mod kills;
mod record;
mod refusals;

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use ml_data::artifact::ArtifactError;
use ml_data::contract::{Fit, Predict, Round};
use ml_data::indicatif::ProgressBar;
use ml_data::random::{RngExt, generator};
use ml_data::repr::{Dense, View};
use ml_data::sample::{
    Class, ClassLabels, Dataset, Real, RealLabels, Relevance, RelevanceLabels, Sample, Train, Valid,
};
use ml_data::{Error, Result};
use ml_models::boost::{
    Boost, Boosting, DataSampleStrategy, FittedBoost, FittedBoostClassifier, Objective,
};

/// A folder of its own, gone in the end.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let name = format!(
            "boost-checkpoint-{}-{}",
            std::process::id(),
            NEXT.fetch_add(1, Ordering::Relaxed)
        );
        let path = std::env::temp_dir().join(name);
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn file(&self) -> PathBuf {
        self.0.join("training")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).ok();
    }
}

fn numbers(n: usize, seed: u64) -> (Dense<f64>, Vec<f64>) {
    let mut rng = generator(seed, "checkpoint", 0);
    let (mut x, mut y) = (Vec::new(), Vec::new());
    for _ in 0..n {
        let u: [f64; 3] = std::array::from_fn(|_| rng.random::<f64>() * 2.0 - 1.0);
        let category = (u[2] * 5.0).abs().floor();
        x.extend([
            u[0],
            if u[1] > 0.6 { f64::NAN } else { u[1] },
            category,
            u[2],
        ]);
        y.push(u[0] + (4.0 * u[1]).sin() + category * 0.3 + 0.5 * rng.random::<f64>());
    }
    (Dense::from_rows(4, x).unwrap(), y)
}

fn real(n: usize, seed: u64) -> Dataset<Dense<f64>, Real> {
    let (x, y) = numbers(n, seed);
    Dataset::new(x, RealLabels::new(y).unwrap()).unwrap()
}

type Parts = (
    Sample<Dense<f64>, Real, Train>,
    Sample<Dense<f64>, Real, Valid>,
);

fn parts() -> Parts {
    (real(600, 1).into_train(), real(200, 2).into_valid())
}

const ROUNDS: usize = 60;

fn boost(way: &str) -> Boost {
    let boost = Boost::new()
        .num_iterations(ROUNDS)
        .num_leaves(8)
        .min_data_in_leaf(5)
        .categorical_feature(["x2"])
        .min_data_per_group(10);
    match way {
        "bagging" => boost
            .bagging_freq(2)
            .bagging_fraction(0.7)
            .feature_fraction(0.6)
            .early_stopping_round(Some(40)),
        "goss" => boost
            .data_sample_strategy(DataSampleStrategy::Goss)
            .learning_rate(0.3)
            .early_stopping_round(Some(40)),
        "dart" => boost.boosting(Boosting::Dart).skip_drop(0.2).drop_rate(0.3),
        "forest" => boost
            .boosting(Boosting::Rf)
            .bagging_freq(1)
            .bagging_fraction(0.5)
            .is_provide_training_metric(true),
        "random" => boost.extra_trees(true).feature_fraction_bynode(0.5),
        "median" => boost.objective(Objective::RegressionL1),
        _ => panic!("{way}"),
    }
}

const WAYS: [&str; 6] = ["bagging", "goss", "dart", "forest", "random", "median"];

/// All numbers of a model, bit for bit.
fn bits(model: &impl serde::Serialize) -> String {
    serde_json::to_string(model).unwrap()
}

fn child(command: &mut Command, way: &str, path: &Path, pause: u64) -> Child {
    command
        .args(["kills::train_until_killed", "--exact", "--nocapture"])
        .env("CHECKPOINT_WAY", way)
        .env("CHECKPOINT_PATH", path)
        .env("CHECKPOINT_PAUSE", pause.to_string())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Lets a training run up to a round, and kills it so that it can do nothing more.
fn kill_after(way: &str, path: &Path, last: usize) -> Vec<usize> {
    let mut child = child(
        &mut Command::new(std::env::current_exe().unwrap()),
        way,
        path,
        4,
    );
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut rounds = Vec::new();
    for line in lines {
        let line = line.unwrap();
        if let Some((_, round)) = line.split_once("round ") {
            rounds.push(round.parse().unwrap());
            if rounds.last() >= Some(&last) {
                break;
            }
        }
    }
    child.kill().unwrap();
    let status = child.wait().unwrap();
    assert!(!status.success(), "{way}: killed in the middle");
    rounds
}

/// Fits, stopping after so many rounds; a file takes it over.
fn stopped_after(boost: &Boost, parts: &Parts, path: &Path, last: usize) -> FittedBoost {
    let mut stop = |round: Round<'_>| {
        if round.round == last {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    };
    let boost = boost.clone().checkpoint(path, 1000);
    boost
        .fit_valid_watched(&parts.0, &parts.1, &mut stop)
        .unwrap()
}

/// Mean squared error of predictions.
fn l2(model: &FittedBoost, x: View<'_, Dense<f64>>, y: &[f64], weights: Option<&[f64]>) -> f64 {
    let p = model.predict(x).unwrap().0;
    let weight = |i: usize| weights.map_or(1.0, |w| w[i]);
    let sum: f64 = (0..p.len())
        .map(|i| weight(i) * (p[i] - y[i]).powi(2))
        .sum();
    sum / (0..p.len()).map(weight).sum::<f64>()
}
