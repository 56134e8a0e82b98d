//! Share of the positives that are predicted.

use super::confusion::{Average, ConfusionMatrix, ratio};
use super::target::Classification;
use crate::error::Result;
use ml_data::contract::{Direction, Metric};
use serde::{Deserialize, Serialize};

impl ConfusionMatrix {
    /// Recall: of the rows of a class, the share for which it was predicted (`recall_score`).
    ///
    /// # Formula
    /// `TP_c / (TP_c + FN_c)`, averaged over classes, higher is better.
    ///
    /// # Zero division
    /// A class that is predicted and has no rows has recall 0; one that is not predicted either
    /// does not enter a mean.
    ///
    /// # Errors
    /// [`Average::Binary`] of more or fewer than two classes.
    ///
    /// ```
    /// use ml_eval::metric::{Average, ConfusionMatrix};
    /// let matrix = ConfusionMatrix::new(2, &[0, 0, 1, 1, 1], &[0, 1, 1, 1, 0], None)?;
    /// assert_eq!(matrix.recall(Average::Binary)?, 2.0 / 3.0);
    /// # Ok::<(), ml_data::Error>(())
    /// ```
    pub fn recall(&self, average: Average) -> Result<f64> {
        let recall = |tp, support, _| ratio(tp, support);
        self.scaled().averaged(average, recall)
    }
}

/// Recall of the most probable classes; "recall" or "recall_macro", "recall_micro",
/// "recall_weighted", higher is better. See [`ConfusionMatrix::recall`]; of a ranked list,
/// [`RecallAtK`](crate::metric::RecallAtK).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recall(
    /// The mean over classes.
    pub Average,
);

impl<Y: Classification> Metric<Y> for Recall {
    fn name(&self) -> &str {
        match self.0 {
            Average::Binary => "recall",
            Average::Macro => "recall_macro",
            Average::Micro => "recall_micro",
            Average::Weighted => "recall_weighted",
        }
    }
    fn direction(&self) -> Direction {
        Direction::HigherIsBetter
    }
    fn score(&self, y: &Y::Labels, p: &Y::Prediction, weights: Option<&[f64]>) -> Result<f64> {
        ConfusionMatrix::of_sample::<Y>(y, p, weights)?.recall(self.0)
    }
}
