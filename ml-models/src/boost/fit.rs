//! From samples to the training loop, and from what it learned to a model.

use std::ops::ControlFlow;

use ml_data::contract::Round;
use ml_data::repr::{Float, Names, Repr, RowSet, View};
use ml_data::{Error, Result};

use super::Boost;
use super::objective::{CustomObjective, Loss, Measure};
use super::params::Boosting;
use super::replay;
use super::rows::{Known, Rows};
use super::train::{Before, Progress, Trained, Training, Validation, train};
use crate::tree::bin::Layout;
use crate::tree::{Combine, Ensemble, Link, Parts};

/// Name of the model in errors.
pub(crate) const STEP: &str = "Boost";
/// A metric of validation predictions: of all rows in the sample's order, row after row.
pub(crate) struct Judge<'a> {
    pub(crate) measure: Measure<'a>,
    pub(crate) score: &'a dyn Fn(Vec<f64>) -> Result<f64>,
}

/// What is fitted besides the parameters.
pub(crate) struct Task<'a, F> {
    pub(crate) train: Known<'a, F>,
    pub(crate) valid: Option<Known<'a, F>>,
    pub(crate) custom: Option<&'a dyn CustomObjective>,
    pub(crate) judge: Option<Judge<'a>>,
    /// A model to go on from, with its validation history.
    pub(crate) before: Option<(&'a Ensemble, &'a [f64])>,
}

/// What was learned: the trees, and how validation went.
#[derive(Debug)]
pub(crate) struct Learned {
    pub(crate) ensemble: Ensemble,
    pub(crate) best_iteration: Option<u32>,
    pub(crate) history: Vec<f64>,
}

