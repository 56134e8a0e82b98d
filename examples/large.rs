//! Boosting on more rows than the memory holds as numbers: `cargo run --release --example large -- --rows 20000000`.
//!
//! Rows come in pieces (here they are computed; `CsvSource::batches` and `ParquetSource::batches` read them from files), are cut
//! into bins, and forgotten. Prints seconds and the most memory that was in use.
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

/// The number after `--name`, or another.
fn number(name: &str, otherwise: usize) -> Result<usize> {
    let mut given = std::env::args().skip_while(|a| a != name).skip(1);
    given.next().map_or(Ok(otherwise), |text| {
        let wrong = |_| Error::Data(format!("{name}: a whole number expected, found {text}"));
        text.parse().map_err(wrong)
    })
}

/// The most memory that was in use, in MB, where the system tells.
fn peak() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|l| l.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|l| l.trim().trim_end_matches(" kB").parse::<usize>().ok());
    kilobytes.map_or("unknown".into(), |kb| format!("{} MB", kb / 1024))
}

fn main() -> Result<()> {
    let (rows, columns) = (
        number("--rows", 2_000_000)?,
        number("--columns", 28)?.max(2),
    );
    let boost = Boost::new()
        .num_iterations(number("--trees", 20)?)
        .num_leaves(number("--leaves", 255)?);
    let start = Instant::now();
    let bins = boost.bin(|| {
        let starts = (0..rows).step_by(PIECE);
        Ok(starts.map(|from| piece(from, rows.min(from + PIECE), columns)))
    })?;
    let binned = start.elapsed().as_secs_f64();
    println!(
        "{rows} rows x {columns} columns in bins after {binned:.1} s, peak {}",
        peak()
    );
    let start = Instant::now();
    let model = boost.fit_binned(&bins)?;
    let grown = start.elapsed().as_secs_f64();
    let leaves: usize = model.trees().iter().map(|t| t.leaves().len()).sum();
    println!(
        "{} trees of {leaves} leaves after {grown:.1} s, peak {}",
        model.trees().len(),
        peak()
    );
    Ok(())
}
