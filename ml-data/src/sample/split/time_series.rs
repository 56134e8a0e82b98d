//! Folds in order of time.

use super::input::SplitInput;
use super::splitter::{Splitter, check_k};
use crate::error::{Error, Result};

/// Expanding windows: each fold trains on everything before its validation window, as
/// scikit-learn's `TimeSeriesSplit`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimeSeriesSplit {
    k: usize,
    gap: usize,
}

impl TimeSeriesSplit {
    /// `k` windows.
    pub fn new(k: usize) -> Self {
        Self { k, gap: 0 }
    }
    /// Rows left out between training and validation.
    #[must_use]
    pub fn gap(mut self, rows: usize) -> Self {
        self.gap = rows;
        self
    }
}

impl Splitter for TimeSeriesSplit {
    fn folds(&self, input: &SplitInput<'_>) -> Result<Vec<(Vec<u32>, Vec<u32>)>> {
        input.check()?;
        let times = input.need_times("TimeSeriesSplit")?;
        let n = input.rows;
        check_k(self.k, n.saturating_sub(1), "rows after the first")?;
        let mut order: Vec<u32> = (0..n as u32).collect();
        order.sort_by_key(|&i| (times[i as usize], i));
        let size = n / (self.k + 1);
        let window = |f: usize| {
            let start = n - (self.k - f) * size;
            let train_end = start.saturating_sub(self.gap);
            (
                order[..train_end].to_vec(),
                order[start..start + size].to_vec(),
            )
        };
        let folds: Vec<_> = (0..self.k).map(window).collect();
        match folds.iter().any(|(train, _)| train.is_empty()) {
            true => Err(Error::parameter(
                "TimeSeriesSplit",
                "gap",
                self.gap,
                "smaller than the first training window",
            )),
            false => Ok(folds),
        }
    }
}
