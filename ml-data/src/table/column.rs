//! One typed column over Arrow buffers.

use super::cell::Cell;
use crate::arrow::array::{Array, StringArray, StringBuilder};
use crate::arrow::buffer::ScalarBuffer;
use crate::error::{Error, Result};
use crate::repr::RowSet;
use crate::schema::{Field, Kind, Levels, MISSING_BOOL, MISSING_CODE, MISSING_TIME};
use std::sync::Arc;

/// One column; cloning counts references.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Column {
    /// Numbers, missing is `NaN`.
    Num(ScalarBuffer<f64>),
    /// Category codes, missing is [`MISSING_CODE`].
    Cat(ScalarBuffer<u32>, Arc<Levels>),
    /// Text, missing is null.
    Text(StringArray),
    /// Microseconds since 1970, missing is [`MISSING_TIME`].
    Time(ScalarBuffer<i64>),
    /// 0, 1 or [`MISSING_BOOL`].
    Bool(ScalarBuffer<u8>),
}

impl Column {
    /// Numbers; `NaN` is missing.
    pub fn num(values: impl IntoIterator<Item = f64>) -> Self {
        Column::Num(values.into_iter().collect::<Vec<_>>().into())
    }
    /// Categories, coded in order of first appearance.
    pub fn cat<S: AsRef<str>>(values: impl IntoIterator<Item = Option<S>>) -> Self {
        let mut levels = Levels::default();
        let codes: Vec<u32> = values
            .into_iter()
            .map(|v| v.map_or(MISSING_CODE, |v| levels.add(v.as_ref())))
            .collect();
        Column::Cat(codes.into(), Arc::new(levels))
    }
    /// Categories from codes and their dictionary.
    ///
    /// # Errors
    /// A code that is neither in the dictionary nor [`MISSING_CODE`].
    pub fn cat_from_codes(codes: Vec<u32>, levels: Arc<Levels>) -> Result<Self> {
        let n = levels.len();
        match codes
            .iter()
            .position(|&c| c != MISSING_CODE && c as usize >= n)
        {
            Some(row) => Err(Error::cell(
                "category codes",
                row,
                format!("a code below {n}"),
                codes[row],
            )),
            None => Ok(Column::Cat(codes.into(), levels)),
        }
    }
    /// Text.
    pub fn text<S: AsRef<str>>(values: impl IntoIterator<Item = Option<S>>) -> Self {
        let mut builder = StringBuilder::new();
        for v in values {
            builder.append_option(v);
        }
        Column::Text(builder.finish())
    }
    /// Instants in microseconds since 1970.
    pub fn time(values: impl IntoIterator<Item = Option<i64>>) -> Self {
        Column::Time(
            values
                .into_iter()
                .map(|v| v.unwrap_or(MISSING_TIME))
                .collect::<Vec<_>>()
                .into(),
        )
    }
    /// Truth values.
    pub fn bool(values: impl IntoIterator<Item = Option<bool>>) -> Self {
        Column::Bool(
            values
                .into_iter()
                .map(|v| v.map_or(MISSING_BOOL, u8::from))
                .collect::<Vec<_>>()
                .into(),
        )
    }

