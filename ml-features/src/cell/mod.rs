//! One cell function, two loops: a step that works column by column defines what happens to one
//! value; [`PerColumn`] gives it the row path and the batch path, which therefore agree bit for
//! bit.

mod fit;
mod load;
mod per_column;
mod spread;

pub(crate) use fit::{
    CodeColumn, NumColumn, TimeColumn, balanced, codes, fit_codes, fit_numbers, fit_numbers_dense,
    fit_times, numeric_step,
};
pub(crate) use load::{checked_on_load, finite};
pub use per_column::PerColumn;
pub(crate) use spread::{cross_fitted, spread};

use ml_data::repr::{Float, RowSet};
use ml_data::table::{Cell, Column, Kind, MISSING_BOOL};
use serde::{Serialize, de::DeserializeOwned};
use std::fmt::Debug;

/// A value a fitted step was configured to refuse.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refused {
    /// The expected value.
    pub expected: &'static str,
    /// The value found.
    pub found: &'static str,
}

/// The reading of a value from a column and from a row.
pub trait CellKind: Debug + Send + Sync + 'static {
    /// The value, with missing as a value of its own (`NaN`, `MISSING_CODE`).
    type Value: Copy + Send + Sync;
    /// The kind of column it is read from.
    const KIND: Kind;
    /// The value of a cell.
    fn of(cell: Cell<'_>) -> Self::Value;
    /// Calls `f(i, value)` for each row of the set, stops at the first refusal, and is `None` when
    /// the column is of another kind.
    fn each(
        column: &Column,
        rows: RowSet<'_>,
        f: impl FnMut(usize, Self::Value) -> Result<(), Refused>,
    ) -> Option<Result<(), (usize, Refused)>>;
}

/// Numbers, and truth values as 0 and 1; missing is `NaN`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NumCell;

/// Category codes; missing is `MISSING_CODE`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CodeCell;

/// Times in microseconds since 1970; missing is `MISSING_TIME`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimeCell;

/// A truth byte as a number.
#[inline]
pub(crate) fn truth(b: u8) -> f64 {
    if b == MISSING_BOOL {
        f64::NAN
    } else {
        f64::from(b)
    }
}

#[inline]
fn walk<T: Copy, V>(
    values: &[T],
    rows: RowSet<'_>,
    read: impl Fn(T) -> V,
    mut f: impl FnMut(usize, V) -> Result<(), Refused>,
) -> Result<(), (usize, Refused)> {
    match rows {
        RowSet::Range(a, b) => values[a..b.max(a)]
            .iter()
            .enumerate()
            .try_for_each(|(i, v)| f(i, read(*v)).map_err(|e| (i, e))),
        RowSet::List(list) => list
            .iter()
            .enumerate()
            .try_for_each(|(i, &r)| f(i, read(values[r as usize])).map_err(|e| (i, e))),
    }
}

impl CellKind for NumCell {
    type Value = f64;
    const KIND: Kind = Kind::Num;
    #[inline]
    fn of(cell: Cell<'_>) -> f64 {
        cell.num()
    }
    #[inline]
    fn each(
        column: &Column,
        rows: RowSet<'_>,
        f: impl FnMut(usize, f64) -> Result<(), Refused>,
    ) -> Option<Result<(), (usize, Refused)>> {
        match column {
            Column::Num(v) => Some(walk(v, rows, |x| x, f)),
            Column::Bool(v) => Some(walk(v, rows, truth, f)),
            _ => None,
        }
    }
}

impl CellKind for CodeCell {
    type Value = u32;
    const KIND: Kind = Kind::Cat;
    #[inline]
    fn of(cell: Cell<'_>) -> u32 {
        cell.code()
    }
    #[inline]
    fn each(
        column: &Column,
        rows: RowSet<'_>,
        f: impl FnMut(usize, u32) -> Result<(), Refused>,
    ) -> Option<Result<(), (usize, Refused)>> {
        Some(walk(column.as_codes()?, rows, |c| c, f))
    }
}

impl CellKind for TimeCell {
    type Value = i64;
    const KIND: Kind = Kind::Time;
    #[inline]
    fn of(cell: Cell<'_>) -> i64 {
        cell.time()
    }
    #[inline]
    fn each(
        column: &Column,
        rows: RowSet<'_>,
        f: impl FnMut(usize, i64) -> Result<(), Refused>,
    ) -> Option<Result<(), (usize, Refused)>> {
        Some(walk(column.as_time()?, rows, |t| t, f))
    }
}

/// The function of a fitted step for one value of one column.
pub trait CellFn: Clone + Debug + Send + Sync + Serialize + DeserializeOwned + 'static {
    /// The values it reads.
    type In: CellKind;
    /// The step's name in messages.
    const STEP: &'static str;
    /// Number of values written for each value read.
    fn width(&self) -> usize;
    /// Writes the output of `x` to `out`, which is zeroed and `width` long.
    ///
    /// # Errors
    /// A value the step was configured to refuse.
    fn cell<F: Float>(
        &self,
        x: <Self::In as CellKind>::Value,
        out: &mut [F],
    ) -> Result<(), Refused>;
    /// Appends the output names of a column.
    fn names(&self, column: &str, out: &mut Vec<Box<str>>);
}
