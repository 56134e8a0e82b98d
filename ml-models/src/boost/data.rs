//! Training and validation rows: checked, binned, with their losses.

use std::sync::Arc;

use ml_data::repr::RowSet;
use ml_data::{Error, Result};

use super::bins::bins;
use super::choices::Boosting;
use super::columns::columns;
use super::evals::EvalsResult;
use super::loss::loss;
use super::objective::loss::{Loss, Measure};
use super::params::{BoostParams, STEP};
use super::replay;
use super::rows::{Rows, SampleRef, Source};
use super::task::Task;
use crate::tree::bin::{Cells, Layout};
use crate::tree::weights::{Weights, held};
use crate::tree::{Ensemble, Link};

/// Training rows, binned.
#[derive(Debug)]
pub(crate) struct TrainingSet<'a> {
    pub(crate) layout: Arc<Layout>,
    pub(crate) cells: Arc<Cells>,
    pub(crate) loss: Box<dyn Loss + 'a>,
    pub(crate) weights: Weights,
    /// Where each query begins, and the end; empty without queries.
    pub(crate) query_offsets: Vec<u32>,
    /// Initial scores, one output after the other.
    pub(crate) init_score: Option<Vec<f64>>,
    /// Whether the metric of these rows is wanted after each round.
    pub(crate) measured: bool,
    /// An earlier model to go on from.
    pub(crate) warm_start: Option<WarmStart>,
}

/// An earlier model that training goes on from.
#[derive(Debug)]
pub(crate) struct WarmStart {
    /// Its rounds.
    pub(crate) rounds: usize,
    pub(crate) base_score: Vec<f64>,
    /// Its scores of the rows, their initial scores included.
    pub(crate) train: Vec<f64>,
    pub(crate) valid: Vec<f64>,
    pub(crate) evals: EvalsResult,
}

impl WarmStart {
    /// A metric after each of its rounds: `NaN` where it was not measured. Empty if it never was,
    /// unless rounds to come are `measured`.
    pub(super) fn history(&self, values: &[f64], of: Measure<'_>, measured: bool) -> Vec<f64> {
        let known = if self.evals.metric() == of.name {
            values
        } else {
            &[]
        };
        if known.is_empty() && !measured {
            return Vec::new();
        }
        let value = |round: usize| known.get(round).copied().unwrap_or(f64::NAN);
        (0..self.rounds).map(value).collect()
    }
}

/// Validation rows, in the bins of the training rows.
pub(crate) struct ValidationSet<'a> {
    pub(crate) cells: Cells,
    /// Initial scores, one output after the other.
    pub(crate) init_score: Option<Vec<f64>>,
    pub(crate) measure: Measure<'a>,
    /// The metric of the scores, one output after the other.
    pub(crate) evaluate: Box<Evaluate<'a>>,
}

type Evaluate<'a> = dyn Fn(&[f64]) -> Result<f64> + 'a;

/// Checks the training rows and bins them.
pub(super) fn training_set<'a>(params: &BoostParams, task: &Task<'a>) -> Result<TrainingSet<'a>> {
    let sample = &task.train;
    if sample.x.names().is_empty() {
        return Err(Error::Empty("feature matrix (no columns)".into()));
    }
    let rows = Rows::of(sample, "training sample")?;
    rows.check_classes(sample)?;
    let loss = loss(&rows, params, task.custom, sample)?;
    let init_score = rows.init_score(sample, loss.outputs())?;
    if init_score.is_some() && params.boosting == Boosting::Rf {
        return Err(Error::Unsupported {
            step: STEP,
            what: "init_score".into(),
            why: "trees of a forest stand for themselves".into(),
        });
    }
    let weights = rows.weights(sample, 2.0 * params.min_sum_hessian_in_leaf);
    let binning = params.binning(columns(params, sample.x.names())?);
    let (layout, cells) = match sample.x {
        Source::Rows(x) => bins(x, &rows.kept, &weights, &binning),
        Source::Bins(bins) => bins.of(&binning)?,
    };
    let warm_start = task
        .warm_start
        .map(|(model, evals)| warm_start(model, evals, task, &rows, loss.outputs()))
        .transpose()?;
    Ok(TrainingSet {
        layout,
        cells,
        loss,
        weights,
        query_offsets: rows.query_offsets,
        init_score,
        measured: params.is_provide_training_metric && task.eval_metric.is_none(),
        warm_start,
    })
}

