//! Metrics of the validation rows, and when they stop the training.

use super::choices::Boosting;
use super::data::{TrainingSet, ValidationSet};
use super::params::BoostParams;
use super::state::{State, forest_mean};
use crate::tree::bin::Layout;
use crate::tree::grow::BinnedTree;
use ml_data::Result;

/// The validation rows, and the best round so far.
pub(super) struct EarlyStopping<'a> {
    params: &'a BoostParams,
    validation: &'a ValidationSet<'a>,
    /// Round and metric.
    best: Option<(usize, f64)>,
}

impl<'a> EarlyStopping<'a> {
    /// A tracker that knows the earlier rounds.
    pub(super) fn new(
        params: &'a BoostParams,
        validation: &'a ValidationSet<'a>,
        state: &State,
    ) -> Self {
        let mut watch = Self {
            params,
            validation,
            best: None,
        };
        for (k, &metric) in state.valid_history.iter().enumerate() {
            watch.note(k + 1, metric);
        }
        watch
    }

    /// Adds trees, one an output, to the scores of the validation rows.
    pub(super) fn add(
        &self,
        trees: &[BinnedTree],
        factor: f64,
        layout: &Layout,
        scores: &mut [f64],
    ) {
        let cells = &self.validation.cells;
        for (tree, scores) in trees.iter().zip(scores.chunks_mut(cells.rows)) {
            tree.add_to(scores, factor, cells, layout);
        }
    }

    /// The metric after a round, which is added to the history.
    pub(super) fn round(&mut self, state: &mut State) -> Result<f64> {
        let metric = if self.params.boosting == Boosting::Rf {
            let mean = forest_mean(&state.valid_scores, &state.base_score, state.rounds);
            (self.validation.evaluate)(&mean)?
        } else {
            (self.validation.evaluate)(&state.valid_scores)?
        };
        self.note(state.rounds, metric);
        state.valid_history.push(metric);
        Ok(metric)
    }

    fn note(&mut self, iteration: usize, metric: f64) {
        let sign = if self.validation.measure.higher_is_better {
            1.0
        } else {
            -1.0
        };
        let least = self.params.early_stopping_min_delta;
        // Rounds of an earlier model may not have been measured.
        if metric.is_nan() {
            return;
        }
        if self.best.is_none_or(|(_, b)| sign * (metric - b) > least) {
            self.best = Some((iteration, metric));
        }
    }

    pub(super) fn stops(&self, iteration: usize) -> bool {
        self.best
            .zip(self.params.early_stopping_round)
            .is_some_and(|((best, _), patience)| iteration - best >= patience)
    }

    /// The best round, if training stops early by it.
    pub(super) fn best_iteration(&self) -> Option<usize> {
        self.params.early_stopping_round?;
        self.best.map(|b| b.0)
    }
}

/// The metric of the training rows after a round, which is added to the history; none unless asked
/// for.
pub(super) fn training_metric(
    training: &TrainingSet<'_>,
    factors: Option<&[f64]>,
    state: &mut State,
) -> Option<f64> {
    if !training.measured {
        return None;
    }
    let metric = if state.forest_scores.is_empty() {
        training.loss.evaluate(&state.scores, factors)
    } else {
        let mean = forest_mean(&state.forest_scores, &state.base_score, state.rounds);
        training.loss.evaluate(&mean, factors)
    };
    state.train_history.push(metric);
    Some(metric)
}
