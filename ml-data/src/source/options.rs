//! Options of reading a text file.

use super::read_as::As;
use crate::limits::ReadLimits;
use crate::number;
use crate::table::Kind;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Texts of cells that mean "no value".
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MissingValues(Vec<String>);

impl Default for MissingValues {
    /// Only the empty cell.
    fn default() -> Self {
        Self(vec![String::new()])
    }
}

impl MissingValues {
    /// These texts, compared exactly (numbers, times and truth values are compared without blanks
    /// around them).
    pub fn texts<S: Into<String>>(texts: impl IntoIterator<Item = S>) -> Self {
        Self(texts.into_iter().map(Into::into).collect())
    }

    /// The list of `pandas.read_csv`: empty, `NA`, `N/A`, `NaN`, `null`, `None` and their
    /// relatives.
    #[must_use]
    pub fn pandas() -> Self {
        Self::texts([
            "", "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND",
            "1.#QNAN", "<NA>", "N/A", "NA", "NULL", "NaN", "None", "n/a", "nan", "null",
        ])
    }

    pub(super) fn any(&self, is: impl Fn(&str) -> bool) -> bool {
        self.0.iter().any(|m| is(m))
    }

    #[inline]
    pub(super) fn has(&self, cell: &str) -> bool {
        // The empty cell is by far the most common marker.
        self.0.iter().any(|m| m.len() == cell.len() && m == cell)
    }
}

/// Handling of a column that looked like numbers, times or truth values and later holds something
/// else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum OnMismatch {
    /// Read the file again with a wider type for that column: no row is lost.
    #[default]
    Reinfer,
    /// Send the row to the quarantine and keep the type.
    Quarantine,
}

/// Handling of a row that has fewer fields than the header. Rows with more fields always go to the
/// quarantine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Ragged {
    /// Send it to the quarantine.
    #[default]
    Quarantine,
    /// Fill the absent fields with missing values, as pandas does.
    Fill,
}

/// Character encoding of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Encoding {
    /// UTF-8; rows with other bytes go to the quarantine.
    #[default]
    Utf8,
    /// ISO 8859-1: every byte is a character.
    Latin1,
}

/// Every option of [`CsvSource`](super::CsvSource), as data: it can be stored beside what was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CsvOptions {
    /// The byte between fields; `None` is a tab for files called `.tsv` or `.tab`, else a comma.
    pub delimiter: Option<u8>,
    /// Whether a file whose delimiter is not set is looked at: of comma, semicolon, tab and bar,
    /// the one that splits its first records evenly.
    pub sniff: bool,
    /// Whether fields before those that the header names are skipped, when all rows have as many
    /// more fields than the header: row names, which become the index in pandas. One row that has
    /// only as many fields as the header, or fewer, shows that there are none, and longer rows are
    /// bad. Where the last fields are empty in all rows, those are skipped: lines end with a
    /// delimiter.
    pub skip_row_names: bool,
    /// The byte around fields that contain delimiters; `None` switches quoting off.
    pub quote: Option<u8>,
    /// Lines that begin with this byte are skipped.
    pub comment: Option<u8>,
    /// Whether the first line names the columns; otherwise they are called `column_0`, `column_1`,
    /// ...
    pub has_header: bool,
    /// Names that replace the header's (or stand in for it).
    pub names: Option<Vec<String>>,
    /// Whether blanks around cells and names are cut.
    pub trim: bool,
    /// Whether lines that hold only blanks and tabs count as empty, as in pandas. Empty lines are
    /// no rows; in a file of one column they are rows with a missing cell, as in polars.
    pub skip_blank_lines: bool,
    /// Whether repeated names become `x`, `x.1`, `x.2` as in pandas, in place of an error.
    pub rename_duplicates: bool,
    /// Cells without a value.
    pub missing: MissingValues,
    /// Declared types by column name.
    pub columns: BTreeMap<String, As>,
    /// Columns to read; `None` is all.
    pub only: Option<Vec<String>>,
    /// Columns that must be there, with the kind they must have, if any.
    pub required: BTreeMap<String, Option<Kind>>,
    /// Rows from whose values types are guessed before the file is read.
    pub sample_rows: usize,
    /// Handling of a wrong guess.
    pub on_mismatch: OnMismatch,
    /// Handling of short rows.
    pub ragged: Ragged,
    /// Character encoding.
    pub encoding: Encoding,
    /// The decimal mark of numbers.
    pub decimal: u8,
    /// The mark between groups of three digits.
    pub thousands: Option<u8>,
    /// Stop after this many rows.
    pub limit: Option<usize>,
    /// Whether a file with a header and no rows is a table of no rows, in place of an error.
    pub allow_empty: bool,
    /// More bad rows than this are an error.
    pub max_bad_rows: Option<usize>,
    /// Limits on the cost of a file.
    pub limits: ReadLimits,
}

impl CsvOptions {
    /// The number that a cell holds, with the decimal mark and the mark between thousands of these
    /// options; `None` for other texts and for whole numbers that `f64` does not hold exactly.
    ///
    /// ```
    /// use ml_data::source::CsvOptions;
    /// let mut options = CsvOptions::default();
    /// assert_eq!(options.number(" 2.5 "), Some(2.5));
    /// assert_eq!(options.number("9007199254740993"), None);   // f64 holds its neighbours only
    /// options.decimal = b',';
    /// assert_eq!((options.number("2,5"), options.number("2.5")), (Some(2.5), None));
    /// ```
    #[inline]
    #[must_use]
    pub fn number(&self, cell: &str) -> Option<f64> {
        if self.decimal == b'.' && self.thousands.is_none() {
            number::parse(cell)
        } else {
            number::parse_with(cell, self.decimal, self.thousands)
        }
    }

    /// True for a number that `f64` does not keep.
    pub(super) fn loses(&self, cell: &str) -> bool {
        number::loses(cell, self.decimal, self.thousands)
    }
}

impl Default for CsvOptions {
    fn default() -> Self {
        Self {
            delimiter: None,
            sniff: false,
            skip_row_names: false,
            quote: Some(b'"'),
            comment: None,
            has_header: true,
            names: None,
            trim: false,
            skip_blank_lines: false,
            rename_duplicates: false,
            missing: MissingValues::default(),
            columns: BTreeMap::new(),
            only: None,
            required: BTreeMap::new(),
            sample_rows: 1000,
            on_mismatch: OnMismatch::default(),
            ragged: Ragged::default(),
            encoding: Encoding::default(),
            decimal: b'.',
            thousands: None,
            limit: None,
            allow_empty: false,
            max_bad_rows: None,
            limits: ReadLimits::default(),
        }
    }
}
