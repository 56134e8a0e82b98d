//! Limits of how much memory parameters and numbers of users or categories may ask for.
//!
//! A parameter of a few bytes can ask for terabytes: a layer of 10^12 units, a matrix of four
//! billion users, a text with a bit for every category code up to two billion. Each such size has a
//! limit here, with a default that ordinary models do not reach; past it there is
//! [`ml_data::Error::Limit`], which names the limit, what was found and how to raise
//! it, before any memory is taken. Limits are not stored with a model: one that is loaded is held
//! to the defaults.

use ml_data::repr::RowSet;
use ml_data::validate::within_limit;
use ml_data::{Error, Result};

/// Limits of one model, matrix or text.
///
/// ```
/// use ml_data::prelude::*;
/// use ml_models::limits::ModelLimits;
/// use ml_models::neural::Mlp;
/// let x = Dense::from_rows(1, vec![1.0, 2.0])?;
/// let train = Dataset::regression(x, vec![1.0, 2.0])?.into_train();
/// let small = ModelLimits::default().bytes(10_000);
/// let refused = Mlp::new().limits(small).hidden_layer_sizes([10_000]).fit(&train).unwrap_err();
/// assert!(matches!(refused, Error::Limit { limit: "bytes", allowed: 10_000, .. }));
/// # Ok::<(), ml_data::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct ModelLimits {
    /// Bytes that the numbers of one model or matrix may take while it is made: weights of a
    /// network with Adam's moments, factors of users or items, trees of a forest, counts of items
    /// by segment.
    pub bytes: u64,
    /// Words of 32 bits that the sets of categories of one text for LightGBM may have together: it
    /// has a bit for every code up to the highest of a set.
    pub category_words: u64,
}

impl Default for ModelLimits {
    /// 8 GiB; 16,777,216 words, which are 32 MiB of text where they are 0.
    fn default() -> Self {
        Self {
            bytes: 8 << 30,
            category_words: 1 << 24,
        }
    }
}

impl ModelLimits {
    /// Sets the most bytes of one model or matrix.
    #[must_use]
    pub fn bytes(mut self, bytes: u64) -> Self {
        self.bytes = bytes;
        self
    }

    /// Sets the most words that sets of categories may have in a text for LightGBM.
    #[must_use]
    pub fn category_words(mut self, words: u64) -> Self {
        self.category_words = words;
        self
    }

    /// An error when `count` numbers of `size` bytes are more than allowed; `to` is where the
    /// limits are given.
    pub(crate) fn check_bytes(
        &self,
        place: &str,
        count: impl IntoIterator<Item = usize>,
        size: u64,
        to: &str,
    ) -> Result<()> {
        let numbers = (count.into_iter()).fold(1_u64, |n, by| n.saturating_mul(by as u64));
        within_limit(
            place,
            "bytes",
            self.bytes,
            numbers.saturating_mul(size),
            || format!("`ModelLimits::bytes`, given to {to}"),
        )
    }
}

/// Most rows that are numbered in 32 bits.
const NUMBERED_ROWS: usize = u32::MAX as usize;

/// An error where 32 bits do not number the rows of a view, or those of its matrix up to the last
/// one that it looks at; `what` says whose rows they are.
pub(crate) fn numbered(step: &str, what: &str, rows: RowSet<'_>) -> Result<()> {
    let end = match rows {
        RowSet::Range(_, end) => end,
        RowSet::List(list) => list.len(),
    };
    if end > NUMBERED_ROWS {
        let what = format!("{step}: rows of the {what}");
        return Err(Error::too_many(what, NUMBERED_ROWS, end));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// More rows than fit into a test, so the check alone.
    #[test]
    fn rows_are_numbered_in_32_bits() {
        let check = |rows| numbered("Boost", "training sample", rows);
        check(RowSet::Range(0, NUMBERED_ROWS)).unwrap();
        check(RowSet::List(&[u32::MAX])).unwrap();
        for range in [(0, 1 << 32), ((1 << 32) - 1, 1 << 32)] {
            let e = check(RowSet::Range(range.0, range.1)).unwrap_err();
            assert!(e.is_limit());
            assert_eq!(
                e.to_string(),
                "Boost: rows of the training sample: at most 4294967295 are supported, \
                 found 4294967296"
            );
        }
    }
}
