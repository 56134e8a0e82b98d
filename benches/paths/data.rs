//! Data of the paths: numbers that depend on their row and column alone.

use ml_pipeline::data::random::hash;
use ml_pipeline::prelude::*;

/// Columns of the tables.
const NUMBERS: usize = 20;
const CATEGORIES: usize = 4;

/// A number between 0 and 1 that depends on the row and the column alone.
pub(crate) fn unit(row: usize, column: usize) -> f64 {
    hash(column as u64 + 1, row as u64) as f64 / u64::MAX as f64
}

/// Rows of uniform numbers.
pub(crate) fn matrix(rows: usize, width: usize) -> Result<Dense<f32>> {
    let values = (0..rows * width).map(|i| unit(i / width, i % width) as f32);
    Dense::from_rows(width, values.collect())
}

/// A little of every column and much noise, so that trees grow to their full size.
pub(crate) fn signal(x: &[f32], row: usize) -> f64 {
    let parts = x.iter().enumerate().map(|(j, &v)| {
        let v = f64::from(if v.is_nan() { 0.3 } else { v });
        (v * (j % 7 + 1) as f64).sin() / (j + 1) as f64
    });
    parts.sum::<f64>() + unit(row, 1000)
}

/// The signal of every row.
pub(crate) fn signals(x: &Dense<f32>) -> Vec<f64> {
    (0..x.len()).map(|i| signal(x.row(i), i)).collect()
}

/// Twenty columns of numbers with gaps, four of categories of ten levels, and a label `y` that some
/// of them explain.
pub(crate) fn table(rows: usize) -> Result<Table> {
    let number = |column: usize| {
        let value = move |row| {
            let u = unit(row, column);
            if u < 0.05 { f64::NAN } else { u * 10.0 }
        };
        Column::num((0..rows).map(value))
    };
    let category = |column: usize| {
        let level = move |row| Some(format!("level {}", (unit(row, 100 + column) * 10.0) as u32));
        Column::cat((0..rows).map(level))
    };
    let label = |row| {
        let signal = unit(row, 0) + unit(row, 1) * unit(row, 2) + unit(row, 100);
        f64::from(signal + unit(row, 999) > 1.8)
    };
    let columns = (0..NUMBERS)
        .map(|j| (format!("x{j}"), number(j)))
        .chain((0..CATEGORIES).map(|j| (format!("c{j}"), category(j))))
        .chain([("y".into(), Column::num((0..rows).map(label)))]);
    Table::new(columns.collect::<Vec<_>>())
}
