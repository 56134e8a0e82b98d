//! Many queries: values in parallel, a mean in a fixed order.

use super::group::Scratch;
use super::metrics::Settings;
use super::options::NoRelevant;
use crate::error::{self, Result};
use crate::metric::score::Score;
use crate::reduce;
use rayon::prelude::*;

/// Queries of one parallel task.
const TASK: usize = 256;

/// Row where each query starts, and the end of the last.
pub(crate) fn bounds(scores: usize, grades: usize, sizes: &[usize]) -> Result<Vec<usize>> {
    if scores != grades {
        return Err(error::length("grades", scores, grades));
    }
    let mut bounds = Vec::with_capacity(sizes.len() + 1);
    bounds.push(0usize);
    let mut end = 0usize;
    for size in sizes {
        end = end.saturating_add(*size);
        bounds.push(end);
    }
    if end != scores {
        return Err(error::length("sizes of the queries, added up,", scores, end));
    }
    Ok(bounds)
}

/// The value of each query.
pub(crate) fn values<S: Score, G: Copy + Into<f64> + Sync>(
    settings: &Settings,
    scores: &[S],
    grades: &[G],
    bounds: &[usize],
) -> Result<Vec<Option<f64>>> {
    let longest = bounds.windows(2).map(|w| w[1] - w[0]).max().unwrap_or(0);
    let scorer = settings.scorer(longest)?;
    let count = bounds.len().saturating_sub(1);
    let mut values = vec![None; count];
    let outcome: Vec<Result<()>> = values
        .par_chunks_mut(TASK)
        .enumerate()
        .map_init(Scratch::default, |scratch, (task, out)| {
            for (value, window) in out.iter_mut().zip(bounds[task * TASK..].windows(2)) {
                let rows = window[0]..window[1];
                *value = scorer.query(&scores[rows.clone()], &grades[rows], window[0], scratch)?;
            }
            Ok(())
        })
        .collect();
    // the first query in row order that failed, whichever thread met one first
    outcome.into_iter().collect::<Result<Vec<()>>>()?;
    Ok(values)
}

/// One weight a query, from one a row.
pub(crate) fn weights(rows: &[f64], bounds: &[usize]) -> Result<Vec<f64>> {
    let n = bounds.last().copied().unwrap_or(0);
    crate::check::weights(rows, n)?;
    bounds
        .windows(2)
        .map(|w| {
            let query = &rows[w[0]..w[1]];
            let first = query.first().copied().unwrap_or(0.0);
            match query.iter().position(|x| *x != first) {
                None => Ok(first),
                Some(at) => Err(error::value("weight", w[0] + at, query[at], "the weight of the other rows of its query")),
            }
        })
        .collect()
}

/// The mean of the values, weighted by query.
pub(crate) fn mean(settings: &Settings, values: &[Option<f64>], weights: Option<&[f64]>) -> Result<f64> {
    if values.is_empty() {
        return Err(error::data(format!("{}: no queries to score", settings.name)));
    }
    let weight = |i: usize| match (values[i], settings.no_relevant) {
        (None, NoRelevant::Skip) => 0.0,
        _ => weights.map_or(1.0, |w| w[i]),
    };
    let [sum, total] = reduce::block_sums(values.len(), |queries| {
        queries.fold([0.0, 0.0], |[sum, total], i| [sum + weight(i) * values[i].unwrap_or(0.0), total + weight(i)])
    });
    if total <= 0.0 {
        return Err(error::data(format!("{}: no query with a relevant document and a weight above 0", settings.name)));
    }
    Ok(sum / total)
}
