//! Many queries: values in parallel, a mean in a fixed order.

use super::formula::{Cutoff, Formula};
use super::options::NoRelevant;
use super::query::{Scorer, Scratch};
use crate::error::{self, Error, Result};
use crate::reduce;
use crate::score::Score;
use ml_data::simd;
use rayon::prelude::*;
use std::collections::HashMap;

/// Queries of one parallel task.
const TASK: usize = 256;

/// Row where each query starts, and the end of the last.
pub(super) fn bounds(scores: usize, grades: usize, sizes: &[usize]) -> Result<Vec<usize>> {
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
        return Err(error::length(
            "sizes of the queries, added up,",
            scores,
            end,
        ));
    }
    Ok(bounds)
}

/// The value of each query.
pub(super) fn values<S: Score, G: Copy + Into<f64> + Sync>(
    metric: &impl Formula,
    scores: &[S],
    grades: &[G],
    bounds: &[usize],
) -> Result<Vec<Option<f64>>> {
    let longest = bounds.windows(2).map(|w| w[1] - w[0]).max().unwrap_or(0);
    let scorer = Scorer::new(metric, longest)?;
    let count = bounds.len().saturating_sub(1);
    let mut values = vec![None; count];
    let outcome: Vec<Result<()>> = values
        .par_chunks_mut(TASK)
        .enumerate()
        .map_init(Scratch::default, |scratch, (task, out)| {
            // the closure is compiled for the machine's widest vectors
            simd::widest(
                #[inline(always)]
                || {
                    for (value, window) in out.iter_mut().zip(bounds[task * TASK..].windows(2)) {
                        let rows = window[0]..window[1];
                        *value = scorer.query(
                            &scores[rows.clone()],
                            &grades[rows],
                            window[0],
                            scratch,
                        )?;
                    }
                    Ok(())
                },
            )
        })
        .collect();
    // the first query in row order that failed, whichever thread met one first
    outcome.into_iter().collect::<Result<Vec<()>>>()?;
    Ok(values)
}

/// One weight a query, from one a row; `order` lists the rows by query when they are not adjacent.
pub(super) fn weights(rows: &[f64], order: Option<&[u32]>, bounds: &[usize]) -> Result<Vec<f64>> {
    let n = bounds.last().copied().unwrap_or(0);
    crate::check::weights(rows, n)?;
    let row = |at: usize| order.map_or(at, |o| o[at] as usize);
    let one = |w: &[usize]| {
        let mut query = w[0]..w[1];
        let first = if query.is_empty() {
            0.0
        } else {
            rows[row(w[0])]
        };
        match query.find(|&at| rows[row(at)] != first) {
            None => Ok(first),
            Some(at) => Err(error::value(
                "weight",
                row(at),
                rows[row(at)],
                "the weight of the other rows of its query",
            )),
        }
    };
    bounds.windows(2).map(one).collect()
}

/// The mean of the values, weighted by query.
pub(super) fn mean(
    cutoff: &Cutoff,
    values: &[Option<f64>],
    weights: Option<&[f64]>,
) -> Result<f64> {
    if values.is_empty() {
        return Err(error::empty("list of queries to score"));
    }
    let raw = |i: usize| match (values[i], cutoff.no_relevant) {
        (None, NoRelevant::Skip) => 0.0,
        _ => weights.map_or(1.0, |w| w[i]),
    };
    let largest = weights.map_or(1.0, |_| (0..values.len()).map(raw).fold(0.0, f64::max));
    let scale = crate::check::scale(largest).unwrap_or(1.0);
    let weight = |i: usize| raw(i) * scale;
    let [sum, total] = reduce::block_sums(values.len(), |queries| {
        queries.fold([0.0, 0.0], |[sum, total], i| {
            [
                sum + weight(i) * values[i].unwrap_or(0.0),
                total + weight(i),
            ]
        })
    });
    if total <= 0.0 {
        let why = "no query has a relevant document and a weight above 0";
        return Err(Error::undefined(&*cutoff.name, why));
    }
    Ok(sum / total)
}

/// The mean over queries that are given by an id a row, in any order.
///
/// Rows of each query are gathered in row order (a counting sort by first appearance of the id),
/// unless they are adjacent already.
pub(super) fn mean_by_id<S: Score, G: Copy + Into<f64> + Send + Sync>(
    metric: &impl Formula,
    scores: &[S],
    grades: &[G],
    ids: &[u32],
    row_weights: Option<&[f64]>,
) -> Result<f64> {
    if ids.len() != scores.len() {
        return Err(error::length("query ids", scores.len(), ids.len()));
    }
    if grades.len() != scores.len() {
        return Err(error::length("grades", scores.len(), grades.len()));
    }
    // checked here, in row order, so that messages name the row of the sample and not of the
    // gathered copy
    crate::check::scores(scores)?;
    let (order, bounds) = arrange(ids);
    let weights = row_weights
        .map(|w| weights(w, order.as_deref(), &bounds))
        .transpose()?;
    let values = match &order {
        None => values(metric, scores, grades, &bounds)?,
        Some(rows) => {
            let s: Vec<S> = rows.iter().map(|&r| scores[r as usize]).collect();
            let g: Vec<G> = rows.iter().map(|&r| grades[r as usize]).collect();
            values(metric, &s, &g, &bounds)?
        }
    };
    mean(metric.cutoff(), &values, weights.as_deref())
}

/// Rows in query order (`None`: as they are) and where each query starts.
fn arrange(ids: &[u32]) -> (Option<Vec<u32>>, Vec<usize>) {
    let mut number = HashMap::new();
    let mut sizes: Vec<usize> = Vec::new();
    let mut of_row = Vec::with_capacity(ids.len());
    let mut adjacent = true;
    let mut last = (None, 0u32);
    for &id in ids {
        if last.0 != Some(id) {
            let next = sizes.len() as u32;
            let query = *number.entry(id).or_insert(next);
            if query == next {
                sizes.push(0);
            } else {
                adjacent = false;
            }
            last = (Some(id), query);
        }
        sizes[last.1 as usize] += 1;
        of_row.push(last.1);
    }
    let mut bounds = vec![0usize];
    bounds.extend(sizes.iter().scan(0, |end, size| {
        *end += size;
        Some(*end)
    }));
    if adjacent {
        return (None, bounds);
    }
    let mut next = bounds.clone();
    let mut rows = vec![0u32; ids.len()];
    for (row, &query) in of_row.iter().enumerate() {
        rows[next[query as usize]] = row as u32;
        next[query as usize] += 1;
    }
    (Some(rows), bounds)
}
