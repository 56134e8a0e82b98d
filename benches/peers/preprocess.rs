//! A mixed table: reading it, imputing, scaling and encoding it.

use crate::case::{Case, Entry, Fields, latency};
use ml_pipeline::data::prelude::*;
use ml_pipeline::data::source::{As, CsvSource, ParquetSource};
use ml_pipeline::features::columns::ColumnTransformer;
use ml_pipeline::features::encode::{OneHotEncoder, TargetEncoder};
use ml_pipeline::features::impute::SimpleImputer;
use ml_pipeline::features::scale::StandardScaler;
use serde_json::json;
use std::hint::black_box;

pub(crate) const ENTRIES: &[Entry] = &[entry("read", read), entry("steps", steps)];

const fn entry(case: &'static str, run: fn(&Case<'_>) -> Result<()>) -> Entry {
    Entry {
        workload: "preprocess",
        dataset: "table",
        case,
        run,
    }
}

/// The categories of the table, few levels first.
const CATEGORIES: [&str; 4] = ["c0", "c1", "c2", "c3"];

fn shape(rows: usize, columns: usize) -> Fields {
    vec![("shape", json!([rows, columns]))]
}

fn read(case: &Case<'_>) -> Result<()> {
    let of = |t: &Table, _: f64| shape(t.rows(), t.columns().len());
    let (csv, parquet) = (case.path("table.csv"), case.path("table.parquet"));
    case.time("read_csv", || CsvSource::path(&csv).read()?.strict(), of)?;
    case.time(
        "read_parquet",
        || ParquetSource::path(&parquet).read()?.strict(),
        of,
    )?;
    Ok(())
}

/// Categories are read as codes before the clock; the libraries beside start with codes, too.
fn steps(case: &Case<'_>) -> Result<()> {
    let source = ParquetSource::path(case.path("table.parquet"));
    let source = CATEGORIES.iter().fold(source, |s, c| s.column(c, As::Cat));
    let table = source.read()?.strict()?;
    columns(case, &table)?;
    let labelled = table.select(&[&CATEGORIES[..], &["y"]].concat())?;
    let train = labelled.binary("y", "1")?.into_train();
    let encoder = TargetEncoder::new().cv(5).seed(1);
    let encode = || Ok(encoder.fit_transform(&train)?.1);
    case.time("target_encode_cv5", encode, |x, _| {
        shape(x.len(), x.width())
    })?;
    Ok(())
}

/// Medians and scales for numbers, a column a level for the two small categories.
fn columns(case: &Case<'_>, table: &Table) -> Result<()> {
    let schema = table.schema();
    let names = schema.fields().iter().map(|f| f.name());
    let numbers: Vec<String> = names
        .filter(|n| n.starts_with('x'))
        .map(Into::into)
        .collect();
    let categories = &CATEGORIES[..2];
    let read: Vec<&str> = numbers
        .iter()
        .map(String::as_str)
        .chain(categories.iter().copied())
        .collect();
    let train = table.select(&read)?.unlabelled()?.into_train();
    let columns = ColumnTransformer::new()
        .with(numbers, SimpleImputer::median().then(StandardScaler::new()))
        .with(categories, OneHotEncoder::new());
    let op = "impute_scale_onehot";
    let (fitted, x) = case.time(
        op,
        || columns.fit_transform(&train),
        |(_, x), _| shape(x.len(), x.width()),
    )?;
    drop(x);
    let apply = || fitted.apply(train.x());
    case.time("impute_scale_onehot_transform", apply, |x, _| {
        shape(x.len(), x.width())
    })?;
    let (mut scratch, mut out) = (Default::default(), Vec::new());
    let fields = latency(2000.min(train.len()), |i| {
        out.clear();
        fitted.apply_row(train.x().row(i), &mut scratch, &mut out)?;
        black_box(&out);
        Ok(())
    })?;
    case.emit("impute_scale_onehot_row", fields);
    Ok(())
}
