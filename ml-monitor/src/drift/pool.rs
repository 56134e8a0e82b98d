//! Random splits of pooled rows: what two samples of one unknown source could have looked like.
//!
//! Given the pooled rows of two samples of the same distribution, whatever it is, every way to deal
//! them out again is equally likely. A statistic of the observed samples is therefore one draw
//! among those of the splits: a permutation test, whose level holds for any sizes, shares, ties and
//! rare values.

use ml_data::random::{Rng, Xoshiro256PlusPlus, generator, hash};
use ml_data::{Error, Result};
use rand_distr::{Binomial, Distribution, StandardNormal};

/// Longest smaller sample whose rows are dealt out one by one; larger ones are split level by
/// level.
pub(super) const BY_ROW: u64 = 1_000;

/// Largest pool whose rows get a mark each. Above it, a thousand rows drawn with replacement are as
/// good.
pub(super) const MARKED: u64 = 1 << 20;

/// Levels of this many rows are split by the normal limit of the binomial, which is exact to
/// rounding there.
const NORMAL_FROM: u64 = 1 << 40;

/// Statistics of `draws` random splits of the pooled rows of two samples, given as counts of the
/// same levels.
///
/// When the smaller sample has at most [`BY_ROW`] rows both sizes are kept exactly; above that
/// every row falls to a side by itself, so that sizes vary by some per cent, which shares do not
/// notice.
pub(super) fn split_levels(
    reference: &[u64],
    current: &[u64],
    draws: usize,
    seed: u64,
    mut statistic: impl FnMut(&[u64], &[u64]) -> f64,
) -> Result<Vec<f64>> {
    let pooled: Vec<u64> = (reference.iter().zip(current))
        .map(|(a, b)| a.saturating_add(*b))
        .collect();
    let (n, m) = (sum(reference), sum(current));
    let mut rng = split_generator(seed, pooled.iter().copied());
    let mut small = vec![0u64; pooled.len()];
    let mut other = vec![0u64; pooled.len()];
    let mut sampler = (n.min(m) <= BY_ROW).then(|| RowSampler::new(&pooled, n.min(m)));
    let share = n.min(m) as f64 / (n as f64 + m as f64);
    (0..draws)
        .map(|_| {
            match &mut sampler {
                Some(sampler) => sampler.sample(&mut rng, &mut small),
                None => {
                    for (out, &rows) in small.iter_mut().zip(&pooled) {
                        *out = binomial_rows(rows, share, &mut rng)?;
                    }
                }
            }
            for ((out, all), few) in other.iter_mut().zip(&pooled).zip(&small) {
                *out = all.saturating_sub(*few);
            }
            Ok(if n <= m {
                statistic(&small, &other)
            } else {
                statistic(&other, &small)
            })
        })
        .collect()
}

/// The generator of the splits of a pool. It depends on the pool, so that the error of one set of
/// draws is not repeated in every comparison of the same sizes; not on how the pool was observed to
/// split, which would bias the test.
pub(super) fn split_generator(seed: u64, pool: impl Iterator<Item = u64>) -> Xoshiro256PlusPlus {
    generator(pool.fold(seed, hash), "pooled split", 0)
}

/// The sum of counts, at most `u64::MAX`.
pub(super) fn sum(counts: &[u64]) -> u64 {
    counts.iter().fold(0, |s, &c| s.saturating_add(c))
}

/// Of this many rows, those that fall to a side of this share.
fn binomial_rows(rows: u64, share: f64, rng: &mut Xoshiro256PlusPlus) -> Result<u64> {
    if rows >= NORMAL_FROM {
        let (mean, z) = (rows as f64 * share, StandardNormal.sample(rng));
        let spread: f64 = z;
        let drawn = mean + spread * (mean * (1.0 - share)).sqrt();
        return Ok(drawn.round().clamp(0.0, rows as f64) as u64);
    }
    let binomial = Binomial::new(rows, share).map_err(|e| Error::Fit {
        step: "NullMethod",
        reason: e.to_string(),
    })?;
    Ok(binomial.sample(rng))
}

/// Draws the rows of a small sample out of levels.
struct RowSampler {
    /// Rows up to and with each level.
    ends: Vec<u64>,
    size: u64,
    members: Option<RandomSubset>,
}

impl RowSampler {
    fn new(pooled: &[u64], size: u64) -> Self {
        let ends: Vec<u64> = (pooled.iter())
            .scan(0u64, |end, &c| {
                *end = end.saturating_add(c);
                Some(*end)
            })
            .collect();
        let total = ends.last().copied().unwrap_or(0);
        let members = (total <= MARKED).then(|| RandomSubset::new(total as usize));
        Self {
            ends,
            size,
            members,
        }
    }

    fn sample(&mut self, rng: &mut Xoshiro256PlusPlus, counts: &mut [u64]) {
        counts.fill(0);
        let (ends, total) = (&self.ends, self.ends.last().copied().unwrap_or(0));
        let mut take = |row: u64| counts[ends.partition_point(|&end| end <= row)] += 1;
        match &mut self.members {
            Some(members) => members.draw(self.size as usize, rng, |row| take(row as u64)),
            None => (0..self.size).for_each(|_| take(uniform_below(rng, total))),
        }
    }
}

/// A random subset of `0..len`, with ranks: a bit a row, and the members before each word.
#[derive(Debug)]
pub(super) struct RandomSubset {
    len: usize,
    words: Vec<u64>,
    before: Vec<u32>,
}

impl RandomSubset {
    pub(super) fn new(len: usize) -> Self {
        let words = len / 64 + 1;
        Self {
            len,
            words: vec![0; words],
            before: vec![0; words + 1],
        }
    }

