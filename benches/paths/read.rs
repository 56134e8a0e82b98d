//! Reading: CSV, Parquet, JSON requests bound to a trained schema, records as a table.

use super::data::{table, unit};
use super::{Path, Work, work};
use ml_pipeline::data::schema::Field;
use ml_pipeline::data::source::{CsvSource, ParquetSource};
use ml_pipeline::data::table::{RowBinder, RowBuf};
use ml_pipeline::prelude::*;
use serde::Serialize;
use std::fmt::Write as _;
use std::hint::black_box;
use std::sync::Arc;

pub(crate) const PATHS: &[Path] = &[
    Path::new("csv/read", "bytes", 20_000, csv).units(|n| n * LINE),
    Path::new("parquet/read", "rows", 20_000, parquet),
    Path::new("json/parse and bind a request", "requests", 1000, json).one(),
    Path::new("record/bind a request", "requests", 1000, record).one(),
    Path::new("record/table of records", "rows", 10_000, records),
];

/// Bytes of a line of the CSV file.
const LINE: usize = "000000,0.000000,city 00,false\n".len();

fn csv(rows: usize) -> Result<Work> {
    let mut text = String::with_capacity(rows * LINE);
    for i in 0..rows {
        let (x, city, paid) = (unit(i, 0), (unit(i, 1) * 50.0) as u32, unit(i, 2) < 0.5);
        // Lines are of one length: where the word is shorter the city's number is longer.
        let digits = if paid { 3 } else { 2 };
        // Writing to a String can not fail.
        let _ = writeln!(text, "{i:06},{x:.6},city {city:0digits$},{paid}");
    }
    let text = ["id,x,city,paid\n", &text].concat();
    let bytes: Arc<[u8]> = text.into_bytes().into();
    CsvSource::bytes("bench.csv", bytes.clone())
        .read()?
        .strict()?;
    work!(CsvSource::bytes("bench.csv", bytes.clone()).read())
}

fn parquet(rows: usize) -> Result<Work> {
    let folder = tempfile::tempdir().map_err(|e| Error::io("a folder for a moment", e))?;
    let path = folder.path().join("bench.parquet");
    ParquetSource::write(&table(rows)?, &path)?;
    Ok(Box::new(move || {
        black_box(ParquetSource::path(&path).read()?);
        black_box(&folder); // goes away with the work
        Ok(())
    }))
}

/// A request of every column of the table.
fn request(table: &Table) -> String {
    let field = |(f, c): (&Field, &Column)| match c.str_at(7) {
        Some(text) => format!("\"{}\": \"{text}\"", f.name()),
        None => format!("\"{}\": {}", f.name(), c.cell(7).num()),
    };
    let fields = table.schema().fields().iter().zip(table.columns());
    let fields: Vec<String> = fields.map(field).collect();
    format!("{{{}}}", fields.join(", ")).replace("NaN", "null")
}

fn json(rows: usize) -> Result<Work> {
    let table = table(rows)?;
    let (text, binder, mut row) = (
        request(&table),
        RowBinder::new(table.schema()),
        RowBuf::default(),
    );
    Ok(Box::new(move || {
        let request: serde_json::Value = serde_json::from_str(&text).map_err(Error::other)?;
        black_box(binder.fill(&request, &mut row)?);
        Ok(())
    }))
}

/// Record that a program of one's own binds and collects.
#[derive(Debug, Serialize)]
struct Visit {
    price: f64,
    pages: u32,
    city: &'static str,
    member: Option<bool>,
}

fn visits(rows: usize) -> Vec<Visit> {
    let city = |i| ["Riga", "Oslo", "Bern", "Rome"][(unit(i, 1) * 4.0) as usize];
    let visit = |i| Visit {
        price: unit(i, 0) * 100.0,
        pages: (unit(i, 2) * 20.0) as u32,
        city: city(i),
        member: (unit(i, 3) < 0.9).then_some(unit(i, 4) < 0.5),
    };
    (0..rows).map(visit).collect()
}

fn record(rows: usize) -> Result<Work> {
    let visits = visits(rows);
    let trained = Table::from_records(&visits)?;
    let (binder, mut row, mut next) = (RowBinder::new(trained.schema()), RowBuf::default(), 0);
    Ok(Box::new(move || {
        next = (next + 1) % visits.len();
        black_box(binder.fill(&visits[next], &mut row)?);
        Ok(())
    }))
}

fn records(rows: usize) -> Result<Work> {
    let visits = visits(rows);
    work!(Table::from_records(&visits))
}