    /// Kind of its values.
    pub fn kind(&self) -> Kind {
        match self {
            Column::Num(_) => Kind::Num,
            Column::Cat(..) => Kind::Cat,
            Column::Text(_) => Kind::Text,
            Column::Time(_) => Kind::Time,
            Column::Bool(_) => Kind::Bool,
        }
    }
    /// Number of values.
    pub fn len(&self) -> usize {
        match self {
            Column::Num(v) => v.len(),
            Column::Cat(v, _) => v.len(),
            Column::Text(v) => v.len(),
            Column::Time(v) => v.len(),
            Column::Bool(v) => v.len(),
        }
    }
    /// True when there are no values.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// Number of missing values.
    pub fn missing(&self) -> usize {
        match self {
            Column::Num(v) => v.iter().filter(|x| x.is_nan()).count(),
            Column::Cat(v, _) => v.iter().filter(|&&c| c == MISSING_CODE).count(),
            Column::Text(v) => v.null_count(),
            Column::Time(v) => v.iter().filter(|&&t| t == MISSING_TIME).count(),
            Column::Bool(v) => v.iter().filter(|&&b| b == MISSING_BOOL).count(),
        }
    }
    /// The value in a row.
    ///
    /// # Panics
    /// A row that is not there, as indexing a slice.
    #[inline]
    pub fn cell(&self, row: usize) -> Cell<'_> {
        match self {
            Column::Num(v) => Cell::from_num(v[row]),
            Column::Cat(v, _) => Cell::from_code(v[row]),
            Column::Text(v) if v.is_null(row) => Cell::Missing,
            Column::Text(v) => Cell::Text(v.value(row)),
            Column::Time(v) => Cell::from_time(v[row]),
            Column::Bool(v) => Cell::from_bool(v[row]),
        }
    }
    /// The dictionary of a categorical column.
    pub fn levels(&self) -> Option<&Arc<Levels>> {
        if let Column::Cat(_, levels) = self {
            Some(levels)
        } else {
            None
        }
    }
    /// Numbers, if it holds them.
    pub fn as_num(&self) -> Option<&[f64]> {
        if let Column::Num(v) = self {
            Some(v)
        } else {
            None
        }
    }
    /// Codes, if it is categorical.
    pub fn as_codes(&self) -> Option<&[u32]> {
        if let Column::Cat(v, _) = self {
            Some(v)
        } else {
            None
        }
    }
    /// Times, if it holds them.
    pub fn as_time(&self) -> Option<&[i64]> {
        if let Column::Time(v) = self {
            Some(v)
        } else {
            None
        }
    }
    /// Truth bytes (0, 1, [`MISSING_BOOL`]), if it holds them.
    pub fn as_bool(&self) -> Option<&[u8]> {
        if let Column::Bool(v) = self {
            Some(v)
        } else {
            None
        }
    }
    /// Text, if it holds it.
    pub fn as_text(&self) -> Option<&StringArray> {
        if let Column::Text(v) = self {
            Some(v)
        } else {
            None
        }
    }
    /// Text or category level of a row, if the row and its value are there.
    pub fn str_at(&self, row: usize) -> Option<&str> {
        match self {
            Column::Text(v) if row < v.len() && v.is_valid(row) => Some(v.value(row)),
            Column::Cat(v, levels) => levels.name(*v.get(row)?),
            _ => None,
        }
    }

    /// The values of a set of rows: a range shares the memory, a list is gathered.
    ///
    /// # Panics
    /// A row that is not there, as indexing a slice.
    #[must_use]
    pub fn take(&self, rows: RowSet<'_>) -> Self {
        fn gather<T: Copy + crate::arrow::datatypes::ArrowNativeType>(
            v: &[T],
            rows: RowSet<'_>,
        ) -> ScalarBuffer<T> {
            rows.iter().map(|i| v[i]).collect::<Vec<_>>().into()
        }
        if let RowSet::Range(start, end) = rows {
            // A range that ends before it begins has no rows, and may begin past the last one.
            return match end > start {
                true => self.slice(start, end - start),
                false => self.slice(0, 0),
            };
        }
        match self {
            Column::Num(v) => Column::Num(gather(v, rows)),
            Column::Cat(v, levels) => Column::Cat(gather(v, rows), levels.clone()),
            Column::Text(v) => Column::text(rows.iter().map(|i| v.is_valid(i).then(|| v.value(i)))),
            Column::Time(v) => Column::Time(gather(v, rows)),
            Column::Bool(v) => Column::Bool(gather(v, rows)),
        }
    }

    /// `len` values from `start`, in the same memory.
    fn slice(&self, start: usize, len: usize) -> Self {
        match self {
            Column::Num(v) => Column::Num(v.slice(start, len)),
            Column::Cat(v, levels) => Column::Cat(v.slice(start, len), levels.clone()),
            Column::Text(v) => Column::Text(v.slice(start, len)),
            Column::Time(v) => Column::Time(v.slice(start, len)),
            Column::Bool(v) => Column::Bool(v.slice(start, len)),
        }
    }

    /// Re-codes categories to `levels`; levels it does not have are appended past its end. Other
    /// kinds are unchanged.
    #[must_use]
    pub fn recode(&self, levels: &Arc<Levels>) -> Self {
        let Column::Cat(codes, own) = self else {
            return self.clone();
        };
        if Arc::ptr_eq(own, levels) || own.starts_with(levels) {
            return self.clone();
        }
        let mut merged = (**levels).clone();
        let map: Vec<u32> = own.names().iter().map(|n| merged.add(n)).collect();
        let codes: Vec<u32> = codes
            .iter()
            .map(|&c| map.get(c as usize).copied().unwrap_or(MISSING_CODE))
            .collect();
        Column::Cat(codes.into(), Arc::new(merged))
    }

    /// Columns of one kind below each other.
    pub(super) fn concat<'a>(parts: impl Iterator<Item = &'a Column> + Clone) -> Result<Self> {
        let mut all = parts.clone();
        let Some(first) = all.next() else {
            return Err(Error::Empty("list of columns".into()));
        };
        let field = Field::new("", first.kind());
        let mut builder = ColumnBuilder::new(&field, parts.clone().map(Column::len).sum());
        if let ColumnBuilder::Cat(codes, levels) = &mut builder {
            for part in parts {
                if let Column::Cat(values, own) = part {
                    let map: Vec<u32> = own.names().iter().map(|n| levels.add(n)).collect();
                    codes.extend(
                        values
                            .iter()
                            .map(|&c| map.get(c as usize).copied().unwrap_or(MISSING_CODE)),
                    );
                }
            }
        } else {
            for part in parts {
                for i in 0..part.len() {
                    builder.push(part.cell(i))?;
                }
            }
        }
        Ok(builder.finish())
    }
}