/// Fits on the training rows; watches the others if there are any.
pub(crate) fn fit<F: Float>(
    params: &Boost,
    task: &Task<'_, F>,
    on: &mut dyn FnMut(Round<'_>) -> ControlFlow<()>,
) -> Result<Learned> {
    check_params(params)?;
    if task.before.is_some() && params.boosting != Boosting::Gbdt {
        let found = format!("{:?}", params.boosting);
        return Err(Error::parameter(
            STEP,
            "boosting",
            found,
            "Gbdt where training goes on from a model",
        ));
    }
    let known = &task.train;
    if known.x.data().width() == 0 {
        return Err(Error::Empty("feature matrix (no columns)".into()));
    }
    let rows = Rows::of(known, "training sample")?;
    rows.check_classes(known)?;
    let loss = rows.loss(params, task.custom, known)?;
    let init_score = rows.init_score(known, loss.outputs())?;
    if init_score.is_some() && params.boosting == Boosting::Rf {
        return Err(Error::Unsupported {
            step: STEP,
            what: "init_score".into(),
            why: "trees of a forest stand for themselves".into(),
        });
    }
    let weights = rows.weights(known);
    let list = rows.in_matrix(known);
    let x = View::new(known.x.data(), RowSet::List(&list));
    let mut layout = Layout::learn(
        x,
        weights.repeats(),
        &params.binning(columns(params, known.x.data().names())?),
    );
    let cells = layout.training_cells(x);
    let validation = task
        .valid
        .as_ref()
        .map(|valid| validation(params, task, valid, &layout, loss.as_ref()))
        .transpose()?;
    let before = task
        .before
        .map(|(model, history)| {
            Error::check_len(
                "outputs of the model to go on from",
                loss.outputs(),
                model.outputs(),
            )?;
            let valid = match &task.valid {
                Some(valid) => said(model, &Rows::of(valid, "validation sample")?, valid)?,
                None => Vec::new(),
            };
            Ok::<_, Error>(Before {
                rounds: model.trees().len() / model.outputs(),
                start: model.parts().start.clone(),
                train: said(model, &rows, known)?,
                valid,
                history: history.to_vec(),
            })
        })
        .transpose()?;
    let metric = validation.as_ref().map_or("", |v| v.measure.name);
    let training = Training {
        layout,
        cells,
        loss,
        weights,
        starts: rows.starts,
        init_score,
        before,
    };
    let names = known.x.data().names();
    if !params.monotone_constraints.is_empty() {
        Error::check_len(
            "monotone_constraints",
            names.len(),
            params.monotone_constraints.len(),
        )?;
    }
    let growth = params.growth(interactions(params, names)?);
    let mut report = |p: Progress| {
        on(Round {
            round: p.iteration,
            of: params.num_iterations,
            metric,
            train: None,
            valid: p.metric,
        })
    };
    let trained = train(params, &training, validation.as_ref(), &growth, &mut report)?;
    let Trained {
        start,
        trees,
        best_iteration,
        history,
    } = trained;
    let mut all = task
        .before
        .map_or_else(Vec::new, |(e, _)| e.trees().to_vec());
    let kept = best_iteration.map_or(usize::MAX, |b| b * start.len());
    all.extend(trees);
    all.truncate(kept);
    let ensemble = Ensemble::new(Parts {
        names: names.clone(),
        outputs: start.len(),
        trees: all,
        start,
        combine: if params.boosting == Boosting::Rf {
            Combine::Mean
        } else {
            Combine::Sum
        },
        link: training.loss.link(),
        objective: training.loss.name(),
    })?;
    Ok(Learned {
        ensemble,
        best_iteration: best_iteration.map(|b| b as u32),
        history,
    })
}

/// Position of a column that a parameter names.
fn position(parameter: &'static str, name: &str, names: &Names) -> Result<usize> {
    names
        .iter()
        .position(|n| n == name)
        .ok_or_else(|| Error::parameter(STEP, parameter, name, "the name of a column"))
}

/// Positions of the columns of categories.
fn columns(params: &Boost, names: &Names) -> Result<Vec<usize>> {
    let columns = params.categorical_feature.iter();
    columns
        .map(|name| position("categorical_feature", name, names))
        .collect()
}

/// Positions of the columns that may meet.
fn interactions(params: &Boost, names: &Names) -> Result<Vec<Vec<u32>>> {
    let column = |name: &String| Ok(position("interaction_constraints", name, names)? as u32);
    let sets = params.interaction_constraints.iter();
    sets.map(|set| set.iter().map(column).collect()).collect()
}

/// What a model says of the rows, on top of their initial scores, one output after the other.
fn said<F: Float>(model: &Ensemble, rows: &Rows, known: &Known<'_, F>) -> Result<Vec<f64>> {
    let outputs = model.outputs();
    let list = rows.in_matrix(known);
    let x = View::new(known.x.data(), RowSet::List(&list));
    if let Some(mut scores) = rows.init_score(known, outputs)? {
        x.data().check(model.names())?;
        replay::add_to(model, x, &mut scores);
        return Ok(scores);
    }
    let scores = model.raw_scores(x)?;
    let output = |k: usize| scores.iter().skip(k).step_by(outputs).copied();
    Ok((0..outputs).flat_map(output).collect())
}

/// Bins the validation rows and says how they are judged: by the objective's own metric unless there is another.
fn validation<'a, F: Float>(
    params: &Boost,
    task: &'a Task<'_, F>,
    valid: &'a Known<'_, F>,
    layout: &Layout,
    trained: &dyn Loss,
) -> Result<Validation<'a>> {
    Error::check_len(
        "columns of the validation sample",
        task.train.x.data().width(),
        valid.x.data().width(),
    )?;
    if let Some(judge) = &task.judge {
        return Ok(Validation {
            cells: layout.cells(valid.x),
            init_score: Rows::all(valid).init_score(valid, trained.outputs())?,
            measure: judge.measure,
            evaluate: Box::new(judged(judge.score, trained.link(), trained.outputs())),
        });
    }
    let rows = Rows::of(valid, "validation sample")?;
    let list = rows.in_matrix(valid);
    let loss = rows.loss(params, task.custom, valid)?;
    let weights = valid.weights.map(|w| rows.pick(w));
    Ok(Validation {
        cells: layout.cells(View::new(valid.x.data(), RowSet::List(&list))),
        init_score: rows.init_score(valid, trained.outputs())?,
        measure: loss.measure(),
        evaluate: Box::new(move |scores| Ok(loss.evaluate(scores, weights.as_deref()))),
    })
}

/// Scores of one output after the other, turned into predictions row after row, then judged.
fn judged<'a>(
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

/// The first parameter outside its range.
pub(crate) fn check_params(params: &Boost) -> Result<()> {
    match params.broken_rule() {
        Some((name, value, rule)) => Err(Error::parameter(STEP, name, value, rule)),
        None => Ok(()),
    }
}
