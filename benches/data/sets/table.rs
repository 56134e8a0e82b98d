//! A mixed table as CSV and Parquet: a number and a time that rise with the rows, four columns of
//! text of 5 to 20,000 values, three of whole numbers, ten of decimals with 5 % missing, a label;
//! and quotes, the right side of an as-of join on time and `c2`.

use super::Scale;
use super::draw::{Draw, Zipf, rounded};
use super::writer::{PartFile, Writer, in_order};
use ml_pipeline::data::arrow::array::{
    ArrayRef, Float64Array, Int8Array, Int64Array, RecordBatch, StringArray,
};
use ml_pipeline::data::{Error, Result};
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::file::properties::WriterProperties;
use parquet::schema::types::ColumnPath;
use std::fmt::Write as _;
use std::sync::Arc;

/// Values of the columns `c0`, `c1`, ...
const LEVELS: [usize; 4] = [5, 50, 1000, 20_000];
/// Columns of decimals.
const DECIMALS: usize = 10;
const MISSING: f64 = 0.05;
/// First second of the times, and how many follow.
const FROM: i64 = 1_700_000_000;
const SECONDS: f64 = 30.0 * 86_400.0;
const BLOCK: usize = 8192;
/// Rows of a row group of the Parquet files.
const GROUP: usize = 1 << 18;

/// A column of a block.
enum Cells {
    Whole(Vec<i64>),
    Small(Vec<i8>),
    Text(Vec<String>),
    Decimal(Vec<Option<f64>>),
}

impl Cells {
    fn write(&self, row: usize, line: &mut String) {
        // Writing to a String can not fail.
        let _ = match self {
            Self::Whole(v) => write!(line, "{}", v[row]),
            Self::Small(v) => write!(line, "{}", v[row]),
            Self::Text(v) => write!(line, "{}", v[row]),
            Self::Decimal(v) => v[row].map_or(Ok(()), |x| write!(line, "{x:?}")),
        };
    }

    fn array(&self) -> ArrayRef {
        match self {
            Self::Whole(v) => Arc::new(Int64Array::from(v.clone())),
            Self::Small(v) => Arc::new(Int8Array::from(v.clone())),
            Self::Text(v) => Arc::new(StringArray::from_iter_values(v)),
            Self::Decimal(v) => Arc::new(Float64Array::from(v.clone())),
        }
    }
}

/// Named columns of a block of rows.
type Columns = Vec<(String, Cells)>;

pub(crate) fn write(to: &mut Writer<'_>, scale: Scale) -> Result<()> {
    let mut draw = Draw::new("table levels", 0);
    let codes = LEVELS.map(|levels| Zipf::new(levels, 0.8, &mut draw));
    let rows = scale.rows(1_000_000);
    both(to, "table", rows, |draw, from, to| {
        table(draw, &codes, rows, from, to)
    })?;
    let quotes = scale.rows(500_000);
    both(to, "quotes", quotes, |draw, from, to| {
        quotes_block(draw, &codes[2], quotes, from, to)
    })
}

/// A time for row `row` of `rows`: they rise.
fn time(draw: &mut Draw, row: usize, rows: usize) -> i64 {
    FROM + ((row as f64 + draw.unit()) / rows as f64 * SECONDS) as i64
}

fn table(draw: &mut Draw, codes: &[Zipf; 4], rows: usize, from: usize, to: usize) -> Columns {
    let length = to - from;
    let mut columns: Columns = vec![
        (
            "id".into(),
            Cells::Whole((from..to).map(|row| row as i64).collect()),
        ),
        (
            "ts".into(),
            Cells::Whole((from..to).map(|row| time(draw, row, rows)).collect()),
        ),
    ];
    for (j, codes) in codes.iter().enumerate() {
        let text = (0..length)
            .map(|_| format!("c{j}_{}", codes.pick(draw)))
            .collect();
        columns.push((format!("c{j}"), Cells::Text(text)));
    }
    let mut first = Vec::new();
    for (j, end) in [100, 1000, 10_000].into_iter().enumerate() {
        let whole: Vec<i64> = (0..length).map(|_| draw.below(end) as i64).collect();
        if j == 0 {
            first.clone_from(&whole);
        }
        columns.push((format!("i{j}"), Cells::Whole(whole)));
    }
    let mut signal: Vec<f64> = first.iter().map(|i| 0.3 * (i % 7 - 3) as f64).collect();
    let mut unit = 1.0;
    for j in 0..DECIMALS {
        let mut cell = || {
            let x = rounded(draw.normal() * unit + j as f64, 6);
            (!draw.chance(MISSING)).then_some(x)
        };
        let cells: Vec<Option<f64>> = (0..length).map(|_| cell()).collect();
        if j == 0 {
            signal
                .iter_mut()
                .zip(&cells)
                .for_each(|(s, x)| *s += 0.5 * x.unwrap_or(0.0));
        }
        columns.push((format!("x{j}"), Cells::Decimal(cells)));
        unit = if j % 4 == 3 { 1.0 } else { unit * 10.0 };
    }
    let labels = signal.iter().map(|z| draw.label(*z) as i8).collect();
    columns.push(("y".into(), Cells::Small(labels)));
    columns
}

