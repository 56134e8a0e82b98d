//! The training rows that early stopping watches.

use ml_data::error::{Error, Result};
use ml_data::random::{generator, permutation};
use ml_data::sample::{SplitInput, Splitter};

/// One fold: a share of the rows of each class, or of whole groups.
pub(super) struct HoldOut {
    share: f64,
    pub(super) seed: u64,
    /// The class of each row; empty when there are none.
    strata: Vec<u32>,
}

impl HoldOut {
    /// A fifth of few rows, a tenth of many.
    pub(super) fn new(rows: usize, strata: Vec<u32>, seed: u64) -> Self {
        let share = if rows < 5_000 { 0.2 } else { 0.1 };
        Self {
            share,
            seed,
            strata,
        }
    }

    /// Rows whose group was drawn.
    fn groups(&self, groups: &[u32]) -> Result<Vec<bool>> {
        let mut distinct = groups.to_vec();
        distinct.sort_unstable();
        distinct.dedup();
        if distinct.len() < 2 {
            return Err(Error::other(format!(
                "{} group in the training rows: at least 2 are needed, one to watch",
                distinct.len()
            )));
        }
        let take = self.take(distinct.len()).max(1);
        let order = permutation(distinct.len(), &mut generator(self.seed, "holdout", 0));
        let mut drawn: Vec<u32> = order[..take]
            .iter()
            .map(|&i| distinct[i as usize])
            .collect();
        drawn.sort_unstable();
        Ok(groups
            .iter()
            .map(|g| drawn.binary_search(g).is_ok())
            .collect())
    }

    /// Rows drawn from each class; a class of one row stays in training.
    fn rows(&self, n: usize) -> Vec<bool> {
        let mut held = vec![false; n];
        let classes = self.strata.iter().max().map_or(1, |c| c + 1);
        for class in 0..classes {
            let is = |row: &u32| self.strata.get(*row as usize).copied().unwrap_or(0) == class;
            let rows: Vec<u32> = (0..n as u32).filter(is).collect();
            let draw = &mut generator(self.seed, "holdout", u64::from(class));
            let order = permutation(rows.len(), draw);
            for i in &order[..self.take(rows.len())] {
                held[rows[*i as usize] as usize] = true;
            }
        }
        held
    }

    /// The number of `n`, at least one to learn from.
    fn take(&self, n: usize) -> usize {
        let most = n.saturating_sub(1);
        ((n as f64 * self.share).round() as usize).clamp(most.min(1), most)
    }
}

impl Splitter for HoldOut {
    fn folds(&self, input: &SplitInput<'_>) -> Result<Vec<(Vec<u32>, Vec<u32>)>> {
        let n = input.len();
        let held = match input.need_groups("HoldOut") {
            Ok(groups) => self.groups(groups)?,
            Err(_) => self.rows(n),
        };
        let (valid, train) = (0..n as u32).partition(|row| held[*row as usize]);
        Ok(vec![(train, valid)])
    }
}
