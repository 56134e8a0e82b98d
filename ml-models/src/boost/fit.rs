//! From samples to the training loop, and from what it learned to a model.

use std::ops::ControlFlow;
use std::sync::Arc;

use ml_data::contract::Round;
use ml_data::repr::{AnyView, Names, RowSet};
use ml_data::{Error, Result};

use super::checkpoint::Saver;
use super::evals::EvalsResult;
use super::fingerprint;
use super::objective::{CustomObjective, Measure};
use super::params::Boosting;
use super::progress::Bar;
use super::replay;
use super::rows::{Rows, SampleRef, Source, in_matrix};
use super::state::State;
use super::train::{Hooks, Progress, Trained, Training, Validation, WarmStart, train};
use super::{Boost, BoostParams};
use crate::tree::bin::{Binning, Cells, Layout};
use crate::tree::grow::Growth;
use crate::tree::matrix::learn_layout;
use crate::tree::weights::{Weights, held};
use crate::tree::{Combine, Ensemble, Link, Parts};

/// Name of the model in errors.
pub(crate) const STEP: &str = "Boost";

/// A metric of validation predictions: of all rows in the sample's order, row after row.
#[allow(missing_debug_implementations)]
pub struct Judge<'a> {
    pub(crate) measure: Measure<'a>,
    pub(crate) score: Box<dyn Fn(Vec<f64>) -> Result<f64> + 'a>,
}

/// What is fitted besides the parameters.
pub(crate) struct Task<'a> {
    pub(crate) train: SampleRef<'a>,
    pub(crate) valid: Option<SampleRef<'a>>,
    pub(crate) custom: Option<&'a dyn CustomObjective>,
    pub(crate) judge: Option<Judge<'a>>,
    /// A model to go on from, and how its training went.
    pub(crate) warm_start: Option<(&'a Ensemble, &'a EvalsResult)>,
}

impl<'a> Task<'a> {
    /// Training rows alone.
    pub(crate) fn new(train: SampleRef<'a>) -> Self {
        Self {
            train,
            valid: None,
            custom: None,
            judge: None,
            warm_start: None,
        }
    }
}

/// A callback after each round, which may stop the training.
pub(crate) type OnRound<'a> = &'a mut dyn FnMut(Round<'_>) -> ControlFlow<()>;

/// What was learned: the trees, and how validation went.
#[derive(Debug)]
pub struct Learned {
    pub(crate) ensemble: Ensemble,
    pub(crate) best_iteration: Option<u32>,
    pub(crate) evals: EvalsResult,
}

/// Fits on the training rows; watches the others if there are any.
pub(crate) fn fit(boost: &Boost, task: &Task<'_>, on: OnRound<'_>) -> Result<Learned> {
    check_params(boost)?;
    let params = boost.params();
    if let (Some(rounds), None) = (params.early_stopping_round, &task.valid) {
        let rule =
            "None where there are no validation rows, or a fit that has them, such as `fit_valid`";
        return Err(Error::parameter(STEP, "early_stopping_round", rounds, rule));
    }
    if task.warm_start.is_some() && params.boosting != Boosting::Gbdt {
        let found = format!("{:?}", params.boosting);
        let rule = "Gbdt where training goes on from a model";
        return Err(Error::parameter(STEP, "boosting", found, rule));
    }
    let names = task.train.x.names();
    let growth = growth(params, names)?;
    let training = training(params, task)?;
    let validation = task
        .valid
        .as_ref()
        .map(|valid| validation(params, task, valid, &training))
        .transpose()?;
    let saver = boost
        .checkpoint
        .as_ref()
        .map(|c| Ok::<_, Error>(Saver::new(c, params, fingerprint::of(task)?)))
        .transpose()?;
    let fresh = || State::new(params, &training, validation.as_ref());
    let state = match &saver {
        Some(saver) => saver.resume_or(fresh, &training, validation.as_ref())?,
        None => fresh(),
    };
    let measure = validation
        .as_ref()
        .map_or_else(|| training.loss.measure(), |v| v.measure);
    let mut bar = Bar::begin(&boost.progress_bar, params.num_iterations, state.rounds);
    let mut report = |p: Progress| {
        bar.round(&p, measure.name);
        on(Round {
            round: p.iteration,
            of: params.num_iterations,
            metric: measure.name,
            train: p.train,
            valid: p.valid,
        })
    };
    let mut hooks = Hooks {
        on_round: &mut report,
        saver: saver.as_ref(),
    };
    let trained = train(
        params,
        &training,
        validation.as_ref(),
        &growth,
        state,
        &mut hooks,
    )?;
    bar.end();
    learned(params, task, &training, measure, trained)
}

/// Checks the training rows and bins them.
fn training<'a>(params: &BoostParams, task: &Task<'a>) -> Result<Training<'a>> {
    let sample = &task.train;
    if sample.x.names().is_empty() {
        return Err(Error::Empty("feature matrix (no columns)".into()));
    }
    let rows = Rows::of(sample, "training sample")?;
    rows.check_classes(sample)?;
    let loss = rows.loss(params, task.custom, sample)?;
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
    Ok(Training {
        layout,
        cells,
        loss,
        weights,
        starts: rows.starts,
        init_score,
        measured: params.is_provide_training_metric && task.judge.is_none(),
        warm_start,
    })
}

