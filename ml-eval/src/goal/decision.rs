//! The gate's answer, with its reasons.

use crate::bootstrap::Estimate;
use ml_data::figure;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A reason for refusing a candidate, with the measured and the required value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum GateReason {
    /// Something required was not measured.
    NotMeasured {
        /// The metric or limit.
        name: String,
        /// The requirement.
        required: String,
    },
    /// A primary metric was not compared with the baseline model on the same users.
    NotCompared {
        /// The metric.
        metric: String,
        /// The candidate's value.
        measured: f64,
    },
    /// A metric was measured more than once: which value counts?
    MeasuredTwice {
        /// The metric.
        metric: String,
    },
    /// A metric misses its minimum.
    MissesMinimum {
        /// The metric.
        metric: String,
        /// The candidate's value.
        measured: f64,
        /// The minimum.
        required: f64,
        /// Whether it is a metric of the business.
        business: bool,
    },
    /// The paired interval against the baseline does not lie wholly on the better side of zero.
    NotBetterThanBaseline {
        /// The metric.
        metric: String,
        /// Candidate minus baseline.
        difference: Estimate,
    },
    /// A number breaks a limit.
    BreaksLimit {
        /// The limit.
        name: String,
        /// The measured value.
        measured: String,
        /// The allowed value.
        required: String,
    },
}

impl fmt::Display for GateReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotMeasured { name, required } => {
                write!(f, "{name}: not measured, required {required}")
            }
            Self::NotCompared { metric, measured } => {
                write!(
                    f,
                    "{metric}: measured {}, but without a paired interval against the baseline",
                    figure(*measured)
                )
            }
            Self::MeasuredTwice { metric } => write!(f, "{metric}: measured twice"),
            Self::MissesMinimum {
                metric,
                measured,
                required,
                business,
            } => {
                write!(
                    f,
                    "{metric}: measured {}, minimum {}{}",
                    figure(*measured),
                    figure(*required),
                    if *business { " (business)" } else { "" }
                )
            }
            Self::NotBetterThanBaseline { metric, difference } => {
                let what = if difference.interval.contains(0.0) {
                    "includes 0"
                } else {
                    "is on the wrong side of 0"
                };
                write!(
                    f,
                    "{metric}: difference to the baseline {difference:+} {what}"
                )
            }
            Self::BreaksLimit {
                name,
                measured,
                required,
            } => write!(f, "{name}: measured {measured}, required {required}"),
        }
    }
}

/// The gate's answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GateDecision {
    /// Whether the candidate may be promoted.
    pub passed: bool,
    /// The reasons of a refusal; empty when it passed.
    pub reasons: Vec<GateReason>,
    /// The criteria that are met, each with what was measured and what is required.
    #[serde(default)]
    pub met: Vec<String>,
    /// Business metrics that were not measured; they are known after deployment and do not refuse a
    /// candidate.
    pub pending: Vec<String>,
}

impl fmt::Display for GateDecision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", if self.passed { "passed" } else { "refused" })?;
        self.reasons.iter().try_for_each(|r| writeln!(f, "  {r}"))?;
        if !self.pending.is_empty() {
            writeln!(
                f,
                "  to be measured in production: {}",
                self.pending.join(", ")
            )?;
        }
        Ok(())
    }
}
