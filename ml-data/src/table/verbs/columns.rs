//! Columns chosen, added and renamed.

use crate::error::{Error, Result};
use crate::schema::{Field, Schema};
use crate::table::{Column, Table};
use foldhash::HashSet;
use std::sync::Arc;

/// # Columns
impl Table {
    /// Adds a column, or replaces the one of that name, which keeps its place and its role.
    ///
    /// ```
    /// use ml_data::prelude::*;
    /// let table = Table::new([("net", Column::num([10.0, 20.0]))])?;
    /// let gross = Column::num(table.num("net")?.iter().map(|v| v * 1.5));
    /// let table = table.with_column("gross", gross)?;
    /// assert_eq!(table.num("gross")?, [15.0, 30.0]);
    /// # Ok::<(), ml_data::Error>(())
    /// ```
    ///
    /// # Errors
    /// Another length than the table's, or a kind that the role of the replaced column can not
    /// bear.
    pub fn with_column(&self, name: &str, column: Column) -> Result<Self> {
        if !self.columns.is_empty() {
            Error::check_len(&format!("column `{name}`"), self.rows, column.len())?;
        }
        let mut fields = self.schema.fields().to_vec();
        let mut columns = self.columns.to_vec();
        let field = Field::new(name, column.kind());
        match fields.iter().position(|f| f.name() == name) {
            Some(i) => {
                fields[i] = field.with_role(fields[i].role());
                columns[i] = column;
            }
            None => {
                fields.push(field);
                columns.push(column);
            }
        }
        Self::from_parts(Schema::new(fields)?, columns)
    }

    /// The columns named, in that order.
    ///
    /// ```
    /// use ml_data::prelude::*;
    /// let table = Table::from_array(&ml_data::ndarray::array![[1.0, 2.0, 3.0]], ["a", "b", "c"])?;
    /// assert_eq!(table.select(&["c", "a"])?.row(0).get(0).num(), 3.0);
    /// assert_eq!(table.drop(&["b"])?.schema().field(1).name(), "c");
    /// # Ok::<(), ml_data::Error>(())
    /// ```
    ///
    /// # Errors
    /// No such column.
    pub fn select(&self, names: &[&str]) -> Result<Self> {
        self.project(&self.positions(names)?)
    }

    /// All columns but those named.
    ///
    /// # Errors
    /// No such column.
    pub fn drop(&self, names: &[&str]) -> Result<Self> {
        let left: HashSet<usize> = self.positions(names)?.into_iter().collect();
        let keep = (0..self.columns.len()).filter(|i| !left.contains(i));
        self.project(&keep.collect::<Vec<_>>())
    }

    /// The same table with one column called otherwise.
    ///
    /// ```
    /// use ml_data::prelude::*;
    /// let table = Table::new([("Qty", Column::num([3.0]))])?.rename("Qty", "quantity")?;
    /// assert_eq!(table.num("quantity")?, [3.0]);
    /// # Ok::<(), ml_data::Error>(())
    /// ```
    ///
    /// # Errors
    /// No column `old`, or another one that is called `new`.
    pub fn rename(&self, old: &str, new: &str) -> Result<Self> {
        let position = self.schema.position("Table::rename", old)?;
        let mut fields = self.schema.fields().to_vec();
        fields[position] = fields[position].clone().with_name(new);
        Ok(Self {
            schema: Arc::new(Schema::new(fields)?),
            ..self.clone()
        })
    }

    /// Where the columns of these names are.
    pub(super) fn positions(&self, names: &[&str]) -> Result<Vec<usize>> {
        let known = self.schema.positions();
        let find = |n: &&str| match known.get(n) {
            Some(&at) => Ok(at),
            None => self.schema.position("Table", n),
        };
        names.iter().map(find).collect()
    }

    fn project(&self, positions: &[usize]) -> Result<Self> {
        let fields = positions.iter().map(|&p| self.schema.field(p).clone());
        let columns = positions.iter().map(|&p| self.columns[p].clone()).collect();
        let mut out = Self::from_parts(Schema::new(fields.collect())?, columns)?;
        out.rows = self.rows;
        Ok(out)
    }
}
