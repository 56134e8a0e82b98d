//! Seeded draws of rows and columns without replacement.

use ml_data::random::{Rng, generator, hash};

/// `k` of the numbers `0..n`, each subset equally likely, ascending; all of them where `k >= n`.
/// Draws of different stages and indices are independent; equal arguments draw equal numbers.
pub(crate) fn choose(n: usize, k: usize, seed: u64, stage: &str, index: u64) -> Vec<u32> {
    if k >= n {
        return (0..n as u32).collect();
    }
    let mut rng = generator(seed, stage, index);
    // Every number is written, and stays if it is taken: whether it is, no branch could guess.
    let (mut taken, mut out) = (0, vec![0; k + 1]);
    for i in 0..n {
        // Selection sampling: take i with probability (k - taken) / remaining.
        let remaining = (n - i) as u64;
        let drawn = ((u128::from(rng.next_u64()) * u128::from(remaining)) >> 64) as u64;
        out[taken] = i as u32;
        taken += usize::from(drawn < (k - taken) as u64);
    }
    out.truncate(k);
    out
}

/// A share of `n` things as a number of them: rounded, at least one.
pub(crate) fn rounded_share(n: usize, share: f64) -> usize {
    ((n as f64 * share).round() as usize).max(1)
}

/// The `k` rows of `0..n` with the lowest hashes, ascending: a sample that can be drawn while rows
/// go by, as [`Lowest`] does.
pub(crate) fn lowest(n: usize, k: usize, seed: u64) -> Vec<u32> {
    let mut rows = Lowest::new(k, seed);
    // More is seldom needed, and less work is left for the exact choice.
    let enough = k as f64 + 6.0 * (k as f64).sqrt();
    let share = if n > k.saturating_mul(2) {
        enough / n as f64
    } else {
        1.0
    };
    rows.limit = (share * u64::MAX as f64) as u64;
    let offer = |rows: &mut Lowest| (0..n as u32).filter(|&row| rows.offer(row)).count();
    if offer(&mut rows) < k.min(n) {
        rows = Lowest::new(k, seed);
        offer(&mut rows);
    }
    rows.keep();
    rows.kept.iter().map(|&(_, row)| row).collect()
}

/// Draws the rows with the lowest hashes while rows go by.
#[derive(Debug)]
pub(crate) struct Lowest {
    seed: u64,
    k: usize,
    /// Hashes above it are too high.
    limit: u64,
    /// Hashes and rows, in the order of the rows.
    kept: Vec<(u64, u32)>,
}

impl Lowest {
    pub(crate) fn new(k: usize, seed: u64) -> Self {
        Self {
            seed: hash(seed, STAGE),
            k,
            limit: u64::MAX,
            kept: Vec::new(),
        }
    }

    /// Whether a row may be in the sample; it is noted then.
    #[inline]
    pub(crate) fn offer(&mut self, row: u32) -> bool {
        let hash = hash(self.seed, u64::from(row));
        if hash <= self.limit {
            self.kept.push((hash, row));
        }
        hash <= self.limit
    }

    /// Whether many more rows are noted than the sample has.
    pub(crate) fn is_full(&self) -> bool {
        self.kept.len() / 2 >= self.k.max(1)
    }

    /// Forgets the rows that are not among the lowest so far; returns the positions of the others
    /// among those noted.
    pub(crate) fn keep(&mut self) -> Vec<usize> {
        if self.kept.len() > self.k {
            let mut hashes: Vec<(u64, u32)> = self.kept.clone();
            self.limit = match self.k.checked_sub(1) {
                Some(last) => hashes.select_nth_unstable(last).1.0,
                None => 0,
            };
        }
        let limit = self.limit;
        let stays = |(_, (hash, _)): &(usize, &(u64, u32))| *hash <= limit;
        let places = self.kept.iter().enumerate().filter(stays);
        let places = places.map(|(at, _)| at).take(self.k).collect();
        self.kept.retain(|(hash, _)| *hash <= limit);
        self.kept.truncate(self.k);
        places
    }

    /// The rows noted.
    pub(crate) fn rows(&self) -> impl Iterator<Item = u32> + '_ {
        self.kept.iter().map(|k| k.1)
    }
}

/// Makes these draws independent of others.
const STAGE: u64 = 0x0062_696e_735f_7277;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_are_exact_ascending_fair_and_repeatable() {
        let mut hits = [0; 20];
        for index in 0..2000 {
            let drawn = choose(20, 5, 7, "rows", index);
            assert_eq!(drawn, choose(20, 5, 7, "rows", index));
            assert!(drawn.len() == 5 && drawn.windows(2).all(|w| w[0] < w[1]));
            drawn.iter().for_each(|&i| hits[i as usize] += 1);
        }
        assert!(hits.iter().all(|h| (400..600).contains(h)), "{hits:?}");
        assert_ne!(
            choose(1000, 10, 7, "rows", 0),
            choose(1000, 10, 7, "columns", 0)
        );
        assert_eq!(choose(3, 9, 0, "rows", 0), [0, 1, 2]);
    }

    #[test]
    fn rows_that_go_by_give_the_same_sample() {
        for (n, k) in [(10, 3), (5000, 40), (5000, 4000), (300, 300), (9, 20)] {
            let drawn = lowest(n, k, 5);
            assert_eq!(drawn.len(), k.min(n));
            assert!(drawn.windows(2).all(|w| w[0] < w[1]));
            let mut by = Lowest::new(k, 5);
            let mut noted = Vec::new();
            for row in 0..n as u32 {
                if by.offer(row) {
                    noted.push(row);
                }
                if by.is_full() || row + 1 == n as u32 {
                    noted = by.keep().into_iter().map(|at| noted[at]).collect();
                    assert!(by.rows().eq(noted.iter().copied()));
                }
            }
            assert_eq!(noted, drawn);
        }
        let mean = lowest(100_000, 1000, 1)
            .iter()
            .map(|&r| f64::from(r))
            .sum::<f64>()
            / 1000.0;
        assert!((mean - 5e4).abs() < 4000.0, "{mean}");
        assert_ne!(lowest(1000, 10, 1), lowest(1000, 10, 2));
    }
}
