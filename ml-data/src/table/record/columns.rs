//! Tables from records.

use super::serializer::{Sink, fields};
use super::{Raw, exact};
use crate::error::{Error, Result};
use crate::schema::{Kind, Levels, MISSING_BOOL, MISSING_CODE, MISSING_TIME};
use crate::table::{Column, Table};
use foldhash::HashMap;
use serde::Serialize;
use std::sync::Arc;

impl Table {
    /// A table of structs with serde's `Serialize`, a row each and a column a field. The kinds of
    /// columns come from the values:
    ///
    /// | field | column |
    /// |---|---|
    /// | floats and integers | numbers; integers exact, or refused with field and row |
    /// | `bool` | booleans |
    /// | an enum without data | categories |
    /// | strings, `char` | text, if more than half differ and they have over 20 characters on average; else categories, as in CSV files |
    /// | [`Micros`](crate::time::Micros) | times |
    /// | `Option<..>` | as what is inside, `None` is missing |
    ///
    /// A column without a single value is numeric. [`Table::conform`] makes it what it was in
    /// training, and so it does with text and categories. Maps of other fields in each row give all
    /// of them, missing where a row has none. [`Table::records`] is the way back.
    ///
    /// ```
    /// use ml_data::prelude::*;
    /// #[derive(serde::Serialize)]
    /// enum Size { Small, Large }
    /// #[derive(serde::Serialize)]
    /// struct Visit { price: f64, pages: u32, size: Size, coupon: Option<bool> }
    /// let visits = [
    ///     Visit { price: 2.5, pages: 3, size: Size::Large, coupon: None },
    ///     Visit { price: 4.0, pages: 1, size: Size::Small, coupon: Some(true) },
    /// ];
    /// let table = Table::from_records(&visits)?;
    /// assert_eq!(table.num("pages")?, [3.0, 1.0]);
    /// assert_eq!(table.column_named("size")?.str_at(0), Some("Large"));
    /// assert_eq!(table.column_named("coupon")?.missing(), 1);
    /// # Ok::<(), ml_data::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Cell`] for an integer that `f64` does not hold exactly, a list or a nested struct,
    /// or values of two kinds in one field (of maps), with field and row; [`Error::Empty`] for no
    /// records, whose fields nobody knows.
    pub fn from_records<'r, T: Serialize + 'r>(
        records: impl IntoIterator<Item = &'r T>,
    ) -> Result<Self> {
        let mut columns = Columns::default();
        for record in records {
            fields(record, &mut columns)?;
            columns.end_row();
        }
        columns.finish()
    }
}

/// Columns that grow by a row at a time.
#[derive(Default)]
struct Columns {
    names: Vec<String>,
    places: HashMap<String, usize>,
    columns: Vec<Growing>,
    rows: usize,
    /// The column after the last one: the fields of a struct come in one order.
    next: usize,
}

impl Sink for Columns {
    fn field(&mut self, name: &str, value: Raw<'_>) -> Result<()> {
        let in_order = self.names.get(self.next).is_some_and(|n| n == name);
        let at = match (in_order, self.places.get(name)) {
            (true, _) => self.next,
            (false, Some(&at)) => at,
            (false, None) => {
                self.names.push(name.into());
                self.places.insert(name.into(), self.columns.len());
                self.columns.push(Growing::Missing(self.rows));
                self.columns.len() - 1
            }
        };
        self.next = at + 1;
        let column = &mut self.columns[at];
        if column.len() > self.rows {
            return Err(Error::cell(name, self.rows, "one value", "the field twice"));
        }
        column
            .push(value)
            .map_err(|(expected, found)| Error::cell(name, self.rows, expected, found))
    }
}

impl Columns {
    fn end_row(&mut self) {
        self.rows += 1;
        self.next = 0;
        for column in &mut self.columns {
            if column.len() < self.rows {
                column.push_missing();
            }
        }
    }

    fn finish(self) -> Result<Table> {
        if self.rows == 0 {
            return Err(Error::Empty(
                "list of records, so their columns are unknown".into(),
            ));
        }
        let columns = self.columns.into_iter().map(Growing::finish);
        Table::new(self.names.into_iter().zip(columns))
    }
}

