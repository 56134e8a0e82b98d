//! Learning column by column: what a step sees of one column, and the loop over columns.

use super::{CellFn, PerColumn, truth};
use ml_data::repr::{Dense, Float, RowSet, Rows};
use ml_data::sample::{Sample, Target, Train};
use ml_data::table::{Column, Kind, Levels, MISSING_TIME, Table};
use ml_data::{Error, Result};
use rayon::prelude::*;
use std::borrow::Cow;

/// The training values of one numeric column, `NaN` where missing.
pub(crate) struct NumColumn<'a> {
    pub(crate) step: &'static str,
    pub(crate) name: &'a str,
    pub(crate) values: Cow<'a, [f64]>,
    pub(crate) weights: Option<&'a [f64]>,
}

impl NumColumn<'_> {
    /// Values that are there, with their weights, in row order; rows of weight 0 do not exist.
    pub(crate) fn present(&self) -> impl Iterator<Item = (f64, f64)> + '_ {
        self.weighted().filter(|(x, _)| !x.is_nan())
    }
    /// The weighted mean of the values that are there, `None` when no row counts. It lies within
    /// their range, also where their sum is not a number; the mean distance from a first mean takes
    /// the rounding of long sums out.
    pub(crate) fn mean(&self) -> Option<f64> {
        let (mut sum, mut total) = (0.0, 0.0);
        let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
        for (x, w) in self.present() {
            sum += w * x;
            total += w;
            (low, high) = (low.min(x), high.max(x));
        }
        if total <= 0.0 {
            return None;
        }
        let mut mean = sum / total;
        if !mean.is_finite() {
            mean = self.present().map(|(x, w)| w / total * x).sum();
        }
        let apart: f64 = self.present().map(|(x, w)| w * (x - mean)).sum();
        let corrected = mean + apart / total;
        let best = if corrected.is_finite() {
            corrected
        } else {
            mean
        };
        Some(best.max(low).min(high))
    }
    /// True when a row that counts has no value.
    pub(crate) fn any_missing(&self) -> bool {
        self.weighted().any(|(x, _)| x.is_nan())
    }
    fn weighted(&self) -> impl Iterator<Item = (f64, f64)> + '_ {
        let weight = |i: usize| self.weights.map_or(1.0, |w| w[i]);
        self.values
            .iter()
            .enumerate()
            .map(move |(i, &x)| (x, weight(i)))
            .filter(|(_, w)| *w > 0.0)
    }
    /// Refuses infinities in rows that count: no statistic of them is a number.
    pub(crate) fn finite(&self) -> Result<()> {
        let counts = |i: usize| self.weights.is_none_or(|w| w[i] > 0.0);
        let mut bad = self
            .values
            .iter()
            .enumerate()
            .filter(|(i, x)| x.is_infinite() && counts(*i));
        match bad.next() {
            Some((row, x)) => Err(Error::cell(
                self.name,
                row,
                "a finite number or a missing value",
                x,
            )),
            None => Ok(()),
        }
    }
    /// The error for a column without any value to learn from.
    pub(crate) fn no_values(&self, instead: &str) -> Error {
        Error::Fit {
            step: self.step,
            reason: format!(
                "column `{}` has no values to learn from{instead}",
                self.name
            ),
        }
    }
}

/// The training codes of one categorical column.
pub(crate) struct CodeColumn<'a> {
    pub(crate) step: &'static str,
    pub(crate) name: &'a str,
    pub(crate) codes: Cow<'a, [u32]>,
    pub(crate) levels: &'a Levels,
    pub(crate) weights: Option<&'a [f64]>,
}

/// The training times of one column, `MISSING_TIME` where missing.
pub(crate) struct TimeColumn<'a> {
    times: &'a [i64],
    rows: RowSet<'a>,
    weights: Option<&'a [f64]>,
}

impl TimeColumn<'_> {
    /// Times that are there, in row order; rows of weight 0 do not exist.
    pub(crate) fn present(&self) -> impl Iterator<Item = i64> + '_ {
        let counts = |i: usize| self.weights.is_none_or(|w| w[i] > 0.0);
        let times = self.rows.iter().map(|r| self.times[r]).enumerate();
        times
            .filter(move |(i, t)| *t != MISSING_TIME && counts(*i))
            .map(|(_, t)| t)
    }
}

