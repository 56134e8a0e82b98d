//! From samples to the training loop: checks labels, drops rows of weight 0, and brings queries together.

use std::ops::ControlFlow;

use ml_data::contract::Round;
use ml_data::repr::{Dense, Float, RowSet, View};
use ml_data::sample::{BinaryLabels, RealLabels, RelevanceLabels};
use ml_data::{Error, Result};

use super::Boost;
use super::bin::Layout;
use super::objective::{LambdaRank, Objective};
use super::train::{Trained, Training, Validation, train};
use super::weights::Weights;

/// Name of the model in errors.
pub(crate) const STEP: &str = "Boost";
/// Labels beyond this are refused: sums of their squares must stay finite in `f32` gradients.
const LARGEST_LABEL: f64 = 1e30;
/// Grades beyond this are refused unless `label_gain` names their gains.
const LARGEST_GRADE: f32 = 30.0;
/// Row numbers and packed sums need so few rows.
const MOST_ROWS: usize = 1 << 29;

/// Labels of one of the three targets.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Answers<'a> {
    Real(&'a RealLabels),
    Binary(&'a BinaryLabels),
    Relevance(&'a RelevanceLabels),
}

/// Rows with what is known about them.
#[derive(Debug)]
pub(crate) struct Known<'a, F> {
    pub(crate) x: View<'a, Dense<F>>,
    pub(crate) answers: Answers<'a>,
    pub(crate) weights: Option<&'a [f64]>,
}

/// The rows of a sample that count, in the order training wants them.
struct Rows {
    /// Positions in the sample.
    kept: Vec<u32>,
    /// Where each query begins, and the end.
    starts: Vec<u32>,
}

/// Fits on `known`; watches `valid` if there is one.
pub(crate) fn fit<F: Float>(
    params: &Boost,
    known: &Known<'_, F>,
    valid: Option<&Known<'_, F>>,
    on: &mut dyn FnMut(Round<'_>) -> ControlFlow<()>,
) -> Result<Trained> {
    check_params(params)?;
    if known.x.data().width() == 0 {
        return Err(Error::Empty("feature matrix (no columns)".into()));
    }
    let rows = Rows::of(known, "training sample")?;
    let objective = rows.objective(params, known)?;
    if let Objective::Logistic { signs, .. } = &objective
        && signs.iter().all(|s| s == &signs[0])
    {
        return Err(Error::Fit {
            step: STEP,
            reason: "the training sample has one class only; both are needed".into(),
        });
    }
    let weights = known
        .weights
        .map_or(Weights::Unit, |w| Weights::new(rows.pick(w)));
    let list = rows.in_matrix(known);
    let x = View::new(known.x.data(), RowSet::List(&list));
    let layout = Layout::learn(x, weights.repeats(), params);
    let cells = layout.cells(x);
    let validation = valid
        .map(|v| {
            Error::check_len(
                "columns of the validation sample",
                known.x.data().width(),
                v.x.data().width(),
            )?;
            let rows = Rows::of(v, "validation sample")?;
            let list = rows.in_matrix(v);
            Ok::<_, Error>(Validation {
                objective: rows.objective(params, v)?,
                cells: layout.cells(View::new(v.x.data(), RowSet::List(&list))),
                weights: v.weights.map(|w| rows.pick(w)),
            })
        })
        .transpose()?;
    let metric = objective.measure().name;
    let training = Training {
        layout,
        cells,
        objective,
        weights,
    };
    let mut report = |p: super::train::Progress| {
        on(Round {
            round: p.iteration,
            of: params.num_iterations,
            metric,
            train: None,
            valid: p.metric,
        })
    };
    Ok(train(params, &training, validation.as_ref(), &mut report))
}

/// The first parameter outside its range.
pub(crate) fn check_params(params: &Boost) -> Result<()> {
    match params.broken_rule() {
        Some((name, value, rule)) => Err(Error::parameter(STEP, name, value, rule)),
        None => Ok(()),
    }
}

impl Rows {
    fn of<F: Float>(known: &Known<'_, F>, what: &str) -> Result<Self> {
        let n = known.x.len();
        let weight = |i: usize| known.weights.map_or(1.0, |w| w[i]);
        if let Some(w) = known.weights {
            Error::check_len("weights", n, w.len())?;
            if let Some(row) = w.iter().position(|w| !(w.is_finite() && *w >= 0.0)) {
                return Err(Error::cell(
                    "weight",
                    row,
                    "a finite number of at least 0",
                    w[row],
                ));
            }
        }
        let mut kept: Vec<u32> = (0..n as u32)
            .filter(|&i| weight(i as usize) > 0.0)
            .collect();
        if kept.is_empty() {
            return Err(Error::Empty(what.into()));
        }
        if kept.len() > MOST_ROWS {
            return Err(Error::Data(format!(
                "{STEP}: the {what} has {} rows, at most {MOST_ROWS} are supported",
                kept.len()
            )));
        }
        let mut starts = Vec::new();
        if let Answers::Relevance(labels) = known.answers {
            let query = |i: u32| labels.query_ids()[i as usize];
            kept.sort_by_key(|&i| query(i));
            let begins = |k: &usize| *k == 0 || query(kept[k - 1]) != query(kept[*k]);
            starts = (0..kept.len()).filter(begins).map(|k| k as u32).collect();
            starts.push(kept.len() as u32);
        }
        Ok(Self { kept, starts })
    }

    fn pick(&self, values: &[f64]) -> Vec<f64> {
        self.kept.iter().map(|&i| values[i as usize]).collect()
    }

    /// Positions in the matrix behind the view.
    fn in_matrix<F: Float>(&self, known: &Known<'_, F>) -> Vec<u32> {
        let rows = known.x.rows();
        self.kept
            .iter()
            .map(|&i| rows.get(i as usize) as u32)
            .collect()
    }

    fn objective<F: Float>(&self, params: &Boost, known: &Known<'_, F>) -> Result<Objective> {
        match known.answers {
            Answers::Real(labels) => {
                if let Some(row) = labels.values().iter().position(|y| y.abs() > LARGEST_LABEL) {
                    return Err(Error::cell(
                        "label",
                        row,
                        "a number between -1e30 and 1e30",
                        labels.values()[row],
                    ));
                }
                Ok(Objective::Squared {
                    labels: self.pick(labels.values()),
                })
            }
            Answers::Binary(labels) => {
                let sign = |&i: &u32| {
                    if labels.values()[i as usize] == 1 {
                        1.0
                    } else {
                        -1.0
                    }
                };
                Ok(Objective::Logistic {
                    signs: self.kept.iter().map(sign).collect(),
                    sigmoid: params.sigmoid,
                })
            }
            Answers::Relevance(labels) => {
                let gains = self
                    .kept
                    .iter()
                    .map(|&i| gain(params, i as usize, labels.grades()[i as usize]));
                Ok(Objective::LambdaRank(LambdaRank::new(
                    gains.collect::<Result<_>>()?,
                    self.starts.clone(),
                    params,
                )))
            }
        }
    }
}

/// The gain of a grade.
fn gain(params: &Boost, row: usize, grade: f32) -> Result<f64> {
    match &params.label_gain {
        None if (0.0..=LARGEST_GRADE).contains(&grade) => Ok(f64::from(grade).exp2() - 1.0),
        None => Err(Error::cell(
            "grade",
            row,
            "a number from 0 to 30 (or set `label_gain`)",
            grade,
        )),
        Some(gains) if grade >= 0.0 && grade.fract() == 0.0 && (grade as usize) < gains.len() => {
            Ok(gains[grade as usize])
        }
        Some(gains) => Err(Error::cell(
            "grade",
            row,
            format!(
                "a whole number below {}, the length of `label_gain`",
                gains.len()
            ),
            grade,
        )),
    }
}
