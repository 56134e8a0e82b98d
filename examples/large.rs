//! Boosting on more rows than the memory holds as numbers: `cargo run --release --example large --
//! --rows 20000000`.
//!
//! Rows come in pieces (here they are computed; `CsvSource::batches` and `ParquetSource::batches`
//! read them from files), are cut into bins, and forgotten. Prints seconds and the most memory that
//! was in use.
#![allow(clippy::print_stdout)]

use std::time::Instant;

use ml_pipeline::data::random::hash;
use ml_pipeline::data::sample::BinaryLabels;
use ml_pipeline::models::boost::FitBinned;
use ml_pipeline::prelude::*;

/// Rows computed at a time.
const PIECE: usize = 100_000;

/// A number between 0 and 1 that depends on the row and the column alone.
fn unit(row: usize, column: usize) -> f32 {
    (hash(column as u64, row as u64) >> 40) as f32 / (1 << 24) as f32
}

/// Rows `from..to` with a label that depends on a few columns.
fn piece(from: usize, to: usize, columns: usize) -> Result<Dataset<Dense<f32>, Binary>> {
    let x: Vec<f32> = (from..to)
        .flat_map(|row| (0..columns).map(move |column| unit(row, column)))
        .collect();
    let label = |row: &[f32]| {
        let signal: f32 = row
            .iter()
            .zip(1..)
            .map(|(v, k)| (v * 9.0).sin() / k as f32)
            .sum();
        u8::from(signal + row[0] * row[1] > 0.5)
    };
    let labels: Vec<u8> = x.chunks(columns).map(label).collect();
    Dataset::new(
        Dense::from_rows(columns, x)?,
        BinaryLabels::new(labels, "1")?,
    )
}

/// The options and their defaults.
const ASKED: [(&str, usize); 4] = [
    ("--rows", 2_000_000),
    ("--columns", 28),
    ("--trees", 20),
    ("--leaves", 255),
];

/// The numbers of [`ASKED`], as given.
fn numbers() -> Result<[usize; 4]> {
    let mut numbers = ASKED.map(|(_, otherwise)| otherwise);
    let mut given = std::env::args().skip(1);
    while let Some(name) = given.next() {
        let known = ASKED.map(|(name, _)| name);
        let Some(at) = known.iter().position(|n| *n == name) else {
            return Err(Error::other(format!("{name}: expected one of {known:?}")));
        };
        let text = given.next().unwrap_or_default();
        let wrong = |_| Error::other(format!("{name}: expected a whole number, found `{text}`"));
        numbers[at] = text.parse().map_err(wrong)?;
    }
    if numbers[1] < 2 {
        return Err(Error::other(format!(
            "--columns: expected at least 2, found {}",
            numbers[1]
        )));
    }
    Ok(numbers)
}

/// The most memory that was in use, in MB, where the system tells.
fn peak() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|l| l.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|l| l.trim().trim_end_matches(" kB").parse::<usize>().ok());
    kilobytes.map_or("unknown".into(), |kb| format!("{} MB", kb / 1024))
}

fn main() -> Result<()> {
    let [rows, columns, trees, leaves] = numbers()?;
    let boost = Boost::new().num_iterations(trees).num_leaves(leaves);
    let start = Instant::now();
    let bins = boost.bin(|| {
        let starts = (0..rows).step_by(PIECE);
        Ok(starts.map(|from| piece(from, rows.min(from + PIECE), columns)))
    })?;
    let binned = start.elapsed().as_secs_f64();
    println!(
        "{rows} rows x {columns} columns in bins after {binned:.2} s, peak {}",
        peak()
    );
    let start = Instant::now();
    let model = boost.fit_binned(&bins)?;
    let grown = start.elapsed().as_secs_f64();
    let leaves: usize = model.trees().iter().map(|t| t.leaves().len()).sum();
    println!(
        "{} trees of {leaves} leaves after {grown:.2} s, peak {}",
        model.trees().len(),
        peak()
    );
    Ok(())
}
