//! Reading data: files of text and of columns into a [`Table`](crate::table::Table), with every row
//! accounted for.
//!
//! * [`CsvSource`] reads CSV and TSV, plain or gzip, infers column types (checked against the whole
//!   file, not only its beginning) and sends rows it cannot read to a [`Quarantine`] with line,
//!   column and reason;
//! * [`ParquetSource`] reads Parquet;
//! * [`TimeFormat`](crate::time::TimeFormat) reads dates and times as text.
//!
//! One rule holds for numbers from text, Parquet, Arrow and JSON: a value is kept exactly (a
//! fraction as the nearest `f64`), or refused by column, row and value, or its column becomes
//! categories. What a file may cost is limited by
//! [`ReadLimits`](crate::limits::ReadLimits).
//!
//! Every reader returns [`Loaded`]: the table, the quarantine and the number of rows read, of which
//! `rows_read == table.rows() + quarantine.len()` always holds.

#[cfg(feature = "csv")]
mod blocks;
#[cfg(feature = "csv")]
mod builder;
#[cfg(feature = "csv")]
mod csv_reader;
#[cfg(feature = "csv")]
mod csv_source;
#[cfg(feature = "csv")]
mod dialect;
#[cfg(feature = "parquet")]
mod footer;
#[cfg(feature = "csv")]
mod gzip;
#[cfg(feature = "csv")]
mod hints;
#[cfg(feature = "csv")]
mod infer;
#[cfg(feature = "csv")]
mod input;
#[cfg(feature = "csv")]
mod layout;
#[cfg(feature = "csv")]
mod names;
mod note;
#[cfg(feature = "csv")]
mod options;
#[cfg(feature = "parquet")]
mod pages;
#[cfg(feature = "parquet")]
mod parquet_batches;
#[cfg(feature = "parquet")]
mod parquet_column;
#[cfg(feature = "parquet")]
mod parquet_source;
#[cfg(feature = "csv")]
mod piece;
mod quarantine;
mod read_as;
#[cfg(feature = "csv")]
mod sniff;
#[cfg(feature = "csv")]
mod texts;

#[cfg(feature = "csv")]
pub use csv_source::{Batches, CsvSource};
pub use note::Note;
#[cfg(feature = "csv")]
pub use options::{CsvOptions, Encoding, MissingValues, OnMismatch, Ragged};
#[cfg(feature = "parquet")]
pub use parquet_batches::ParquetBatches;
#[cfg(feature = "parquet")]
pub use parquet_source::ParquetSource;
pub use quarantine::{BadRow, Loaded, Quarantine, RejectReason};
pub use read_as::As;

#[cfg(feature = "csv")]
#[cfg(test)]
mod tests;
