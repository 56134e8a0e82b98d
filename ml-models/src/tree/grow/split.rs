//! A split of a leaf, and which of two is better.

use std::sync::Arc;

/// A leaf cut in two: bins of a column up to `bin` go left, or those of a set.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Split {
    /// Twice the decrease of the regularised loss, to second order: see [`gain`](super::gain).
    pub(crate) gain: f64,
    /// Column of the binned matrix.
    pub(crate) column: u32,
    pub(crate) bin: u32,
    pub(crate) missing_left: bool,
    /// Packed sum of the rows that go left.
    pub(crate) left: u64,
    /// The bins that go left, of a category column.
    pub(crate) set: Option<Arc<[u32]>>,
    /// Penalty of the two leaves' values besides `lambda_l2`.
    pub(crate) extra_l2: f64,
}

/// The higher gain; the earlier split where they are equal.
pub(super) fn better(a: Option<Split>, b: Option<Split>) -> Option<Split> {
    match (&a, &b) {
        (Some(x), Some(y)) if y.gain > x.gain => b,
        (None, _) => b,
        _ => a,
    }
}
