//! Tables: named, typed columns with roles, over Arrow buffers.
//!
//! A [`Table`] is cheap to clone (reference counts). Missing values are normalised once, when a
//! column is made: `NaN` in numbers, [`MISSING_CODE`] in categories and booleans, [`MISSING_TIME`]
//! in times, `None` in text, so hot loops read flat slices without a null mask.

mod arrow_in;
mod arrow_text;
mod cell;
mod column;
mod conform;
mod convert;
mod display;
mod record;
mod row;
mod verbs;

pub use crate::schema::{
    Field, Kind, Levels, MISSING_BOOL, MISSING_CODE, MISSING_TIME, Role, Schema,
};
#[cfg(feature = "parquet")]
pub(crate) use arrow_in::{column as from_arrow, no_memory, numbers};
pub use cell::Cell;
pub use column::Column;
pub use record::RowBinder;
#[cfg(feature = "csv")]
pub(crate) use record::field_names;
pub use row::{RowBuf, TableRow};
pub use verbs::{Categories, Order};

use crate::error::{Error, Result};
use crate::repr::{Repr, Rows};
use std::sync::Arc;

/// Named, typed columns of one length.
///
/// ```
/// use ml_data::table::{Column, Table};
/// let table = Table::new([
///     ("price", Column::num([2.5, f64::NAN, 4.0])),
///     ("city", Column::cat(["Riga", "Oslo", "Riga"].map(Some))),
/// ])?;
/// assert_eq!(table.rows(), 3);
/// assert_eq!(table.schema().field(1).name(), "city");
/// assert_eq!(table.column_named("city")?.missing(), 0);
/// # Ok::<(), ml_data::Error>(())
/// ```
#[derive(Clone)]
pub struct Table {
    schema: Arc<Schema>,
    columns: Arc<[Column]>,
    /// Positions a step may read; `None` is all. Steps inside `ColumnTransformer` see a projection
    /// without moving a column.
    visible: Option<Arc<[u32]>>,
    rows: usize,
}

impl Table {
    /// A table from columns in order.
    ///
    /// # Errors
    /// Two columns with one name, or columns of different lengths.
    pub fn new<N: Into<String>>(columns: impl IntoIterator<Item = (N, Column)>) -> Result<Self> {
        let (fields, columns): (Vec<Field>, Vec<Column>) = columns
            .into_iter()
            .map(|(name, c)| {
                (
                    Field::new(name, c.kind()).with_levels(c.levels().cloned()),
                    c,
                )
            })
            .unzip();
        Self::from_parts(Schema::new(fields)?, columns)
    }

