//! Sums and means of metrics, over blocks of one size.

use ml_data::sums;
use std::ops::Range;

const BLOCK: usize = 1 << 14;

/// [`sums::block_sums`] with the block that all metrics share.
pub(crate) fn block_sums<const N: usize>(
    n: usize,
    part: impl Fn(Range<usize>) -> [f64; N] + Sync,
) -> [f64; N] {
    sums::block_sums(n, BLOCK, part)
}

/// The mean, added up in the same fixed order. Not a number when empty.
pub(crate) fn mean(values: &[f64]) -> f64 {
    let [sum] = block_sums(values.len(), |rows| [values[rows].iter().sum()]);
    sum / values.len() as f64
}