/// A model as a place to go on from.
fn warm_start(
    model: &Ensemble,
    evals: &EvalsResult,
    task: &Task<'_>,
    rows: &Rows,
    outputs: usize,
) -> Result<WarmStart> {
    let what = "outputs of the model to go on from";
    Error::check_len(what, outputs, model.outputs())?;
    let valid = match &task.valid {
        Some(valid) => raw_scores(model, &Rows::of(valid, "validation sample")?, valid)?,
        None => Vec::new(),
    };
    Ok(WarmStart {
        rounds: model.trees().len() / model.outputs(),
        base_score: model.parts().base_score.clone(),
        train: raw_scores(model, rows, &task.train)?,
        valid,
        evals: evals.clone(),
    })
}

/// A model's raw scores of the rows, on top of their initial scores, one output after the other.
fn raw_scores(model: &Ensemble, rows: &Rows, sample: &SampleRef<'_>) -> Result<Vec<f64>> {
    let outputs = model.outputs();
    let x = sample.x.rows("init_model")?;
    let list = rows.in_matrix(x.rows());
    let x = x.with_rows(RowSet::List(&list));
    if let Some(mut scores) = rows.init_score(sample, outputs)? {
        x.check(model.names())?;
        replay::add_to(model, x, &mut scores);
        return Ok(scores);
    }
    let scores = model.raw_any_scores(x)?;
    let output = |k: usize| scores.iter().skip(k).step_by(outputs).copied();
    Ok((0..outputs).flat_map(output).collect())
}

/// Bins the validation rows and says how they are measured: by the objective's own metric unless
/// there is another.
pub(super) fn validation_set<'a>(
    params: &BoostParams,
    task: &'a Task<'_>,
    valid: &'a SampleRef<'_>,
    training: &TrainingSet<'_>,
) -> Result<ValidationSet<'a>> {
    let (layout, trained) = (&training.layout, &training.loss);
    Error::check_len(
        "columns of the validation sample",
        task.train.x.names().len(),
        valid.x.names().len(),
    )?;
    let x = valid.x.rows("validation")?;
    if x.is_empty() {
        return Err(Error::Empty("validation sample".into()));
    }
    x.check(task.train.x.names())?;
    if let Some(metric) = &task.eval_metric {
        let rows = Rows::all(valid, "validation sample")?;
        return Ok(ValidationSet {
            cells: layout.cells(x),
            init_score: rows.init_score(valid, trained.outputs())?,
            measure: metric.measure,
            evaluate: Box::new(on_predictions(
                &*metric.score,
                trained.link(),
                trained.outputs(),
            )),
        });
    }
    let rows = Rows::of(valid, "validation sample")?;
    let list = rows.in_matrix(x.rows());
    let loss = loss(&rows, params, task.custom, valid)?;
    let weights = valid.weights.map(|w| held(rows.pick(w), 0.0));
    Ok(ValidationSet {
        cells: layout.cells(x.with_rows(RowSet::List(&list))),
        init_score: rows.init_score(valid, trained.outputs())?,
        measure: loss.measure(),
        evaluate: Box::new(move |scores| Ok(loss.evaluate(scores, weights.as_deref()))),
    })
}

/// Scores of one output after the other, turned into predictions row after row, then measured.
fn on_predictions<'a>(
    score: &'a dyn Fn(Vec<f64>) -> Result<f64>,
    link: Link,
    outputs: usize,
) -> impl Fn(&[f64]) -> Result<f64> + 'a {
    move |scores| {
        let n = scores.len() / outputs;
        let mut rows: Vec<f64> = (0..scores.len())
            .map(|at| scores[at % outputs * n + at / outputs])
            .collect();
        rows.chunks_mut(outputs).for_each(|row| link.apply(row));
        score(rows)
    }
}
