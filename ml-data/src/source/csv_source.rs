//! Comma- and tab-separated files, plain or gzip.

use super::csv_reader::{CsvReader, Progress};
use super::input::Input;
use super::options::{CsvOptions, Encoding, MissingValues, OnMismatch, Ragged};
use super::quarantine::Loaded;
use super::read_as::As;
use crate::error::{Error, Result};
use crate::limits::ReadLimits;
use crate::table::{Kind, field_names};
use foldhash::HashMap;
use serde::Deserialize;
use std::path::Path;
use std::sync::Arc;

/// Passes over a file before a column that keeps changing its mind is read as text.
const PASSES: usize = 4;

/// A CSV or TSV file, plain or gzip.
///
/// Types are guessed from the first [`CsvOptions::sample_rows`] rows and checked against every row:
/// a column that looked numeric and later holds text is read again as text
/// ([`OnMismatch::Reinfer`]), or the row goes to the quarantine ([`OnMismatch::Quarantine`]). Cells
/// of declared columns ([`CsvSource::column`]) that do not fit always go to the quarantine.
///
/// ```
/// use ml_data::source::{As, CsvSource};
/// use ml_data::time::TimeFormat;
/// let file = "day,price,city\n31/01/2024,2.50,Riga\n01/02/2024,free,Oslo\n02/02/2024,,Riga\n";
/// let loaded = CsvSource::text("shop.csv", file)
///     .column("price", As::Num)
///     .column("day", As::Time(TimeFormat::DayFirst))
///     .read()?;
/// assert_eq!((loaded.rows_read, loaded.table.rows(), loaded.quarantine.len()), (3, 2, 1));
/// assert_eq!(loaded.quarantine.rows()[0].line, 3);
/// let reason = loaded.quarantine.rows()[0].reason.to_string();
/// assert_eq!(reason, "column `price`: `free` is not numeric");
/// assert_eq!(loaded.table.column_named("price")?.missing(), 1);
/// # Ok::<(), ml_data::Error>(())
/// ```
///
/// Assumptions without proof (that the day comes first in `03/04/2024`) and what a column may
/// be meant for (numbers with another decimal mark) is told in [`Loaded::notes`].
///
/// # Numbers
/// No digit is lost in silence: fractions are the nearest `f64`, whole numbers are exact, and a
/// column of which one cell can not be, early or late, becomes categories. So do codes that begin
/// with a zero, unless the column is declared numeric.
///
/// ```
/// use ml_data::source::CsvSource;
/// let ids = CsvSource::text("ids.csv", "id,zip\n17,731\n9007199254740993,00731\n").read()?.table;
/// assert_eq!(ids.column(0).str_at(1), Some("9007199254740993"));
/// assert_eq!(ids.column(1).str_at(1), Some("00731"));
/// # Ok::<(), ml_data::Error>(())
/// ```
///
/// # Text or category
/// A column of words is free text if, among the rows that types are guessed from, more than half of
/// its values differ and they have over 20 characters on average; else it is a category. Records
/// ([`Table::from_records`](crate::table::Table::from_records)) go by the same rule.
/// [`Table::strings`](crate::table::Table::strings) reads both alike, `column(name, As::Text)` or
/// `As::Cat` decides it, and [`Table::cast`](crate::table::Table::cast) makes one of the other.
///
/// ```
/// use ml_data::prelude::*;
/// use ml_data::source::{As, CsvSource};
/// let file = "city,review\nRiga,It broke after two days of use\nRiga,I would buy it once more\n";
/// let table = CsvSource::text("shop.csv", file).read()?.table;
/// let kinds: Vec<Kind> = table.columns().iter().map(Column::kind).collect();
/// assert_eq!(kinds, [Kind::Cat, Kind::Text]);
/// let table = CsvSource::text("shop.csv", file).column("review", As::Cat).read()?.table;
/// assert_eq!(table.cat("review")?.levels().len(), 2);
/// # Ok::<(), ml_data::Error>(())
/// ```
///
/// # Missing values
/// Cells equal to a marker ([`CsvSource::missing`], by default only the empty cell). In a file of
/// one column an empty line is a row with a missing cell; in others it is no row.
pub struct CsvSource {
    input: Input,
    options: CsvOptions,
    progress: Option<Progress>,
}

