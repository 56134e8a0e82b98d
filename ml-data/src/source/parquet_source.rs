//! Parquet files.

use super::footer;
use super::pages::{self, Extent};
use super::parquet_column::{ColumnReader, no_panic};
use super::quarantine::{Loaded, Quarantine};
use super::read_as::As;
use crate::arrow::array::RecordBatch;
use crate::error::{Error, Result};
use crate::limits::ReadLimits;
use crate::table::Table;
use foldhash::HashSet;
use parquet::arrow::arrow_reader::ArrowReaderMetadata;
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};

/// A Parquet file.
///
/// Integers, floats and decimals become numbers, strings text, dictionaries categories, dates and
/// timestamps times (a timestamp without a zone is UTC; what is finer than a microsecond is cut),
/// booleans booleans, and a column of nulls numbers that are all missing. A column of integers or
/// decimals past 2^53 that numbers can not hold exactly is refused, unless it is asked for as text
/// or categories.
///
/// ```
/// use ml_data::source::{As, ParquetSource};
/// use ml_data::table::{Column, Table};
/// # let folder = tempfile::tempdir().map_err(|e| ml_data::Error::io("doc", e))?;
/// let path = folder.path().join("shop.parquet");
/// let shop = Table::new([
///     ("price", Column::num([2.5, f64::NAN])),
///     ("city", Column::cat(["Riga", "Oslo"].map(Some))),
/// ])?;
/// ParquetSource::write(&shop, &path)?;
/// let back = ParquetSource::path(&path).read()?.table;
/// assert_eq!(back.column_named("price")?.missing(), 1);
/// assert_eq!(back.column_named("city")?.str_at(1), Some("Oslo"));
/// # Ok::<(), ml_data::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct ParquetSource {
    pub(super) path: PathBuf,
    only: Option<Vec<String>>,
    pub(super) columns: BTreeMap<String, As>,
    pub(super) limit: Option<usize>,
    limits: ReadLimits,
}

impl ParquetSource {
    /// A file.
    pub fn path(path: impl AsRef<Path>) -> Self {
        Self {
            path: path.as_ref().to_owned(),
            only: None,
            columns: BTreeMap::new(),
            limit: None,
            limits: ReadLimits::default(),
        }
    }
    /// Reads only these columns, in the order of the file; the others are not decoded.
    #[must_use]
    pub fn only<S: Into<String>>(mut self, names: impl IntoIterator<Item = S>) -> Self {
        self.only = Some(names.into_iter().map(Into::into).collect());
        self
    }
    /// Reads a column as text or categories. Other types follow from the file: declaring one only
    /// demands it.
    #[must_use]
    pub fn column(mut self, name: &str, to: As) -> Self {
        self.columns.insert(name.to_owned(), to);
        self
    }
    /// Stops after this many rows.
    #[must_use]
    pub fn limit(mut self, rows: usize) -> Self {
        self.limit = Some(rows);
        self
    }

    /// Sets what a file may cost before it is refused.
    #[must_use]
    pub fn limits(mut self, limits: ReadLimits) -> Self {
        self.limits = limits;
        self
    }

    /// Reads the file.
    ///
    /// # Errors
    /// [`Error::Io`] when it can not be opened, [`Error::Source`] when it is no Parquet file,
    /// damaged (its counts of rows disagree with the rows themselves, for one) or compressed in a
    /// way this build can not read, [`Error::NoColumn`] for a column it does not have,
    /// [`Error::ColumnKind`] for one of another kind than declared, [`Error::Cell`] for numbers
    /// past 2^53 that `f64` does not hold exactly, [`Error::Limit`] past one of
    /// [`ParquetSource::limits`], [`Error::ArrowType`] for a column of a type no table can hold
    /// (lists, structs).
    pub fn read(self) -> Result<Loaded> {
        let (metadata, wanted) = self.open(false)?;
        let decode = |(at, name): &(usize, String)| {
            let column = ColumnReader {
                path: &self.path,
                metadata: &metadata,
                at: *at,
                name,
                to: self.columns.get(name).copied(),
                limit: self.limit,
                before: 0,
            };
            Ok((name.clone(), column.read()?))
        };
        // One column a task: results are in the order of the file whatever the number of threads.
        let columns: Vec<Result<_>> = wanted.par_iter().map(decode).collect();
        let table = Table::new(columns.into_iter().collect::<Result<Vec<_>>>()?)?;
        self.check_kinds(&table)?;
        let rows = table.rows();
        Loaded::new(table, Quarantine::default(), rows)
    }

