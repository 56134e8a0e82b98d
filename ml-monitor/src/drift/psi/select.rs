//! Quantiles of a sample without sorting all of it.

use std::cell::RefCell;

use super::super::ks::{Buckets, sorted_keys, sorted_keys_where, unkey};
use super::{edges, edges_of_sorted, quantile};

/// Below this many values, sorting beats filling buckets.
const BUCKETS_FROM: usize = 1 << 13;
const BUCKETS: usize = 1 << 12;
/// With more bins, the buckets that hold their borders hold a large part of the sample.
const FEW: usize = 64;

/// Borders of quantile bins of a sample in any order, NaN left out; none without a value.
///
/// Values are counted in buckets of equal width; only those of the few buckets that the quantiles
/// lie in are sorted. The borders are those of the sorted sample, to the bit.
pub(super) fn quantile_edges(bins: usize, values: &[f64]) -> Option<Vec<f64>> {
    let worth = values.len() >= BUCKETS_FROM && bins <= FEW;
    let buckets = worth
        .then(|| Buckets::covering(values, &[], BUCKETS))
        .flatten();
    match buckets {
        Some(buckets) => Some(in_buckets(bins, values, &buckets)),
        None => {
            let sorted = sorted_keys(values);
            (!sorted.is_empty()).then(|| edges_of_sorted(bins, &sorted))
        }
    }
}

fn in_buckets(bins: usize, values: &[f64], buckets: &Buckets) -> Vec<f64> {
    // Rank of the first value of each bucket, and the number of values.
    let mut first = vec![0u64];
    for count in buckets.count(values) {
        first.push(first[first.len() - 1] + u64::from(count));
    }
    let n = first[first.len() - 1];
    let bucket = |rank: u64| first.partition_point(|&f| f <= rank) - 1;
    let asked = RefCell::new(vec![0]);
    let note = |rank: u64| {
        asked.borrow_mut().push(rank);
        0.0
    };
    edges(bins, 0.0, |q| quantile(q, n, note));
    let mut wanted = vec![false; BUCKETS];
    for rank in asked.into_inner() {
        wanted[bucket(rank)] = true;
    }
    let keys = sorted_keys_where(values, |x| wanted[buckets.of(x)]);
    // Where the keys of each wanted bucket begin.
    let mut begins = vec![0u64; BUCKETS];
    let mut begin = 0;
    for k in (0..BUCKETS).filter(|&k| wanted[k]) {
        begins[k] = begin;
        begin += first[k + 1] - first[k];
    }
    let at = |rank: u64| {
        let k = bucket(rank);
        unkey(keys[(begins[k] + rank - first[k]) as usize])
    };
    edges(bins, at(0), |q| quantile(q, n, at))
}

#[cfg(test)]
mod tests {
    use super::*;
    use ml_data::random::{RngExt, generator};

    /// Smooth, tied, skewed, nearly constant, with infinities, missing values and huge ranges.
    #[test]
    fn borders_are_those_of_the_sorted_sample() {
        let mut rng = generator(6, "select", 0);
        for shape in 0..8 {
            for n in [BUCKETS_FROM - 1, BUCKETS_FROM, 30_011] {
                let one = |u: f64| match shape {
                    0 => u,
                    1 => (u * 50.0).floor(),
                    2 => (-u.ln()).powi(6),
                    3 => [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, u][(u * 8.0) as usize % 4],
                    4 => (u - 0.5) * f64::MAX * 1.5,
                    5 => 1e15 + (u * 4.0).round(),
                    6 => {
                        if u < 0.999 {
                            -0.0
                        } else {
                            u
                        }
                    }
                    _ => f64::NAN,
                };
                let values: Vec<f64> = (0..n).map(|_| one(rng.random())).collect();
                let sorted = sorted_keys(&values);
                for bins in [2, 3, 10, FEW, FEW + 1] {
                    let want = (!sorted.is_empty()).then(|| edges_of_sorted(bins, &sorted));
                    let bits = |e: Option<Vec<f64>>| {
                        e.map(|e| e.iter().map(|x| x.to_bits()).collect::<Vec<_>>())
                    };
                    assert_eq!(
                        bits(quantile_edges(bins, &values)),
                        bits(want),
                        "{shape} {n} {bins}"
                    );
                }
            }
        }
    }
}
