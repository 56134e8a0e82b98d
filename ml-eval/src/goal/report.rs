//! The findings of the feasibility check.

use super::criterion::Criterion;
use super::noise::NoiseFloor;
use super::roi::{Roi, ValueModel};
use super::signal::Signal;
use crate::error::Result;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A reason against the project's feasibility.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Concern {
    /// A class (or the whole of a real outcome) has too few rows.
    FewRows {
        /// Class code; `None` for a real outcome.
        class: Option<u32>,
        /// Its rows.
        rows: usize,
        /// The required number.
        required: usize,
    },
    /// The smallest class (or all rows of a real outcome) is too small for the number of features.
    FewRowsPerFeature {
        /// Its rows.
        rows: usize,
        /// Number of features.
        features: usize,
        /// The required number.
        required: usize,
    },
    /// No single feature is related to the outcome beyond chance.
    NoSignal {
        /// The best feature.
        feature: String,
        /// Its corrected p-value.
        adjusted_p_value: f64,
        /// The level asked for.
        required: f64,
    },
    /// Reaching even the target does not pay the cost.
    NoReturn {
        /// Return at the target.
        at_target: f64,
    },
}

impl fmt::Display for Concern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::FewRows {
                class: Some(class),
                rows,
                required,
            } => write!(f, "class {class} has {rows} rows, required {required}"),
            Self::FewRows {
                class: None,
                rows,
                required,
            } => write!(f, "{rows} rows, required {required}"),
            Self::FewRowsPerFeature {
                rows,
                features,
                required,
            } => {
                write!(
                    f,
                    "{rows} rows in the smallest class for {features} features, required {required}"
                )
            }
            Self::NoSignal {
                feature,
                adjusted_p_value,
                required,
            } => {
                write!(
                    f,
                    "no feature is related to the outcome: the best, {feature}, has p {adjusted_p_value:.3}, required {required}"
                )
            }
            Self::NoReturn { at_target } => {
                write!(f, "even the target returns {:+.0} %", at_target * 100.0)
            }
        }
    }
}

/// The answers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FeasibilityReport {
    /// Number of rows.
    pub rows: usize,
    /// Code and rows of each class; empty for a real outcome.
    pub classes: Vec<(u32, usize)>,
    /// The signals of the features, in the order given.
    pub signals: Vec<Signal>,
    /// The error that remains.
    pub noise: NoiseFloor,
    /// The return on investment, when asked for.
    pub roi: Option<Roi>,
    /// Reasons against the project; empty when there are none.
    pub concerns: Vec<Concern>,
}

impl FeasibilityReport {
    /// Whether nothing speaks against the project.
    #[must_use]
    pub fn feasible(&self) -> bool {
        self.concerns.is_empty()
    }

    /// Adds what moving a business metric pays.
    ///
    /// # Errors
    /// Values or costs that make no sense, see [`ValueModel::roi`].
    pub fn with_value(mut self, value: &ValueModel, criterion: &Criterion) -> Result<Self> {
        let roi = value.roi(criterion)?;
        self.concerns
            .retain(|c| !matches!(c, Concern::NoReturn { .. }));
        if roi.at_target <= 0.0 {
            self.concerns.push(Concern::NoReturn {
                at_target: roi.at_target,
            });
        }
        self.roi = Some(roi);
        Ok(self)
    }
}

impl fmt::Display for FeasibilityReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let classes: Vec<String> = self
            .classes
            .iter()
            .map(|(class, rows)| format!("{rows} of class {class}"))
            .collect();
        let detail = if classes.is_empty() {
            String::new()
        } else {
            format!(" ({})", classes.join(", "))
        };
        writeln!(
            f,
            "{}: {} rows{detail}",
            if self.feasible() {
                "feasible"
            } else {
                "doubtful"
            },
            self.rows
        )?;
        self.concerns
            .iter()
            .try_for_each(|c| writeln!(f, "  {c}"))?;
        let mut best: Vec<&Signal> = self.signals.iter().collect();
        best.sort_by(|a, b| {
            a.adjusted_p_value
                .total_cmp(&b.adjusted_p_value)
                .then(a.p_value.total_cmp(&b.p_value))
        });
        for s in best.iter().take(10) {
            writeln!(
                f,
                "  {:<24} {:>4} {:>8.4}  p {:.3} (corrected {:.3})",
                s.feature,
                s.statistic.to_string(),
                s.value,
                s.p_value,
                s.adjusted_p_value
            )?;
        }
        if best.len() > 10 {
            writeln!(f, "  and {} features more", best.len() - 10)?;
        }
        writeln!(f, "  {}", self.noise)?;
        match &self.roi {
            Some(roi) => writeln!(f, "  {roi}"),
            None => Ok(()),
        }
    }
}