impl std::fmt::Debug for CsvSource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CsvSource")
            .field("input", &self.input.name())
            .field("options", &self.options)
            .finish()
    }
}

impl CsvSource {
    /// A file; gzip is recognised by its first bytes, whatever the file is called.
    pub fn path(path: impl AsRef<Path>) -> Self {
        Self::over(Input::Path(path.as_ref().to_owned()))
    }

    /// Bytes in memory; `name` stands for the path in messages.
    pub fn bytes(name: &str, bytes: impl Into<Arc<[u8]>>) -> Self {
        Self::over(Input::Memory(name.to_owned(), bytes.into()))
    }

    /// Text in memory; `name` stands for the path in messages.
    pub fn text(name: &str, text: &str) -> Self {
        Self::bytes(name, text.as_bytes())
    }

    fn over(input: Input) -> Self {
        Self {
            input,
            options: CsvOptions::default(),
            progress: None,
        }
    }

    /// Replaces all options, for example by stored ones.
    #[must_use]
    pub fn options(mut self, options: CsvOptions) -> Self {
        self.options = options;
        self
    }
    /// Sets the byte between fields.
    #[must_use]
    pub fn delimiter(mut self, delimiter: u8) -> Self {
        self.options.delimiter = Some(delimiter);
        self
    }
    /// Finds out which of comma, semicolon, tab and bar stands between fields, unless it was set.
    #[must_use]
    pub fn sniff(mut self, sniff: bool) -> Self {
        self.options.sniff = sniff;
        self
    }
    /// Skips the fields before those that the header names, when all rows have as many more fields
    /// than the header.
    #[must_use]
    pub fn skip_row_names(mut self, skip: bool) -> Self {
        self.options.skip_row_names = skip;
        self
    }
    /// Sets the byte around fields; `None` switches quoting off.
    #[must_use]
    pub fn quote(mut self, quote: Option<u8>) -> Self {
        self.options.quote = quote;
        self
    }
    /// Skips lines that begin with this byte.
    #[must_use]
    pub fn comment(mut self, comment: u8) -> Self {
        self.options.comment = Some(comment);
        self
    }
    /// Says whether the first line names the columns.
    #[must_use]
    pub fn has_header(mut self, has_header: bool) -> Self {
        self.options.has_header = has_header;
        self
    }
    /// Names the columns, in place of the header or of `column_0`, `column_1`, ...
    #[must_use]
    pub fn names<S: Into<String>>(mut self, names: impl IntoIterator<Item = S>) -> Self {
        self.options.names = Some(names.into_iter().map(Into::into).collect());
        self
    }
    /// Names the columns as the fields of a struct with serde's `Deserialize`, in its order: for a
    /// file without a header whose rows [`Table::records`](crate::table::Table::records) reads back
    /// as that struct.
    ///
    /// ```
    /// use ml_data::source::CsvSource;
    /// #[derive(serde::Deserialize)]
    /// struct Flat {
    ///     rooms: f64,
    ///     #[serde(rename = "town")]
    ///     city: String,
    /// }
    /// let source = CsvSource::text("flats.csv", "3,Riga\n2,Oslo\n").has_header(false);
    /// let table = source.names_of::<Flat>()?.read()?.strict()?;
    /// assert_eq!(table.num("rooms")?, [3.0, 2.0]);
    /// let flats: Vec<Flat> = table.records()?;
    /// assert_eq!(flats[1].city, "Oslo");
    /// # Ok::<(), ml_data::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Unsupported`] for a type whose fields serde does not list: no struct, or one with
    /// `#[serde(flatten)]`.
    pub fn names_of<'de, T: Deserialize<'de>>(self) -> Result<Self> {
        let fields = field_names::<T>().ok_or_else(|| Error::Unsupported {
            step: "CsvSource::names_of",
            what: std::any::type_name::<T>().into(),
            why: "serde does not list its fields; give them to `CsvSource::names`".into(),
        })?;
        Ok(self.names(fields.iter().copied()))
    }
    /// Cuts blanks around cells and names.
    #[must_use]
    pub fn trim(mut self, trim: bool) -> Self {
        self.options.trim = trim;
        self
    }
    /// Takes lines that hold only blanks and tabs for empty ones.
    #[must_use]
    pub fn skip_blank_lines(mut self, skip: bool) -> Self {
        self.options.skip_blank_lines = skip;
        self
    }
    /// Calls repeated names `x`, `x.1`, `x.2`, as pandas does.
    #[must_use]
    pub fn rename_duplicates(mut self, rename: bool) -> Self {
        self.options.rename_duplicates = rename;
        self
    }
    /// Sets the texts that mean "no value".
    #[must_use]
    pub fn missing(mut self, missing: MissingValues) -> Self {
        self.options.missing = missing;
        self
    }
    /// Declares what a column holds; cells that do not fit send their row to the quarantine.
    #[must_use]
    pub fn column(mut self, name: &str, to: As) -> Self {
        self.options.columns.insert(name.to_owned(), to);
        self
    }
    /// Reads only these columns, in the order of the file.
    #[must_use]
    pub fn only<S: Into<String>>(mut self, names: impl IntoIterator<Item = S>) -> Self {
        self.options.only = Some(names.into_iter().map(Into::into).collect());
        self
    }
    /// Demands that a column is there.
    #[must_use]
    pub fn require(mut self, name: &str) -> Self {
        self.options.required.insert(name.to_owned(), None);
        self
    }
    /// Demands that a column is there and turns out to be of a kind.
    #[must_use]
    pub fn require_kind(mut self, name: &str, kind: Kind) -> Self {
        self.options.required.insert(name.to_owned(), Some(kind));
        self
    }
    /// Sets how many rows types are guessed from.
    #[must_use]
    pub fn sample_rows(mut self, rows: usize) -> Self {
        self.options.sample_rows = rows;
        self
    }
    /// Sets what happens when a guess turns out wrong.
    #[must_use]
    pub fn on_mismatch(mut self, on_mismatch: OnMismatch) -> Self {
        self.options.on_mismatch = on_mismatch;
        self
    }
    /// Sets what happens to short rows.
    #[must_use]
    pub fn ragged(mut self, ragged: Ragged) -> Self {
        self.options.ragged = ragged;
        self
    }
    /// Sets how the file spells characters.
    #[must_use]
    pub fn encoding(mut self, encoding: Encoding) -> Self {
        self.options.encoding = encoding;
        self
    }
    /// Sets the decimal mark.
    #[must_use]
    pub fn decimal(mut self, decimal: u8) -> Self {
        self.options.decimal = decimal;
        self
    }
    /// Sets the mark between thousands.
    #[must_use]
    pub fn thousands(mut self, thousands: u8) -> Self {
        self.options.thousands = Some(thousands);
        self
    }
    /// Stops after this many rows.
    #[must_use]
    pub fn limit(mut self, rows: usize) -> Self {
        self.options.limit = Some(rows);
        self
    }
    /// Takes a file with a header and no rows for a table of no rows.
    #[must_use]
    pub fn allow_empty(mut self, allow: bool) -> Self {
        self.options.allow_empty = allow;
        self
    }
    /// Gives up after this many bad rows.
    #[must_use]
    pub fn max_bad_rows(mut self, rows: usize) -> Self {
        self.options.max_bad_rows = Some(rows);
        self
    }
    /// Gives up on records longer than this: [`ReadLimits::record_bytes`].
    #[must_use]
    pub fn max_record_bytes(mut self, bytes: usize) -> Self {
        self.options.limits.record_bytes = bytes;
        self
    }
    /// Sets what a file may cost before it is refused.
    #[must_use]
    pub fn limits(mut self, limits: ReadLimits) -> Self {
        self.options.limits = limits;
        self
    }
    /// Calls `report` now and then with the bytes of the file read so far and its size (compressed,
    /// where it is).
    #[must_use]
    pub fn progress(mut self, report: impl FnMut(u64, u64) + Send + 'static) -> Self {
        self.progress = Some(Box::new(report));
        self
    }
    /// Moves a progress bar, in bytes of the file.
    #[must_use]
    #[cfg(feature = "progress")]
    pub fn progress_bar(self, bar: indicatif::ProgressBar) -> Self {
        self.progress(move |done, total| {
            bar.set_length(total);
            bar.set_position(done);
        })
    }

