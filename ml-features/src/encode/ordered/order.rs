//! Random orders of the rows.

use ml_data::random::{generator, permutation};

/// The rows of each group.
pub(super) struct Groups {
    pub(super) rows: Vec<Vec<u32>>,
}

impl Groups {
    /// `None` for fewer than two groups.
    pub(super) fn of(groups: &[u32]) -> Option<Self> {
        let mut distinct = groups.to_vec();
        distinct.sort_unstable();
        distinct.dedup();
        if distinct.len() < 2 {
            return None;
        }
        let mut rows = vec![Vec::new(); distinct.len()];
        for (i, g) in (0u32..).zip(groups) {
            if let Ok(at) = distinct.binary_search(g) {
                rows[at].push(i);
            }
        }
        Some(Self { rows })
    }
}

/// Rows in a random order, in blocks that do not see each other.
pub(super) struct Order {
    pub(super) rows: Vec<u32>,
    /// The end of each block; `None` when every row is one.
    pub(super) ends: Option<Vec<usize>>,
}

impl Order {
    /// Order number `index` of `n` rows; the rows of a group stand together.
    pub(super) fn draw(seed: u64, index: usize, n: usize, groups: Option<&Groups>) -> Self {
        let mut rng = generator(seed, "ordered-target-encoder", index as u64);
        let Some(groups) = groups else {
            return Self {
                rows: permutation(n, &mut rng),
                ends: None,
            };
        };
        let (mut rows, mut ends) = (Vec::with_capacity(n), Vec::new());
        for g in permutation(groups.rows.len(), &mut rng) {
            rows.extend_from_slice(&groups.rows[g as usize]);
            ends.push(rows.len());
        }
        Self {
            rows,
            ends: Some(ends),
        }
    }

    #[inline]
    pub(super) fn blocks(&self, mut f: impl FnMut(&[u32])) {
        match &self.ends {
            None => self.rows.chunks(1).for_each(f),
            Some(ends) => {
                let mut start = 0;
                for &end in ends {
                    f(&self.rows[start..end]);
                    start = end;
                }
            }
        }
    }
}
