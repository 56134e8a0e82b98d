//! Limits of what readers take from a file before they give up.
//!
//! A file decides how much memory it costs: a few hundred kilobytes of gzip unpack to gigabytes,
//! and a header of commas to a hundred thousand columns. Every such size has a limit here, with a
//! default that ordinary files do not reach; past it a reader returns
//! [`Error::Limit`](crate::Error::Limit), which names the limit, what was found and how to raise
//! it.

use crate::error::Result;
use crate::validate::within_limit;
use serde::{Deserialize, Serialize};

/// Limits of one reader.
///
/// ```
/// use ml_data::limits::ReadLimits;
/// use ml_data::source::CsvSource;
/// use ml_data::Error;
/// let few = ReadLimits::default().columns(2);
/// let refused = CsvSource::text("wide.csv", "a,b,c\n1,2,3\n").limits(few).read().unwrap_err();
/// assert!(matches!(refused, Error::Limit { limit: "columns", allowed: 2, found: 3, .. }));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ReadLimits {
    /// Columns of a file.
    pub columns: usize,
    /// Bytes of one record (a line, or several where quotes hold line ends together): most likely a
    /// quote was left open, or the file is no text.
    pub record_bytes: usize,
    /// Bytes from the beginning of the file that types are guessed from, if the rows of the sample
    /// are so many; one row always is. More are not refused: they are left to the check of the
    /// guess against every row.
    pub sample_bytes: usize,
    /// Bad rows of a table that are kept with their text. Those after them are counted.
    pub quarantined_rows: usize,
    /// Bytes of text of all bad rows that are kept. Rows after them are counted.
    pub quarantined_bytes: usize,
    /// Bytes that a compressed file may always unpack to, whatever its size. Of Parquet the wanted
    /// columns count, of `batches` those of one row group.
    pub unpacked_bytes: u64,
    /// Bytes that each byte of a compressed file may unpack to, where that is more than
    /// `unpacked_bytes`. Tables of numbers unpack to 3 to 20 times their size; DEFLATE can not do
    /// more than 1032.
    pub unpacked_ratio: u64,
}

impl Default for ReadLimits {
    /// 131,072 columns; records of 64 MiB; samples of 4 MiB; 10,000 bad rows of 64 MiB together; 1
    /// GiB unpacked, or a hundred times the size of the compressed file.
    fn default() -> Self {
        Self {
            columns: 1 << 17,
            record_bytes: 64 << 20,
            sample_bytes: 4 << 20,
            quarantined_rows: 10_000,
            quarantined_bytes: 64 << 20,
            unpacked_bytes: 1 << 30,
            unpacked_ratio: 100,
        }
    }
}

impl ReadLimits {
    /// Sets the most columns of a file.
    #[must_use]
    pub fn columns(mut self, columns: usize) -> Self {
        self.columns = columns;
        self
    }
    /// Sets the most bytes of one record.
    #[must_use]
    pub fn record_bytes(mut self, bytes: usize) -> Self {
        self.record_bytes = bytes;
        self
    }
    /// Sets the bytes that types are guessed from.
    #[must_use]
    pub fn sample_bytes(mut self, bytes: usize) -> Self {
        self.sample_bytes = bytes;
        self
    }
    /// Sets how many bad rows are kept.
    #[must_use]
    pub fn quarantined_rows(mut self, rows: usize) -> Self {
        self.quarantined_rows = rows;
        self
    }
    /// Sets how many bytes of bad rows are kept.
    #[must_use]
    pub fn quarantined_bytes(mut self, bytes: usize) -> Self {
        self.quarantined_bytes = bytes;
        self
    }
    /// Sets the bytes that a compressed file may always unpack to.
    #[must_use]
    pub fn unpacked_bytes(mut self, bytes: u64) -> Self {
        self.unpacked_bytes = bytes;
        self
    }
    /// Sets how many times its size a compressed file may unpack to.
    #[must_use]
    pub fn unpacked_ratio(mut self, times: u64) -> Self {
        self.unpacked_ratio = times;
        self
    }

    /// An error when a file has more columns than allowed.
    pub(crate) fn check_columns(&self, place: &str, found: usize) -> Result<()> {
        check(place, "columns", self.columns as u64, found as u64)
    }

    /// The most bytes that a compressed file of `packed` bytes may unpack to.
    pub(crate) fn unpacked(&self, packed: u64) -> u64 {
        self.unpacked_bytes
            .max(packed.saturating_mul(self.unpacked_ratio))
    }
}

/// An error when more was `found` than the limit of that name allows.
pub(crate) fn check(place: &str, limit: &'static str, allowed: u64, found: u64) -> Result<()> {
    within_limit(place, limit, allowed, found, || raise(limit))
}

/// The way to raise a limit.
fn raise(limit: &str) -> String {
    format!("`ReadLimits::{limit}`, given to the source's `limits`")
}
