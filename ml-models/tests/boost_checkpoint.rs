//! Trainings that are killed and started again end with the same bits; checkpoints that do not fit are refused; and what a
//! training tells while it runs.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use indicatif::ProgressBar;
use ml_data::artifact::ArtifactError;
use ml_data::contract::{Fit, Predict, Round};
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

/// The training that is killed: run by other tests in a process of its own.
#[test]
fn train_until_killed() {
    let Ok(way) = std::env::var("CHECKPOINT_WAY") else {
        return;
    };
    let path = std::env::var("CHECKPOINT_PATH").unwrap();
    let pause: u64 = std::env::var("CHECKPOINT_PAUSE").unwrap().parse().unwrap();
    let (train, valid) = parts();
    let mut tell = |round: Round<'_>| {
        println!("round {}", round.round);
        std::io::stdout().flush().unwrap();
        std::thread::sleep(Duration::from_millis(pause));
        ControlFlow::Continue(())
    };
    let every = if way == "goss" { 1 } else { 4 };
    let fitted = boost(&way)
        .checkpoint(path, every)
        .fit_watched(&train, &valid, &mut tell);
    if let Err(e) = fitted {
        println!("failed {e}");
    }
}

fn child(command: &mut Command, way: &str, path: &Path, pause: u64) -> Child {
    command
        .args(["train_until_killed", "--exact", "--nocapture"])
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

#[test]
fn a_training_that_is_killed_ends_with_the_same_bits() {
    let (train, valid) = parts();
    for way in WAYS {
        let folder = Folder::new();
        let whole: FittedBoost = boost(way).fit_valid(&train, &valid).unwrap();
        let first = kill_after(way, &folder.file(), 13);
        assert_eq!(first[0], 1, "{way}");
        let second = kill_after(way, &folder.file(), 29);
        assert!(
            second[0] > 10 && second[0] <= 14,
            "{way}: goes on, {second:?}"
        );
        let mut rounds = Vec::new();
        let mut note = |round: Round<'_>| {
            rounds.push(round.round);
            ControlFlow::Continue(())
        };
        let gone_on = boost(way)
            .checkpoint(folder.file(), 4)
            .fit_watched(&train, &valid, &mut note)
            .unwrap();
        assert!(rounds[0] > 25, "{way}: {rounds:?}");
        assert_eq!(bits(&gone_on), bits(&whole), "{way}");
    }
}

#[test]
fn a_kill_at_any_moment_leaves_a_whole_checkpoint() {
    let (train, valid) = parts();
    let folder = Folder::new();
    let whole: FittedBoost = boost("goss").fit_valid(&train, &valid).unwrap();
    for wait in [1, 3, 5, 2, 4, 6] {
        let mut command = Command::new(std::env::current_exe().unwrap());
        let mut child = child(&mut command, "goss", &folder.file(), 0);
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        lines.find(|l| l.as_ref().unwrap().contains("round "));
        std::thread::sleep(Duration::from_millis(wait));
        child.kill().unwrap();
        child.wait().unwrap();
    }
    let gone_on = boost("goss")
        .checkpoint(folder.file(), 1)
        .fit_valid(&train, &valid)
        .unwrap();
    assert_eq!(bits(&gone_on), bits(&whole));
}

#[cfg(unix)]
#[test]
fn a_full_disk_is_an_error_and_leaves_the_last_checkpoint() {
    let (train, valid) = parts();
    let folder = Folder::new();
    // Files may have 24 KiB: enough for the scores, not for all the trees.
    let mut command = Command::new("sh");
    let limited = "trap '' XFSZ; ulimit -f 48; exec \"$0\" \"$@\"";
    command
        .args(["-c", limited])
        .arg(std::env::current_exe().unwrap());
    let out = child(&mut command, "dart", &folder.file(), 0)
        .wait_with_output()
        .unwrap();
    let text = String::from_utf8(out.stdout).unwrap();
    let failed = text
        .lines()
        .find_map(|l| l.split_once("failed "))
        .unwrap()
        .1;
    assert!(failed.contains("writing the checkpoint"), "{failed}");
    assert_eq!(
        fs::read_dir(&folder.0).unwrap().count(),
        1,
        "nothing half-written stays"
    );
    let mut first = 0;
    let mut note = |round: Round<'_>| {
        first = if first == 0 { round.round } else { first };
        ControlFlow::Continue(())
    };
    let dart = boost("dart").checkpoint(folder.file(), 4);
    let gone_on = dart.fit_watched(&train, &valid, &mut note).unwrap();
    assert!(first > 1, "{first}");
    let whole: FittedBoost = boost("dart").fit_valid(&train, &valid).unwrap();
    assert_eq!(bits(&gone_on), bits(&whole));
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
    boost.fit_watched(&parts.0, &parts.1, &mut stop).unwrap()
}

