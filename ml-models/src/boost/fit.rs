//! From samples to the training loop, and from what it learned to a model.

use ml_data::contract::{OnRound, Round};
use ml_data::{Error, Result};

use super::checkpoint::CheckpointWriter;
use super::choices::Boosting;
use super::columns::tree_params;
use super::data::{TrainingSet, training_set, validation_set};
use super::evals::EvalsResult;
use super::fingerprint;
use super::objective::loss::Measure;
use super::params::{Boost, BoostParams, STEP};
use super::rules::check_params;
use super::state::State;
use super::task::Task;
use super::train::{Hooks, Trained, train};
use crate::progress::{RoundReport, TrainingBar};
use crate::tree::{Combine, Ensemble, EnsembleParts};

/// Result of a fit: the trees, and how validation went.
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
    let tree_params = tree_params(params, names)?;
    let training = training_set(params, task)?;
    let validation = task
        .valid
        .as_ref()
        .map(|valid| validation_set(params, task, valid, &training))
        .transpose()?;
    let saver = boost
        .checkpoint
        .as_ref()
        .map(|c| Ok::<_, Error>(CheckpointWriter::new(c, params, fingerprint::of(task)?)))
        .transpose()?;
    let fresh = || State::new(params, &training, validation.as_ref());
    let state = match &saver {
        Some(saver) => saver.resume_or(fresh, &training, validation.as_ref())?,
        None => fresh(),
    };
    let measure = validation
        .as_ref()
        .map_or_else(|| training.loss.measure(), |v| v.measure);
    let mut bar = TrainingBar::begin(&boost.progress_bar, params.num_iterations, state.rounds);
    let mut report = |p: RoundReport| {
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
        &tree_params,
        state,
        &mut hooks,
    )?;
    bar.end();
    learned(params, task, &training, measure, trained)
}

/// Model of what training learned.
fn learned(
    params: &BoostParams,
    task: &Task<'_>,
    training: &TrainingSet<'_>,
    measure: Measure<'_>,
    trained: Trained,
) -> Result<Learned> {
    let best = trained.best_iteration;
    let mut trees = task
        .warm_start
        .map_or_else(Vec::new, |(e, _)| e.trees().to_vec());
    trees.extend(trained.trees);
    trees.truncate(best.map_or(usize::MAX, |b| b * trained.base_score.len()));
    let ensemble = Ensemble::new(EnsembleParts {
        names: task.train.x.names().clone(),
        outputs: trained.base_score.len(),
        trees,
        base_score: trained.base_score,
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
