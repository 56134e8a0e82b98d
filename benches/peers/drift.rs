//! Drift of every column between a reference and a current sample.

use crate::case::{Case, Entry, Fields};
use crate::npy::Npy;
use ml_pipeline::data::{Error, Result};
use ml_pipeline::monitor::drift::{KsMethod, PsiBins, chi_square, ks_2samp, psi_2samp};
use rayon::prelude::*;
use serde_json::json;

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
        || each(&numbers, |r, c| ks_2samp(&r, &c, KsMethod::Asymptotic)),
        |tests, _| {
            let p: Vec<f64> = tests.iter().map(|t| t.p_value).collect();
            let mut fields = statistics(tests.iter().map(|t| t.statistic));
            fields.push(("p", json!(p)));
            fields
        },
    )?;
    case.time(
        "psi",
        || each(&numbers, |r, c| psi_2samp(&r, &c, PsiBins::default())),
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
        || each(&codes, counted),
        |tests, _| statistics(tests.iter().copied()),
    )?;
    Ok(())
}

fn statistics(values: impl Iterator<Item = f64>) -> Fields {
    let values: Vec<f64> = values.collect();
    vec![("cols", json!(values.len())), ("stat", json!(values))]
}

/// `f` of each pair of columns; columns are copied together as part of the work.
fn each<T, O>(
    [reference, current]: &[Npy<T>; 2],
    f: impl Fn(Vec<T>, Vec<T>) -> Result<O> + Sync,
) -> Result<Vec<O>>
where
    T: Copy + Send + Sync,
    O: Send,
{
    Error::check_len(
        "columns of the current sample",
        reference.width(),
        current.width(),
    )?;
    (0..reference.width())
        .into_par_iter()
        .map(|j| f(reference.column(j), current.column(j)))
        .collect()
}

/// Pearson's statistic of two columns of codes.
fn counted(reference: Vec<u32>, current: Vec<u32>) -> Result<f64> {
    let levels = reference
        .iter()
        .chain(&current)
        .max()
        .map_or(0, |m| *m as usize + 1);
    let count = |codes: &[u32]| {
        let mut counts = vec![0u64; levels];
        codes.iter().for_each(|c| counts[*c as usize] += 1);
        counts
    };
    Ok(chi_square(&count(&reference), &count(&current), true)?.statistic)
}
