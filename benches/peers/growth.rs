//! How a fit grows with rows, columns, trees and levels of a category: `rows-10` is ten percent of
//! what the workload has.
//!
//! Columns beyond those of the file are copies moved down by 997 rows a copy: as wide as theirs,
//! and telling nothing.

use crate::case::{Case, Entry};
use crate::gbdt::{boost, rows, zero_or_one};
use ml_pipeline::data::prelude::*;
use ml_pipeline::data::repr::Rows;
use ml_pipeline::models::boost::Boost;
use serde_json::json;

pub(crate) const ENTRIES: &[Entry] = &[
    entry("rows-10", |c| by_rows(c, 10)),
    entry("rows-30", |c| by_rows(c, 30)),
    entry("rows-100", |c| by_rows(c, 100)),
    entry("columns-10", |c| by_columns(c, 1)),
    entry("columns-30", |c| by_columns(c, 3)),
    entry("columns-100", |c| by_columns(c, 10)),
    entry("trees-10", |c| by_trees(c, 10)),
    entry("trees-30", |c| by_trees(c, 30)),
    entry("trees-100", |c| by_trees(c, 100)),
    levels("levels-2", |c| by_levels(c, 2)),
    levels("levels-5", |c| by_levels(c, 5)),
    levels("levels-8", |c| by_levels(c, 8)),
    levels("levels-11", |c| by_levels(c, 11)),
];

const fn entry(case: &'static str, run: fn(&Case<'_>) -> Result<()>) -> Entry {
    Entry {
        workload: "growth",
        dataset: "higgs",
        case,
        run,
    }
}

const fn levels(case: &'static str, run: fn(&Case<'_>) -> Result<()>) -> Entry {
    Entry {
        dataset: "cat",
        ..entry(case, run)
    }
}

/// Percent of the rows where columns or trees grow.
const FEW: usize = 20;
/// Rows that each copy of the columns is moved down by.
const SHIFT: usize = 997;

/// The first rows and their labels.
fn first(case: &Case<'_>, percent: usize) -> Result<(Dense<f32>, Vec<u8>)> {
    let all = rows(case, "train")?;
    let n = (all.len() * percent / 100).max(1);
    let y = case.npy::<f32>("higgs_train_y")?;
    let x = Dense::from_rows(all.width(), all.values()[..n * all.width()].to_vec())?;
    Ok((x, zero_or_one(&y.values()[..n])?))
}

/// Times a fit.
fn fit(
    case: &Case<'_>,
    x: Dense<f32>,
    y: Vec<u8>,
    boost: &Boost,
    (axis, size): (&'static str, usize),
) -> Result<()> {
    let train = Dataset::binary(x, y, "1")?.into_train();
    let rows = train.len();
    case.time(
        "fit",
        || boost.fit(&train),
        |_, _| vec![("rows", json!(rows)), (axis, json!(size))],
    )?;
    Ok(())
}

fn by_rows(case: &Case<'_>, percent: usize) -> Result<()> {
    let (x, y) = first(case, percent)?;
    let columns = x.width();
    fit(case, x, y, &boost(case), ("columns", columns))
}

fn by_columns(case: &Case<'_>, copies: usize) -> Result<()> {
    let (x, y) = first(case, FEW)?;
    let n = x.len();
    let mut wide = Vec::with_capacity(n * x.width() * copies);
    for i in 0..n {
        for copy in 0..copies {
            let from = (i + n - SHIFT * copy % n) % n;
            wide.extend_from_slice(&x.values()[from * x.width()..(from + 1) * x.width()]);
        }
    }
    let columns = x.width() * copies;
    drop(x);
    let x = Dense::from_rows(columns, wide)?;
    fit(case, x, y, &boost(case), ("columns", columns))
}

fn by_trees(case: &Case<'_>, percent: usize) -> Result<()> {
    let (x, y) = first(case, FEW)?;
    let trees = (case.job.trees * percent / 100).max(1);
    let boost = boost(case).num_iterations(trees);
    fit(case, x, y, &boost, ("trees", trees))
}

/// One column of categories, split by sets of them, beside the numbers.
fn by_levels(case: &Case<'_>, column: usize) -> Result<()> {
    let name = "cat_train_cat";
    let codes = case.npy::<i32>(name)?.ids(name)?.column(column);
    let numbers = case.npy::<f32>("cat_train_num")?;
    let y = zero_or_one(case.npy::<f32>("cat_train_y")?.values())?;
    let count = codes.iter().max().map_or(0, |last| *last as usize + 1);
    let mut values = Vec::with_capacity(codes.len() * (1 + numbers.width()));
    for (code, row) in codes
        .iter()
        .zip(numbers.values().chunks_exact(numbers.width()))
    {
        values.push(*code as f32);
        values.extend_from_slice(row);
    }
    let x = Dense::from_rows(1 + numbers.width(), values)?;
    let boost = boost(case).categorical_feature(["x0"]);
    fit(case, x, y, &boost, ("levels", count))
}
