//! Rows chosen by place, by value, or by chance.

use crate::error::{Error, Result};
use crate::random::{generator, permutation};
use crate::repr::RowSet;
use crate::table::{Cell, Column, Table};

/// # Rows
impl Table {
    /// The rows of a set: a range shares the columns' memory, a list is gathered into new columns.
    ///
    /// # Panics
    /// A row that is not there, as indexing a slice; [`Table::filter`] can not name one.
    #[must_use]
    pub fn take(&self, rows: RowSet<'_>) -> Self {
        let columns: Vec<Column> = self.columns.iter().map(|c| c.take(rows)).collect();
        Self {
            schema: self.schema.clone(),
            columns: columns.into(),
            visible: self.visible.clone(),
            rows: rows.len(),
        }
    }

    /// The first `n` rows, or all if there are fewer; nothing is copied.
    ///
    /// ```
    /// use ml_data::prelude::*;
    /// let table = Table::new([("x", Column::num([1.0, 2.0, 3.0]))])?;
    /// assert_eq!(table.head(2).num("x")?, [1.0, 2.0]);
    /// assert_eq!(table.tail(2).num("x")?, [2.0, 3.0]);
    /// assert_eq!(table.tail(9).rows(), 3);
    /// # Ok::<(), ml_data::Error>(())
    /// ```
    #[must_use]
    pub fn head(&self, n: usize) -> Self {
        self.take(RowSet::Range(0, n.min(self.rows)))
    }

    /// The last `n` rows, or all if there are fewer; nothing is copied.
    #[must_use]
    pub fn tail(&self, n: usize) -> Self {
        self.take(RowSet::Range(self.rows.saturating_sub(n), self.rows))
    }

    /// `n` rows drawn at random without replacement, each set of rows with the same chance, in the
    /// table's order. The same seed draws the same rows.
    ///
    /// ```
    /// use ml_data::prelude::*;
    /// let table = Table::new([("x", Column::num((0..100).map(f64::from)))])?;
    /// let some = table.sample(10, 7)?;
    /// assert_eq!(some.rows(), 10);
    /// assert!(some.num("x")?.is_sorted());
    /// assert!(table.sample(101, 7).is_err());
    /// # Ok::<(), ml_data::Error>(())
    /// ```
    ///
    /// # Errors
    /// Fewer than `n` rows.
    pub fn sample(&self, n: usize, seed: u64) -> Result<Self> {
        if n > self.rows {
            return Err(Error::too_few("rows to draw a sample from", n, self.rows));
        }
        let mut rows = permutation(self.rows, &mut generator(seed, "sample", 0));
        rows.truncate(n);
        rows.sort_unstable();
        Ok(self.take(RowSet::List(&rows)))
    }

    /// The rows for which `keep` is true.
    ///
    /// ```
    /// use ml_data::prelude::*;
    /// let table = Table::new([("price", Column::num([1.0, 5.0, f64::NAN, 9.0]))])?;
    /// let dear: Vec<bool> = table.num("price")?.iter().map(|p| *p > 4.0).collect();
    /// assert_eq!(table.filter(&dear)?.num("price")?, [5.0, 9.0]);
    /// # Ok::<(), ml_data::Error>(())
    /// ```
    ///
    /// # Errors
    /// `keep` has another length than the table.
    pub fn filter(&self, keep: &[bool]) -> Result<Self> {
        Error::check_len("filter", self.rows, keep.len())?;
        let rows: Vec<u32> = (0..self.rows as u32)
            .filter(|&i| keep[i as usize])
            .collect();
        Ok(self.take(RowSet::List(&rows)))
    }

    /// The rows of which `keep` holds for the cell of one column. A category comes as the text of
    /// its level, a missing value as [`Cell::Missing`].
    ///
    /// ```
    /// use ml_data::prelude::*;
    /// let table = Table::new([
    ///     ("city", Column::cat([Some("Riga"), Some("Oslo"), None])),
    ///     ("price", Column::num([2.5, 4.0, 1.0])),
    /// ])?;
    /// let riga = table.filter_by("city", |c| c.text() == Some("Riga"))?;
    /// assert_eq!(riga.num("price")?, [2.5]);
    /// assert_eq!(table.filter_by("price", |c| c.num() >= 2.0)?.rows(), 2);
    /// assert_eq!(table.filter_by("city", |c| !c.is_missing())?.rows(), 2);
    /// # Ok::<(), ml_data::Error>(())
    /// ```
    ///
    /// # Errors
    /// No such column.
    pub fn filter_by(&self, name: &str, mut keep: impl FnMut(Cell<'_>) -> bool) -> Result<Self> {
        let position = self.schema.position("Table::filter_by", name)?;
        let column = &self.columns[position];
        let cell = |row: usize| match (column, column.str_at(row)) {
            (Column::Cat(..), Some(level)) => Cell::Text(level),
            _ => column.cell(row),
        };
        let rows: Vec<u32> = (0..self.rows as u32)
            .filter(|&row| keep(cell(row as usize)))
            .collect();
        Ok(self.take(RowSet::List(&rows)))
    }
}
