//! Explanations of predictions.

use ml_data::Result;
use ml_data::contract::Attributions;
use ml_data::repr::Names;
use serde::{Deserialize, Serialize};

/// Contributions of all features to the scores of some rows; see
/// [`Explainer::shap`](super::Explainer::shap).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Contributions {
    pub(super) values: Vec<f64>,
    pub(super) outputs: usize,
    /// Numbers of a row and output.
    pub(super) width: usize,
}

impl Contributions {
    /// Number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.values.len() / (self.outputs * self.width)
    }

    /// True when there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// The contributions to one score of a row: a number a feature, and last the expected score.
    /// They add up to the score. None beyond the last row or output.
    #[must_use]
    pub fn get(&self, row: usize, output: usize) -> Option<&[f64]> {
        let at = (row * self.outputs + output) * self.width;
        (output < self.outputs)
            .then(|| self.values.get(at..at + self.width))
            .flatten()
    }

    /// All numbers: row after row, in it output after output (LightGBM's `pred_contrib`).
    #[must_use]
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// The same as attributions of named columns and outputs.
    ///
    /// # Errors
    /// Names of another number, or two that are equal.
    pub fn attributions<S: Into<Box<str>>>(
        &self,
        columns: &Names,
        outputs: impl IntoIterator<Item = S>,
        expected: &[f64],
    ) -> Result<Attributions> {
        let rows = self.values.chunks_exact(self.width);
        let values = rows.flat_map(|row| &row[..self.width - 1]).copied();
        let (columns, expected) = (columns.clone(), expected.to_vec());
        Attributions::new(columns, outputs, expected, self.len(), values.collect())
    }
}

/// Contributions of all pairs of features to a score of a row; see
/// [`Explainer::interactions`](super::Explainer::interactions).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct InteractionValues {
    pub(super) values: Vec<f64>,
    pub(super) outputs: usize,
    pub(super) features: usize,
}

impl InteractionValues {
    /// The part of two features in a score of a row, half of what they add together; of a feature
    /// and itself, what it adds by itself. None beyond the last row, output or feature.
    #[must_use]
    pub fn get(&self, row: usize, output: usize, a: usize, b: usize) -> Option<f64> {
        let inside = output < self.outputs && a < self.features && b < self.features;
        let at = ((row * self.outputs + output) * self.features + a) * self.features + b;
        self.values.get(at).copied().filter(|_| inside)
    }

    /// All numbers: row after row, in it output after output, in it a square of features.
    #[must_use]
    pub fn values(&self) -> &[f64] {
        &self.values
    }
}
