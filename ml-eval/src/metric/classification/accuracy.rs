//! Share of the rows whose class was predicted.

use super::confusion::ConfusionMatrix;
use super::target::Classification;
use crate::error::Result;
use ml_data::contract::{Direction, Metric};
use serde::{Deserialize, Serialize};

impl ConfusionMatrix {
    /// Accuracy: the share of the rows whose class was predicted (`accuracy_score`).
    ///
    /// # Formula
    /// `sum_c TP_c / sum_i w_i`, higher is better.
    #[must_use]
    pub fn accuracy(&self) -> f64 {
        let matrix = self.scaled();
        matrix.true_positives() / matrix.total()
    }
}

/// Share of the rows whose class is the most probable one; "accuracy", higher is better. See
/// [`ConfusionMatrix::accuracy`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Accuracy;

impl<Y: Classification> Metric<Y> for Accuracy {
    fn name(&self) -> &str {
        "accuracy"
    }
    fn direction(&self) -> Direction {
        Direction::HigherIsBetter
    }
    fn score(&self, y: &Y::Labels, p: &Y::Prediction, weights: Option<&[f64]>) -> Result<f64> {
        Ok(ConfusionMatrix::of_sample::<Y>(y, p, weights)?.accuracy())
    }
}
