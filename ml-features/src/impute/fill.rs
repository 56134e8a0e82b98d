//! The fitted imputer of one column.

use crate::cell::{CellFn, NumCell, Refused, checked_on_load, finite};
use ml_data::repr::Float;
use serde::{Deserialize, Serialize};

/// The number that stands for a missing one, and whether an indicator column follows.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(remote = "Self")]
pub struct Fill {
    value: f64,
    indicator: bool,
}

checked_on_load!(Fill, |f| finite("SimpleImputer", [&f.value]));

impl Fill {
    pub(super) fn new(value: f64, indicator: bool) -> Self {
        Self { value, indicator }
    }
    /// The number written where the value is missing.
    pub fn value(&self) -> f64 {
        self.value
    }
    /// True when a column of 0 and 1 says where it was missing.
    pub fn indicator(&self) -> bool {
        self.indicator
    }
}

impl CellFn for Fill {
    type In = NumCell;
    const STEP: &'static str = "SimpleImputer";

    #[inline]
    fn width(&self) -> usize {
        if self.indicator { 2 } else { 1 }
    }
    #[inline]
    fn cell<F: Float>(&self, x: f64, out: &mut [F]) -> Result<(), Refused> {
        let missing = x.is_nan();
        out[0] = F::of(if missing { self.value } else { x });
        if let Some(flag) = out.get_mut(1) {
            *flag = if missing { F::one() } else { F::zero() };
        }
        Ok(())
    }
    fn names(&self, column: &str, out: &mut Vec<Box<str>>) {
        out.push(column.into());
        if self.indicator {
            out.push(format!("{column}:missing").into());
        }
    }
}
