//! Interactions from the columns of a table.

use super::Interactions;
use ml_data::contract::IdIndex;
use ml_data::table::Table;
use ml_data::{Error, Result};

/// # Tables
impl Interactions {
    /// Builds the matrix from two columns of a table of events, each row worth 1; a pair that
    /// occurs n times is worth n. Ids are text, categories or whole numbers
    /// ([`IdIndex::from_column`]).
    ///
    /// ```
    /// use ml_data::prelude::*;
    /// use ml_models::factor::Interactions;
    /// let log = Table::new([
    ///     ("customer", Column::num([17850.0, 13047.0, 17850.0])),
    ///     ("product", Column::text(["mug", "pan", "mug"].map(Some))),
    /// ])?;
    /// let seen = Interactions::from_table(&log, "customer", "product")?;
    /// assert_eq!(seen.user(seen.user_index("17850")?).values, [2.0]);
    /// # Ok::<(), ml_data::Error>(())
    /// ```
    ///
    /// # Errors
    /// No such column, or one of another kind; a missing id, or a number that is none, with its
    /// row.
    pub fn from_table(table: &Table, user: &str, item: &str) -> Result<Self> {
        Self::from_columns(table, user, item, |_| 1.0)
    }

    /// As [`from_table`](Self::from_table), with the values of a third column, added up by pair:
    /// pieces, seconds, money.
    ///
    /// # Errors
    /// As [`from_table`](Self::from_table); a value that is missing, negative or infinite, with its
    /// row.
    pub fn from_weighted_table(
        table: &Table,
        user: &str,
        item: &str,
        weight: &str,
    ) -> Result<Self> {
        let values = table.num(weight)?;
        let bad = |v: &f64| !(*v >= 0.0 && (*v as f32).is_finite());
        if let Some(row) = values.iter().position(bad) {
            let expected = "a finite number of at least 0";
            return Err(Error::cell(weight, row, expected, values[row]));
        }
        Self::from_columns(table, user, item, |row| values[row] as f32)
    }

    fn from_columns(
        table: &Table,
        user: &str,
        item: &str,
        value: impl Fn(usize) -> f32,
    ) -> Result<Self> {
        let (users, of_user) = IdIndex::from_column(table, user)?;
        let (items, of_item) = IdIndex::from_column(table, item)?;
        let pairs = of_user.into_iter().zip(of_item).enumerate();
        let triples = pairs.map(|(row, (u, i))| (u, i, value(row)));
        Self::from_triples(users.len(), items.len(), triples)?.with_ids(users, items)
    }
}
