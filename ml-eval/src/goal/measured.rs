//! The figures of a candidate at the gate.

use super::limits::{Explainability, Privacy};
use crate::bootstrap::Estimate;
use serde::{Deserialize, Serialize};

/// The measured figures of a candidate.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Measured {
    /// Name, value, and the paired interval of the difference to the baseline model (candidate
    /// minus baseline).
    pub metrics: Vec<(String, f64, Option<Estimate>)>,
    /// 95th percentile of a prediction, milliseconds.
    pub p95_latency_ms: Option<f64>,
    /// Model file, megabytes.
    pub model_size_mb: Option<f64>,
    /// The explanations that the model offers.
    pub explainability: Option<Explainability>,
    /// Largest difference of the fairness metric between groups.
    pub fairness_gap: Option<f64>,
    /// Protection of persons in the training data.
    pub privacy: Option<Privacy>,
}

impl Measured {
    /// Nothing measured yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a metric's value.
    #[must_use]
    pub fn metric(mut self, name: impl Into<String>, value: f64) -> Self {
        self.metrics.push((name.into(), value, None));
        self
    }

    /// Adds a metric's value with the paired interval of candidate minus baseline, as
    /// [`Bootstrap::paired`](crate::bootstrap::Bootstrap::paired) gives it.
    #[must_use]
    pub fn compared(
        mut self,
        name: impl Into<String>,
        value: f64,
        against_baseline: Estimate,
    ) -> Self {
        self.metrics
            .push((name.into(), value, Some(against_baseline)));
        self
    }

    /// Sets the 95th percentile of a prediction, milliseconds.
    #[must_use]
    pub fn p95_latency_ms(mut self, milliseconds: f64) -> Self {
        self.p95_latency_ms = Some(milliseconds);
        self
    }

    /// Sets the size of the model file, megabytes.
    #[must_use]
    pub fn model_size_mb(mut self, megabytes: f64) -> Self {
        self.model_size_mb = Some(megabytes);
        self
    }

    /// Sets what the model can explain.
    #[must_use]
    pub fn explainability(mut self, offered: Explainability) -> Self {
        self.explainability = Some(offered);
        self
    }

    /// Sets the largest difference of the fairness metric between groups.
    #[must_use]
    pub fn fairness_gap(mut self, gap: f64) -> Self {
        self.fairness_gap = Some(gap);
        self
    }

    /// Sets the protection of persons in the training data.
    #[must_use]
    pub fn privacy(mut self, given: Privacy) -> Self {
        self.privacy = Some(given);
        self
    }

    /// Metrics given more than once, each named once.
    pub(super) fn repeated(&self) -> impl Iterator<Item = &str> {
        let name = |i: usize| self.metrics[i].0.as_str();
        let second = move |&i: &usize| (0..i).filter(|&j| name(j) == name(i)).count() == 1;
        (0..self.metrics.len()).filter(second).map(name)
    }

    pub(super) fn find(&self, name: &str) -> Option<&(String, f64, Option<Estimate>)> {
        self.metrics.iter().find(|m| m.0 == name)
    }
}
