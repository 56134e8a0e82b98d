//! From the leaf values of a row to a score, and from scores to predictions.

use serde::{Deserialize, Serialize};

/// Function from scores to predictions.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub enum Link {
    /// The score itself.
    Identity,
    /// e^score: counts and positive amounts.
    Exp,
    /// 1 / (1 + e^(-s score)), for each output by itself.
    Sigmoid(f64),
    /// e^score over the sum of all outputs' e^score.
    Softmax,
}

/// Combination of a row's leaf values to a score.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Combine {
    /// They are added up, as in boosting.
    Sum,
    /// Their mean, as in a forest.
    Mean,
}

impl Link {
    /// Turns the scores of a row into its predictions, with the platform's exponential: so do
    /// LightGBM and XGBoost, and a model that moved between them keeps its probabilities to the
    /// last bit.
    pub fn apply(self, row: &mut [f64]) {
        match self {
            Self::Identity => {}
            Self::Exp => row.iter_mut().for_each(|s| *s = s.exp()),
            Self::Sigmoid(steepness) => row
                .iter_mut()
                .for_each(|s| *s = 1.0 / (1.0 + (-steepness * *s).exp())),
            Self::Softmax => softmax(row),
        }
    }
}

/// Scores become shares that sum to 1.
fn softmax(scores: &mut [f64]) {
    let highest = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let mut sum = 0.0;
    for s in scores.iter_mut() {
        *s = (*s - highest).exp();
        sum += *s;
    }
    scores.iter_mut().for_each(|s| *s /= sum);
}
