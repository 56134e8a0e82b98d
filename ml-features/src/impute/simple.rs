//! One number for all missing values of a column.

use super::fill::Fill;
use super::median::median;
use crate::cell::{NumColumn, numeric_step};
use ml_data::contract::Params;
use ml_data::{Error, Result};
use serde::{Deserialize, Serialize};

/// The number that stands for missing values.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum ImputeStrategy {
    /// The mean: keeps the column's mean as it was.
    #[default]
    Mean,
    /// The median: safer with outliers or a skew (prices, counts).
    Median,
    /// This number, for columns where missing has a meaning (no purchases yet: 0).
    Constant(f64),
}

/// Replaces missing numbers by the mean, the median or a constant: scikit-learn's `SimpleImputer`.
///
/// Works on the numeric and boolean columns of a table and on matrices.
///
/// # Formula
/// With weights `w` of the values `x` that are there: mean `sum(w x) / sum(w)`; median the smallest
/// value with at least half of the weight at or below it, and the middle of it and the next value
/// when exactly half lies there.
///
/// # Missing values
/// All are replaced. A column without any value is an error that names it, unless
/// `keep_empty_features(true)`: it is then filled with 0. A constant needs no value to learn from.
///
/// # Weights
/// Rows of weight `w` count as `w` rows; rows of weight 0 do not exist, for the indicator neither.
///
/// # Errors
/// A column of another kind, an infinite value (with its row), a column without values, a constant
/// that is not finite.
///
/// ```
/// use ml_data::prelude::*;
/// use ml_features::prelude::*;
/// let table = Table::new([("price", Column::num([1.0, f64::NAN, 3.0, 11.0]))])?;
/// let train = table.unlabelled()?.into_train();
/// let (fitted, x) = SimpleImputer::median().add_indicator(true).fit_transform(&train)?;
/// assert_eq!(x.values(), [1.0, 0.0, 3.0, 1.0, 3.0, 0.0, 11.0, 0.0]);
/// assert_eq!(fitted.names().get(1), "price:missing");
/// assert_eq!(SimpleImputer::mean().fit_transform(&train)?.1.values(), [1.0, 5.0, 3.0, 11.0]);
/// assert_eq!(SimpleImputer::constant(-1.0).fit_transform(&train)?.1.values()[1], -1.0);
/// # Ok::<(), ml_data::Error>(())
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct SimpleImputer {
    strategy: ImputeStrategy,
    add_indicator: bool,
    keep_empty_features: bool,
}

impl SimpleImputer {
    /// Fills by this strategy, without indicator columns.
    pub fn new(strategy: ImputeStrategy) -> Self {
        Self {
            strategy,
            ..Self::default()
        }
    }
    /// Fills with the mean of the column.
    pub fn mean() -> Self {
        Self::new(ImputeStrategy::Mean)
    }
    /// Fills with the median of the column.
    pub fn median() -> Self {
        Self::new(ImputeStrategy::Median)
    }
    /// Fills with `fill_value`.
    pub fn constant(fill_value: f64) -> Self {
        Self::new(ImputeStrategy::Constant(fill_value))
    }
    /// Adds a column `x:missing` of 0 and 1 after each column that had missing values in training.
    #[must_use]
    pub fn add_indicator(mut self, add: bool) -> Self {
        self.add_indicator = add;
        self
    }
    /// Fills columns without any value with 0 instead of refusing them.
    #[must_use]
    pub fn keep_empty_features(mut self, keep: bool) -> Self {
        self.keep_empty_features = keep;
        self
    }

    fn learn(&self, column: &NumColumn<'_>) -> Result<Fill> {
        column.finite()?;
        let statistic = match self.strategy {
            ImputeStrategy::Mean => column.mean(),
            ImputeStrategy::Median => median(column),
            ImputeStrategy::Constant(fill_value) => Some(fill_value),
        };
        let empty = self.keep_empty_features.then_some(0.0);
        let value = statistic.or(empty).ok_or_else(|| {
            column.no_values("; set `.keep_empty_features(true)` to fill it with 0")
        })?;
        Ok(Fill::new(value, self.add_indicator && column.any_missing()))
    }
}

impl Params for SimpleImputer {
    fn name(&self) -> &'static str {
        "SimpleImputer"
    }
    fn check(&self) -> Result<()> {
        match self.strategy {
            ImputeStrategy::Constant(x) if !x.is_finite() => {
                let expected = "a finite number";
                Err(Error::parameter("SimpleImputer", "fill_value", x, expected))
            }
            _ => Ok(()),
        }
    }
}

numeric_step!(SimpleImputer, Fill);
