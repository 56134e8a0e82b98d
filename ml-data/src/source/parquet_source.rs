//! Parquet files.

use super::options::As;
use super::quarantine::{Loaded, Quarantine};
use crate::error::{Error, Result};
use crate::table::{Column, Table};
use arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use arrow::compute::{cast, concat_batches};
use arrow::datatypes::{DataType, Field, Int64Type, Schema, UInt64Type};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A Parquet file.
///
/// Integers, floats and decimals become numbers, strings text, dictionaries categories, dates and timestamps times (a timestamp without
/// a zone is UTC), booleans booleans. A column of 64-bit integers that numbers can not hold exactly is refused, unless it is asked for
/// as text or categories.
///
/// ```
/// use ml_data::source::{As, ParquetSource};
/// use ml_data::table::{Column, Table};
/// # let folder = tempfile::tempdir().map_err(|e| ml_data::Error::io("doc", e))?;
/// let path = folder.path().join("shop.parquet");
/// let shop = Table::new([("price", Column::num([2.5, f64::NAN])), ("city", Column::cat(["Riga", "Oslo"].map(Some)))])?;
/// ParquetSource::write(&shop, &path)?;
/// let back = ParquetSource::path(&path).read()?.table;
/// assert_eq!(back.column_named("price")?.missing(), 1);
/// assert_eq!(back.column_named("city")?.str_at(1), Some("Oslo"));
/// # Ok::<(), ml_data::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct ParquetSource {
    path: PathBuf,
    only: Option<Vec<String>>,
    columns: BTreeMap<String, As>,
    limit: Option<usize>,
}

impl ParquetSource {
    /// A file.
    pub fn path(path: impl AsRef<Path>) -> Self {
        Self {
            path: path.as_ref().to_owned(),
            only: None,
            columns: BTreeMap::new(),
            limit: None,
        }
    }
    /// Reads only these columns, in the order of the file; the others are not decoded.
    #[must_use]
    pub fn only<S: Into<String>>(mut self, names: impl IntoIterator<Item = S>) -> Self {
        self.only = Some(names.into_iter().map(Into::into).collect());
        self
    }
    /// Reads a column as text or categories. Other types follow from the file.
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

    /// Reads the file.
    ///
    /// # Errors
    /// [`Error::Io`] when it can not be opened, [`Error::Source`] when it is no Parquet file or damaged, [`Error::NoColumn`] for a column it
    /// does not have, [`Error::Data`] for a column of a type no table can hold (lists, structs, integers past 2^53).
    pub fn read(self) -> Result<Loaded> {
        let name = self.path.display().to_string();
        let file = File::open(&self.path).map_err(|e| Error::io(format!("reading {name}"), e))?;
        let broken = |reason: String| Error::Source {
            path: name.clone(),
            line: None,
            reason,
        };
        let builder =
            ParquetRecordBatchReaderBuilder::try_new(file).map_err(|e| broken(e.to_string()))?;
        let names: Vec<String> = builder
            .schema()
            .fields()
            .iter()
            .map(|f| f.name().clone())
            .collect();
        for asked in self.only.iter().flatten().chain(self.columns.keys()) {
            if !names.contains(asked) {
                let who = format!("ParquetSource {name}");
                return Err(Error::no_column(
                    &who,
                    asked,
                    names.iter().map(String::as_str),
                ));
            }
        }
        let wanted = names
            .iter()
            .enumerate()
            .filter(|(_, n)| self.only.as_ref().is_none_or(|o| o.contains(n)));
        let mask = ProjectionMask::roots(builder.parquet_schema(), wanted.map(|(i, _)| i));
        let mut builder = builder.with_projection(mask).with_batch_size(1 << 16);
        if let Some(limit) = self.limit {
            builder = builder.with_limit(limit);
        }
        let reader = builder.build().map_err(|e| broken(e.to_string()))?;
        let schema = arrow::array::RecordBatchReader::schema(&reader);
        let batches = reader
            .collect::<std::result::Result<Vec<_>, _>>()
            .map_err(|e| broken(e.to_string()))?;
        let whole = concat_batches(&schema, &batches).map_err(|e| broken(e.to_string()))?;
        drop(batches);
        let table = self.convert(&whole)?;
        let rows = table.rows();
        Loaded::new(table, Quarantine::default(), rows)
    }

    /// Arrow columns as table columns.
    fn convert(&self, batch: &RecordBatch) -> Result<Table> {
        let schema = batch.schema();
        let mut columns: Vec<(String, ArrayRef)> = Vec::new();
        for (field, array) in schema.fields().iter().zip(batch.columns()) {
            let name = field.name();
            let array = match self.columns.get(name) {
                Some(As::Text | As::Cat) => cast(array, &DataType::Utf8).map_err(|e| {
                    Error::Data(format!("column `{name}` can not be read as text: {e}"))
                })?,
                _ => {
                    exact(name, array)?;
                    array.clone()
                }
            };
            columns.push((name.clone(), array));
        }
        let fields: Vec<Field> = columns
            .iter()
            .map(|(n, a)| Field::new(n, a.data_type().clone(), true))
            .collect();
        let arrays = columns.into_iter().map(|c| c.1).collect();
        let batch = RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays)
            .map_err(|e| Error::Data(e.to_string()))?;
        let mut table = Table::try_from(&batch)?;
        for name in self
            .columns
            .iter()
            .filter(|(_, to)| **to == As::Cat)
            .map(|(n, _)| n)
        {
            if let Ok(column) = table.column_named(name) {
                let levels = Column::cat((0..table.rows()).map(|i| column.str_at(i)));
                table = table.with(name, levels)?;
            }
        }
        Ok(table)
    }

    /// Writes a table as a Parquet file (Snappy), categories as dictionaries.
    ///
    /// # Errors
    /// The file system refused.
    pub fn write(table: &Table, path: impl AsRef<Path>) -> Result<()> {
        let path = path.as_ref();
        let refused = |e: std::io::Error| Error::io(format!("writing {}", path.display()), e);
        let batch = RecordBatch::from(table);
        Error::check_len(
            "columns of the Arrow batch",
            table.schema().len(),
            batch.num_columns(),
        )?;
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

/// Refuses 64-bit integers that `f64` can not hold.
fn exact(name: &str, array: &ArrayRef) -> Result<()> {
    const LIMIT: u64 = 1 << 53;
    let bad = match array.data_type() {
        DataType::Int64 => {
            let a = array.as_primitive::<Int64Type>();
            (0..a.len())
                .find(|&i| a.is_valid(i) && a.value(i).unsigned_abs() > LIMIT)
                .map(|i| (i, a.value(i).to_string()))
        }
        DataType::UInt64 => {
            let a = array.as_primitive::<UInt64Type>();
            (0..a.len())
                .find(|&i| a.is_valid(i) && a.value(i) > LIMIT)
                .map(|i| (i, a.value(i).to_string()))
        }
        _ => None,
    };
    match bad {
        Some((row, value)) => Err(Error::cell(
            name,
            row,
            "an integer up to 2^53 (or read it as text)",
            value,
        )),
        None => Ok(()),
    }
}