/// Weights, divided by the largest when products with it could overflow or vanish. Statistics of
/// numbers depend on the ratios of weights only.
pub(crate) fn balanced(weights: Option<&[f64]>) -> Option<Cow<'_, [f64]>> {
    let weights = weights?;
    let largest = weights.iter().fold(0.0, |a: f64, b| a.max(*b));
    if largest == 0.0 || (1e-100..1e100).contains(&largest) {
        return Some(weights.into());
    }
    Some(weights.iter().map(|w| w / largest).collect())
}

fn gather<'a, T: Copy>(values: &'a [T], rows: RowSet<'_>) -> Cow<'a, [T]> {
    match rows {
        RowSet::Range(a, b) => Cow::Borrowed(&values[a..b.max(a)]),
        RowSet::List(list) => Cow::Owned(list.iter().map(|&i| values[i as usize]).collect()),
    }
}

/// The numbers of a column; truth values count as 0 and 1.
fn numbers<'a>(
    step: &'static str,
    table: &'a Table,
    position: usize,
    rows: RowSet<'_>,
) -> Result<Cow<'a, [f64]>> {
    match table.column(position) {
        Column::Num(v) => Ok(gather(v, rows)),
        Column::Bool(v) => Ok(rows.iter().map(|i| truth(v[i])).collect()),
        other => Err(Error::column_kind(
            step,
            table.schema().field(position).name(),
            Kind::Num,
            other.kind(),
        )),
    }
}

/// The codes and levels of a categorical column.
pub(crate) fn codes<'a, Y: Target>(
    step: &'static str,
    train: &'a Sample<Table, Y, Train>,
    position: usize,
) -> Result<CodeColumn<'a>> {
    let (x, weights) = (train.x(), train.weights());
    let (table, name) = (x.data(), x.data().schema().field(position).name());
    match table.column(position) {
        Column::Cat(v, levels) => Ok(CodeColumn {
            step,
            name,
            codes: gather(v, x.rows()),
            levels,
            weights,
        }),
        other => Err(Error::column_kind(step, name, Kind::Cat, other.kind())),
    }
}

/// Learns one cell function a column, in parallel over columns; the first column's error is
/// returned.
fn each<C: CellFn>(
    columns: Vec<(usize, &str)>,
    learn: impl Fn(usize, &str) -> Result<C> + Sync,
) -> Result<PerColumn<C>> {
    let learned: Vec<Result<_>> = columns
        .into_par_iter()
        .map(|(p, name)| Ok((p, name.into(), learn(p, name)?)))
        .collect();
    Ok(PerColumn::new(
        learned.into_iter().collect::<Result<Vec<_>>>()?,
    ))
}

fn not_empty(step: &'static str, rows: usize) -> Result<()> {
    if rows == 0 {
        return Err(Error::Empty(format!("{step}: training sample")));
    }
    Ok(())
}

