//! Tables: named, typed columns with roles, over Arrow buffers.
//!
//! A [`Table`] is cheap to clone (reference counts). Missing values are normalised once, when a
//! column is made: `NaN` in numbers, [`MISSING_CODE`] in categories and booleans, [`MISSING_TIME`]
//! in times, `None` in text, so hot loops read flat slices without a null mask.

mod arrow_in;
mod arrow_text;
mod bind;
mod cell;
mod column;
mod convert;
mod display;
mod row;

pub use crate::schema::{
    Field, Kind, Levels, MISSING_BOOL, MISSING_CODE, MISSING_TIME, Role, Schema,
};
#[cfg(feature = "parquet")]
pub(crate) use arrow_in::{column as from_arrow, no_memory, numbers};
pub use bind::{Raw, Record, RowBinder};
pub use cell::Cell;
pub use column::Column;
pub use row::{RowBuf, TableRow};

use crate::error::{Error, Result};
use crate::repr::{Repr, RowSet, Rows};
use foldhash::HashSet;
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
    /// A column whose kind or length does not fit.
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

    /// Numbers of a numeric column (missing is `NaN`); `None` for another kind, or no such column.
    pub fn num_at(&self, position: usize) -> Option<&[f64]> {
        self.columns.get(position)?.as_num()
    }

    /// Codes of a categorical column (missing is [`MISSING_CODE`]); `None` for another kind, or no
    /// such column.
    pub fn codes_at(&self, position: usize) -> Option<&[u32]> {
        self.columns.get(position)?.as_codes()
    }

    /// Times in microseconds since 1970 (missing is [`MISSING_TIME`]); `None` for another kind, or
    /// no such column.
    pub fn time_at(&self, position: usize) -> Option<&[i64]> {
        self.columns.get(position)?.as_time()
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

    /// Adds a column, or replaces the one of that name.
    ///
    /// # Errors
    /// Another length than the table's.
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

    /// Gives a column a role.
    ///
    /// # Errors
    /// No such column.
    pub fn with_role(&self, name: &str, role: Role) -> Result<Self> {
        let position = self.schema.position("Table", name)?;
        let mut fields = self.schema.fields().to_vec();
        fields[position] = fields[position].clone().with_role(role);
        Ok(Self {
            schema: Arc::new(Schema::new(fields)?),
            ..self.clone()
        })
    }

    /// The columns named, in that order.
    ///
    /// # Errors
    /// No such column.
    pub fn select(&self, names: &[&str]) -> Result<Self> {
        let known = self.schema.positions();
        let find = |n: &&str| match known.get(n) {
            Some(&at) => Ok(at),
            None => self.schema.position("Table", n),
        };
        let positions = names.iter().map(find).collect::<Result<Vec<_>>>()?;
        self.project(&positions)
    }

    /// All columns but those named.
    ///
    /// # Errors
    /// No such column.
    pub fn drop(&self, names: &[&str]) -> Result<Self> {
        let known = self.schema.positions();
        if let Some(n) = names.iter().find(|n| !known.contains_key(*n)) {
            self.schema.position("Table", n)?;
        }
        let left: HashSet<&str> = names.iter().copied().collect();
        let keep: Vec<usize> = (0..self.columns.len())
            .filter(|&i| !left.contains(self.schema.field(i).name()))
            .collect();
        self.project(&keep)
    }

    fn project(&self, positions: &[usize]) -> Result<Self> {
        let fields = positions
            .iter()
            .map(|&p| self.schema.field(p).clone())
            .collect();
        let columns = positions.iter().map(|&p| self.columns[p].clone()).collect();
        let mut out = Self::from_parts(Schema::new(fields)?, columns)?;
        out.rows = self.rows;
        Ok(out)
    }

    /// The rows of a set, gathered into new columns.
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

    /// The rows for which `keep` is true.
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

    /// Re-codes this table to a trained schema: same columns in the same order, categories with the
    /// trained codes. New levels get codes past the end, which fitted steps treat as unseen.
    ///
    /// # Errors
    /// A missing column or another kind; the message lists every difference.
    pub fn conform(&self, to: &Arc<Schema>) -> Result<Self> {
        let mut columns = Vec::with_capacity(to.len());
        let known = self.schema.positions();
        for field in to.fields() {
            match known.get(field.name()).copied() {
                Some(p) if self.columns[p].kind() == field.kind() => {
                    columns.push(match field.levels() {
                        Some(levels) => self.columns[p].recode(levels),
                        None => self.columns[p].clone(),
                    });
                }
                _ => return Err(Error::Schema(self.schema.difference(to))),
            }
        }
        Ok(Self {
            schema: to.clone(),
            columns: columns.into(),
            visible: None,
            rows: self.rows,
        })
    }

    /// Stacks tables with the same columns below each other; categories are re-coded to one
    /// dictionary.
    ///
    /// # Errors
    /// No table, or different columns.
    pub fn concat(parts: &[Table]) -> Result<Self> {
        let first = parts
            .first()
            .ok_or_else(|| Error::Empty("list of tables to stack".into()))?;
        for p in &parts[1..] {
            let same = p.schema.fields().iter().map(|f| (f.name(), f.kind()));
            if !same.eq(first.schema.fields().iter().map(|f| (f.name(), f.kind()))) {
                return Err(Error::Schema(p.schema.difference(&first.schema)));
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
        Self::from_parts(Schema::new(fields)?, columns)
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
        Err(Error::Schema(self.schema.difference(expected)))
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
