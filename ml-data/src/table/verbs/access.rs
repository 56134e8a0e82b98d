//! Typed values of a column, by its name.

use crate::arrow::array::StringArray;
use crate::error::{Error, Result, casts};
use crate::schema::{Kind, Levels};
#[cfg(doc)]
use crate::schema::{MISSING_BOOL, MISSING_CODE, MISSING_TIME};
use crate::table::{Column, Table};
use std::sync::Arc;

/// The values of a categorical column: codes, and the levels that they stand for.
#[derive(Debug, Clone, Copy)]
pub struct Categories<'a> {
    codes: &'a [u32],
    levels: &'a Arc<Levels>,
}

impl<'a> Categories<'a> {
    /// One code a row; missing is [`MISSING_CODE`].
    pub fn codes(&self) -> &'a [u32] {
        self.codes
    }
    /// The dictionary of the codes.
    pub fn levels(&self) -> &'a Arc<Levels> {
        self.levels
    }
    /// The level of a row; `None` when it is missing, or there is no such row.
    pub fn get(&self, row: usize) -> Option<&'a str> {
        self.levels.name(*self.codes.get(row)?)
    }
    /// The level of each row; `None` is missing.
    pub fn iter(&self) -> impl Iterator<Item = Option<&'a str>> + use<'a> {
        let levels = self.levels;
        self.codes.iter().map(move |&code| levels.name(code))
    }
}

/// The error of an accessor, with the one that reads the column.
#[cold]
fn other_kind(who: &str, name: &str, expected: Kind, found: Kind) -> Error {
    let reads = match (found, expected) {
        (Kind::Num, _) => "`Table::num` reads it",
        (Kind::Cat, Kind::Text) => "`Table::cat`, or `Table::strings`, reads it",
        (Kind::Text, Kind::Cat) => "`Table::text`, or `Table::strings`, reads it",
        (Kind::Cat, _) => "`Table::cat` reads it",
        (Kind::Text, _) => "`Table::text` reads it",
        (Kind::Time, _) => "`Table::time` reads it",
        (Kind::Bool, _) => "`Table::bool` reads it",
    };
    let or_casts = if casts(found, expected) {
        ", `Table::cast` converts it"
    } else {
        ""
    };
    Error::ColumnKind {
        step: who.into(),
        column: name.into(),
        expected,
        found,
        advice: format!("; {reads}{or_casts}"),
    }
}

/// # Values by name
impl Table {
    /// Numbers of a column; missing is `NaN`.
    ///
    /// ```
    /// use ml_data::prelude::*;
    /// let table = Table::new([("price", Column::num([2.5, f64::NAN]))])?;
    /// assert_eq!(table.num("price")?[0], 2.5);
    /// let e = table.num("prize").unwrap_err();
    /// assert_eq!(e.to_string(), "Table::num: no column `prize` (is it `price`?)");
    /// # Ok::<(), ml_data::Error>(())
    /// ```
    ///
    /// # Errors
    /// No such column, or one of another kind.
    pub fn num(&self, name: &str) -> Result<&[f64]> {
        self.typed("Table::num", name, Kind::Num, Column::as_num)
    }

    /// Codes and levels of a categorical column.
    ///
    /// ```
    /// use ml_data::prelude::*;
    /// let cities = Column::cat([Some("Riga"), None, Some("Oslo"), Some("Riga")]);
    /// let table = Table::new([("city", cities)])?;
    /// let city = table.cat("city")?;
    /// assert_eq!((city.get(1), city.get(2)), (None, Some("Oslo")));
    /// assert_eq!(city.iter().filter(|c| *c == Some("Riga")).count(), 2);
    /// assert_eq!((city.codes()[3], city.levels().len()), (0, 2));
    /// # Ok::<(), ml_data::Error>(())
    /// ```
    ///
    /// [`Table::strings`] reads categories and text alike.
    ///
    /// # Errors
    /// No such column, or one of another kind.
    pub fn cat(&self, name: &str) -> Result<Categories<'_>> {
        self.typed("Table::cat", name, Kind::Cat, |column| match column {
            Column::Cat(codes, levels) => Some(Categories { codes, levels }),
            _ => None,
        })
    }

    /// Texts of a column, as an Arrow array; missing is null.
    ///
    /// ```
    /// use ml_data::prelude::*;
    /// let table = Table::new([("note", Column::text([Some("late"), None]))])?;
    /// let notes: Vec<Option<&str>> = table.text("note")?.iter().collect();
    /// assert_eq!(notes, [Some("late"), None]);
    /// # Ok::<(), ml_data::Error>(())
    /// ```
    ///
    /// # Errors
    /// No such column, or one of another kind.
    pub fn text(&self, name: &str) -> Result<&StringArray> {
        self.typed("Table::text", name, Kind::Text, Column::as_text)
    }

    /// Times of a column, microseconds since 1970-01-01 UTC; missing is [`MISSING_TIME`].
    ///
    /// # Errors
    /// No such column, or one of another kind.
    pub fn time(&self, name: &str) -> Result<&[i64]> {
        self.typed("Table::time", name, Kind::Time, Column::as_time)
    }

    /// Truth values of a column: 0, 1, and [`MISSING_BOOL`] for a missing one.
    ///
    /// # Errors
    /// No such column, or one of another kind.
    pub fn bool(&self, name: &str) -> Result<&[u8]> {
        self.typed("Table::bool", name, Kind::Bool, Column::as_bool)
    }

    /// Texts of a column, whether they are free text or categories; missing is `None`. Files and
    /// records make one or the other of a column of strings, by
    /// [the rule](crate::source::CsvSource#text-or-category) that counts how many differ.
    ///
    /// ```
    /// use ml_data::prelude::*;
    /// let table = Table::new([
    ///     ("city", Column::cat([Some("Riga"), None])),
    ///     ("note", Column::text([Some("late"), None])),
    /// ])?;
    /// for name in ["city", "note"] {
    ///     let words: Vec<Option<&str>> = table.strings(name)?.collect();
    ///     assert_eq!(words, [Some(if name == "city" { "Riga" } else { "late" }), None]);
    /// }
    /// # Ok::<(), ml_data::Error>(())
    /// ```
    ///
    /// # Errors
    /// No such column, or one that holds no text.
    pub fn strings(&self, name: &str) -> Result<impl ExactSizeIterator<Item = Option<&str>>> {
        let text = |c: &Column| matches!(c, Column::Cat(..) | Column::Text(_));
        let column = self.typed("Table::strings", name, Kind::Text, |c| text(c).then_some(c))?;
        Ok((0..column.len()).map(|row| column.str_at(row)))
    }

    fn typed<'a, T>(
        &'a self,
        who: &str,
        name: &str,
        expected: Kind,
        values: impl FnOnce(&'a Column) -> Option<T>,
    ) -> Result<T> {
        let column = &self.columns[self.schema.position(who, name)?];
        values(column).ok_or_else(|| other_kind(who, name, expected, column.kind()))
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
}
