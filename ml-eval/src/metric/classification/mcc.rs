//! Matthews' correlation coefficient.

use super::confusion::ConfusionMatrix;
use super::target::Classification;
use crate::error::Result;
use ml_data::contract::{Direction, Metric};
use serde::{Deserialize, Serialize};

impl ConfusionMatrix {
    /// Matthews' correlation coefficient of truth and prediction (`matthews_corrcoef`): 1 for
    /// perfect predictions, 0 when they say nothing, less when they contradict the truth.
    ///
    /// # Formula
    /// With `n` the weight of all rows, `t_c` of those of class `c`, `p_c` of those for which it
    /// was predicted:
    /// `(n sum_c TP_c - sum_c t_c p_c) / sqrt((n^2 - sum_c t_c^2) (n^2 - sum_c p_c^2))`,
    /// higher is better.
    ///
    /// # Zero division
    /// 0 when all rows are of one class or one class is predicted for all.
    ///
    /// # References
    /// Gorodkin: Comparing two K-category assignments by a K-category correlation coefficient.
    /// Computational Biology and Chemistry 28 (2004).
    /// <https://doi.org/10.1016/j.compbiolchem.2004.09.006>
    #[must_use]
    pub fn mcc(&self) -> f64 {
        let matrix = self.scaled();
        let n = matrix.total();
        let (mut truth_times_predicted, mut truth_squared, mut predicted_squared) = (0.0, 0.0, 0.0);
        for class in 0..matrix.classes() {
            let (t, p) = (matrix.support(class), matrix.predicted(class));
            truth_times_predicted += t * p;
            truth_squared += t * t;
            predicted_squared += p * p;
        }
        let variances = (n * n - truth_squared) * (n * n - predicted_squared);
        if variances <= 0.0 {
            return 0.0;
        }
        (matrix.true_positives() * n - truth_times_predicted) / variances.sqrt()
    }
}

/// Matthews' correlation of truth and most probable class; "mcc", higher is better. See
/// [`ConfusionMatrix::mcc`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mcc;

impl<Y: Classification> Metric<Y> for Mcc {
    fn name(&self) -> &str {
        "mcc"
    }
    fn direction(&self) -> Direction {
        Direction::HigherIsBetter
    }
    fn score(&self, y: &Y::Labels, p: &Y::Prediction, weights: Option<&[f64]>) -> Result<f64> {
        Ok(ConfusionMatrix::of_sample::<Y>(y, p, weights)?.mcc())
    }
}
