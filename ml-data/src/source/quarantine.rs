//! Rows that could not be read, each with its line, column and reason.

use super::note::Note;
use super::read_as::As;
use crate::error::{Error, Result};
#[cfg(feature = "csv")]
use crate::limits::ReadLimits;
use crate::table::{Kind, Table};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;
#[cfg(feature = "csv")]
use std::path::Path;

/// Why a row could not be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum RejectReason {
    /// The row has another number of fields than the header.
    FieldCount {
        /// Fields of the header.
        expected: usize,
        /// Fields of the row.
        found: usize,
    },
    /// A cell is not of its column's kind.
    Cell {
        /// The column.
        column: String,
        /// Kind of the column.
        expected: Kind,
        /// Text of the cell.
        found: String,
    },
    /// A whole number in a numeric column has more digits than a number keeps, or begins with a
    /// zero that it would not keep.
    Digits {
        /// The column.
        column: String,
        /// Text of the cell.
        found: String,
    },
    /// The row holds bytes that are no UTF-8.
    NotUtf8 {
        /// The column of the first such byte.
        column: String,
    },
}

impl fmt::Display for RejectReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::FieldCount { expected, found } => {
                write!(f, "expected {expected} fields, found {found}")
            }
            Self::Cell {
                column,
                expected,
                found,
            } => write!(f, "column `{column}`: `{found}` is not {expected}"),
            Self::Digits { column, found } => write!(
                f,
                "column `{column}`: `{found}` would lose digits as a number; declare it as categories or text"
            ),
            Self::NotUtf8 { column } => write!(f, "column `{column}`: not UTF-8"),
        }
    }
}

/// A row that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BadRow {
    /// Line of the file on which it begins, counted from 1, the header included.
    pub line: u64,
    /// Which row it is, counted from 0 after the header.
    pub row: usize,
    /// Why it could not be read.
    pub reason: RejectReason,
    /// Its fields, joined by the file's delimiter (bytes that are no UTF-8 as U+FFFD).
    pub text: String,
}

/// The rows that were not read, in the order of the file. Past the limits
/// `ReadLimits::quarantined_rows` and
/// `ReadLimits::quarantined_bytes` they are counted, and only their positions are kept.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quarantine {
    rows: Vec<BadRow>,
    /// Positions of all bad rows, as ranges.
    positions: Vec<Range<usize>>,
    len: usize,
    bytes: usize,
}

impl Quarantine {
    /// Counts a bad row.
    #[cfg(feature = "csv")]
    pub(super) fn count(&mut self, row: usize) {
        self.len += 1;
        match self.positions.last_mut() {
            Some(last) if last.end == row => last.end += 1,
            _ => self.positions.push(row..row + 1),
        }
    }
    /// Keeps a bad row that was counted, if there is room for it.
    #[cfg(feature = "csv")]
    pub(super) fn keep(&mut self, row: BadRow, limits: &ReadLimits) {
        let bytes = self.bytes.saturating_add(row.text.len());
        if self.rows.len() < limits.quarantined_rows && bytes <= limits.quarantined_bytes {
            self.bytes = bytes;
            self.rows.push(row);
        } else {
            // What is kept are the first ones, without gaps.
            self.bytes = usize::MAX;
        }
    }
    /// The bad rows that were kept: the first ones.
    #[must_use]
    pub fn rows(&self) -> &[BadRow] {
        &self.rows
    }
    /// Which rows are bad, counted from 0 after the header: all, whether they were kept or not.
    pub fn positions(&self) -> impl Iterator<Item = usize> + '_ {
        self.positions.iter().cloned().flatten()
    }
    /// Number of bad rows, kept or not.
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }
    /// True when every row was read.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Writes the bad rows that were kept as CSV (line, row, reason, text), to be looked at or
    /// repaired.
    ///
    /// # Errors
    /// The file system refused.
    #[cfg(feature = "csv")]
    pub fn write_csv(&self, path: impl AsRef<Path>) -> Result<()> {
        let path = path.as_ref();
        let write = || -> std::io::Result<()> {
            let mut csv = csv::Writer::from_path(path)?;
            csv.write_record(["line", "row", "reason", "text"])?;
            for r in &self.rows {
                csv.write_record([
                    &r.line.to_string(),
                    &r.row.to_string(),
                    &r.reason.to_string(),
                    &r.text,
                ])?;
            }
            csv.flush()
        };
        write().map_err(|e| Error::io(format!("writing {}", path.display()), e))
    }
}

impl fmt::Display for Quarantine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bad rows", self.len)?;
        let shown = self.rows.len().min(10);
        for r in &self.rows[..shown] {
            write!(f, "\n  line {}: {}", r.line, r.reason)?;
        }
        if self.len > shown {
            write!(f, "\n  and {} more", self.len - shown)?;
        }
        Ok(())
    }
}

/// Rows of a source: `rows_read == table.rows() + quarantine.len()`.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// The rows that were read.
    pub table: Table,
    /// The rows that were not.
    pub quarantine: Quarantine,
    /// All rows the source held (up to the limit, if one was set).
    pub rows_read: usize,
    /// Kind that each column of a text file was read as: with
    /// [`CsvOptions::columns`](super::CsvOptions::columns) another file is read alike. Empty for
    /// files whose columns have types.
    pub types: BTreeMap<String, As>,
    /// Assumptions without proof, and columns that may be meant otherwise.
    pub notes: Vec<Note>,
}

impl Loaded {
    #[cfg(any(feature = "csv", feature = "parquet"))]
    pub(super) fn new(table: Table, quarantine: Quarantine, rows_read: usize) -> Result<Self> {
        // The books must balance, whatever the reader did.
        Error::check_len(
            "rows kept and quarantined",
            rows_read,
            table.rows() + quarantine.len(),
        )?;
        Ok(Self {
            table,
            quarantine,
            rows_read,
            types: BTreeMap::new(),
            notes: Vec::new(),
        })
    }

    /// The table, if every row was read.
    ///
    /// # Errors
    /// There are bad rows; the message shows the first ones.
    pub fn strict(self) -> Result<Table> {
        if self.quarantine.is_empty() {
            Ok(self.table)
        } else {
            Err(Error::BadRows {
                count: self.quarantine.len(),
                report: self.quarantine.to_string(),
            })
        }
    }
}
