//! Numbers as they are.

use crate::cell::{CellFn, NumCell, NumColumn, Refused, numeric_step};
use ml_data::Result;
use ml_data::contract::Params;
use ml_data::repr::Float;
use serde::{Deserialize, Serialize};

/// Passes numeric and boolean columns on unchanged: a part of
/// [`ColumnTransformer`](crate::columns::ColumnTransformer) for what needs no step.
///
/// # Missing values
/// Stay missing (`NaN`).
///
/// # Weights
/// Change nothing.
///
/// # Errors
/// A column of another kind.
///
/// ```
/// use ml_data::prelude::*;
/// use ml_features::scale::Passthrough;
/// let table = Table::new([("new", Column::bool([Some(true), Some(false)]))])?;
/// let (_, x) = Passthrough.fit_transform(&table.unlabelled()?.into_train())?;
/// assert_eq!(x.values(), [1.0, 0.0]);
/// # Ok::<(), ml_data::Error>(())
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Passthrough;

impl Passthrough {
    #[allow(clippy::unused_self)]
    fn learn(self, _: &NumColumn<'_>) -> Result<Same> {
        Ok(Same)
    }
}

impl Params for Passthrough {
    fn name(&self) -> &'static str {
        "Passthrough"
    }
}

/// Nothing was learned: the number itself.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Same;

impl CellFn for Same {
    type In = NumCell;
    const STEP: &'static str = "Passthrough";

    #[inline]
    fn width(&self) -> usize {
        1
    }
    #[inline]
    fn cell<F: Float>(&self, x: f64, out: &mut [F]) -> Result<(), Refused> {
        out[0] = F::of(x);
        Ok(())
    }
    fn names(&self, column: &str, out: &mut Vec<Box<str>>) {
        out.push(column.into());
    }
}

numeric_step!(Passthrough, Same);
