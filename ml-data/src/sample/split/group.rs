//! Folds of whole groups.

use super::input::SplitInput;
use super::splitter::{Splitter, by_fold, check_k};
use crate::error::{Error, Result};
use foldhash::HashMap;

/// `k` folds of whole groups, balanced by rows (largest groups first).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GroupKFold {
    k: usize,
}

impl GroupKFold {
    /// `k` folds.
    pub fn new(k: usize) -> Self {
        Self { k }
    }
}

impl Splitter for GroupKFold {
    fn folds(&self, input: &SplitInput<'_>) -> Result<Vec<(Vec<u32>, Vec<u32>)>> {
        input.check()?;
        let groups = input.need_groups("GroupKFold")?;
        let mut sizes = std::collections::BTreeMap::<u32, usize>::new();
        groups
            .iter()
            .for_each(|g| *sizes.entry(*g).or_default() += 1);
        check_k(self.k, sizes.len(), "groups")?;
        let mut order: Vec<(u32, usize)> = sizes.into_iter().collect();
        order.sort_by_key(|(g, size)| (std::cmp::Reverse(*size), *g));
        let mut load = vec![0; self.k];
        let mut fold_of = std::collections::BTreeMap::new();
        for (g, size) in order {
            let lightest = (0..self.k).min_by_key(|&f| load[f]).unwrap_or(0);
            load[lightest] += size;
            fold_of.insert(g, lightest);
        }
        let fold: Vec<usize> = groups.iter().map(|g| fold_of[g]).collect();
        Ok(by_fold(self.k, &fold))
    }
}

/// A fold for each group, which is all of its validation rows, in order of the groups' numbers:
/// scikit-learn's `LeaveOneGroupOut`.
///
/// ```
/// use ml_data::sample::{LeaveOneGroupOut, SplitInput, Splitter};
/// let shops = [7, 2, 7, 2, 5];
/// let folds = LeaveOneGroupOut.folds(&SplitInput::of(5).groups(Some(&shops)))?;
/// assert_eq!(folds[0], (vec![0, 2, 4], vec![1, 3]));
/// assert_eq!(folds.len(), 3);
/// # Ok::<(), ml_data::Error>(())
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LeaveOneGroupOut;

impl Splitter for LeaveOneGroupOut {
    fn folds(&self, input: &SplitInput<'_>) -> Result<Vec<(Vec<u32>, Vec<u32>)>> {
        input.check()?;
        let groups = input.need_groups("LeaveOneGroupOut")?;
        let mut known = groups.to_vec();
        known.sort_unstable();
        known.dedup();
        if known.len() < 2 {
            return Err(Error::too_few(
                "groups for LeaveOneGroupOut",
                2,
                known.len(),
            ));
        }
        let fold_of: HashMap<u32, usize> = known.iter().copied().zip(0..).collect();
        let fold: Vec<usize> = groups.iter().map(|g| fold_of[g]).collect();
        Ok(by_fold(known.len(), &fold))
    }
}
