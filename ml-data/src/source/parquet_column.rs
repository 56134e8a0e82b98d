//! One column of a Parquet file, decoded on its own so that columns can be read side by side.

use super::footer::{self, broken};
use super::read_as::As;
use crate::arrow::array::{Array, ArrayRef, AsArray};
use crate::arrow::datatypes::DataType;
use crate::error::{Error, Result};
use crate::table::{Column, from_arrow, no_memory, numbers};
use arrow_cast::cast;
use arrow_select::concat::concat;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ParquetRecordBatchReaderBuilder};
use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

/// Rows decoded at a time: a column's piece stays in the cache until it is converted.
const BATCH: usize = 1 << 15;

/// Which column of which file, and what it is to become.
pub(super) struct ColumnReader<'a> {
    pub(super) path: &'a Path,
    pub(super) metadata: &'a ArrowReaderMetadata,
    /// Position among the file's top-level columns.
    pub(super) at: usize,
    pub(super) name: &'a str,
    pub(super) to: Option<As>,
    pub(super) limit: Option<usize>,
    /// Rows that were read before.
    pub(super) before: usize,
}

impl ColumnReader<'_> {
    pub(super) fn read(&self) -> Result<Column> {
        let path = self.path.display().to_string();
        no_panic(&path, || self.decode(&path))
    }

    fn decode(&self, path: &str) -> Result<Column> {
        // Each column opens the file: a descriptor shared between threads would share its position.
        let file = File::open(self.path).map_err(|e| Error::io(format!("reading {path}"), e))?;
        let builder =
            ParquetRecordBatchReaderBuilder::new_with_metadata(file, self.metadata.clone());
        let mask = ProjectionMask::roots(builder.parquet_schema(), [self.at]);
        let rows = usize::try_from(builder.metadata().file_metadata().num_rows()).unwrap_or(0);
        let mut builder = builder.with_projection(mask).with_batch_size(BATCH);
        if let Some(limit) = self.limit {
            builder = builder.with_limit(limit);
        }
        let reader = builder.build().map_err(|e| broken(path, e))?;
        let mut arrays = reader.map(|batch| {
            let batch = batch.map_err(|e| broken(path, e))?;
            Ok(batch.column(0).clone())
        });
        let promised = rows.min(self.limit.unwrap_or(rows));
        // A damaged file may claim any number of rows: it is not believed beyond a gigabyte.
        let column = self.column(path, promised.min(1 << 27), &mut arrays)?;
        footer::check_rows(path, self.name, promised, column.len())?;
        Ok(column)
    }

    /// The column of some pieces.
    pub(super) fn column(
        &self,
        path: &str,
        expected: usize,
        arrays: &mut dyn Iterator<Item = Result<ArrayRef>>,
    ) -> Result<Column> {
        let kind = self.metadata.schema().field(self.at).data_type();
        if (kind.is_numeric() || kind == &DataType::Null)
            && !matches!(self.to, Some(As::Text | As::Cat))
        {
            return self.numbers(expected, arrays);
        }
        let arrays = arrays.collect::<Result<Vec<ArrayRef>>>()?;
        self.convert(path, kind, &arrays)
    }

    fn numbers(
        &self,
        expected: usize,
        arrays: &mut dyn Iterator<Item = Result<ArrayRef>>,
    ) -> Result<Column> {
        let mut values = Vec::new();
        let reserved = values.try_reserve_exact(expected);
        reserved.map_err(|_| no_memory(self.name, expected))?;
        for array in arrays {
            let first = self.before + values.len();
            numbers(self.name, &array?, first, &mut values)?;
        }
        Ok(Column::Num(values.into()))
    }

    /// Columns of other kinds, joined and then converted.
    fn convert(&self, path: &str, kind: &DataType, arrays: &[ArrayRef]) -> Result<Column> {
        let parts: Vec<&dyn Array> = arrays.iter().map(|a| &**a).collect();
        let joined = match parts.as_slice() {
            [] => crate::arrow::array::new_empty_array(kind),
            parts => concat(parts).map_err(|e| broken(path, e))?,
        };
        let Some(to @ (As::Text | As::Cat)) = self.to else {
            return from_arrow(self.name, &joined, self.before);
        };
        let text = cast(&joined, &DataType::Utf8).map_err(|e| Error::ArrowType {
            column: self.name.into(),
            found: joined.data_type().to_string(),
            reason: format!("it can not be read as text: {e}"),
        })?;
        Ok(match to {
            As::Cat => Column::cat(text.as_string::<i32>()),
            _ => from_arrow(self.name, &text, self.before)?,
        })
    }
}

/// The decoder meets some damaged files with a panic; to the caller they are damaged like the
/// others.
pub(super) fn no_panic<T>(path: &str, read: impl FnOnce() -> Result<T>) -> Result<T> {
    // What was decoded so far is dropped with the panic, so nothing half-made is seen afterwards.
    catch_unwind(AssertUnwindSafe(read)).unwrap_or_else(|panic| {
        let message = panic
            .downcast_ref::<String>()
            .map(String::as_str)
            .or_else(|| panic.downcast_ref::<&str>().copied())
            .unwrap_or("no reason given");
        Err(broken(
            path,
            format!("the Parquet data is damaged: {message}"),
        ))
    })
}
