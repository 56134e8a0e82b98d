//! Where training stands between two rounds.

use serde::{Deserialize, Serialize};

use super::choices::Boosting;
use super::data::{TrainingSet, ValidationSet};
use super::params::BoostParams;
use crate::tree::grow::BinnedTree;

/// All that the rounds to come depend on, besides parameters and rows: training that goes on from a
/// state ends with the same bits as one that never stopped.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct State {
    /// Rounds finished, those of an earlier model included.
    pub(crate) rounds: usize,
    /// The constant scores of each output.
    pub(crate) base_score: Vec<f64>,
    /// Scores of the training rows, one output after the other.
    pub(crate) scores: Vec<f64>,
    /// The same of a forest, whose trees do not see each other's scores; only where the metric of
    /// the training rows is asked for.
    pub(crate) forest_scores: Vec<f64>,
    /// Scores of the validation rows.
    pub(crate) valid_scores: Vec<f64>,
    /// The trees of each round, one an output; those of an earlier model left out.
    pub(crate) trees: Vec<Vec<BinnedTree>>,
    /// DART: factor of the trees of each round.
    pub(crate) tree_weights: Vec<f64>,
    /// The metric of the training rows after each round.
    pub(crate) train_history: Vec<f64>,
    /// The metric of the validation rows after each round.
    pub(crate) valid_history: Vec<f64>,
}

impl State {
    /// The state before the first round, or after the last one of an earlier model.
    pub(crate) fn new(
        params: &BoostParams,
        training: &TrainingSet<'_>,
        validation: Option<&ValidationSet<'_>>,
    ) -> Self {
        let mut state = Self {
            rounds: 0,
            base_score: Vec::new(),
            scores: Vec::new(),
            forest_scores: Vec::new(),
            valid_scores: Vec::new(),
            trees: Vec::new(),
            tree_weights: Vec::new(),
            train_history: Vec::new(),
            valid_history: Vec::new(),
        };
        if let Some(warm) = &training.warm_start {
            state.rounds = warm.rounds;
            state.base_score.clone_from(&warm.base_score);
            state.scores.clone_from(&warm.train);
            state.valid_scores.clone_from(&warm.valid);
            let own = training.loss.measure();
            let watched = validation.map_or(own, |v| v.measure);
            let (train, valid) = (warm.evals.training(), warm.evals.valid());
            state.train_history = warm.history(train, own, training.measured);
            state.valid_history = warm.history(valid, watched, validation.is_some());
            return state;
        }
        state.base_score = base_score(params, training);
        state.scores = constant(
            &state.base_score,
            training.cells.rows,
            training.init_score.as_deref(),
        );
        if training.measured && params.boosting == Boosting::Rf {
            state.forest_scores = state.scores.clone();
        }
        if let Some(v) = validation {
            state.valid_scores = constant(&state.base_score, v.cells.rows, v.init_score.as_deref());
        }
        state
    }
}

/// The constant scores on top of the initial ones.
fn constant(base_score: &[f64], rows: usize, init_score: Option<&[f64]>) -> Vec<f64> {
    let constant = base_score.iter().flat_map(|&s| vec![s; rows]);
    match init_score {
        Some(init) => constant.zip(init).map(|(s, i)| s + i).collect(),
        None => constant.collect(),
    }
}

/// The constant scores of each output.
fn base_score(params: &BoostParams, training: &TrainingSet<'_>) -> Vec<f64> {
    if params.boost_from_average && training.init_score.is_none() {
        let factors = training.weights.factors();
        training.loss.base_score(factors.as_deref())
    } else {
        vec![0.0; training.loss.outputs()]
    }
}

/// Scores of a forest: of sums of so many rounds on top of the constant scores, their mean.
pub(super) fn forest_mean(sums: &[f64], base_score: &[f64], rounds: usize) -> Vec<f64> {
    let rows = sums.len() / base_score.len();
    let mean = |(sums, s): (&[f64], &f64)| -> Vec<f64> {
        sums.iter()
            .map(|sum| s + (sum - s) / rounds as f64)
            .collect()
    };
    sums.chunks(rows.max(1))
        .zip(base_score)
        .flat_map(mean)
        .collect()
}
