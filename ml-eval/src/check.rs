//! Checks of every metric's input: lengths, emptiness, numbers, weights.

use crate::error::{self, Error, Result};
use crate::score::key::Keyed;
use ml_data::validate;
pub(crate) use ml_data::validate::finite;
use std::borrow::Cow;

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

/// Weights ready for use.
#[derive(Debug)]
pub(crate) struct Weights<'a> {
    /// One a row, scaled when they were far from 1.
    pub(crate) values: Cow<'a, [f64]>,
    /// Their sum.
    pub(crate) total: f64,
}

/// Weights must be finite, not negative, one a row, and not all zero.
///
/// A metric does not change when all weights are multiplied by a number, but its sums and products
/// would leave the range of numbers: weights whose largest lies beyond 1e-60 or 1e60 are scaled by
/// the power of two that brings it near 1, which changes no digit of any other weight.
pub(crate) fn weights(weights: &[f64], n: usize) -> Result<Weights<'_>> {
    let largest = validate::weights(weights, n)?;
    if largest <= 0.0 {
        return Err(Error::ZeroWeights {
            what: "rows to score".into(),
        });
    }
    let values: Cow<'_, [f64]> = match scale(largest) {
        None => weights.into(),
        Some(by) => weights.iter().map(|w| w * by).collect(),
    };
    let [total] = crate::reduce::block_sums(n, |rows| [values[rows].iter().sum()]);
    Ok(Weights { values, total })
}

/// The power of two that brings a positive number near 1; none when it need not be moved.
pub(crate) fn scale(largest: f64) -> Option<f64> {
    if (1e-60..=1e60).contains(&largest) || largest <= 0.0 || !largest.is_finite() {
        return None;
    }
    // The exponent of a subnormal number reads -1023, so it is brought as far up as a factor can.
    let exponent = ((largest.to_bits() >> 52) & 0x7ff) as i32 - 1023;
    Some(2f64.powi((-exponent).clamp(-1022, 1022)))
}

/// Whether values between these two differ by rounding alone: within four units in the last place.
///
/// A sum of squares cannot tell: the mean of three times 0.1 is not 0.1.
pub(crate) fn constant(low: f64, high: f64) -> bool {
    high - low <= 4.0 * f64::EPSILON * low.abs().max(high.abs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scales_are_powers_of_two_that_lead_near_one() {
        assert_eq!([1.0, 1e-60, 1e60, 0.0].map(scale), [None; 4]);
        for largest in [1e300, 1e308, f64::MAX, 1e-61, 1e-300, f64::MIN_POSITIVE] {
            let by = scale(largest).unwrap();
            assert_eq!(by.to_bits() << 12, 0, "a power of two");
            assert!((1.0..4.0).contains(&(largest * by)), "{largest}");
        }
        assert!(5e-324 * scale(5e-324).unwrap() > 1e-20);
    }

    #[test]
    fn ordinary_weights_are_borrowed() {
        let ordinary = weights(&[0.5, 2.0], 2).unwrap();
        assert!(matches!(ordinary.values, Cow::Borrowed(_)) && ordinary.total == 2.5);
        assert!(weights(&[1e308, 1e308], 2).unwrap().total.is_finite());
    }
}