/// Grows one column cell by cell.
pub(super) enum ColumnBuilder {
    Num(Vec<f64>),
    Cat(Vec<u32>, Levels),
    Text(StringBuilder),
    Time(Vec<i64>),
    Bool(Vec<u8>),
}

impl ColumnBuilder {
    pub(super) fn new(field: &Field, n: usize) -> Self {
        match field.kind() {
            Kind::Num => Self::Num(Vec::with_capacity(n)),
            Kind::Cat => Self::Cat(
                Vec::with_capacity(n),
                field.levels().map(|l| (**l).clone()).unwrap_or_default(),
            ),
            Kind::Text => Self::Text(StringBuilder::new()),
            Kind::Time => Self::Time(Vec::with_capacity(n)),
            Kind::Bool => Self::Bool(Vec::with_capacity(n)),
        }
    }

    pub(super) fn push(&mut self, cell: Cell<'_>) -> Result<()> {
        match (self, cell) {
            (Self::Num(v), c @ (Cell::Num(_) | Cell::Missing)) => v.push(c.num()),
            (Self::Cat(v, _), c @ (Cell::Code(_) | Cell::Missing)) => v.push(c.code()),
            (Self::Cat(v, levels), Cell::Text(t)) => v.push(levels.add(t)),
            (Self::Text(v), c @ (Cell::Text(_) | Cell::Missing)) => v.append_option(c.text()),
            (Self::Time(v), c @ (Cell::Time(_) | Cell::Missing)) => v.push(c.time()),
            (Self::Bool(v), Cell::Bool(b)) => v.push(u8::from(b)),
            (Self::Bool(v), Cell::Missing) => v.push(MISSING_BOOL),
            (_, other) => {
                return Err(Error::value(
                    "cell written by a step",
                    "a cell of the column's kind",
                    format!("{other:?}"),
                ));
            }
        }
        Ok(())
    }

    pub(super) fn finish(self) -> Column {
        match self {
            Self::Num(v) => Column::Num(v.into()),
            Self::Cat(v, levels) => Column::Cat(v.into(), Arc::new(levels)),
            Self::Text(mut v) => Column::Text(v.finish()),
            Self::Time(v) => Column::Time(v.into()),
            Self::Bool(v) => Column::Bool(v.into()),
        }
    }
}
