//! Folds of shuffled rows.

use super::input::SplitInput;
use super::splitter::{Splitter, by_fold, check_k};
use super::strata::by_class;
use crate::error::{Error, Result};
use crate::random::{generator, hash, permutation};
use foldhash::HashMap;

/// `k` folds of shuffled rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KFold {
    k: usize,
    seed: u64,
}

impl KFold {
    /// `k` folds.
    pub fn new(k: usize) -> Self {
        Self { k, seed: 0 }
    }
    /// Seeds the shuffle.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }
}

impl Splitter for KFold {
    fn folds(&self, input: &SplitInput<'_>) -> Result<Vec<(Vec<u32>, Vec<u32>)>> {
        input.check()?;
        let n = input.rows;
        check_k(self.k, n, "rows")?;
        let order = permutation(n, &mut generator(self.seed, "kfold", 0));
        let mut fold = vec![0; n];
        order
            .iter()
            .enumerate()
            .for_each(|(i, &row)| fold[row as usize] = i * self.k / n);
        Ok(by_fold(self.k, &fold))
    }
}

/// `k` folds of shuffled rows with the classes in equal shares: the rows of a class in two folds,
/// and all rows of two folds, differ by one at most. Scikit-learn's `StratifiedKFold`, and its
/// numbers of rows.
///
/// A class of fewer than `k` rows is missing from some folds.
///
/// ```
/// use ml_data::sample::{SplitInput, Splitter, StratifiedKFold};
/// let classes = [0, 0, 0, 0, 0, 0, 1, 1, 1];
/// let folds = StratifiedKFold::new(3).folds(&SplitInput::of(9).classes(Some(&classes)))?;
/// for (_, valid) in folds {
///     assert_eq!(valid.iter().filter(|&&row| classes[row as usize] == 1).count(), 1);
/// }
/// # Ok::<(), ml_data::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StratifiedKFold {
    k: usize,
    seed: u64,
}

impl StratifiedKFold {
    /// `k` folds.
    pub fn new(k: usize) -> Self {
        Self { k, seed: 0 }
    }
    /// Seeds the shuffle.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }
}

impl Splitter for StratifiedKFold {
    fn folds(&self, input: &SplitInput<'_>) -> Result<Vec<(Vec<u32>, Vec<u32>)>> {
        input.check()?;
        let classes = input.need_classes("StratifiedKFold")?;
        check_k(self.k, input.rows, "rows")?;
        let mut sizes = HashMap::<u32, usize>::default();
        classes
            .iter()
            .for_each(|c| *sizes.entry(*c).or_default() += 1);
        let largest = sizes.values().copied().max().unwrap_or(0);
        check_k(self.k, largest, "rows of the largest class")?;
        let mut fold = vec![0; input.rows];
        let order = by_class(classes, self.seed, "stratified kfold");
        // In turn, class after class: no fold is two rows ahead in any of them.
        (0..)
            .zip(order)
            .for_each(|(i, row): (usize, u32)| fold[row as usize] = i % self.k);
        Ok(by_fold(self.k, &fold))
    }
}

/// Folds of several shuffles, one after the other: `$folds` with the seed of each repeat.
macro_rules! repeated {
    ($(#[$docs:meta])* $name:ident of $folds:ident) => {
        $(#[$docs])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub struct $name {
            k: usize,
            n_repeats: usize,
            seed: u64,
        }

        impl $name {
            /// `k` folds, `n_repeats` times.
            pub fn new(k: usize, n_repeats: usize) -> Self {
                Self {
                    k,
                    n_repeats,
                    seed: 0,
                }
            }
            /// Seeds the shuffles.
            #[must_use]
            pub fn seed(mut self, seed: u64) -> Self {
                self.seed = seed;
                self
            }
        }

        impl Splitter for $name {
            fn folds(&self, input: &SplitInput<'_>) -> Result<Vec<(Vec<u32>, Vec<u32>)>> {
                if self.n_repeats == 0 {
                    let rule = "at least 1";
                    return Err(Error::parameter(stringify!($name), "n_repeats", 0, rule));
                }
                let mut all = Vec::new();
                for repeat in 0..self.n_repeats as u64 {
                    let seed = hash(self.seed, repeat);
                    all.extend($folds::new(self.k).seed(seed).folds(input)?);
                }
                Ok(all)
            }
        }
    };
}

repeated! {
    /// [`KFold`] several times, each with another shuffle: scikit-learn's `RepeatedKFold`.
    ///
    /// ```
    /// use ml_data::sample::{RepeatedKFold, SplitInput, Splitter};
    /// let folds = RepeatedKFold::new(5, 3).folds(&SplitInput::of(20))?;
    /// assert_eq!(folds.len(), 15);
    /// assert_ne!(folds[0].1, folds[5].1);
    /// # Ok::<(), ml_data::Error>(())
    /// ```
    RepeatedKFold of KFold
}

repeated! {
    /// [`StratifiedKFold`] several times, each with another shuffle: scikit-learn's
    /// `RepeatedStratifiedKFold`.
    RepeatedStratifiedKFold of StratifiedKFold
}
