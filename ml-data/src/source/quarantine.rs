//! Rows that could not be read, each with its line, column and reason.

use super::options::As;
use crate::error::{Error, Result};
use crate::table::{Kind, Table};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

/// Why a row could not be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Reason {
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
        /// What its cells must be.
        expected: Kind,
        /// What the cell holds.
        found: String,
    },
    /// The row holds bytes that are no UTF-8.
    NotUtf8 {
        /// The column of the first such byte.
        column: String,
    },
}

impl fmt::Display for Reason {
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
    pub reason: Reason,
    /// Its fields, joined by the file's delimiter (bytes that are no UTF-8 as U+FFFD).
    pub text: String,
}

/// The rows that were not read, in the order of the file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quarantine {
    rows: Vec<BadRow>,
}

impl Quarantine {
    pub(super) fn push(&mut self, row: BadRow) {
        self.rows.push(row);
    }
    /// The bad rows.
    #[must_use]
    pub fn rows(&self) -> &[BadRow] {
        &self.rows
    }
    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }
    /// True when every row was read.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Writes the bad rows as CSV (line, row, reason, text), to be looked at or repaired.
    ///
    /// # Errors
    /// The file system refused.
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
        write!(f, "{} bad rows", self.rows.len())?;
        for r in self.rows.iter().take(10) {
            write!(f, "\n  line {}: {}", r.line, r.reason)?;
        }
        if self.rows.len() > 10 {
            write!(f, "\n  and {} more", self.rows.len() - 10)?;
        }
        Ok(())
    }
}

/// What a source gave: `rows_read == table.rows() + quarantine.len()`.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// The rows that were read.
    pub table: Table,
    /// The rows that were not.
    pub quarantine: Quarantine,
    /// All rows the source held (up to the limit, if one was set).
    pub rows_read: usize,
    /// What each column of a text file was read as: with [`CsvOptions::columns`](super::CsvOptions::columns) another file is read
    /// alike. Empty for files whose columns have types.
    pub types: BTreeMap<String, As>,
}

impl Loaded {
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
            Err(Error::Data(self.quarantine.to_string()))
        }
    }
}
