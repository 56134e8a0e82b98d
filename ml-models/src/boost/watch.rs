//! Following the validation metric.

use super::Boost;
use super::params::Boosting;
use super::train::Validation;
use crate::tree::bin::Layout;
use crate::tree::grow::Sprout;
use ml_data::Result;

/// The validation rows' scores, and how the metric went.
pub(super) struct Watch<'a> {
    params: &'a Boost,
    validation: &'a Validation<'a>,
    start: Vec<f64>,
    scores: Vec<f64>,
    pub(super) history: Vec<f64>,
    /// Round and metric.
    best: Option<(usize, f64)>,
}

impl<'a> Watch<'a> {
    /// With the scores before the first round, and the metric of earlier rounds.
    pub(super) fn new(
        params: &'a Boost,
        validation: &'a Validation<'a>,
        scores: Vec<f64>,
        history: Vec<f64>,
    ) -> Self {
        let mut watch = Self {
            params,
            validation,
            start: scores.clone(),
            scores,
            history: Vec::new(),
            best: None,
        };
        for (k, metric) in history.into_iter().enumerate() {
            watch.note(k + 1, metric);
        }
        watch
    }

    /// Adds trees, one an output.
    pub(super) fn add(&mut self, sprouts: &[Sprout], factor: f64, layout: &Layout) {
        let cells = &self.validation.cells;
        for (sprout, scores) in sprouts.iter().zip(self.scores.chunks_mut(cells.rows)) {
            sprout.add_to(scores, factor, cells, layout);
        }
    }

    /// The metric after a round.
    pub(super) fn round(&mut self, iteration: usize) -> Result<f64> {
        let metric = if self.params.boosting == Boosting::Rf {
            let rounds = iteration as f64;
            let mean = self
                .scores
                .iter()
                .zip(&self.start)
                .map(|(sum, s)| s + (sum - s) / rounds);
            (self.validation.evaluate)(&mean.collect::<Vec<_>>())?
        } else {
            (self.validation.evaluate)(&self.scores)?
        };
        self.note(iteration, metric);
        Ok(metric)
    }

    fn note(&mut self, iteration: usize, metric: f64) {
        let sign = if self.validation.measure.higher_is_better {
            1.0
        } else {
            -1.0
        };
        let least = self.params.early_stopping_min_delta;
        if self.best.is_none_or(|(_, b)| sign * (metric - b) > least) {
            self.best = Some((iteration, metric));
        }
        self.history.push(metric);
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