/// Learns from the numeric columns of a table.
pub(crate) fn fit_numbers<C: CellFn, Y: Target>(
    train: &Sample<Table, Y, Train>,
    learn: impl Fn(&NumColumn<'_>) -> Result<C> + Sync,
) -> Result<PerColumn<C>> {
    not_empty(C::STEP, train.len())?;
    let (x, weights) = (train.x(), balanced(train.weights()));
    let table = x.data();
    let columns = table
        .inputs()
        .into_iter()
        .map(|p| (p, table.schema().field(p).name()))
        .collect();
    let weights = weights.as_deref();
    each(columns, |p, name| {
        let values = numbers(C::STEP, table, p, x.rows())?;
        learn(&NumColumn {
            step: C::STEP,
            name,
            values,
            weights,
        })
    })
}

/// Learns from the time columns of a table.
pub(crate) fn fit_times<C: CellFn, Y: Target>(
    train: &Sample<Table, Y, Train>,
    learn: impl Fn(&TimeColumn<'_>) -> Result<C> + Sync,
) -> Result<PerColumn<C>> {
    not_empty(C::STEP, train.len())?;
    let (x, weights) = (train.x(), train.weights());
    let table = x.data();
    let columns = table
        .inputs()
        .into_iter()
        .map(|p| (p, table.schema().field(p).name()))
        .collect();
    each(columns, |p, name| match table.column(p) {
        Column::Time(times) => learn(&TimeColumn {
            times,
            rows: x.rows(),
            weights,
        }),
        other => Err(Error::column_kind(C::STEP, name, Kind::Time, other.kind())),
    })
}

/// Learns from every column of a matrix.
pub(crate) fn fit_numbers_dense<C: CellFn, F: Float, Y: Target>(
    train: &Sample<Dense<F>, Y, Train>,
    learn: impl Fn(&NumColumn<'_>) -> Result<C> + Sync,
) -> Result<PerColumn<C>> {
    not_empty(C::STEP, train.len())?;
    let (x, weights) = (train.x(), balanced(train.weights()));
    let weights = weights.as_deref();
    let columns = x.data().names().iter().enumerate().collect();
    each(columns, |p, name| {
        let values = Cow::Owned(x.rows().iter().map(|i| x.data().row(i)[p].f64()).collect());
        learn(&NumColumn {
            step: C::STEP,
            name,
            values,
            weights,
        })
    })
}

/// Learns from the categorical columns of a table.
pub(crate) fn fit_codes<C: CellFn, Y: Target>(
    train: &Sample<Table, Y, Train>,
    learn: impl Fn(&CodeColumn<'_>) -> Result<C> + Sync,
) -> Result<PerColumn<C>>
where
    Y::Labels: Sync,
{
    not_empty(C::STEP, train.len())?;
    let table = train.x().data();
    let columns = table
        .inputs()
        .into_iter()
        .map(|p| (p, table.schema().field(p).name()))
        .collect();
    each(columns, |p, _| learn(&codes(C::STEP, train, p)?))
}

/// Makes a step out of a `learn(&self, &NumColumn) -> Result<Cell>`: on the numeric columns of a
/// table, and on matrices. `@[T: Trait]` before it is the parameter of a step that has one.
macro_rules! numeric_step {
    (@[$($of:ident: $bound:ident)?] $step:ty, $cell:ty) => {
        impl<$($of: $bound,)? Y: ml_data::sample::Target> ml_data::contract::Transformer<ml_data::table::Table, Y>
            for $step
        {
            type Out = ml_data::repr::Dense<f64>;
            type Fitted = $crate::cell::PerColumn<$cell>;
            fn fit_transform(
                &self,
                train: &ml_data::sample::Sample<ml_data::table::Table, Y, ml_data::sample::Train>,
            ) -> ml_data::Result<(Self::Fitted, Self::Out)> {
                ml_data::contract::Params::check(self)?;
                let fitted = $crate::cell::fit_numbers(train, |c| self.learn(c))?;
                let out = ml_data::contract::Apply::apply(&fitted, train.x())?;
                Ok((fitted, out))
            }
        }
        impl<$($of: $bound,)? F: ml_data::repr::Float, Y: ml_data::sample::Target>
            ml_data::contract::Transformer<ml_data::repr::Dense<F>, Y> for $step
        {
            type Out = ml_data::repr::Dense<F>;
            type Fitted = $crate::cell::PerColumn<$cell>;
            fn fit_transform(
                &self,
                train: &ml_data::sample::Sample<ml_data::repr::Dense<F>, Y, ml_data::sample::Train>,
            ) -> ml_data::Result<(Self::Fitted, Self::Out)> {
                ml_data::contract::Params::check(self)?;
                let fitted = $crate::cell::fit_numbers_dense(train, |c| self.learn(c))?;
                let out = ml_data::contract::Apply::apply(&fitted, train.x())?;
                Ok((fitted, out))
            }
        }
    };
    ($step:ty, $cell:ty) => {
        $crate::cell::numeric_step!(@[] $step, $cell);
    };
}
pub(crate) use numeric_step;

#[cfg(test)]
mod tests;