    /// Description of the file, and the columns to read.
    pub(super) fn open(
        &self,
        in_pieces: bool,
    ) -> Result<(ArrowReaderMetadata, Vec<(usize, String)>)> {
        let name = self.path.display().to_string();
        let file = File::open(&self.path).map_err(|e| Error::io(format!("reading {name}"), e))?;
        // The file's own description of itself tells the columns; nothing else is read yet.
        let metadata = no_panic(&name, || footer::load(&name, &file))?;
        let fields = metadata.schema().fields().len();
        self.limits.check_columns(&name, fields)?;
        let names: Vec<String> = metadata
            .schema()
            .fields()
            .iter()
            .map(|f| f.name().clone())
            .collect();
        let known: HashSet<&String> = names.iter().collect();
        for asked in self.only.iter().flatten().chain(self.columns.keys()) {
            if !known.contains(asked) {
                let who = format!("ParquetSource {name}");
                return Err(Error::no_column(
                    &who,
                    asked,
                    names.iter().map(String::as_str),
                ));
            }
        }
        let only: Option<HashSet<&String>> = self.only.as_ref().map(|o| o.iter().collect());
        let only = |(_, n): &(usize, String)| only.as_ref().is_none_or(|o| o.contains(n));
        let wanted: Vec<_> = names.into_iter().enumerate().filter(only).collect();
        footer::check_codecs(&name, &metadata, &wanted)?;
        let extent = Extent {
            rows: self.limit,
            in_pieces,
        };
        pages::check_pages(&name, &file, &metadata, &wanted, extent, &self.limits)?;
        no_panic(&name, || {
            footer::check_int96(&self.path, &metadata, &wanted, self.limit)
        })?;
        Ok((metadata, wanted))
    }

    /// A declared kind that the file does not have is an error: only text and categories are
    /// converted.
    pub(super) fn check_kinds(&self, table: &Table) -> Result<()> {
        for (name, to) in &self.columns {
            if let Some(found) = table.schema().find(name).map(|p| table.column(p).kind())
                && found != to.kind()
            {
                let step = format!("ParquetSource {}", self.path.display());
                return Err(Error::column_kind(step, name, to.kind(), found));
            }
        }
        Ok(())
    }

    /// Writes a table as a Parquet file (Snappy), categories as dictionaries.
    ///
    /// # Errors
    /// [`Error::Io`] when the file system refused, [`Error::Encode`] for a column Arrow can not
    /// hold.
    pub fn write(table: &Table, path: impl AsRef<Path>) -> Result<()> {
        let path = path.as_ref();
        let refused = |e: std::io::Error| Error::io(format!("writing {}", path.display()), e);
        let batch = RecordBatch::try_from(table)?;
        let properties = parquet::file::properties::WriterProperties::builder()
            .set_compression(parquet::basic::Compression::SNAPPY)
            .build();
        let file = File::create(path).map_err(refused)?;
        let other = |e: parquet::errors::ParquetError| refused(std::io::Error::other(e));
        let mut writer =
            parquet::arrow::ArrowWriter::try_new(file, batch.schema(), Some(properties))
                .map_err(other)?;
        writer.write(&batch).map_err(other)?;
        writer.close().map_err(other)?;
        Ok(())
    }
}
