//! What every metric checks before it computes: lengths, emptiness, numbers, weights.

use crate::error::{self, Result};
use crate::metric::Score;
use crate::metric::score_key::Keyed;

/// `labels` must have one entry for each of the `n` scores, and there must be one.
pub(crate) fn lengths(n: usize, what: &'static str, found: usize) -> Result<()> {
    if found != n {
        return Err(error::length(what, n, found));
    }
    if n == 0 {
        return Err(error::empty("list of rows to score"));
    }
    Ok(())
}

/// Scores must be numbers; infinities are allowed, they have an order.
pub(crate) fn scores<S: Keyed>(scores: &[S]) -> Result<()> {
    // no early exit, so that the loop is vectorised; the row is looked up only on failure
    if scores.iter().fold(false, |bad, s| bad | s.missing()) {
        let row = scores.iter().position(|s| s.missing()).unwrap_or(0);
        return Err(error::value("predicted score", row, "NaN", "a number"));
    }
    Ok(())
}

/// Predictions and targets of a regression must be finite.
pub(crate) fn finite<S: Score>(what: &'static str, values: &[S]) -> Result<()> {
    let bad = |v: &S| !Into::<f64>::into(*v).is_finite();
    if values.iter().fold(false, |any, v| any | bad(v)) {
        let row = values.iter().position(bad).unwrap_or(0);
        let found: f64 = values[row].into();
        return Err(error::value(what, row, found, "a finite number"));
    }
    Ok(())
}

/// Weights must be finite, not negative, one a row, and not all zero. Returns their sum.
pub(crate) fn weights(weights: &[f64], n: usize) -> Result<f64> {
    if weights.len() != n {
        return Err(error::length("weights", n, weights.len()));
    }
    if let Some(row) = weights.iter().position(|w| !(w.is_finite() && *w >= 0.0)) {
        return Err(error::value(
            "weight",
            row,
            weights[row],
            "a finite number of at least 0",
        ));
    }
    let [total] = crate::reduce::block_sums(n, |rows| [weights[rows].iter().sum()]);
    if total <= 0.0 {
        return Err(error::data("all weights are 0: there is nothing to score"));
    }
    Ok(total)
}
