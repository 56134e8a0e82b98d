//! The index of random splits of numbers, whose bins are cut at the quantiles of each split's own
//! reference.

use super::super::ks::{sorted_keys, unkey};
use super::super::pool::{BY_ROW, MARKED, RandomSubset, split_generator};
use super::{PsiBins, edges, index, quantile};

/// The pooled numbers of two samples.
#[derive(Debug)]
pub(crate) struct PooledNumbers {
    /// Values that are not missing, ascending.
    sorted: Vec<f64>,
    /// Rows of both samples.
    rows: usize,
    n: usize,
    m: usize,
}

impl PooledNumbers {
    /// The pool of a reference of `n` rows, given as its values, and a current sample.
    ///
    /// None of a reference not stored whole, and none of large samples: with a hundred rows a bin
    /// and more, splits of fixed bins tell the same.
    pub(crate) fn new(
        reference: Option<impl Iterator<Item = f64>>,
        n: u64,
        current: &[f64],
        bins: usize,
    ) -> Option<Self> {
        let (n, m) = (n as usize, current.len());
        let rows = n.saturating_add(m);
        let few = (bins as u64)
            .saturating_mul(100)
            .clamp(BY_ROW, 100 * BY_ROW);
        if n.min(m) as u64 > few || rows as u64 > MARKED {
            return None;
        }
        let mut sorted: Vec<f64> = reference?.collect();
        sorted.extend(sorted_keys(current).into_iter().map(unkey));
        sorted.sort_unstable_by(f64::total_cmp);
        Some(Self { sorted, rows, n, m })
    }

    /// The indices of this many random splits.
    pub(crate) fn indices(&self, bins: PsiBins, draws: usize, seed: u64) -> Vec<f64> {
        let mut rng = split_generator(seed, self.sorted.iter().map(|x| x.to_bits()));
        let mut members = RandomSubset::new(self.rows);
        let one = |_| {
            members.draw(self.n.min(self.m), &mut rng, |_| ());
            members.count();
            self.index(&members, bins)
        };
        (0..draws).map(one).collect()
    }

    /// The index of one split: the members are the smaller sample.
    fn index(&self, members: &RandomSubset, bins: PsiBins) -> f64 {
        let inside = self.n <= self.m;
        let reference = |rows: usize| match inside {
            true => members.rank(rows),
            false => rows - members.rank(rows),
        };
        let (mut before, mut now) = (Vec::new(), Vec::new());
        let mut last = (0, 0);
        let mut cut = |rows: usize| {
            let r = reference(rows);
            before.push((r - last.1) as u64);
            now.push((rows - last.0 - (r - last.1)) as u64);
            last = (rows, r);
        };
        let present = self.sorted.len();
        let n = reference(present) as u64;
        if n > 0 {
            let at = |rank: u64| self.sorted[members.nth(rank as usize, inside)];
            for edge in edges(bins.bins, at(0), |q| quantile(q, n, at)) {
                cut(self.sorted.partition_point(|&x| x <= edge));
            }
        }
        cut(present);
        cut(self.rows); // missing
        index(&before, &now, bins.epsilon)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::drift::psi_2samp;
    use ml_data::random::{RngExt, generator};

    /// The index of a split is that of the two samples it stands for.
    #[test]
    fn a_split_is_scored_like_its_samples() {
        let mut rng = generator(3, "split", 0);
        for (n, m) in [(30usize, 70usize), (70, 30), (50, 50)] {
            let mut draw = |k: usize| -> Vec<f64> {
                let one = |u: f64| match u {
                    u if u < 0.1 => f64::NAN,
                    u if u < 0.5 => 0.0,
                    u => (u * 20.0).floor() / 3.0,
                };
                (0..k).map(|_| one(rng.random())).collect()
            };
            let (a, b) = (draw(n), draw(m));
            let values = sorted_keys(&a).into_iter().map(unkey);
            let pooled = PooledNumbers::new(Some(values), n as u64, &b, 10).unwrap();
            let mut members = RandomSubset::new(n + m);
            for seed in 0..20 {
                members.draw(n.min(m), &mut generator(seed, "s", 0), |_| ());
                members.count();
                let (mut first, mut second) = (Vec::new(), Vec::new());
                for row in 0..n + m {
                    let member = members.rank(row + 1) > members.rank(row);
                    let x = pooled.sorted.get(row).copied().unwrap_or(f64::NAN);
                    match member == (n <= m) {
                        true => first.push(x),
                        false => second.push(x),
                    }
                }
                let bins = PsiBins::default();
                let want = psi_2samp(&first, &second, bins).unwrap();
                approx::assert_relative_eq!(
                    pooled.index(&members, bins),
                    want,
                    max_relative = 1e-12
                );
            }
        }
    }
}
