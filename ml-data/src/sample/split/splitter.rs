//! Folds: the contract, and what they share.

use super::input::SplitInput;
use crate::error::{Error, Result};

/// Divides training rows into folds, by [`Sample::folds`](crate::sample::Sample::folds).
///
/// ```
/// use ml_data::prelude::*;
/// use ml_data::sample::SplitInput;
/// /// The first half of the rows to learn from, the second to check on.
/// struct Halves;
/// impl Splitter for Halves {
///     fn folds(&self, input: &SplitInput<'_>) -> Result<Vec<(Vec<u32>, Vec<u32>)>> {
///         let n = input.len() as u32;
///         Ok(vec![((0..n / 2).collect(), (n / 2..n).collect())])
///     }
/// }
/// assert_eq!(Halves.folds(&SplitInput::of(4))?[0].1, [2, 3]);
/// # Ok::<(), ml_data::Error>(())
/// ```
pub trait Splitter: Send + Sync {
    /// Training and validation rows of each fold.
    ///
    /// # Errors
    /// Too few rows or groups, or no times, groups or classes where they are needed, or not one a
    /// row.
    #[allow(clippy::type_complexity)]
    fn folds(&self, input: &SplitInput<'_>) -> Result<Vec<(Vec<u32>, Vec<u32>)>>;
}

pub(super) fn check_k(k: usize, n: usize, what: &str) -> Result<()> {
    if k < 2 {
        return Err(Error::parameter("Splitter", "k", k, "at least 2"));
    }
    if k > n {
        return Err(Error::too_few(format!("{what} for {k} folds"), k, n));
    }
    Ok(())
}

/// Training and validation rows of `k` folds, from the fold of each row.
pub(super) fn by_fold(k: usize, fold: &[usize]) -> Vec<(Vec<u32>, Vec<u32>)> {
    let rows = |f: usize, inside: bool| {
        (0..fold.len() as u32).filter(move |&i| (fold[i as usize] == f) == inside)
    };
    (0..k)
        .map(|f| (rows(f, false).collect(), rows(f, true).collect()))
        .collect()
}
