//! The record of a training.

use serde::{Deserialize, Serialize};

use super::objective::loss::Measure;

/// The metric after each round (what LightGBM's `record_evaluation` collects).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct EvalsResult {
    metric: String,
    higher_is_better: bool,
    training: Vec<f64>,
    valid: Vec<f64>,
}

impl EvalsResult {
    pub(crate) fn new(measure: Measure<'_>, training: Vec<f64>, valid: Vec<f64>) -> Self {
        Self {
            metric: measure.name.into(),
            higher_is_better: measure.higher_is_better,
            training,
            valid,
        }
    }

    /// The metric: `l2`, `binary_logloss`, `ndcg`, .., or the name of a metric of the user's own.
    #[must_use]
    pub fn metric(&self) -> &str {
        &self.metric
    }

    /// Whether more of it is better.
    #[must_use]
    pub fn higher_is_better(&self) -> bool {
        self.higher_is_better
    }

    /// The metric of the training rows after each round; empty unless
    /// [`is_provide_training_metric`](super::Boost::is_provide_training_metric) asks for it.
    #[must_use]
    pub fn training(&self) -> &[f64] {
        &self.training
    }

    /// The metric of the validation rows after each round; empty if there were none. `NaN` after
    /// rounds of an earlier model that were measured by another metric, or not at all.
    #[must_use]
    pub fn valid(&self) -> &[f64] {
        &self.valid
    }
}
