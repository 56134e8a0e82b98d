//! Limits on everything but the metrics: latency, size, explanations, fairness, privacy.

use crate::error::{self, Result};
use serde::{Deserialize, Serialize};
use std::fmt;

/// The explanations that a model must offer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Explainability {
    /// Nothing.
    Opaque,
    /// The features that matter overall.
    Global,
    /// The reasons of each single prediction.
    PerPrediction,
}

impl fmt::Display for Explainability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Opaque => "opaque",
            Self::Global => "global",
            Self::PerPrediction => "per prediction",
        })
    }
}

/// The tie between the training data and a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Privacy {
    /// Names, addresses or the like are used as they are.
    Identified,
    /// Persons are replaced by keys that someone can trace back.
    Pseudonymised,
    /// Nobody can be traced.
    Anonymised,
}

impl fmt::Display for Privacy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Identified => "identified",
            Self::Pseudonymised => "pseudonymised",
            Self::Anonymised => "anonymised",
        })
    }
}

/// Limits on everything but the metrics; what is `None` is not limited.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Limits {
    /// Longest 95th percentile of a prediction, milliseconds.
    pub p95_latency_ms: Option<f64>,
    /// Largest model file, megabytes.
    pub model_size_mb: Option<f64>,
    /// Least explanation.
    pub explainability: Option<Explainability>,
    /// Largest difference of the fairness metric between groups of people.
    pub fairness_gap: Option<f64>,
    /// Least protection of persons.
    pub privacy: Option<Privacy>,
}

impl Limits {
    /// Refuses a limit that is not a positive number.
    pub(super) fn check(&self) -> Result<()> {
        let limits = [
            ("p95_latency_ms", self.p95_latency_ms),
            ("model_size_mb", self.model_size_mb),
            ("fairness_gap", self.fairness_gap),
        ];
        for (name, limit) in limits {
            if let Some(limit) = limit.filter(|l| !(l.is_finite() && *l > 0.0)) {
                return Err(error::parameter("Limits", name, limit, "a positive number"));
            }
        }
        Ok(())
    }
}
