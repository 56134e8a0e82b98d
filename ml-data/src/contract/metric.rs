//! Metrics are values: they carry their parameters and know which way is better.

use crate::error::Result;
use crate::sample::Target;
use serde::{Deserialize, Serialize};

/// Which way is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Direction {
    /// More is better.
    HigherIsBetter,
    /// Less is better.
    LowerIsBetter,
}

impl Direction {
    /// `+` or `-`.
    pub fn sign(self) -> char {
        if self == Direction::HigherIsBetter {
            '+'
        } else {
            '-'
        }
    }
    /// True when `a` is better than `b`.
    pub fn better(self, a: f64, b: f64) -> bool {
        if self == Direction::HigherIsBetter {
            a > b
        } else {
            a < b
        }
    }
}

/// A number that says how good predictions of one kind of target are.
///
/// # Sample weights
/// Weight 2 scores as the row twice, weight 0 as without the row, or weights are refused with
/// [`Error::Unsupported`](crate::Error::Unsupported). The rule "sample weights" of
/// `testkit::check_metric` compares.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not score `{Y}` targets",
    label = "this metric needs another target",
    note = "ranking metrics need query groups: build the data set with `.relevance(\"grade\", \"query\")`"
)]
pub trait Metric<Y: Target>: Send + Sync {
    /// The name, with parameters: `ndcg@10`.
    fn name(&self) -> &str;
    /// Which way is better.
    fn direction(&self) -> Direction;
    /// The score; `weights` say how much each row counts.
    ///
    /// # Errors
    /// Different lengths, predictions that are not numbers, or labels the metric is not defined
    /// for.
    fn score(
        &self,
        truth: &Y::Labels,
        predicted: &Y::Prediction,
        weights: Option<&[f64]>,
    ) -> Result<f64>;
}
