//! Rows in the order of values.

use super::keys::{self, MISSING};
use crate::error::{Error, Result};
use crate::repr::RowSet;
use crate::table::Table;

/// Which values come first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// Small numbers, early times, `a`, `false`.
    Ascending,
    /// Large numbers, late times, `z`, `true`.
    Descending,
}

/// # Order
impl Table {
    /// The rows in the order of one column. Rows of equal values keep their order; missing values
    /// come last in both directions. Categories are ordered by their text, not by their codes, and
    /// text by its bytes: `Z` before `a`.
    ///
    /// ```
    /// use ml_data::prelude::*;
    /// use ml_data::table::Order;
    /// let table = Table::new([("price", Column::num([4.0, f64::NAN, 2.5]))])?;
    /// let up = table.sort_by("price", Order::Ascending)?;
    /// assert_eq!(up.num("price")?[..2], [2.5, 4.0]);
    /// let down = table.sort_by("price", Order::Descending)?;
    /// assert_eq!(down.num("price")?[..2], [4.0, 2.5]);
    /// # Ok::<(), ml_data::Error>(())
    /// ```
    ///
    /// # Errors
    /// No such column.
    pub fn sort_by(&self, name: &str, order: Order) -> Result<Self> {
        self.sort_by_keys(&[(name, order)])
    }

    /// The rows in the order of several columns: of the first, where that is equal of the second,
    /// and so on. Otherwise as [`Table::sort_by`].
    ///
    /// ```
    /// use ml_data::prelude::*;
    /// use ml_data::table::Order;
    /// let table = Table::new([
    ///     ("city", Column::cat(["Riga", "Oslo", "Riga"].map(Some))),
    ///     ("price", Column::num([2.5, 1.0, 4.0])),
    /// ])?;
    /// let by = [("city", Order::Ascending), ("price", Order::Descending)];
    /// let sorted = table.sort_by_keys(&by)?;
    /// assert_eq!(sorted.num("price")?, [1.0, 4.0, 2.5]);
    /// # Ok::<(), ml_data::Error>(())
    /// ```
    ///
    /// # Errors
    /// No such column, or no column named.
    pub fn sort_by_keys(&self, by: &[(&str, Order)]) -> Result<Self> {
        if by.is_empty() {
            return Err(Error::Empty("list of columns to sort by".into()));
        }
        let mut keys = Vec::with_capacity(by.len());
        for &(name, order) in by {
            let position = self.schema.position("Table::sort_by", name)?;
            let mut key = keys::ordered(&self.columns[position]);
            if order == Order::Descending {
                let down = |k: &mut u64| *k = MISSING - 1 - *k;
                key.iter_mut().filter(|k| **k != MISSING).for_each(down);
            }
            keys.push(key);
        }
        let mut rows: Vec<u32> = (0..self.rows as u32).collect();
        match &keys[..] {
            [one] => rows.sort_by_key(|&i| one[i as usize]),
            _ => rows.sort_by(|&a, &b| {
                let of = |i: u32| keys.iter().map(move |k| k[i as usize]);
                of(a).cmp(of(b))
            }),
        }
        Ok(self.take(RowSet::List(&rows)))
    }
}
