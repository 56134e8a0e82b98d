//! Assumptions of a reader, and other meanings a file may have.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Something about a file that its reader can not know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Note {
    /// A column of dates such as `03/04/2024` in which no day is past the 12th: the day was taken
    /// to come first.
    DayFirst {
        /// The column.
        column: String,
    },
    /// A column of categories or text that would be numbers with another decimal mark (or with
    /// marks between thousands).
    DecimalMark {
        /// The column.
        column: String,
        /// One of its cells.
        found: String,
        /// The decimal mark that would make numbers of all its cells.
        mark: char,
    },
    /// A column of categories or text whose cells are dates of ISO 8601 in a form that is not read:
    /// weeks, days of the year, months or years of more than six digits.
    IsoForm {
        /// The column.
        column: String,
        /// One of its cells.
        found: String,
    },
    /// All rows have more fields than the header: the first ones were taken for row names and
    /// skipped.
    RowNames {
        /// Fields that were skipped.
        fields: usize,
    },
    /// All rows have more fields than the header, and the last ones are empty: they were skipped.
    TrailingDelimiters {
        /// Fields that were skipped.
        fields: usize,
    },
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::DayFirst { column } => write!(
                f,
                "column `{column}`: no day is past the 12th, so that the order of day and month was assumed: day first"
            ),
            Self::DecimalMark {
                column,
                found,
                mark,
            } => write!(
                f,
                "column `{column}`: `{found}` is not read as a number, but would be with the decimal mark `{mark}`"
            ),
            Self::IsoForm { column, found } => write!(
                f,
                "column `{column}`: `{found}` is a date of ISO 8601 in a form that is not read as a time"
            ),
            Self::RowNames { fields } => write!(
                f,
                "all rows have {fields} more fields than the header: the first were taken for row names and skipped"
            ),
            Self::TrailingDelimiters { fields } => write!(
                f,
                "all rows have {fields} more fields than the header, empty ones at the end, which were skipped"
            ),
        }
    }
}