    /// A table from a schema (names, roles) and its columns.
    ///
    /// # Errors
    /// A column whose kind or length does not fit, or a role that its kind can not bear.
    pub fn from_parts(schema: Schema, columns: Vec<Column>) -> Result<Self> {
        Error::check_len("columns of the table", schema.len(), columns.len())?;
        let rows = columns.first().map_or(0, Column::len);
        for (field, column) in schema.fields().iter().zip(&columns) {
            if field.kind() != column.kind() {
                return Err(Error::ColumnKind {
                    step: "Table".into(),
                    column: field.name().into(),
                    expected: field.kind(),
                    found: column.kind(),
                    advice: String::new(),
                });
            }
            Error::check_len(&format!("column `{}`", field.name()), rows, column.len())?;
        }
        let fields = schema
            .fields()
            .iter()
            .zip(&columns)
            .map(|(f, c)| f.clone().with_levels(c.levels().cloned()));
        let schema = Arc::new(Schema::new(fields.collect())?);
        Ok(Self {
            schema,
            columns: columns.into(),
            visible: None,
            rows,
        })
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Names, kinds, roles and category levels, in order.
    pub fn schema(&self) -> &Arc<Schema> {
        &self.schema
    }

    /// All columns, in the schema's order.
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// The column at `position`.
    ///
    /// # Panics
    /// A position past the last column, as indexing a slice; [`Table::columns`] has `get`,
    /// [`Table::column_named`] an error.
    pub fn column(&self, position: usize) -> &Column {
        &self.columns[position]
    }

    /// The column called `name`.
    ///
    /// # Errors
    /// No such column; the message offers the nearest name.
    pub fn column_named(&self, name: &str) -> Result<&Column> {
        Ok(&self.columns[self.schema.position("Table", name)?])
    }

    /// Positions that can be read: all columns, or the ones [`Table::only`] left. A step works on
    /// [`Table::inputs`].
    pub fn visible(&self) -> Vec<usize> {
        match &self.visible {
            Some(v) => v.iter().map(|&p| p as usize).collect(),
            None => (0..self.columns.len()).collect(),
        }
    }

    /// The visible columns with the role [`Role::Feature`]: what models may learn from.
    pub fn features(&self) -> Vec<usize> {
        let feature = |p: &usize| self.schema.field(*p).role() == Role::Feature;
        self.visible().into_iter().filter(feature).collect()
    }

    /// Positions that a step works on: those [`Table::only`] left, whatever their roles, for
    /// somebody named them; else the features.
    pub fn inputs(&self) -> Vec<usize> {
        if self.visible.is_some() {
            self.visible()
        } else {
            self.features()
        }
    }

    /// The same table, of which steps read only `positions`. No column moves: positions stay those
    /// of the schema.
    ///
    /// # Panics
    /// A position past the last column, as indexing a slice.
    #[must_use]
    pub fn only(&self, positions: &[usize]) -> Self {
        let here = |&p: &usize| {
            let _ = &self.columns[p];
            p as u32
        };
        let visible = positions.iter().map(here).collect();
        Self {
            visible: Some(visible),
            ..self.clone()
        }
    }

    /// Gives a column a role.
    ///
    /// | role | kinds | what becomes of the column in a data set |
    /// |---|---|---|
    /// | `Feature` | any | a row's value that steps and models read |
    /// | `Target` | all but time | leaves the rows; [`regression`] and its like name the target |
    /// | `Weight` | numbers, booleans | leaves the rows, becomes [`weights`] |
    /// | `Time` | times | leaves the rows, becomes [`times`] |
    /// | `Group` | all but time | leaves the rows, becomes [`groups`] |
    /// | `InitScore` | numbers, booleans | leaves the rows, becomes [`init_score`] |
    /// | `Entity`, `Sensitive`, `Identifier` | any | stays, read only by steps that name it |
    ///
    /// A time or a group that is a feature as well keeps the role `Feature`, and is named by
    /// [`Dataset::with_times_of`](crate::sample::Dataset::with_times_of) or
    /// [`with_groups_of`](crate::sample::Dataset::with_groups_of).
    ///
    /// ```
    /// use ml_data::prelude::*;
    /// let table = Table::new([
    ///     ("n", Column::num([1.0, 3.0])),
    ///     ("note", Column::text([Some("a"), None])),
    /// ])?;
    /// assert_eq!(table.with_role("n", Role::Weight)?.features(), [1]);
    /// let e = table.with_role("note", Role::Weight).unwrap_err().to_string();
    /// assert!(e.starts_with("column `note` is text, the role `weight` takes numeric or boolean;"));
    /// # Ok::<(), ml_data::Error>(())
    /// ```
    ///
    /// [`regression`]: Self::regression
    /// [`weights`]: crate::sample::Sample::weights
    /// [`times`]: crate::sample::Sample::times
    /// [`groups`]: crate::sample::Sample::groups
    /// [`init_score`]: crate::sample::Sample::init_score
    ///
    /// # Errors
    /// No such column, or a kind that can not bear the role.
    pub fn with_role(&self, name: &str, role: Role) -> Result<Self> {
        let position = self.schema.position("Table", name)?;
        let mut fields = self.schema.fields().to_vec();
        fields[position] = fields[position].clone().with_role(role);
        Ok(Self {
            schema: Arc::new(Schema::new(fields)?),
            ..self.clone()
        })
    }
}

impl Rows for Table {
    type Row<'a> = TableRow<'a>;
    type Buf = RowBuf;

    fn len(&self) -> usize {
        self.rows
    }
    fn row(&self, i: usize) -> TableRow<'_> {
        TableRow::of_table(self, i)
    }
    fn view(buf: &RowBuf) -> TableRow<'_> {
        TableRow::of_buf(buf)
    }
    fn clear(buf: &mut RowBuf) {
        buf.clear();
    }
}

impl Repr for Table {
    type Header = Arc<Schema>;

    fn header(&self) -> &Arc<Schema> {
        &self.schema
    }

    fn schema_of(header: &Arc<Schema>) -> Result<Schema> {
        Ok((**header).clone())
    }

    fn check(&self, expected: &Arc<Schema>) -> Result<()> {
        if Arc::ptr_eq(&self.schema, expected) || self.schema.codes_like(expected) {
            return Ok(());
        }
        let mut said = self.schema.difference(expected);
        if self.schema.can_conform(expected) {
            said += "; `predict_table`, or `conform` of the table or sample, mends that";
        }
        Err(Error::Schema(said))
    }

    fn cell_text(&self, row: usize, column: usize) -> String {
        self.text_of(column, row)
    }

    fn collect(
        header: Arc<Schema>,
        n: usize,
        row: &mut dyn FnMut(usize, &mut RowBuf) -> Result<()>,
    ) -> Result<Self> {
        let mut columns: Vec<column::ColumnBuilder> = header
            .fields()
            .iter()
            .map(|f| column::ColumnBuilder::new(f, n))
            .collect();
        let mut buf = RowBuf::default();
        for i in 0..n {
            buf.clear();
            row(i, &mut buf)?;
            let view = TableRow::of_buf(&buf);
            for (c, builder) in columns.iter_mut().enumerate() {
                builder.push(view.get(c))?;
            }
        }
        let columns: Vec<Column> = columns
            .into_iter()
            .map(column::ColumnBuilder::finish)
            .collect();
        Ok(Self {
            schema: header,
            columns: columns.into(),
            visible: None,
            rows: n,
        })
    }
}

#[cfg(test)]
mod tests;