/// A column whose kind its first value decides.
enum Growing {
    /// So many rows without a value.
    Missing(usize),
    Num(Vec<f64>),
    Bool(Vec<u8>),
    Time(Vec<i64>),
    Str(Strings),
}

/// Texts by their first appearance, and what tells text from categories.
#[derive(Default)]
struct Strings {
    codes: Vec<u32>,
    levels: Levels,
    characters: usize,
    variants: bool,
}

/// Expected and found, where a value does not fit.
type Misfit = (String, String);

impl Growing {
    fn len(&self) -> usize {
        match self {
            Self::Missing(n) => *n,
            Self::Num(v) => v.len(),
            Self::Bool(v) => v.len(),
            Self::Time(v) => v.len(),
            Self::Str(v) => v.codes.len(),
        }
    }

    fn kind(&self) -> Kind {
        match self {
            Self::Missing(_) | Self::Num(_) => Kind::Num,
            Self::Bool(_) => Kind::Bool,
            Self::Time(_) => Kind::Time,
            Self::Str(_) => Kind::Text,
        }
    }

    fn push_missing(&mut self) {
        match self {
            Self::Missing(n) => *n += 1,
            Self::Num(v) => v.push(f64::NAN),
            Self::Bool(v) => v.push(MISSING_BOOL),
            Self::Time(v) => v.push(MISSING_TIME),
            Self::Str(v) => v.codes.push(MISSING_CODE),
        }
    }

    /// A column of the value's kind, after rows without one.
    fn begin(&mut self, value: Raw<'_>) {
        let Self::Missing(n) = *self else { return };
        *self = match value {
            Raw::Num(_) | Raw::Int(_) => Self::Num(vec![f64::NAN; n]),
            Raw::Bool(_) => Self::Bool(vec![MISSING_BOOL; n]),
            Raw::Time(_) => Self::Time(vec![MISSING_TIME; n]),
            Raw::Str(..) => Self::Str(Strings {
                codes: vec![MISSING_CODE; n],
                ..Strings::default()
            }),
            Raw::Missing | Raw::Other(_) => return,
        };
    }

    fn push(&mut self, value: Raw<'_>) -> Result<(), Misfit> {
        self.begin(value);
        match (self, value) {
            (column, Raw::Missing) => column.push_missing(),
            (Self::Num(v), Raw::Num(x)) => v.push(x),
            (Self::Num(v), Raw::Int(x)) => v.push(exact(x).ok_or_else(|| {
                let expected = "an integer that f64 holds exactly, as up to 2^53 (or a string)";
                (expected.to_owned(), x.to_string())
            })?),
            (Self::Bool(v), Raw::Bool(b)) => v.push(u8::from(b)),
            (Self::Time(_), Raw::Time(MISSING_TIME)) => {
                let expected = "a time within 292,000 years of 1970";
                return Err((expected.to_owned(), MISSING_TIME.to_string()));
            }
            (Self::Time(v), Raw::Time(t)) => v.push(t),
            (Self::Str(v), Raw::Str(text, variant)) => {
                v.codes.push(v.levels.add(text));
                v.characters += text.chars().count();
                v.variants |= variant;
            }
            (Self::Missing(_), other) => {
                return Err(("a value of a column".into(), other.word().into()));
            }
            (column, other) => {
                let expected = format!("a {} value, as before", column.kind());
                return Err((expected, other.word().into()));
            }
        }
        Ok(())
    }

    fn finish(self) -> Column {
        match self {
            Self::Missing(n) => Column::Num(vec![f64::NAN; n].into()),
            Self::Num(v) => Column::Num(v.into()),
            Self::Bool(v) => Column::Bool(v.into()),
            Self::Time(v) => Column::Time(v.into()),
            Self::Str(v) => v.finish(),
        }
    }
}

impl Strings {
    fn finish(self) -> Column {
        let Self { codes, levels, .. } = self;
        let present = codes.iter().filter(|c| **c != MISSING_CODE).count();
        if !self.variants && Kind::is_free_text(levels.len(), present, self.characters) {
            return Column::text(codes.iter().map(|&c| levels.name(c)));
        }
        Column::Cat(codes.into(), Arc::new(levels))
    }
}
