//! Lists of documents, one after the other.

use std::ops::Range;

use rayon::prelude::*;

use super::loss::GradientPair;

/// Calls `each` with the number of each query, its rows and its pairs, on as many threads as there
/// are.
pub(super) fn for_each<S: Default>(
    query_offsets: &[u32],
    out: &mut [GradientPair],
    each: impl Fn(usize, Range<usize>, &mut [GradientPair], &mut S) + Send + Sync,
) {
    let mut queries = Vec::with_capacity(query_offsets.len());
    let mut rest = out;
    for w in query_offsets.windows(2) {
        let (query, after) = rest.split_at_mut((w[1] - w[0]) as usize);
        queries.push((w[0] as usize..w[1] as usize, query));
        rest = after;
    }
    queries
        .into_par_iter()
        .enumerate()
        .with_min_len(8)
        .for_each_init(S::default, |scratch, (q, (rows, out))| {
            each(q, rows, out, scratch);
        });
}

/// The mean of a measure of all queries, added up in their order. Each query counts for the mean
/// weight of its rows, as in LightGBM. `measure` gets the rows of a query and room for a ranking.
pub(super) fn mean(
    query_offsets: &[u32],
    weights: Option<&[f64]>,
    measure: impl Fn(Range<usize>, &mut Vec<u32>) -> f64 + Send + Sync,
) -> f64 {
    let rows = |q: usize| query_offsets[q] as usize..query_offsets[q + 1] as usize;
    let queries = query_offsets.len() - 1;
    let each: Vec<f64> = (0..queries)
        .into_par_iter()
        .map_init(Vec::new, |order, q| measure(rows(q), order))
        .collect();
    let Some(weights) = weights else {
        return each.iter().sum::<f64>() / queries as f64;
    };
    let weight = |q: usize| weights[rows(q)].iter().sum::<f64>() / rows(q).len() as f64;
    let (sum, total) = each
        .iter()
        .enumerate()
        .fold((0.0, 0.0), |(sum, total), (q, m)| {
            (sum + weight(q) * m, total + weight(q))
        });
    sum / total
}
