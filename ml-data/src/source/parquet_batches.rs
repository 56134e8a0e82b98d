//! Parquet files in pieces.

use super::footer::{self, broken};
use super::parquet_column::{ColumnReader, no_panic};
use super::parquet_source::ParquetSource;
use super::quarantine::{Loaded, Quarantine};
use crate::arrow::array::RecordBatch;
use crate::error::{Error, Result};
use crate::table::Table;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder,
};
use rayon::prelude::*;
use std::fs::File;

/// The tables of a large file, in order; see [`ParquetSource::batches`].
pub struct ParquetBatches {
    source: ParquetSource,
    metadata: ArrowReaderMetadata,
    /// The columns read, with their positions in the file.
    columns: Vec<(usize, String)>,
    reader: ParquetRecordBatchReader,
    read: usize,
    /// Rows that the file says it has, up to the limit.
    promised: usize,
    done: bool,
}

impl ParquetSource {
    /// Reads the file in tables of `rows` rows, the last one shorter: for files larger than the
    /// memory. Categories have the levels of their own piece.
    ///
    /// # Errors
    /// As [`ParquetSource::read`]; `rows` of 0.
    pub fn batches(self, rows: usize) -> Result<ParquetBatches> {
        if rows == 0 {
            return Err(Error::parameter(
                "ParquetSource",
                "rows",
                rows,
                "at least 1",
            ));
        }
        ParquetBatches::open(self, rows)
    }
}

impl ParquetBatches {
    fn open(source: ParquetSource, rows: usize) -> Result<Self> {
        let (metadata, columns) = source.open(true)?;
        let path = source.path.display().to_string();
        let file = File::open(&source.path).map_err(|e| Error::io(format!("reading {path}"), e))?;
        let reader = no_panic(&path, || {
            let builder =
                ParquetRecordBatchReaderBuilder::new_with_metadata(file, metadata.clone());
            let roots = columns.iter().map(|c| c.0);
            let mask = ProjectionMask::roots(builder.parquet_schema(), roots);
            let builder = builder.with_projection(mask).with_batch_size(rows);
            let builder = match source.limit {
                Some(limit) => builder.with_limit(limit),
                None => builder,
            };
            builder.build().map_err(|e| broken(&path, e))
        })?;
        let rows = metadata.metadata().file_metadata().num_rows();
        let rows = usize::try_from(rows).unwrap_or(usize::MAX);
        Ok(Self {
            promised: rows.min(source.limit.unwrap_or(rows)),
            source,
            metadata,
            columns,
            reader,
            read: 0,
            done: false,
        })
    }

    fn table(&self, batch: &RecordBatch) -> Result<Loaded> {
        // The reader itself stays with this thread.
        let (source, metadata, before) = (&self.source, &self.metadata, self.read);
        let path = source.path.display().to_string();
        let columns: Vec<Result<_>> = self
            .columns
            .par_iter()
            .zip(batch.columns())
            .map(|((at, name), array)| {
                let column = ColumnReader {
                    path: &source.path,
                    metadata,
                    at: *at,
                    name,
                    to: source.columns.get(name).copied(),
                    limit: None,
                    before,
                };
                let mut arrays = std::iter::once(Ok(array.clone()));
                let column = no_panic(&path, || column.column(&path, array.len(), &mut arrays))?;
                Ok((name.clone(), column))
            })
            .collect();
        let table = Table::new(columns.into_iter().collect::<Result<Vec<_>>>()?)?;
        self.source.check_kinds(&table)?;
        Loaded::new(table, Quarantine::default(), batch.num_rows())
    }
}

impl std::fmt::Debug for ParquetBatches {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ParquetBatches")
            .field("path", &self.source.path)
            .field("read", &self.read)
            .finish_non_exhaustive()
    }
}

impl Iterator for ParquetBatches {
    type Item = Result<Loaded>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.done {
            return None;
        }
        let path = self.source.path.display().to_string();
        let next = no_panic(&path, || {
            let batch = self.reader.next().transpose();
            batch.map_err(|e| broken(&path, e))
        });
        let table = match next {
            Ok(Some(batch)) => self
                .table(&batch)
                .inspect(|_| self.read += batch.num_rows()),
            Ok(None) => {
                self.done = true;
                let name = self.columns.first().map_or("", |c| &c.1);
                let agree = footer::check_rows(&path, name, self.promised, self.read);
                return agree.err().map(Err);
            }
            Err(e) => Err(e),
        };
        self.done = table.is_err();
        Some(table)
    }
}