#[test]
fn a_training_that_was_stopped_or_has_ended_can_go_on() {
    let (parts, folder) = (parts(), Folder::new());
    let bagging = boost("bagging");
    let whole: FittedBoost = bagging.fit_valid(&parts.0, &parts.1).unwrap();
    stopped_after(&bagging, &parts, &folder.file(), 7);
    let file = bagging.clone().checkpoint(folder.file(), 50);
    assert_eq!(file.fit_valid(&parts.0, &parts.1).unwrap(), whole);
    assert_eq!(
        file.fit_valid(&parts.0, &parts.1).unwrap(),
        whole,
        "once more"
    );
    let more = bagging.clone().num_iterations(ROUNDS + 9);
    let longer: FittedBoost = more.fit_valid(&parts.0, &parts.1).unwrap();
    let gone_on = more
        .checkpoint(folder.file(), 50)
        .fit_valid(&parts.0, &parts.1)
        .unwrap();
    assert_eq!(gone_on, longer);
    let fewer = bagging.num_iterations(20).checkpoint(folder.file(), 50);
    let refused = fewer.fit_valid(&parts.0, &parts.1).unwrap_err().to_string();
    assert!(refused.contains("num_iterations"), "{refused}");
}

#[test]
fn a_training_that_stopped_early_does_not_go_on() {
    let (parts, folder) = (parts(), Folder::new());
    let early = boost("random")
        .learning_rate(1.0)
        .early_stopping_round(Some(3))
        .checkpoint(folder.file(), 1);
    let first: FittedBoost = early.fit_valid(&parts.0, &parts.1).unwrap();
    assert!(first.history().len() < ROUNDS);
    let mut none = |round: Round<'_>| panic!("round {}", round.round);
    let again = early.fit_watched(&parts.0, &parts.1, &mut none).unwrap();
    assert_eq!(again, first);
}

#[test]
fn classes_lists_and_trainings_from_models_and_scores_go_on_too() {
    let (x, y) = numbers(600, 1);
    let small = |b: Boost| b.num_iterations(8).num_leaves(5);
    let folder = Folder::new();
    let codes: Vec<u32> = y.iter().map(|&y| y.clamp(0.0, 2.0) as u32).collect();
    let labels = ClassLabels::new(codes, ["a", "b", "c"].map(Box::from).to_vec()).unwrap();
    let classes = Dataset::<_, Class>::new(x.clone(), labels)
        .unwrap()
        .into_train();
    let whole: FittedBoostClassifier = small(boost("random")).fit(&classes).unwrap();
    let file = boost("random").num_leaves(5).checkpoint(folder.file(), 3);
    let _: FittedBoostClassifier = file.clone().num_iterations(5).fit(&classes).unwrap();
    let gone_on: FittedBoostClassifier = small(file).fit(&classes).unwrap();
    assert_eq!(gone_on, whole);

    let folder = Folder::new();
    let grades: Vec<f32> = y.iter().map(|y| y.clamp(0.0, 3.0).floor() as f32).collect();
    let queries: Vec<u32> = (0..600).map(|i| i * 7 % 40).collect();
    let labels = RelevanceLabels::new(grades, queries).unwrap();
    let lists = Dataset::<_, Relevance>::new(x, labels)
        .unwrap()
        .into_train();
    let rank = boost("random")
        .num_leaves(5)
        .objective(Objective::RankXendcg);
    let whole: FittedBoost = small(rank.clone()).fit(&lists).unwrap();
    let file = rank.checkpoint(folder.file(), 3);
    let _: FittedBoost = file.clone().num_iterations(5).fit(&lists).unwrap();
    assert_eq!(small(file).fit::<_, FittedBoost>(&lists).unwrap(), whole);

    let (parts, folder) = (parts(), Folder::new());
    let init: Vec<f64> = (0..600).map(|i| f64::from(i).sin()).collect();
    let train = real(600, 1).with_init_score(init).unwrap().into_train();
    let first = boost("bagging")
        .num_iterations(4)
        .fit_valid(&train, &parts.1)
        .unwrap();
    let whole: FittedBoost = boost("bagging").fit_valid(&train, &parts.1).unwrap();
    let from = |b: Boost| {
        b.init_model(first.clone())
            .fit_valid(&train, &parts.1)
            .unwrap()
    };
    from(
        boost("bagging")
            .num_iterations(9)
            .checkpoint(folder.file(), 3),
    );
    assert_eq!(from(boost("bagging").checkpoint(folder.file(), 3)), whole);
}

