//! The mean of a loss over rows.

use crate::check::Weights;
use crate::reduce;

/// The mean of `loss(row)` over `n` rows, weighted, added up in a fixed order.
pub(super) fn weighted_mean(
    n: usize,
    weights: Option<&Weights<'_>>,
    loss: impl Fn(usize) -> f64 + Sync,
) -> f64 {
    match weights {
        None => {
            let [sum] = reduce::block_sums(n, |rows| [rows.map(&loss).sum::<f64>()]);
            sum / n as f64
        }
        Some(Weights { values: w, total }) => {
            let weighted = |row: usize| w[row] * loss(row);
            let [sum] = reduce::block_sums(n, |rows| [rows.map(weighted).sum::<f64>()]);
            sum / total
        }
    }
}
