//! Lists of documents, one after the other.

use rayon::prelude::*;

use super::Pair;

/// Calls `each` with the number of each query, its rows and its pairs, on as many threads as there are.
pub(super) fn for_each<S: Default>(
    starts: &[u32],
    out: &mut [Pair],
    each: impl Fn(usize, std::ops::Range<usize>, &mut [Pair], &mut S) + Send + Sync,
) {
    let mut queries = Vec::with_capacity(starts.len());
    let mut rest = out;
    for w in starts.windows(2) {
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

/// The mean of a measure of all queries, added up in their order. `measure` gets the rows of a query and room for a ranking.
pub(super) fn mean(
    starts: &[u32],
    measure: impl Fn(std::ops::Range<usize>, &mut Vec<u32>) -> f64 + Send + Sync,
) -> f64 {
    let each: Vec<f64> = starts
        .par_windows(2)
        .map_init(Vec::new, |order, w| {
            measure(w[0] as usize..w[1] as usize, order)
        })
        .collect();
    each.iter().sum::<f64>() / each.len() as f64
}
