//! One column of a Parquet file, decoded on its own so that columns can be read side by side.

use super::options::As;
use crate::error::{Error, Result};
use crate::table::{Column, from_arrow};
use arrow::array::{Array, ArrayRef, AsArray};
use arrow::compute::{cast, concat};
use arrow::datatypes::{ArrowPrimitiveType, DataType, Float64Type, Int64Type, UInt64Type};
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
        // A damaged file may claim any number of rows: it is not believed beyond a gigabyte.
        let expected = rows.min(self.limit.unwrap_or(rows)).min(1 << 27);
        self.column(path, expected, &mut arrays)
    }

    /// The column of some pieces.
    pub(super) fn column(
        &self,
        path: &str,
        expected: usize,
        arrays: &mut dyn Iterator<Item = Result<ArrayRef>>,
    ) -> Result<Column> {
        let kind = self.metadata.schema().field(self.at).data_type();
        if kind.is_numeric() && !matches!(self.to, Some(As::Text | As::Cat)) {
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
        let mut values = Vec::with_capacity(expected);
        for array in arrays {
            let array = array?;
            match array.data_type() {
                DataType::Int64 => {
                    let first = self.before + values.len();
                    self.exact::<Int64Type>(&array, first, i64::unsigned_abs)?;
                }
                DataType::UInt64 => {
                    self.exact::<UInt64Type>(&array, self.before + values.len(), |v| v)?;
                }
                _ => {}
            }
            let array = cast(&array, &DataType::Float64)
                .map_err(|e| Error::Data(format!("column `{}` can not be read: {e}", self.name)))?;
            let array = array.as_primitive::<Float64Type>();
            if array.null_count() == 0 {
                values.extend_from_slice(array.values());
            } else {
                values.extend(array.iter().map(|v| v.unwrap_or(f64::NAN)));
            }
        }
        Ok(Column::Num(values.into()))
    }

    /// Refuses 64-bit integers that `f64` can not hold; `first` is the row of the first value.
    fn exact<T: ArrowPrimitiveType>(
        &self,
        array: &ArrayRef,
        first: usize,
        size: impl Fn(T::Native) -> u64,
    ) -> Result<()> {
        const LIMIT: u64 = 1 << 53;
        let array = array.as_primitive::<T>();
        // Most pieces hold no such value, and that is quickly seen.
        if array.values().iter().all(|&v| size(v) <= LIMIT) {
            return Ok(());
        }
        let large = |i: &usize| array.is_valid(*i) && size(array.value(*i)) > LIMIT;
        match (0..array.len()).find(large) {
            Some(row) => Err(Error::cell(
                self.name,
                first + row,
                "an integer up to 2^53 (or read it as text)",
                format!("{:?}", array.value(row)),
            )),
            None => Ok(()),
        }
    }

    /// Columns of other kinds, joined and then converted.
    fn convert(&self, path: &str, kind: &DataType, arrays: &[ArrayRef]) -> Result<Column> {
        let parts: Vec<&dyn Array> = arrays.iter().map(|a| &**a).collect();
        let joined = match parts.as_slice() {
            [] => arrow::array::new_empty_array(kind),
            parts => concat(parts).map_err(|e| broken(path, e))?,
        };
        let Some(to @ (As::Text | As::Cat)) = self.to else {
            return from_arrow(self.name, &joined);
        };
        let text = cast(&joined, &DataType::Utf8).map_err(|e| {
            Error::Data(format!(
                "column `{}` can not be read as text: {e}",
                self.name
            ))
        })?;
        Ok(match to {
            As::Cat => Column::cat(text.as_string::<i32>()),
            _ => from_arrow(self.name, &text)?,
        })
    }
}

pub(super) fn broken(path: &str, reason: impl ToString) -> Error {
    Error::Source {
        path: path.into(),
        line: None,
        reason: reason.to_string(),
    }
}

/// The decoder meets some damaged files with a panic; to the caller they are damaged like the others.
pub(super) fn no_panic<T>(path: &str, read: impl FnOnce() -> Result<T>) -> Result<T> {
    // What was decoded so far is dropped with the panic, so nothing half-made is seen afterwards.
    catch_unwind(AssertUnwindSafe(read)).unwrap_or_else(|panic| {
        let said = panic
            .downcast_ref::<String>()
            .map(String::as_str)
            .or_else(|| panic.downcast_ref::<&str>().copied())
            .unwrap_or("no reason given");
        Err(broken(path, format!("the Parquet data is damaged: {said}")))
    })
}
