//! Small data to conform on.

use crate::error::Result;
use crate::repr::{Dense, Float, Names, Repr, RowSet, Rows, View};
use crate::sample::{Dataset, Labels, Sample, Target, Train, Valid};
#[cfg(feature = "table")]
use crate::table::{Cell, Table};

/// Rows that can be gathered.
pub trait Take: Repr + Clone {
    /// The rows of a set, copied together.
    #[must_use]
    fn take_rows(&self, rows: &[u32]) -> Self;
    /// Its first column alone.
    #[must_use]
    fn first_column(&self) -> Self;
    /// The same rows, one column of which has the values of other rows.
    #[must_use]
    fn with_values_of(&self, column: usize, rows: &[u32]) -> Self;
}

#[cfg(feature = "table")]
impl Take for Table {
    fn take_rows(&self, rows: &[u32]) -> Self {
        self.take(RowSet::List(rows))
    }
    fn first_column(&self) -> Self {
        let first: Vec<&str> = self
            .schema()
            .fields()
            .iter()
            .take(1)
            .map(|f| f.name())
            .collect();
        self.select(&first).unwrap_or_else(|_| self.clone())
    }
    fn with_values_of(&self, column: usize, rows: &[u32]) -> Self {
        let mut columns = self.columns().to_vec();
        columns[column] = self.column(column).take(RowSet::List(rows));
        let schema = (**self.schema()).clone();
        Self::from_parts(schema, columns).unwrap_or_else(|_| self.clone())
    }
}

impl<F: Float> Take for Dense<F> {
    fn take_rows(&self, rows: &[u32]) -> Self {
        Dense::gather(View::new(self, RowSet::List(rows)))
    }
    fn first_column(&self) -> Self {
        let names = Names::new(self.names().iter().take(1));
        let first = self.values().iter().step_by(self.width().max(1)).copied();
        Dense::new(names, first.collect()).unwrap_or_else(|_| self.clone())
    }
    fn with_values_of(&self, column: usize, rows: &[u32]) -> Self {
        let mut values = self.values().to_vec();
        for (row, &from) in values.chunks_exact_mut(self.width().max(1)).zip(rows) {
            row[column] = self.row(from as usize)[column];
        }
        Dense::new(self.names().clone(), values).unwrap_or_else(|_| self.clone())
    }
}

/// Rows whose every value can be compared.
pub trait Bits: Rows {
    /// All values, row by row, as numbers.
    fn bits(&self) -> Vec<f64>;
}

impl<F: Float> Bits for Dense<F> {
    fn bits(&self) -> Vec<f64> {
        self.values().iter().map(|v| v.f64()).collect()
    }
}

#[cfg(feature = "table")]
impl Bits for Table {
    fn bits(&self) -> Vec<f64> {
        let number = |cell: Cell<'_>| match cell {
            Cell::Num(v) => v,
            Cell::Code(c) => f64::from(c),
            Cell::Bool(b) => f64::from(u8::from(b)),
            Cell::Time(t) => t as f64,
            Cell::Text(t) => t.bytes().fold(0.0, |a, b| a * 31.0 % 1e12 + f64::from(b)),
            Cell::Missing => f64::NAN,
        };
        let row = |i| (0..self.columns().len()).map(move |c| number(self.row(i).get(c)));
        (0..self.rows()).flat_map(row).collect()
    }
}

/// Labelled training rows, held-out rows, and a row the like of which was never seen.
#[derive(Debug, Clone)]
pub struct Fixture<R, L> {
    /// Training rows.
    pub train: R,
    /// Their labels.
    pub labels: L,
    /// Other rows with the same columns.
    pub valid: R,
    /// Labels of the other rows.
    pub valid_labels: L,
    /// One row of missing, unseen or infinite values, with the same columns.
    pub strange: R,
}

impl<R: Take, L: Labels> Fixture<R, L> {
    /// All training rows.
    pub(super) fn sample<Y: Target<Labels = L>>(&self) -> Result<Sample<R, Y, Train>> {
        Ok(Dataset::new(self.train.clone(), self.labels.clone())?.into_train())
    }

    /// The training rows listed, with weights.
    pub(super) fn listed<Y: Target<Labels = L>>(
        &self,
        rows: &[u32],
        weights: Option<Vec<f64>>,
    ) -> Result<Sample<R, Y, Train>> {
        let data = Dataset::new(
            self.train.take_rows(rows),
            self.labels.take(RowSet::List(rows)),
        )?;
        Ok(match weights {
            Some(w) => data.with_weights(w)?.into_train(),
            None => data.into_train(),
        })
    }

    /// The held-out rows.
    pub fn held_out<Y: Target<Labels = L>>(&self) -> Result<Sample<R, Y, Valid>> {
        Ok(Dataset::new(self.valid.clone(), self.valid_labels.clone())?.into_valid())
    }

    /// Row lists that must mean the same: weights in {0, 1, 2} on all rows, and rows repeated by
    /// those weights.
    pub(super) fn weighted(&self, only_zero: bool) -> (Vec<u32>, Vec<f64>, Vec<u32>) {
        let n = self.train.len() as u32;
        let all: Vec<u32> = (0..n).collect();
        let weight = |i: u32| match i % 5 {
            1 => 0,
            3 if !only_zero => 2,
            _ => 1,
        };
        let repeated = all
            .iter()
            .flat_map(|&i| std::iter::repeat_n(i, weight(i)))
            .collect();
        let weights = all.iter().map(|&i| weight(i) as f64).collect();
        (all, weights, repeated)
    }

    /// The same rows with their first column alone.
    pub(super) fn narrow(&self) -> Self {
        Self {
            train: self.train.first_column(),
            valid: self.valid.first_column(),
            strange: self.strange.first_column(),
            ..self.clone()
        }
    }

    /// Rows of missing, unseen and infinite values alone, to learn from.
    pub(super) fn strange_sample<Y: Target<Labels = L>>(&self) -> Result<Sample<R, Y, Train>> {
        let rows: Vec<u32> = (0..self.strange.len() as u32).collect();
        Ok(Dataset::new(self.strange.clone(), self.labels.take(RowSet::List(&rows)))?.into_train())
    }

    /// The training rows in another order.
    pub(super) fn shuffled(&self) -> Vec<u32> {
        crate::random::permutation(
            self.train.len(),
            &mut crate::random::generator(3, "testkit", 0),
        )
    }
}
