//! Tables below and beside each other.

use crate::error::{Error, Result};
use crate::schema::Schema;
use crate::table::{Column, Table};

/// # Several tables
impl Table {
    /// Stacks tables with the same columns below each other; categories are re-coded to one
    /// dictionary.
    ///
    /// ```
    /// use ml_data::prelude::*;
    /// let part = |v: f64| Table::new([("x", Column::num([v]))]);
    /// assert_eq!(Table::concat(&[part(1.0)?, part(2.0)?])?.num("x")?, [1.0, 2.0]);
    /// # Ok::<(), ml_data::Error>(())
    /// ```
    ///
    /// # Errors
    /// No table, or different columns: other names, kinds or another order.
    pub fn concat(parts: &[Table]) -> Result<Self> {
        let first = parts
            .first()
            .ok_or_else(|| Error::Empty("list of tables to stack".into()))?;
        for (i, p) in parts.iter().enumerate().skip(1) {
            let same = p.schema.fields().iter().map(|f| (f.name(), f.kind()));
            if !same.eq(first.schema.fields().iter().map(|f| (f.name(), f.kind()))) {
                let difference = p.schema.difference(&first.schema);
                let advice = "`select` orders columns and leaves some out, `cast` changes kinds";
                return Err(Error::Schema(format!("table {i}: {difference}; {advice}")));
            }
        }
        let columns = (0..first.columns.len())
            .map(|i| Column::concat(parts.iter().map(|p| &p.columns[i])))
            .collect::<Result<Vec<_>>>()?;
        let fields = first
            .schema
            .fields()
            .iter()
            .map(|f| f.clone().with_levels(None))
            .collect();
        let mut out = Self::from_parts(Schema::new(fields)?, columns)?;
        // Tables without columns keep their rows.
        out.rows = parts.iter().map(Table::rows).sum();
        Ok(out)
    }

    /// Tables of as many rows beside each other: the columns of the first, then those of the
    /// second, and so on. Nothing is copied; roles are kept.
    ///
    /// ```
    /// use ml_data::prelude::*;
    /// let x = Table::new([("x", Column::num([1.0, 2.0]))])?;
    /// let y = Table::new([("y", Column::num([3.0, 4.0]))])?;
    /// assert_eq!(Table::hstack(&[x.clone(), y])?.columns().len(), 2);
    /// let e = Table::hstack(&[x.clone(), x]).unwrap_err();
    /// assert_eq!(e.to_string(), "duplicate column `x`, at 0 and 1");
    /// # Ok::<(), ml_data::Error>(())
    /// ```
    ///
    /// # Errors
    /// No table, different numbers of rows, or a name that is there twice.
    pub fn hstack(parts: &[Table]) -> Result<Self> {
        let first = parts
            .first()
            .ok_or_else(|| Error::Empty("list of tables to put beside each other".into()))?;
        for (i, part) in parts.iter().enumerate() {
            Error::check_len(&format!("rows of table {i}"), first.rows, part.rows)?;
        }
        let fields = parts.iter().flat_map(|p| p.schema.fields().to_vec());
        let columns = parts.iter().flat_map(|p| p.columns.to_vec()).collect();
        let mut out = Self::from_parts(Schema::new(fields.collect())?, columns)?;
        out.rows = first.rows;
        Ok(out)
    }
}
