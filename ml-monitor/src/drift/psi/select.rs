//! Quantiles of a sample without sorting all of it.

use std::cell::RefCell;

use super::super::ks::{Buckets, sorted_keys, unkey};
use super::{edges, edges_of_sorted, quantile};

/// Below this many values, sorting beats filling buckets.
const BUCKETS_FROM: usize = 1 << 13;
const BUCKETS: usize = 1 << 12;
/// With more bins, the buckets that hold their borders hold a large part of the sample.
const FEW: usize = 64;

/// Borders of quantile bins of a sample in any order, NaN left out, and its values per bin, those
/// that are missing last; none without a value.
///
/// Values are counted in buckets of equal width; only those of the few buckets that the quantiles
/// lie in are sorted. The borders are those of the sorted sample, to the bit.
pub(super) fn quantile_bins(bins: usize, values: &[f64]) -> Option<(Vec<f64>, Vec<u64>)> {
    let worth = values.len() >= BUCKETS_FROM && bins <= FEW;
    let buckets = worth
        .then(|| Buckets::covering(values, &[], BUCKETS))
        .flatten();
    if let Some(buckets) = buckets {
        let sample = Bucketed::new(values, buckets);
        return Some(sample.quantile_bins(bins));
    }
    let sorted = sorted_keys(values);
    if sorted.is_empty() {
        return None;
    }
    let edges = edges_of_sorted(bins, &sorted);
    let up_to = |edge: f64| sorted.partition_point(|&k| unkey(k) <= edge) as u64;
    let counts = counts(&edges, up_to, sorted.len(), values.len());
    Some((edges, counts))
}

/// Values per bin from the values up to each border, and those that are missing.
fn counts(edges: &[f64], up_to: impl Fn(f64) -> u64, present: usize, rows: usize) -> Vec<u64> {
    let mut counts = Vec::with_capacity(edges.len() + 2);
    let mut before = 0;
    for below in edges.iter().map(|&e| up_to(e)).chain([present as u64]) {
        counts.push(below - before);
        before = below;
    }
    counts.push((rows - present) as u64);
    counts
}

/// A sample in rough order.
struct Bucketed<'a> {
    values: &'a [f64],
    buckets: Buckets,
    /// Rank of the first value of each bucket, and the number of values.
    first: Vec<u64>,
}

impl<'a> Bucketed<'a> {
    fn new(values: &'a [f64], buckets: Buckets) -> Self {
        // Two counters a bucket: neighbours in one bucket need not wait for each other.
        let mut counts = vec![[0u32; 2]; BUCKETS];
        let mut missing = 0;
        buckets.each_block(values, |values, cells| {
            for pair in cells.chunks(2) {
                for (i, &cell) in pair.iter().enumerate() {
                    counts[usize::from(cell) % BUCKETS][i] += 1;
                }
            }
            missing += values.iter().filter(|x| x.is_nan()).count();
        });
        let mut first = Vec::with_capacity(BUCKETS + 1);
        let mut rank = 0;
        for (bucket, [a, b]) in counts.into_iter().enumerate() {
            first.push(rank);
            rank += u64::from(a) + u64::from(b);
            if bucket == buckets.of(f64::NAN) {
                rank -= missing as u64;
            }
        }
        first.push(rank);
        Self {
            values,
            buckets,
            first,
        }
    }

    /// The number of values.
    fn present(&self) -> u64 {
        self.first[BUCKETS]
    }

    /// The bucket of the value of a rank.
    fn bucket(&self, rank: u64) -> usize {
        self.first.partition_point(|&f| f <= rank) - 1
    }

    fn quantile_bins(&self, bins: usize) -> (Vec<f64>, Vec<u64>) {
        let n = self.present();
        let asked = RefCell::new(vec![0]);
        let note = |rank: u64| {
            asked.borrow_mut().push(rank);
            0.0
        };
        edges(bins, 0.0, |q| quantile(q, n, note));
        let mut wanted = [false; BUCKETS];
        for rank in asked.into_inner() {
            wanted[self.bucket(rank)] = true;
        }
        let keys = self.buckets.sorted_keys(self.values, &wanted);
        // Where the keys of each bucket begin.
        let mut begins = vec![0usize; BUCKETS + 1];
        for (k, &wanted) in wanted.iter().enumerate() {
            let size = (self.first[k + 1] - self.first[k]) as usize;
            begins[k + 1] = begins[k] + if wanted { size } else { 0 };
        }
        let at = |rank: u64| {
            let k = self.bucket(rank);
            unkey(keys[begins[k] + (rank - self.first[k]) as usize])
        };
        let edges = edges(bins, at(0), |q| quantile(q, n, at));
        // A border lies between two values of neighbouring ranks: a bucket that was not wanted has
        // no values beside it.
        let up_to = |edge: f64| {
            let k = self.buckets.of(edge);
            let keys = &keys[begins[k]..begins[k + 1]];
            self.first[k] + keys.partition_point(|&key| unkey(key) <= edge) as u64
        };
        let counts = counts(&edges, up_to, n as usize, self.values.len());
        (edges, counts)
    }
}

#[cfg(test)]
mod tests {
    use super::super::count;
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
                    let want = want.map(|edges| {
                        let counts = count(&edges, &values);
                        (edges, counts)
                    });
                    let bits = |both: Option<(Vec<f64>, Vec<u64>)>| {
                        both.map(|(edges, counts)| {
                            let edges = edges.iter().map(|x| x.to_bits());
                            (edges.collect::<Vec<_>>(), counts)
                        })
                    };
                    assert_eq!(
                        bits(quantile_bins(bins, &values)),
                        bits(want),
                        "{shape} {n} {bins}"
                    );
                }
            }
        }
    }
}
