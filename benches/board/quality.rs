//! Whether both sides do the same work: quality over the seeds of the rounds.

use super::work::Metric;
use serde::{Deserialize, Serialize};

/// Quality of both sides.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Quality {
    /// The metric's name.
    pub(crate) metric: String,
    /// Mean over seeds. Of a list of values, the mean of the list.
    pub(crate) ours: f64,
    pub(crate) theirs: f64,
    /// The greatest difference of means that counts as equal: the metric's tolerance, or twice the
    /// standard error of the difference where that is more.
    pub(crate) tolerance: f64,
    pub(crate) seeds: usize,
    pub(crate) judgement: Judgement,
}

/// Judgement of a difference of quality.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Judgement {
    /// Within the tolerance.
    Equal,
    /// Ours is better by more.
    Better,
    /// Ours is worse by more.
    Worse,
}

impl Judgement {
    /// The mark beside a number: nothing where both are equal.
    pub(crate) fn mark(self) -> &'static str {
        match self {
            Self::Equal => "",
            Self::Better => " (better)",
            Self::Worse => " (worse)",
        }
    }
}

/// Compares values of both sides, a list of values a seed.
///
/// With `d` the difference of means and `s` its standard error, equal is
/// `|d| <= max(tolerance, 2 s)`. Lists are compared element by element; the greatest difference
/// decides. None where a side has no value, or lists are of several lengths.
pub(crate) fn compare(metric: &Metric, ours: &[Vec<f64>], theirs: &[Vec<f64>]) -> Option<Quality> {
    let width = ours.first()?.len();
    if width == 0 || ours.iter().chain(theirs).any(|v| v.len() != width) || theirs.is_empty() {
        return None;
    }
    let column = |side: &[Vec<f64>], j: usize| side.iter().map(|v| v[j]).collect::<Vec<f64>>();
    let (mut worst, mut judgement, mut allowed) = (0.0, Judgement::Equal, 0.0_f64);
    for j in 0..width {
        let (a, b) = (column(ours, j), column(theirs, j));
        let (mean_a, mean_b) = (mean(&a), mean(&b));
        let size = if metric.relative { mean_b.abs() } else { 1.0 };
        let limit = (metric.tolerance * size).max(2.0 * (error2(&a) + error2(&b)).sqrt());
        let excess = (mean_a - mean_b).abs() - limit;
        allowed = allowed.max(limit);
        if excess > worst {
            worst = excess;
            judgement = if (mean_a > mean_b) == metric.higher {
                Judgement::Better
            } else {
                Judgement::Worse
            };
        }
    }
    let flat = |side: &[Vec<f64>]| mean(&side.concat());
    Some(Quality {
        metric: metric.field.to_owned(),
        ours: flat(ours),
        theirs: flat(theirs),
        tolerance: allowed,
        seeds: ours.len().min(theirs.len()),
        judgement,
    })
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// Square of the standard error of a mean; zero of fewer than three values, which tell no spread.
fn error2(values: &[f64]) -> f64 {
    let n = values.len();
    if n < 3 {
        return 0.0;
    }
    let m = mean(values);
    let squares: f64 = values.iter().map(|v| (v - m).powi(2)).sum();
    squares / (n - 1) as f64 / n as f64
}
