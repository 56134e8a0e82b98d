//! Distinct rows, and how often each value is there.

use super::keys::distinct_rows;
use crate::error::Result;
use crate::repr::RowSet;
use crate::table::{Column, Table};
use std::cmp::Reverse;

/// # Distinct values
impl Table {
    /// The first row of each distinct combination of the columns named, or of all columns if none
    /// is; rows keep their order. Missing values equal each other, and `-0` equals `0`.
    ///
    /// ```
    /// use ml_data::prelude::*;
    /// let table = Table::new([
    ///     ("user", Column::cat(["ann", "bob", "ann"].map(Some))),
    ///     ("visit", Column::num([1.0, 2.0, 3.0])),
    /// ])?;
    /// assert_eq!(table.unique(&["user"])?.num("visit")?, [1.0, 2.0]);
    /// assert_eq!(table.unique(&[])?.rows(), 3);
    /// # Ok::<(), ml_data::Error>(())
    /// ```
    ///
    /// # Errors
    /// No such column.
    pub fn unique(&self, names: &[&str]) -> Result<Self> {
        let columns: Vec<&Column> = match names {
            [] => self.columns.iter().collect(),
            _ => {
                let positions = self.positions(names)?.into_iter();
                positions.map(|p| &self.columns[p]).collect()
            }
        };
        if columns.is_empty() {
            // Rows without values are all alike.
            return Ok(self.head(1));
        }
        let (_, first) = distinct_rows(&columns, self.rows);
        Ok(self.take(RowSet::List(&first)))
    }

    /// Each distinct value of a column with the number of its rows, `count`: the most frequent
    /// first, equally frequent ones by first appearance. Missing values are a value, too (as in
    /// polars; pandas leaves them out).
    ///
    /// ```
    /// use ml_data::prelude::*;
    /// let cities = Column::cat([Some("Oslo"), Some("Riga"), None, Some("Riga")]);
    /// let counts = Table::new([("city", cities)])?.value_counts("city")?;
    /// let city = counts.cat("city")?;
    /// assert_eq!([city.get(0), city.get(1), city.get(2)], [Some("Riga"), Some("Oslo"), None]);
    /// assert_eq!(counts.num("count")?, [2.0, 1.0, 1.0]);
    /// # Ok::<(), ml_data::Error>(())
    /// ```
    ///
    /// # Errors
    /// No such column, or one that is itself called `count` ([`rename`](Self::rename) it first).
    pub fn value_counts(&self, name: &str) -> Result<Self> {
        let position = self.schema.position("Table::value_counts", name)?;
        let column = &self.columns[position];
        let counted = counts(column);
        let rows: Vec<u32> = counted.iter().map(|c| c.0).collect();
        let count = Column::num(counted.iter().map(|c| c.1 as f64));
        Self::new([(name, column.take(RowSet::List(&rows))), ("count", count)])
    }
}

/// The first row and the number of rows of each distinct value, the most frequent first.
pub(super) fn counts(column: &Column) -> Vec<(u32, usize)> {
    let (ids, first) = distinct_rows(&[column], column.len());
    let mut counted: Vec<(u32, usize)> = first.into_iter().map(|row| (row, 0)).collect();
    ids.iter().for_each(|&id| counted[id as usize].1 += 1);
    counted.sort_by_key(|c| Reverse(c.1));
    counted
}