#[test]
fn checkpoints_of_something_else_are_refused() {
    let (parts, folder) = (parts(), Folder::new());
    let path = folder.file();
    stopped_after(&boost("bagging"), &parts, &path, 5);
    let refused = |boost: Boost, train: &Sample<Dense<f64>, Real, Train>| {
        let result: Result<FittedBoost> = boost.checkpoint(&path, 5).fit_valid(train, &parts.1);
        let error = result.unwrap_err();
        assert!(matches!(error, Error::Source { .. }), "{error}");
        error.to_string()
    };
    let message = refused(boost("bagging").learning_rate(0.2), &parts.0);
    assert!(
        message.contains("learning_rate: 0.1, now learning_rate: 0.2"),
        "{message}"
    );
    let message = refused(boost("dart"), &parts.0);
    assert!(message.contains("parameters"), "{message}");
    let (x, y) = numbers(600, 1);
    let with = |change: fn(&mut Vec<f64>, &mut Vec<f64>)| {
        let (mut x, mut y) = (x.values().to_vec(), y.clone());
        change(&mut x, &mut y);
        let x = Dense::from_rows(4, x).unwrap();
        Dataset::<_, Real>::new(x, RealLabels::new(y).unwrap()).unwrap()
    };
    let others = [
        with(|x, _| x[1000] += 1e-9).into_train(),
        with(|_, y| y[599] += 1e-9).into_train(),
        with(|_, _| {})
            .with_weights(vec![2.0; 600])
            .unwrap()
            .into_train(),
        with(|_, _| {})
            .with_init_score(vec![0.0; 600])
            .unwrap()
            .into_train(),
    ];
    for other in &others {
        let message = refused(boost("bagging"), other);
        assert!(message.contains("other rows"), "{message}");
    }
    let without = boost("bagging")
        .early_stopping_round(None)
        .checkpoint(&path, 5);
    assert!(
        without.fit::<_, FittedBoost>(&parts.0).is_err(),
        "without validation rows"
    );
    let same = with(|_, _| {}).into_train();
    let fine = boost("bagging")
        .checkpoint(&path, 5)
        .fit_valid(&same, &parts.1);
    assert!(fine.is_ok());
}

#[test]
fn damaged_and_truncated_checkpoints_are_refused() {
    let (parts, folder) = (parts(), Folder::new());
    stopped_after(&boost("bagging"), &parts, &folder.file(), 5);
    let whole = fs::read(folder.file()).unwrap();
    let error = |bytes: &[u8]| {
        fs::write(folder.file(), bytes).unwrap();
        let file = boost("bagging").checkpoint(folder.file(), 5);
        let result: Result<FittedBoost> = file.fit_valid(&parts.0, &parts.1);
        match result.unwrap_err() {
            Error::Artifact(error) => error,
            other => panic!("{other}"),
        }
    };
    for length in [0, 9, 40, 300, whole.len() / 2, whole.len() - 1] {
        let error = error(&whole[..length]);
        assert!(
            matches!(error, ArtifactError::Truncated { .. }),
            "{length}: {error}"
        );
    }
    let mut flipped = whole.clone();
    flipped[whole.len() / 2] ^= 1;
    assert!(matches!(error(&flipped), ArtifactError::Checksum));
    assert!(matches!(error(&[7; 500]), ArtifactError::Magic));
    let other = ml_data::artifact::Artifact::new("shop/1", &7).unwrap();
    let kind = error(&other.to_bytes().unwrap());
    assert!(matches!(kind, ArtifactError::Kind { .. }), "{kind}");
}

