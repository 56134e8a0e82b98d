//! Share of the predicted positives that are positive.

use super::confusion::{Average, ConfusionMatrix, ratio};
use super::target::Classification;
use crate::error::Result;
use ml_data::contract::{Direction, Metric};
use serde::{Deserialize, Serialize};

impl ConfusionMatrix {
    /// Precision: of the rows for which a class was predicted, the share that is of it
    /// (`precision_score`).
    ///
    /// # Formula
    /// `TP_c / (TP_c + FP_c)`, averaged over classes, higher is better.
    ///
    /// # Zero division
    /// A class that occurs and is never predicted has precision 0; one that does not occur either
    /// does not enter a mean.
    ///
    /// # Errors
    /// [`Average::Binary`] of more or fewer than two classes.
    ///
    /// ```
    /// use ml_eval::metric::{Average, ConfusionMatrix};
    /// let matrix = ConfusionMatrix::new(2, &[0, 0, 1, 1, 1], &[0, 1, 1, 1, 0], None)?;
    /// assert_eq!(matrix.precision(Average::Binary)?, 2.0 / 3.0);
    /// # Ok::<(), ml_data::Error>(())
    /// ```
    pub fn precision(&self, average: Average) -> Result<f64> {
        let precision = |tp, _, predicted| ratio(tp, predicted);
        self.scaled().averaged(average, precision)
    }
}

/// Precision of the most probable classes; "precision" or "precision_macro", "precision_micro",
/// "precision_weighted", higher is better. See [`ConfusionMatrix::precision`]; of a ranked list,
/// [`PrecisionAtK`](crate::metric::PrecisionAtK).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Precision(
    /// The mean over classes.
    pub Average,
);

impl<Y: Classification> Metric<Y> for Precision {
    fn name(&self) -> &str {
        match self.0 {
            Average::Binary => "precision",
            Average::Macro => "precision_macro",
            Average::Micro => "precision_micro",
            Average::Weighted => "precision_weighted",
        }
    }
    fn direction(&self) -> Direction {
        Direction::HigherIsBetter
    }
    fn score(&self, y: &Y::Labels, p: &Y::Prediction, weights: Option<&[f64]>) -> Result<f64> {
        ConfusionMatrix::of_sample::<Y>(y, p, weights)?.precision(self.0)
    }
}
