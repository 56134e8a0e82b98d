//! Row and value counts of a Parquet footer, checked against the pages.

use crate::arrow::array::AsArray;
use crate::arrow::datatypes::{DataType, Field, Schema, TimeUnit, TimestampSecondType};
use crate::error::{Error, Result};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder,
};
use parquet::basic::{Compression, Type};
use parquet::file::metadata::ParquetMetaData;
use std::fs::File;
use std::path::Path;
use std::sync::Arc;

/// The error of a file that is not what it claims to be.
pub(super) fn broken(path: &str, reason: impl ToString) -> Error {
    Error::Source {
        path: path.into(),
        line: None,
        reason: reason.to_string(),
    }
}

/// The description at the end of the file.
pub(super) fn load(path: &str, file: &File) -> Result<ArrowReaderMetadata> {
    let metadata = ArrowReaderMetadata::load(file, ArrowReaderOptions::default())
        .map_err(|e| broken(path, e))?;
    check_counts(path, metadata.metadata())?;
    in_micros(path, metadata)
}

/// INT96 times in microseconds: nanoseconds, the default, end in the year 2262.
fn in_micros(path: &str, metadata: ArrowReaderMetadata) -> Result<ArrowReaderMetadata> {
    if (0..metadata.schema().fields().len()).any(|at| is_int96(&metadata, at)) {
        return int96_in(path, &metadata, TimeUnit::Microsecond);
    }
    Ok(metadata)
}

fn is_int96(metadata: &ArrowReaderMetadata, at: usize) -> bool {
    let roots = metadata.parquet_schema().root_schema().get_fields();
    roots
        .get(at)
        .is_some_and(|t| t.is_primitive() && t.get_physical_type() == Type::INT96)
}

/// The description with INT96 times in a unit.
fn int96_in(
    path: &str,
    metadata: &ArrowReaderMetadata,
    unit: TimeUnit,
) -> Result<ArrowReaderMetadata> {
    let to = DataType::Timestamp(unit, None);
    let field = |(i, f): (usize, &Arc<Field>)| match is_int96(metadata, i) {
        true => Arc::new(f.as_ref().clone().with_data_type(to.clone())),
        false => f.clone(),
    };
    let fields: Vec<Arc<Field>> = metadata
        .schema()
        .fields()
        .iter()
        .enumerate()
        .map(field)
        .collect();
    let schema = Schema::new_with_metadata(fields, metadata.schema().metadata().clone());
    let options = ArrowReaderOptions::new().with_schema(Arc::new(schema));
    ArrowReaderMetadata::try_new(metadata.metadata().clone(), options).map_err(|e| broken(path, e))
}

/// Refuses INT96 times that microseconds do not reach: the decoder would wrap them. In seconds all
/// of them can be counted.
pub(super) fn check_int96(
    path: &Path,
    metadata: &ArrowReaderMetadata,
    wanted: &[(usize, String)],
    limit: Option<usize>,
) -> Result<()> {
    const REACH: u64 = i64::MAX as u64 / 1_000_000 - 86_400;
    let name = path.display().to_string();
    for (at, column) in wanted.iter().filter(|w| is_int96(metadata, w.0)) {
        let file = File::open(path).map_err(|e| Error::io(format!("reading {name}"), e))?;
        let seconds = int96_in(&name, metadata, TimeUnit::Second)?;
        let builder = ParquetRecordBatchReaderBuilder::new_with_metadata(file, seconds);
        let mask = ProjectionMask::roots(builder.parquet_schema(), [*at]);
        let mut builder = builder.with_projection(mask).with_batch_size(1 << 15);
        if let Some(limit) = limit {
            builder = builder.with_limit(limit);
        }
        let mut first = 0;
        for batch in builder.build().map_err(|e| broken(&name, e))? {
            let batch = batch.map_err(|e| broken(&name, e))?;
            let times = batch.column(0).as_primitive::<TimestampSecondType>();
            let far = |v: Option<i64>| v.is_some_and(|v| v.unsigned_abs() > REACH);
            if let Some(row) = times.iter().position(far) {
                let found = format!("{} seconds from there", times.value(row));
                let expected = "a time within 292,000 years of 1970";
                return Err(Error::cell(column, first + row, expected, found));
            }
            first += batch.num_rows();
        }
    }
    Ok(())
}

/// Refuses a file whose counts contradict each other: rows of the file, of its row groups, and
/// values of their columns.
fn check_counts(path: &str, metadata: &ParquetMetaData) -> Result<()> {
    let rows = metadata.file_metadata().num_rows();
    let groups = metadata.row_groups();
    let sum = groups
        .iter()
        .map(|g| i128::from(g.num_rows()))
        .sum::<i128>();
    if rows < 0 || groups.iter().any(|g| g.num_rows() < 0) || sum != i128::from(rows) {
        let reason = format!("the file says it has {rows} rows, and its row groups {sum}");
        return Err(broken(path, reason));
    }
    for group in groups {
        for column in group.columns() {
            let flat = column.column_descr().max_rep_level() == 0;
            if flat && column.num_values() != group.num_rows() {
                let reason = format!(
                    "a row group says it has {} rows, and column `{}` has {} values in it",
                    group.num_rows(),
                    column.column_path(),
                    column.num_values()
                );
                return Err(broken(path, reason));
            }
        }
    }
    Ok(())
}

/// Refuses a column that holds more or fewer rows than the file says.
pub(super) fn check_rows(path: &str, name: &str, promised: usize, found: usize) -> Result<()> {
    if promised == found {
        return Ok(());
    }
    let reason = format!("the file says it has {promised} rows, and column `{name}` holds {found}");
    Err(broken(path, reason))
}

/// Refuses wanted columns whose compression this build can not undo, and says which could.
pub(super) fn check_codecs(
    path: &str,
    metadata: &ArrowReaderMetadata,
    wanted: &[(usize, String)],
) -> Result<()> {
    let descr = metadata.parquet_schema();
    for group in metadata.metadata().row_groups() {
        for (leaf, column) in group.columns().iter().enumerate() {
            let root = descr.get_column_root_idx(leaf);
            if let Some(reason) = unread(column.compression())
                && let Ok(at) = wanted.binary_search_by_key(&root, |w| w.0)
            {
                return Err(broken(path, format!("column `{}`: {reason}", wanted[at].1)));
            }
        }
    }
    Ok(())
}

/// Why a compression can not be undone.
fn unread(codec: Compression) -> Option<String> {
    match codec {
        Compression::UNCOMPRESSED | Compression::SNAPPY | Compression::GZIP(_) => None,
        Compression::ZSTD(_) if cfg!(feature = "zstd") => None,
        Compression::ZSTD(_) => Some(
            "it is compressed with Zstandard: build `ml-data` with its feature `zstd`, or write the file with Snappy or gzip".into(),
        ),
        other => Some(format!(
            "it is compressed with {other}, which is not read: write the file with Snappy or gzip"
        )),
    }
}
