//! One number for every missing one.

use super::fill::{Fill, Options};
use crate::cell::{NumColumn, numeric_step};
use ml_data::contract::Params;
use ml_data::{Error, Result};
use serde::{Deserialize, Serialize};

/// Replaces missing numbers by a constant.
///
/// For columns where missing has a meaning (no purchases yet: 0). Needs no value to learn from, so an empty column is filled
/// too.
///
/// # Missing values
/// All are replaced.
///
/// # Weights
/// Rows of weight 0 do not count when the indicator looks for missing values; otherwise weights change nothing.
///
/// # Errors
/// A column of another kind, or an infinite value (with its row).
///
/// ```
/// use ml_data::prelude::*;
/// use ml_features::prelude::*;
/// let table = Table::new([("orders", Column::num([2.0, f64::NAN]))])?;
/// let (_, x) = ConstantImputer::new(-1.0).fit_transform(&table.unlabelled()?.into_train())?;
/// assert_eq!(x.values(), [2.0, -1.0]);
/// # Ok::<(), ml_data::Error>(())
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct ConstantImputer {
    fill_value: f64,
    options: Options,
}

impl ConstantImputer {
    /// Fills with `fill_value`, without indicator columns.
    pub fn new(fill_value: f64) -> Self {
        Self {
            fill_value,
            options: Options::default(),
        }
    }
    /// Adds a column `x:missing` after each column that had missing values in training (`add_indicator`).
    #[must_use]
    pub fn indicator(mut self, add: bool) -> Self {
        self.options.indicator = add;
        self
    }
    fn learn(&self, column: &NumColumn<'_>) -> Result<Fill> {
        self.options.learn(column, |_| Some(self.fill_value))
    }
}

impl Params for ConstantImputer {
    fn name(&self) -> &'static str {
        "ConstantImputer"
    }
    fn check(&self) -> Result<()> {
        if self.fill_value.is_finite() {
            return Ok(());
        }
        Err(Error::parameter(
            "ConstantImputer",
            "fill_value",
            self.fill_value,
            "a finite number",
        ))
    }
}

numeric_step!(ConstantImputer, Fill);