/// The bins of the rows that count, by their positions in the sample.
pub(super) fn bins(
    x: AnyView<'_>,
    kept: &[u32],
    weights: &Weights,
    binning: &Binning,
) -> (Arc<Layout>, Arc<Cells>) {
    let list = in_matrix(kept, x.rows());
    let x = x.with_rows(RowSet::List(&list));
    let mut layout = learn_layout(x, weights.repeats(), binning);
    let cells = layout.training_cells(x);
    (Arc::new(layout), Arc::new(cells))
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
        start: model.parts().start.clone(),
        train: raw_scores(model, rows, &task.train)?,
        valid,
        evals: evals.clone(),
    })
}

/// From what training learned to a model.
fn learned(
    params: &BoostParams,
    task: &Task<'_>,
    training: &Training<'_>,
    measure: Measure<'_>,
    trained: Trained,
) -> Result<Learned> {
    let best = trained.best_iteration;
    let mut trees = task
        .warm_start
        .map_or_else(Vec::new, |(e, _)| e.trees().to_vec());
    trees.extend(trained.trees);
    trees.truncate(best.map_or(usize::MAX, |b| b * trained.start.len()));
    let ensemble = Ensemble::new(Parts {
        names: task.train.x.names().clone(),
        outputs: trained.start.len(),
        trees,
        start: trained.start,
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
        best_iteration: best.map(|b| b as u32),
        evals: EvalsResult::new(measure, trained.train_history, trained.history),
    })
}

/// What bounds the growth of trees on these columns.
fn growth(params: &BoostParams, names: &Names) -> Result<Growth> {
    check_monotone(params, names)?;
    Ok(params.growth(interactions(params, names)?))
}

/// Refuses monotone constraints of another number of columns, or of categories.
pub(super) fn check_monotone(params: &BoostParams, names: &Names) -> Result<()> {
    let directions = &params.monotone_constraints;
    if !directions.is_empty() {
        Error::check_len("monotone_constraints", names.len(), directions.len())?;
        let of_categories = columns(params, names)?;
        if let Some(column) = of_categories.into_iter().find(|&c| directions[c] != 0) {
            let found = format!("{} for `{}`", directions[column], names.get(column));
            let rule = "0 for columns of categories, which have no order";
            return Err(Error::parameter(STEP, "monotone_constraints", found, rule));
        }
    }
    Ok(())
}

/// Position of a column that a parameter names.
fn position(parameter: &'static str, name: &str, names: &Names) -> Result<usize> {
    names
        .iter()
        .position(|n| n == name)
        .ok_or_else(|| Error::parameter(STEP, parameter, name, "the name of a column"))
}

/// Positions of the columns of categories.
pub(super) fn columns(params: &BoostParams, names: &Names) -> Result<Vec<usize>> {
    let columns = params.categorical_feature.iter();
    columns
        .map(|name| position("categorical_feature", name, names))
        .collect()
}

/// Positions of the columns that may meet.
fn interactions(params: &BoostParams, names: &Names) -> Result<Vec<Vec<u32>>> {
    let column = |name: &String| Ok(position("interaction_constraints", name, names)? as u32);
    let sets = params.interaction_constraints.iter();
    sets.map(|set| set.iter().map(column).collect()).collect()
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

/// Bins the validation rows and says how they are judged: by the objective's own metric unless there is another.
fn validation<'a>(
    params: &BoostParams,
    task: &'a Task<'_>,
    valid: &'a SampleRef<'_>,
    training: &Training<'_>,
) -> Result<Validation<'a>> {
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
    if let Some(judge) = &task.judge {
        return Ok(Validation {
            cells: layout.cells(x),
            init_score: Rows::all(valid).init_score(valid, trained.outputs())?,
            measure: judge.measure,
            evaluate: Box::new(judged(&*judge.score, trained.link(), trained.outputs())),
        });
    }
    let rows = Rows::of(valid, "validation sample")?;
    let list = rows.in_matrix(x.rows());
    let loss = rows.loss(params, task.custom, valid)?;
    let weights = valid.weights.map(|w| held(rows.pick(w), 0.0));
    Ok(Validation {
        cells: layout.cells(x.with_rows(RowSet::List(&list))),
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

/// Refuses the first parameter outside its range.
pub(crate) fn check_params(boost: &Boost) -> Result<()> {
    if let Some((name, value, rule)) = boost.params().broken_rule() {
        return Err(Error::parameter(STEP, name, value, rule));
    }
    if boost.checkpoint.as_ref().is_some_and(|c| c.every == 0) {
        let rule = "written every so many rounds, at least 1";
        return Err(Error::parameter(STEP, "checkpoint", 0, rule));
    }
    Ok(())
}
