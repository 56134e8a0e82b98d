//! The mean of each column.

use super::fill::{Fill, Options};
use crate::cell::{NumColumn, numeric_step};
use ml_data::Result;
use ml_data::contract::Params;
use serde::{Deserialize, Serialize};

/// Replaces missing numbers by the column's mean.
///
/// Keeps the column's mean as it was; [`MedianImputer`](super::MedianImputer) is safer with outliers.
///
/// # Missing values
/// A column without any value is an error that names it, unless `keep_empty_features(true)`: it is then filled with 0.
///
/// # Weights
/// The weighted mean.
///
/// # Errors
/// A column of another kind, an infinite value (with its row), or a column without values.
///
/// ```
/// use ml_data::prelude::*;
/// use ml_features::prelude::*;
/// let table = Table::new([("price", Column::num([1.0, f64::NAN, 5.0]))])?;
/// let (_, x) = MeanImputer::new().fit_transform(&table.unlabelled()?.into_train())?;
/// assert_eq!(x.values(), [1.0, 3.0, 5.0]);
/// # Ok::<(), ml_data::Error>(())
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct MeanImputer {
    options: Options,
}

impl MeanImputer {
    /// Without indicator columns.
    pub fn new() -> Self {
        Self::default()
    }
    /// Adds a column `x:missing` after each column that had missing values in training (`add_indicator`).
    #[must_use]
    pub fn indicator(mut self, add: bool) -> Self {
        self.options.indicator = add;
        self
    }
    /// Fills columns without any value with 0 instead of refusing them.
    #[must_use]
    pub fn keep_empty_features(mut self, keep: bool) -> Self {
        self.options.keep_empty_features = keep;
        self
    }
    fn learn(&self, column: &NumColumn<'_>) -> Result<Fill> {
        self.options.learn(column, |c| c.mean())
    }
}

impl Params for MeanImputer {
    fn name(&self) -> &'static str {
        "MeanImputer"
    }
}

numeric_step!(MeanImputer, Fill);