fn quotes_block(draw: &mut Draw, codes: &Zipf, rows: usize, from: usize, to: usize) -> Columns {
    let times = (from..to).map(|row| time(draw, row, rows)).collect();
    let names = (from..to)
        .map(|_| format!("c2_{}", codes.pick(draw)))
        .collect();
    let quotes = (from..to)
        .map(|_| Some(rounded(draw.normal(), 6)))
        .collect();
    vec![
        ("ts".into(), Cells::Whole(times)),
        ("c2".into(), Cells::Text(names)),
        ("quote".into(), Cells::Decimal(quotes)),
    ]
}

/// Writes the same rows as `NAME.csv` and `NAME.parquet`.
fn both(
    to: &mut Writer<'_>,
    name: &str,
    rows: usize,
    make: impl Fn(&mut Draw, usize, usize) -> Columns + Sync,
) -> Result<()> {
    let mut csv = to.create(format!("{name}.csv"))?;
    let block = |number: usize| {
        let from = number * BLOCK;
        let columns = make(&mut Draw::new(name, number), from, (from + BLOCK).min(rows));
        let names: Vec<&str> = columns.iter().map(|c| c.0.as_str()).collect();
        let mut text = if number == 0 {
            names.join(",") + "\n"
        } else {
            String::new()
        };
        let length = (from + BLOCK).min(rows) - from;
        for row in 0..length {
            for (at, (_, cells)) in columns.iter().enumerate() {
                text.push_str(if at > 0 { "," } else { "" });
                cells.write(row, &mut text);
            }
            text.push('\n');
        }
        let arrays = columns.iter().map(|(name, cells)| {
            let nullable = matches!(cells, Cells::Decimal(_));
            (name, cells.array(), nullable)
        });
        (text, RecordBatch::try_from_iter_with_nullable(arrays))
    };
    let mut parquet: Option<ArrowWriter<PartFile>> = None;
    in_order(rows.div_ceil(BLOCK), block, |(text, batch)| {
        csv.append(text.as_bytes())?;
        let batch = batch.map_err(|e| Error::other(e.to_string()))?;
        let writer = match &mut parquet {
            Some(writer) => writer,
            none => {
                let file = to.create(format!("{name}.parquet"))?;
                let writer = ArrowWriter::try_new(file, batch.schema(), Some(properties()));
                none.insert(writer.map_err(|e| unwritten(name, &e))?)
            }
        };
        writer.write(&batch).map_err(|e| unwritten(name, &e))
    })?;
    to.finish(csv)?;
    if let Some(writer) = parquet {
        to.finish(writer.into_inner().map_err(|e| unwritten(name, &e))?)?;
    }
    Ok(())
}

/// As other writers store such a table: Snappy, dictionaries for what repeats.
fn properties() -> WriterProperties {
    let plain = ["id", "ts", "quote"].map(String::from);
    let decimals = (0..DECIMALS).map(|j| format!("x{j}"));
    let start = WriterProperties::builder()
        .set_compression(Compression::SNAPPY)
        .set_max_row_group_row_count(Some(GROUP));
    let columns = plain.into_iter().chain(decimals);
    columns
        .fold(start, |p, name| {
            p.set_column_dictionary_enabled(ColumnPath::from(name), false)
        })
        .build()
}

fn unwritten(name: &str, e: &parquet::errors::ParquetError) -> Error {
    Error::other(format!("writing {name}.parquet: {e}"))
}
