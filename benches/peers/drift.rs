//! Drift of every column between a reference and a current sample.

use crate::case::{Case, Entry, Fields};
use crate::npy::Npy;
use ml_pipeline::data::{Error, Result};
use ml_pipeline::monitor::drift::{KsMethod, PsiBins, chi_square_columns, ks_2samp, psi_2samp};
use rayon::prelude::*;
use serde_json::json;
use std::ops::Range;

pub(crate) const ENTRIES: &[Entry] = &[Entry {
    workload: "drift",
    dataset: "drift1m",
    case: "drift",
    run,
}];

fn run(case: &Case<'_>) -> Result<()> {
    let numbers = [
        case.npy::<f64>("drift_ref_num")?,
        case.npy::<f64>("drift_cur_num")?,
    ];
    case.time(
        "ks",
        || each(&numbers, |r, c| ks_2samp(r, c, KsMethod::Asymptotic)),
        |tests, _| {
            let p: Vec<f64> = tests.iter().map(|t| t.p_value).collect();
            let mut fields = statistics(tests.iter().map(|t| t.statistic));
            fields.push(("p", json!(p)));
            fields
        },
    )?;
    case.time(
        "psi",
        || each(&numbers, |r, c| psi_2samp(r, c, PsiBins::default())),
        |indices, _| {
            let mut fields = statistics(indices.iter().copied());
            fields.push(("bins", json!("reference deciles")));
            fields
        },
    )?;
    let codes = |name: &str| case.npy::<i32>(name)?.ids(name);
    let codes = [codes("drift_ref_cat")?, codes("drift_cur_cat")?];
    case.time(
        "chi2",
        || chi_square_columns(codes[0].matrix()?, codes[1].matrix()?, true),
        |tests, _| statistics(tests.iter().map(|t| t.statistic)),
    )?;
    Ok(())
}

fn statistics(values: impl Iterator<Item = f64>) -> Fields {
    let values: Vec<f64> = values.collect();
    vec![("cols", json!(values.len())), ("stat", json!(values))]
}

/// Columns that are copied together: a cache line of doubles.
const TOGETHER: usize = 8;

/// `f` of each pair of columns; copying them together is part of the work.
fn each<O: Send>(
    [reference, current]: &[Npy<f64>; 2],
    f: impl Fn(&[f64], &[f64]) -> Result<O> + Sync,
) -> Result<Vec<O>> {
    check_width(reference, current)?;
    let mut found = Vec::with_capacity(reference.width());
    let (mut before, mut now) = (Vec::new(), Vec::new());
    for from in (0..reference.width()).step_by(TOGETHER) {
        let columns = from..(from + TOGETHER).min(reference.width());
        rayon::join(
            || copy(reference, columns.clone(), &mut before),
            || copy(current, columns.clone(), &mut now),
        );
        let pairs = before.par_iter().zip(&now).take(columns.len());
        found.extend(pairs.map(|(r, c)| f(r, c)).collect::<Result<Vec<O>>>()?);
    }
    Ok(found)
}

fn check_width<T: Copy>(reference: &Npy<T>, current: &Npy<T>) -> Result<()> {
    Error::check_len(
        "columns of the current sample",
        reference.width(),
        current.width(),
    )
}

/// Copies columns to vectors of their own, whose memory is used again.
fn copy(x: &Npy<f64>, columns: Range<usize>, to: &mut Vec<Vec<f64>>) {
    const ROWS: usize = 128;
    to.resize_with(to.len().max(columns.len()), Vec::new);
    to.iter_mut().for_each(Vec::clear);
    for rows in x.values().chunks(ROWS * x.width()) {
        for (j, column) in columns.clone().zip(to.iter_mut()) {
            column.extend(rows.chunks_exact(x.width()).map(|row| row[j]));
        }
    }
}
