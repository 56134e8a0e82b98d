//! The harmonic mean of precision and recall.

use super::confusion::{Average, ConfusionMatrix, ratio};
use super::target::Classification;
use crate::error::Result;
use ml_data::contract::{Direction, Metric};
use serde::{Deserialize, Serialize};

impl ConfusionMatrix {
    /// F1: the harmonic mean of precision and recall (`f1_score`).
    ///
    /// # Formula
    /// `2 TP_c / (2 TP_c + FP_c + FN_c)`, averaged over classes, higher is better.
    ///
    /// # Zero division
    /// Classes that neither occur nor are predicted do not enter a mean, as in scikit-learn without
    /// `labels`; if that holds of the positive class, F1 of [`Average::Binary`] is 0.
    ///
    /// # Errors
    /// [`Average::Binary`] of more or fewer than two classes.
    ///
    /// ```
    /// use ml_eval::metric::{Average, ConfusionMatrix};
    /// let matrix = ConfusionMatrix::new(2, &[0, 0, 1, 1, 1], &[0, 1, 1, 1, 0], None)?;
    /// assert_eq!(matrix.f1(Average::Binary)?, 4.0 / 6.0);
    /// # Ok::<(), ml_data::Error>(())
    /// ```
    pub fn f1(&self, average: Average) -> Result<f64> {
        let f1 = |tp, support, predicted| ratio(2.0 * tp, support + predicted);
        self.scaled().averaged(average, f1)
    }
}

/// F1 of the most probable classes; "f1" or "f1_macro", "f1_micro", "f1_weighted", higher is
/// better. See [`ConfusionMatrix::f1`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct F1(
    /// The mean over classes.
    pub Average,
);

impl<Y: Classification> Metric<Y> for F1 {
    fn name(&self) -> &str {
        match self.0 {
            Average::Binary => "f1",
            Average::Macro => "f1_macro",
            Average::Micro => "f1_micro",
            Average::Weighted => "f1_weighted",
        }
    }
    fn direction(&self) -> Direction {
        Direction::HigherIsBetter
    }
    fn score(&self, y: &Y::Labels, p: &Y::Prediction, weights: Option<&[f64]>) -> Result<f64> {
        ConfusionMatrix::of_sample::<Y>(y, p, weights)?.f1(self.0)
    }
}