    /// Reads the whole file.
    ///
    /// # Errors
    /// [`Error::Io`] when the file can not be opened; [`Error::Source`] for a damaged gzip stream,
    /// an empty file, a file with no rows, UTF-16, a quote that is never closed, repeated names, or
    /// too many bad rows; [`Error::Limit`] past one of [`CsvSource::limits`]; [`Error::Memory`]
    /// when there is not enough of it; [`Error::NoColumn`] and [`Error::ColumnKind`] for columns
    /// that were declared or required; [`Error::Parameter`] for options that contradict each other.
    pub fn read(mut self) -> Result<Loaded> {
        let mut known: HashMap<usize, As> = HashMap::default();
        for pass in 0..PASSES {
            let mut reader =
                CsvReader::open(&self.input, &self.options, self.progress.take(), &known)?;
            reader.fill(self.options.limit.unwrap_or(usize::MAX))?;
            let wrong = reader.corrected(pass + 2 >= PASSES);
            self.progress = reader.progress.take();
            if wrong.is_empty() {
                return reader.finish();
            }
            known.extend(wrong);
        }
        // Text never mismatches, so the last pass has returned; this is only reached if a file
        // changes while it is read.
        Err(self.input.broken(None, "it changed while it was read"))
    }

    /// Reads the file in tables of at most `rows` rows, for files larger than memory. Types come
    /// from the declarations and the first rows and do not change: cells that do not fit send their
    /// row to the quarantine. Category codes mean the same in all batches.
    ///
    /// # Errors
    /// As [`CsvSource::read`], for the header; later errors come from the iterator.
    pub fn batches(mut self, rows: usize) -> Result<Batches> {
        if rows == 0 {
            return Err(Error::parameter("CsvSource", "rows", rows, "at least 1"));
        }
        self.options.on_mismatch = OnMismatch::Quarantine;
        let reader = CsvReader::open(
            &self.input,
            &self.options,
            self.progress.take(),
            &HashMap::default(),
        )?;
        Ok(Batches {
            reader,
            rows,
            left: self.options.limit.unwrap_or(usize::MAX),
            done: false,
        })
    }
}

/// The tables of a large file, in order; see [`CsvSource::batches`].
pub struct Batches {
    reader: CsvReader,
    rows: usize,
    left: usize,
    done: bool,
}

impl std::fmt::Debug for Batches {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Batches")
            .field("rows", &self.rows)
            .field("read", &self.reader.rows_read)
            .finish()
    }
}

impl Iterator for Batches {
    type Item = Result<Loaded>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.done || self.left == 0 {
            return None;
        }
        let before = self.reader.rows_read;
        let filled = self.reader.fill(self.rows.min(self.left));
        let n = self.reader.rows_read - before;
        self.left -= n;
        self.done = filled.is_err() || n == 0;
        match filled {
            Err(e) => Some(Err(e)),
            Ok(()) if n == 0 => None,
            Ok(()) => Some(self.reader.take(n)),
        }
    }
}
