//! The conformance suite notices what it promises to notice.
#![allow(clippy::unwrap_used)] // helpers of tests

use ml_data::contract::{Direction, Estimator, Metric, OnRound, Params, Predict};
use ml_data::prelude::*;
use ml_data::sample::{RealLabels, Scores};
use ml_data::testkit::{
    Claims, CountingAllocator, Fixture, Weights, check_damaged, check_metric, check_model,
    check_valid,
};
use serde::{Deserialize, Serialize};

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

/// The fault of a model.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
enum Fault {
    Nothing,
    WeightsIgnored,
    FirstRowDecides,
    ThreadsCounted,
    BatchDiffers,
    Allocates,
    Infinite,
    TakesAnything,
    Forgets,
    RoundsFromZero,
    NeverBroken,
    WatchedDiffers,
    ValidUntold,
    AnyColumns,
}

/// Predicts the weighted mean of the labels, with one fault.
#[derive(Debug, Clone)]
struct Mean(Fault);

#[derive(Debug, Serialize, Deserialize)]
struct FittedMean {
    names: Names,
    fault: Fault,
    #[serde(skip)]
    forgotten: f64,
    mean: f64,
}

impl Params for Mean {
    fn name(&self) -> &'static str {
        "Mean"
    }
}

impl Estimator<Dense, Real> for Mean {
    type Model = FittedMean;
    fn learn(&self, train: &Sample<Dense, Real, Train>) -> Result<FittedMean> {
        let weight = |i: usize| match (self.0, train.weights()) {
            (Fault::WeightsIgnored, _) | (_, None) => 1.0,
            (_, Some(w)) => w[i],
        };
        let y = train.y().values();
        let total: f64 = (0..y.len()).map(weight).sum();
        let mean = (0..y.len()).map(|i| y[i] * weight(i)).sum::<f64>() / total;
        let mean = match self.0 {
            Fault::FirstRowDecides => mean + y[0],
            Fault::ThreadsCounted => mean + rayon::current_num_threads() as f64,
            Fault::Infinite => f64::INFINITY,
            _ => mean,
        };
        let (kept, forgotten) = match self.0 {
            Fault::Forgets => (0.0, mean),
            _ => (mean, 0.0),
        };
        Ok(FittedMean {
            names: train.header().clone(),
            fault: self.0,
            forgotten,
            mean: kept,
        })
    }
    fn learn_watched(
        &self,
        train: &Sample<Dense, Real, Train>,
        on: OnRound<'_>,
    ) -> Result<FittedMean> {
        self.rounds(None, on);
        let mut model = self.learn(train)?;
        model.mean += f64::from(u8::from(self.0 == Fault::WatchedDiffers));
        Ok(model)
    }
}

impl LearnValid<Dense, Real> for Mean {
    fn learn_valid(
        &self,
        train: &Sample<Dense, Real, Train>,
        valid: &Sample<Dense, Real, Valid>,
        on: OnRound<'_>,
    ) -> Result<FittedMean> {
        if self.0 != Fault::AnyColumns {
            valid.x().data().check(train.header())?;
        }
        self.rounds((self.0 != Fault::ValidUntold).then_some(1.0), on);
        self.learn(train)
    }
}

impl Mean {
    /// Three rounds, in which nothing is learned.
    fn rounds(&self, valid: Option<f64>, on: OnRound<'_>) {
        for round in 1..=3 {
            let round = Round {
                round: round - usize::from(self.0 == Fault::RoundsFromZero),
                of: 3,
                metric: "l2",
                train: None,
                valid,
            };
            if on(round).is_break() && self.0 != Fault::NeverBroken {
                return;
            }
        }
    }
}

impl Predict<Dense> for FittedMean {
    type Prediction = Scores;
    type Scratch = ();
    fn input(&self) -> &Names {
        &self.names
    }
    fn predict_row(&self, row: &[f64], (): &mut (), out: &mut f64) -> Result<()> {
        if self.fault != Fault::TakesAnything && row.iter().any(|v| v.is_nan()) {
            return Err(Error::other("a missing value"));
        }
        let more = if self.fault == Fault::Allocates {
            vec![1.0].len() as f64
        } else {
            1.0
        };
        *out = self.mean + self.forgotten + more;
        Ok(())
    }
    fn predict_batch(&self, x: View<'_, Dense>) -> Result<Scores> {
        let (mut out, mut rows) = (0.0, Vec::new());
        for row in x.iter() {
            self.predict_row(row, &mut (), &mut out)?;
            rows.push(if self.fault == Fault::BatchDiffers {
                out + 1e-3
            } else {
                out
            });
        }
        Ok(Scores(rows))
    }
}

fn fixture() -> Fixture<Dense, RealLabels> {
    let x = |n: usize| {
        let cells = (0..n * 2).map(|i| (i * 37 % 101) as f64);
        Dense::from_rows(2, cells.collect()).unwrap()
    };
    let y = |n: usize| {
        let labels: Vec<f64> = (0..n).map(|i| (i * 13 % 29) as f64).collect();
        RealLabels::new(labels).unwrap()
    };
    Fixture {
        train: x(40),
        labels: y(40),
        valid: x(12),
        valid_labels: y(12),
        strange: Dense::from_rows(2, vec![f64::NAN, 1.0]).unwrap(),
    }
}

