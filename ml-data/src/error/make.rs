//! Errors from their parts.

use super::{Error, Result, hint};
use crate::schema::kind::Kind;

/// Whether `Table::cast` makes one kind of the other.
pub(crate) fn casts(from: Kind, to: Kind) -> bool {
    !matches!(
        (from, to),
        (Kind::Time, Kind::Bool) | (Kind::Bool, Kind::Time)
    )
}

impl Error {
    /// A parameter error; `value` is printed with `Display`.
    pub fn parameter(
        step: &'static str,
        name: &'static str,
        value: impl ToString,
        rule: &'static str,
    ) -> Self {
        Self::Parameter {
            step,
            name,
            value: value.to_string(),
            rule,
        }
    }
    /// An I/O error with what was tried.
    pub fn io(context: impl Into<String>, source: std::io::Error) -> Self {
        Self::Io {
            context: context.into(),
            source,
        }
    }
    /// A value that can not be used, without a row.
    pub fn value(
        what: impl Into<String>,
        expected: impl Into<String>,
        found: impl ToString,
    ) -> Self {
        Self::Value {
            what: what.into(),
            expected: expected.into(),
            found: found.to_string(),
        }
    }
    /// Fewer than `needed`.
    pub fn too_few(what: impl Into<String>, needed: usize, found: usize) -> Self {
        Self::TooFew {
            what: what.into(),
            needed,
            found,
        }
    }
    /// More than `most`, which can not be raised.
    pub fn too_many(what: impl Into<String>, most: usize, found: usize) -> Self {
        Self::TooMany {
            what: what.into(),
            most: most as u64,
            found: found as u64,
        }
    }
    /// A figure that the rows do not determine.
    pub fn undefined(what: impl Into<String>, why: impl Into<String>) -> Self {
        Self::Undefined {
            what: what.into(),
            why: why.into(),
        }
    }
    /// Something that can not be written.
    pub fn encode(what: impl Into<String>, reason: impl ToString) -> Self {
        Self::Encode {
            what: what.into(),
            reason: reason.to_string(),
        }
    }
    /// An error of the code around the library; a text will do.
    ///
    /// ```
    /// let e = ml_data::Error::other("the model is not loaded yet");
    /// assert_eq!(e.to_string(), "the model is not loaded yet");
    /// ```
    pub fn other(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Other(error.into())
    }
    /// A bad cell.
    pub fn cell(
        column: impl Into<String>,
        row: usize,
        expected: impl Into<String>,
        found: impl ToString,
    ) -> Self {
        Self::Cell {
            column: column.into(),
            row,
            expected: expected.into(),
            found: found.to_string(),
        }
    }

    /// The same error with its row counted from further up: these rows were a part, and so many
    /// came before.
    #[must_use]
    pub fn offset_row(mut self, before: usize) -> Self {
        if let Self::Cell { row, .. } = &mut self {
            *row += before;
        }
        self
    }

    /// The same error about a cell of the column that the values were read from.
    #[cfg(feature = "table")]
    #[must_use]
    pub(crate) fn of_column(mut self, name: &str) -> Self {
        if let Self::Cell { column, .. } = &mut self {
            name.clone_into(column);
        }
        self
    }

    /// A length mismatch, as an error when the two differ.
    pub fn check_len(what: &str, expected: usize, found: usize) -> Result<()> {
        if expected == found {
            Ok(())
        } else {
            Err(Self::Length {
                what: what.into(),
                expected,
                found,
            })
        }
    }
    /// A column of another kind than is read, with the advice to cast it where that can be done.
    ///
    /// ```
    /// use ml_data::{Error, schema::Kind};
    /// let e = Error::column_kind("Calendar", "day", Kind::Time, Kind::Text).to_string();
    /// let advice = "; `Table::cast` converts it";
    /// assert_eq!(e, format!("Calendar: column `day` is text, expected time{advice}"));
    /// ```
    pub fn column_kind(
        step: impl Into<String>,
        column: impl Into<String>,
        expected: Kind,
        found: Kind,
    ) -> Self {
        let advice = if casts(found, expected) {
            "; `Table::cast` converts it"
        } else {
            ""
        };
        Self::ColumnKind {
            step: step.into(),
            column: column.into(),
            expected,
            found,
            advice: advice.into(),
        }
    }
    /// A missing column, with the nearest existing name as a hint.
    pub fn no_column<'a>(
        step: &str,
        column: &str,
        names: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        let hint = hint(column, names);
        Self::NoColumn {
            step: step.into(),
            column: column.into(),
            hint,
        }
    }
}