#[test]
fn a_file_that_can_not_be_written_is_found_out_before_the_first_round() {
    let (parts, folder) = (parts(), Folder::new());
    fs::write(folder.file(), "no folder").unwrap();
    let places = [
        folder.0.join("missing").join("training"),
        folder.file().join("training"),
        folder.0.clone(),
    ];
    for place in places {
        let mut none = |round: Round<'_>| panic!("round {}", round.round);
        let file = boost("bagging").checkpoint(&place, 5);
        let error = file.fit_watched(&parts.0, &parts.1, &mut none).unwrap_err();
        assert!(matches!(error, Error::Io { .. }), "{error}");
        assert!(
            error.to_string().contains(&*place.to_string_lossy()),
            "{error}"
        );
    }
    let never = boost("bagging").checkpoint(folder.0.join("x"), 0);
    let error = never.fit_valid(&parts.0, &parts.1).unwrap_err().to_string();
    assert!(error.contains("checkpoint"), "{error}");
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

#[test]
fn the_record_has_the_metric_of_training_and_validation_rows() {
    let (_, valid) = parts();
    let weights: Vec<f64> = (0..600).map(|i| f64::from(i % 4) * 0.75).collect();
    let train = real(600, 1).with_weights(weights).unwrap().into_train();
    for way in ["bagging", "goss", "dart", "forest", "random"] {
        let boost = boost(way)
            .early_stopping_round(None)
            .is_provide_training_metric(true);
        let mut told = Vec::new();
        let mut note = |round: Round<'_>| {
            assert_eq!(round.metric, "l2");
            told.push((round.train.unwrap(), round.valid.unwrap()));
            ControlFlow::Continue(())
        };
        let model: FittedBoost = boost.fit_watched(&train, &valid, &mut note).unwrap();
        let record = model.evals_result();
        assert_eq!((record.metric(), record.higher_is_better()), ("l2", false));
        assert_eq!(
            (record.training().len(), record.valid().len()),
            (ROUNDS, ROUNDS)
        );
        let kept: Vec<_> = record
            .training()
            .iter()
            .copied()
            .zip(record.valid().iter().copied())
            .collect();
        assert_eq!(kept, told);
        let found = [
            l2(&model, train.x(), train.y().values(), train.weights()),
            l2(&model, valid.x(), valid.y().values(), None),
        ];
        for (found, kept) in found.iter().zip([kept[ROUNDS - 1].0, kept[ROUNDS - 1].1]) {
            assert!((found - kept).abs() < 1e-9 * found, "{way}: {found} {kept}");
        }
        let alone: FittedBoost = boost.fit(&train).unwrap();
        assert_eq!(alone.evals_result().training(), record.training());
        assert!(alone.evals_result().valid().is_empty());
    }
    let plain: FittedBoost = boost("random").fit(&train).unwrap();
    assert!(plain.evals_result().training().is_empty() && plain.best_score().is_none());
    let early = boost("bagging")
        .early_stopping_round(Some(5))
        .num_iterations(500);
    let early: FittedBoost = early.fit_valid(&train, &valid).unwrap();
    let best = early
        .history()
        .iter()
        .copied()
        .fold(f64::INFINITY, f64::min);
    assert_eq!(early.best_score(), Some(best));
}

#[test]
fn a_bar_shows_rounds_and_metrics() {
    let (train, valid) = parts();
    let bar = ProgressBar::hidden();
    let _: FittedBoost = boost("random")
        .progress_bar(bar.clone())
        .fit(&train)
        .unwrap();
    assert_eq!(
        (bar.position(), bar.length(), bar.message().as_str()),
        (60, Some(60), "")
    );
    let bar = ProgressBar::hidden();
    let early = boost("bagging")
        .early_stopping_round(Some(5))
        .num_iterations(500);
    let shown = early
        .is_provide_training_metric(true)
        .progress_bar(bar.clone());
    let model: FittedBoost = shown.fit_valid(&train, &valid).unwrap();
    assert_eq!(bar.position(), model.history().len() as u64);
    let (best, score) = (model.best_iteration().unwrap(), model.best_score().unwrap());
    let message = bar.message();
    assert!(
        message.contains(&format!("best {score:.6} (round {best})")),
        "{message}"
    );
    assert!(message.starts_with("training l2 "), "{message}");
}
