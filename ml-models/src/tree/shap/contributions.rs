//! Explanations of predictions.

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

    /// The mean absolute contribution of each feature to an output: how much the model relies on
    /// it.
    #[must_use]
    pub fn importance(&self, output: usize) -> Vec<f64> {
        let mut sums = vec![0.0; self.width - 1];
        for row in (0..self.len()).filter_map(|i| self.get(i, output)) {
            for (sum, value) in sums.iter_mut().zip(row) {
                *sum += value.abs();
            }
        }
        let rows = self.len().max(1) as f64;
        sums.iter_mut().for_each(|sum| *sum /= rows);
        sums
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

/// One reason for a score.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FeatureContribution {
    /// The feature's name.
    pub feature: Box<str>,
    /// Its column.
    pub column: usize,
    /// Its value in the row.
    pub value: f64,
    /// Its contribution to the score.
    pub contribution: f64,
}

/// The features that matter most, first the largest contribution by amount; features without any
/// are left out.
pub(super) fn reasons(
    names: &Names,
    contributions: &[f64],
    value: impl Fn(usize) -> f64,
    top: usize,
) -> Vec<FeatureContribution> {
    let mut order: Vec<usize> = (0..names.len())
        .filter(|&c| contributions[c] != 0.0)
        .collect();
    order.sort_by(|&a, &b| contributions[b].abs().total_cmp(&contributions[a].abs()));
    order.truncate(top);
    let reason = |column| FeatureContribution {
        feature: names.get(column).into(),
        column,
        value: value(column),
        contribution: contributions[column],
    };
    order.into_iter().map(reason).collect()
}
