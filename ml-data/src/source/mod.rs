//! Reading data: files of text and of columns into a [`Table`](crate::table::Table), with every row
//! accounted for.
//!
//! * [`CsvSource`] reads CSV and TSV, plain or gzip, infers column types (checked against the whole
//!   file, not only its beginning) and sends rows it cannot read to a [`Quarantine`] with line,
//!   column and reason;
//! * [`ParquetSource`] reads Parquet;
//! * [`TimeFormat`] reads dates and times as text.
//!
//! One rule holds for numbers from text, Parquet, Arrow and JSON: a value is kept exactly (a
//! fraction as the nearest `f64`), or refused by column, row and value, or its column becomes
//! categories. What a file may cost is limited by
//! [`ReadLimits`](crate::limits::ReadLimits).
//!
//! Every reader returns [`Loaded`]: the table, the quarantine and the number of rows read, of which
//! `rows_read == table.rows() + quarantine.len()` always holds.

mod blocks;
mod builder;
mod calendar;
mod clock;
mod csv_reader;
mod csv_source;
mod datetime;
mod dialect;
mod footer;
mod gzip;
mod hints;
mod infer;
mod input;
mod iso;
mod layout;
mod names;
mod note;
pub(crate) mod number;
mod options;
mod pages;
mod parquet_batches;
mod parquet_column;
mod parquet_source;
mod piece;
mod quarantine;
mod sniff;
mod texts;

pub use calendar::{MICROS_PER_DAY, MICROS_PER_SECOND, civil, day_number, weekday};
pub use csv_source::{Batches, CsvSource};
pub use datetime::TimeFormat;
pub use note::Note;
pub use options::{As, CsvOptions, Encoding, MissingValues, OnMismatch, Ragged};
pub use parquet_batches::ParquetBatches;
pub use parquet_source::ParquetSource;
pub use quarantine::{BadRow, Loaded, Quarantine, RejectReason};

#[cfg(test)]
mod tests;
