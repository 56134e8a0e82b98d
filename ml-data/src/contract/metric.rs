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
    /// The sign and its meaning, for the last line of boards: `+ higher is better`.
    #[must_use]
    pub fn legend(self) -> &'static str {
        match self {
            Direction::HigherIsBetter => "+ higher is better",
            Direction::LowerIsBetter => "- lower is better",
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
    /// Position of the best value, the first of equal ones; `NaN` is never the best.
    ///
    /// ```
    /// use ml_data::contract::Direction;
    /// let errors = [0.5, f64::NAN, 0.25, 0.25];
    /// assert_eq!(Direction::LowerIsBetter.best(errors), Some(2));
    /// assert_eq!(Direction::HigherIsBetter.best([f64::NAN]), None);
    /// ```
    #[must_use]
    pub fn best(self, values: impl IntoIterator<Item = f64>) -> Option<usize> {
        let numbers = values.into_iter().enumerate().filter(|(_, v)| !v.is_nan());
        numbers
            .reduce(|best, next| {
                if self.better(next.1, best.1) {
                    next
                } else {
                    best
                }
            })
            .map(|(at, _)| at)
    }
}

/// A number that says how good predictions of one kind of target are. One that is a function, or a
/// mean over rows, needs no type of its own: [`MetricFn`](super::MetricFn).
///
/// ```
/// use ml_data::prelude::*;
/// use ml_data::sample::RealLabels;
/// /// The largest error.
/// struct MaxError;
/// impl Metric<Real> for MaxError {
///     fn name(&self) -> &str {
///         "max_error"
///     }
///     fn direction(&self) -> Direction {
///         Direction::LowerIsBetter
///     }
///     fn score(&self, truth: &RealLabels, p: &Scores, weights: Option<&[f64]>) -> Result<f64> {
///         Error::check_len("predictions", truth.len(), p.len())?;
///         let counts = |i: &usize| weights.is_none_or(|w| w[*i] > 0.0);
///         let error = |i: usize| (p.0[i] - truth.values()[i]).abs();
///         let largest = (0..truth.len()).filter(counts).map(error).reduce(f64::max);
///         largest.ok_or_else(|| Error::Empty("sample to score".into()))
///     }
/// }
/// let truth = RealLabels::new([1.0, 2.0, 4.0])?;
/// assert_eq!(MaxError.score(&truth, &Scores(vec![1.0, 2.5, 3.0]), None)?, 1.0);
/// # Ok::<(), ml_data::Error>(())
/// ```
///
/// # Sample weights
/// Weight 2 scores as the row twice, weight 0 as without the row, or weights are refused with
/// [`Error::Unsupported`](crate::Error::Unsupported). The rule "sample weights" of
/// `testkit::check_metric` compares.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not score `{Y}` targets",
    label = "this metric needs another target",
    note = "metrics of numbers score `.regression(..)`, `LogLoss` and `RocAuc` `.binary(..)`, `MultiLogLoss` and `RocAucOvr` `.classes(..)`",
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
