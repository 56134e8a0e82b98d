//! Optional real data, and helpers that several files of tests share.

use ml_data::Error;
use ml_data::source::CsvSource;
use ml_data::table::{Cell, Table};
use std::path::PathBuf;

/// A file of the development data: in the folder that `ML_PIPELINE_DATA` names, else in
/// `../shared/data` beside the workspace. `None`, with a line on standard error, when it is not
/// there.
#[allow(dead_code, clippy::print_stderr)]
pub(crate) fn data(file: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("ML_PIPELINE_DATA").map(PathBuf::from);
    let folder = folder
        .unwrap_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/data"));
    let path = folder.join(file);
    if path.exists() {
        return Some(path);
    }
    eprintln!(
        "SKIPPED: {} is not here; set ML_PIPELINE_DATA to the folder that holds it",
        path.display()
    );
    None
}

/// A cell as pandas would write it.
#[allow(dead_code)]
pub(crate) fn cell_as_json(table: &Table, column: usize, row: usize) -> serde_json::Value {
    match table.column(column).cell(row) {
        Cell::Missing => serde_json::Value::Null,
        Cell::Num(x) if x == f64::INFINITY => "inf".into(),
        Cell::Num(x) if x == f64::NEG_INFINITY => "-inf".into(),
        Cell::Num(x) => x.into(),
        Cell::Bool(b) => b.into(),
        _ => table.column(column).str_at(row).into(),
    }
}

/// The error of a file that can not be read.
#[allow(dead_code)]
pub(crate) fn error(source: CsvSource) -> Error {
    source.read().unwrap_err()
}