#[test]
fn each_fault_of_a_model_breaks_its_rules_and_no_other() {
    let rules = [
        (Fault::Nothing, vec![]),
        (Fault::WeightsIgnored, vec!["weights"]),
        (Fault::FirstRowDecides, vec!["permutation of rows"]),
        (
            Fault::ThreadsCounted,
            vec!["same bits for 1, 2, 4 threads", "rounds"],
        ),
        (Fault::BatchDiffers, vec!["row = batch", "one column"]),
        (Fault::Allocates, vec!["no allocation on a warm row"]),
        (
            Fault::Infinite,
            vec!["predictions are finite", "values in training", "rounds"],
        ),
        (Fault::TakesAnything, vec!["missing, unseen and infinite"]),
        (Fault::Forgets, vec!["serde round trip", "rounds"]),
        (Fault::RoundsFromZero, vec!["rounds"]),
        (Fault::NeverBroken, vec!["rounds"]),
        (Fault::WatchedDiffers, vec!["rounds"]),
    ];
    let claims = Claims {
        takes_missing: false,
        ..Claims::default()
    };
    for (fault, broken) in rules {
        let report = check_model::<Dense, Real, _>(&Mean(fault), &fixture(), claims);
        let text = report.to_string();
        assert_eq!(report.passed(), broken.is_empty(), "{fault:?}: {text}");
        let found = text.lines().count() - 1;
        assert_eq!(found, broken.len(), "{fault:?}: {text}");
        assert!(broken.iter().all(|b| text.contains(b)), "{fault:?}: {text}");
    }
}

#[test]
fn the_faults_of_a_watched_training_are_named() {
    let rules = [
        (Fault::Nothing, ""),
        (Fault::RoundsFromZero, "round 1 was told as"),
        (Fault::NeverBroken, "stopped in round 2, called 3 times"),
        (Fault::ValidUntold, "validation rows: true, told"),
        (Fault::AnyColumns, "validation rows of other columns"),
    ];
    for (fault, broken) in rules {
        let report = check_valid::<Dense, Real, _>(&Mean(fault), &fixture());
        let text = report.to_string();
        assert_eq!(report.passed(), broken.is_empty(), "{fault:?}: {text}");
        assert!(text.contains(broken), "{fault:?}: {text}");
    }
}

/// The sum of errors of the first rows only, whatever rows count; and nothing is refused.
struct FirstRows;

impl Metric<Real> for FirstRows {
    fn name(&self) -> &str {
        "first_rows"
    }
    fn direction(&self) -> Direction {
        Direction::LowerIsBetter
    }
    fn score(&self, truth: &RealLabels, predicted: &Scores, _: Option<&[f64]>) -> Result<f64> {
        let pairs = truth.values().iter().zip(&predicted.0).take(5);
        Ok(pairs.map(|(t, p)| (t - p).abs()).sum())
    }
}

#[test]
fn the_faults_of_a_metric_are_named() {
    let truth = RealLabels::new((0..30).map(f64::from).collect::<Vec<_>>()).unwrap();
    let predicted = Scores((0..30).map(|i| f64::from(i * i % 17)).collect());
    let report = check_metric::<Real>(&FirstRows, &truth, &predicted, Weights::Honoured(1e-12));
    let text = report.to_string();
    for rule in [
        "permutation of rows",
        "weights",
        "empty input",
        "other lengths",
    ] {
        assert!(text.contains(rule), "{text}");
    }
}

/// A list and a position in it, loaded unchecked.
#[derive(Debug, Serialize, Deserialize)]
struct Unchecked {
    values: Vec<u8>,
    at: usize,
    room: usize,
}

#[test]
fn damaged_payloads_are_loaded_and_used() {
    let state = Unchecked {
        values: vec![7; 5],
        at: 4,
        room: 8,
    };
    let fine = check_damaged(&state, 500, |s| {
        let _ = std::hint::black_box(s.values.get(s.at));
    })
    .unwrap();
    assert_eq!(fine.tried, 500);
    assert!(fine.loaded > 100 && fine.loaded < 500, "{fine:?}");
    std::panic::set_hook(Box::new(|_| {})); // the panics below are meant
    let panics = check_damaged(&state, 500, |s| {
        let _ = std::hint::black_box(s.values[s.at]);
    })
    .unwrap_err();
    let greedy = check_damaged(&state, 500, |s| {
        drop(std::hint::black_box(Vec::<u8>::with_capacity(
            s.room.min(1 << 27),
        )));
    });
    drop(std::panic::take_hook());
    assert!(panics.ends_with("panics"), "{panics}");
    let greedy = greedy.unwrap_err();
    assert!(
        greedy.ends_with("asks for 134217728 bytes at once"),
        "{greedy}"
    );
}