    /// A new subset of this size, at most half of the rows or little more: rows are drawn until so
    /// many differ.
    pub(super) fn draw(
        &mut self,
        size: usize,
        rng: &mut Xoshiro256PlusPlus,
        mut each: impl FnMut(usize),
    ) {
        self.words.fill(0);
        let mut found = 0;
        while found < size.min(self.len) {
            let row = uniform_below(rng, self.len as u64) as usize;
            let (word, bit) = (&mut self.words[row / 64], 1u64 << (row % 64));
            if *word & bit == 0 {
                *word |= bit;
                found += 1;
                each(row);
            }
        }
    }

    /// Prepares [`rank`](Self::rank) and [`nth`](Self::nth).
    pub(super) fn count(&mut self) {
        let mut sum = 0;
        for (before, word) in self.before.iter_mut().zip(&self.words) {
            *before = sum;
            sum += word.count_ones();
        }
        if let Some(last) = self.before.last_mut() {
            *last = sum;
        }
    }

    /// Members among the first `rows` rows.
    pub(super) fn rank(&self, rows: usize) -> usize {
        let (word, bits) = (rows / 64, rows % 64);
        let part = self.words[word] & ((1u64 << bits) - 1);
        self.before[word] as usize + part.count_ones() as usize
    }

    /// The row of the member (or, with `inside` false, of the row that is none) of this rank.
    pub(super) fn nth(&self, rank: usize, inside: bool) -> usize {
        let before = |word: usize| match inside {
            true => self.before[word] as usize,
            false => 64 * word - self.before[word] as usize,
        };
        // The last word that starts with at most `rank` of them.
        let (mut low, mut high) = (0, self.words.len());
        while high - low > 1 {
            let middle = (low + high) / 2;
            if before(middle) <= rank {
                low = middle;
            } else {
                high = middle;
            }
        }
        let mut word = if inside {
            self.words[low]
        } else {
            !self.words[low]
        };
        (0..rank - before(low)).for_each(|_| word &= word - 1);
        64 * low + word.trailing_zeros() as usize
    }
}

/// A number below `n`.
fn uniform_below(rng: &mut Xoshiro256PlusPlus, n: u64) -> u64 {
    ((u128::from(rng.next_u64()) * u128::from(n)) >> 64) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_are_those_of_a_list() {
        let mut members = RandomSubset::new(300);
        let mut rng = generator(1, "members", 0);
        for size in [0, 1, 140, 150] {
            let mut rows = Vec::new();
            members.draw(size, &mut rng, |row| rows.push(row));
            members.count();
            rows.sort_unstable();
            let others: Vec<usize> = (0..300).filter(|r| !rows.contains(r)).collect();
            assert_eq!(rows.len(), size);
            for t in 0..=300 {
                assert_eq!(members.rank(t), rows.iter().filter(|r| **r < t).count());
            }
            (0..size).for_each(|i| assert_eq!(members.nth(i, true), rows[i]));
            (0..300 - size).for_each(|i| assert_eq!(members.nth(i, false), others[i]));
        }
    }

    /// Mean and variance of a split are the hypergeometric ones, by row and by level.
    #[test]
    fn splits_are_hypergeometric() {
        for (reference, current) in [
            ([30u64, 20], [200u64, 250]),
            ([3_000, 2_000], [9_000, 11_000]),
            ([400, 100], [700_000, 800_000]),
        ] {
            let (a, b) = (sum(&reference) as f64, sum(&current) as f64);
            let first = (reference[0] + current[0]) as f64 / (a + b);
            let draws = 4000;
            let shares = split_levels(&reference, &current, draws, 5, |r, _| {
                r[0] as f64 / sum(r) as f64
            })
            .unwrap();
            let mean = shares.iter().sum::<f64>() / draws as f64;
            let variance = shares.iter().map(|s| (s - mean).powi(2)).sum::<f64>() / draws as f64;
            let want = first * (1.0 - first) / a * b / (a + b - 1.0);
            assert!((mean - first).abs() < 4.0 * (want / draws as f64).sqrt());
            approx::assert_relative_eq!(variance, want, max_relative = 0.1);
        }
    }

    /// From 2^40 rows on it is the normal limit, of this very number: mean and spread by hand.
    #[test]
    fn many_rows_fall_by_the_normal_limit() {
        let rows = NORMAL_FROM as f64;
        let mut rng = generator(4, "fall", 0);
        for share in [0.1, 0.5] {
            let z: f64 = StandardNormal.sample(&mut rng.clone());
            let want = rows * share + z * (rows * share * (1.0 - share)).sqrt();
            assert_eq!(
                binomial_rows(NORMAL_FROM, share, &mut rng).unwrap(),
                want.round() as u64
            );
        }
    }

    /// None of 20 rows of 2 % each: 0.98^20 = 0.668; the normal limit would say 0.563.
    #[test]
    fn few_rows_fall_by_the_binomial() {
        let mut rng = generator(5, "fall", 0);
        let none = (0..4000)
            .filter(|_| binomial_rows(20, 0.02, &mut rng).unwrap() == 0)
            .count();
        assert!((none as f64 / 4000.0 - 0.6676).abs() < 0.03, "{none}");
    }

    #[test]
    fn counts_at_the_end_of_the_range_are_split() {
        let drawn = split_levels(&[u64::MAX, 1], &[u64::MAX, 1], 50, 0, |r, c| {
            r[0] as f64 / (r[0] as f64 + c[0] as f64)
        })
        .unwrap();
        assert!(drawn.iter().all(|s| (s - 0.5).abs() < 1e-6));
    }
}
