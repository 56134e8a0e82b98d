//! Errors of a regression: checked once, added up without leaving the range of numbers.

use super::score::Score;
use crate::check::{self, Weights};
use crate::error::{self, Result};
use crate::reduce;

/// Predictions, targets and weights of the same rows.
pub(super) struct Errors<'a, S, T> {
    predicted: &'a [S],
    target: &'a [T],
    pub(super) weights: Option<Weights<'a>>,
}

impl<'a, S: Score, T: Score> Errors<'a, S, T> {
    /// Refuses rows that cannot be scored, by name.
    pub(super) fn new(
        predicted: &'a [S],
        target: &'a [T],
        weights: Option<&'a [f64]>,
    ) -> Result<Self> {
        let n = predicted.len();
        check::lengths(n, "targets", target.len())?;
        check::finite("prediction", predicted)?;
        check::finite("target", target)?;
        Ok(Self {
            predicted,
            target,
            weights: weights.map(|w| check::weights(w, n)).transpose()?,
        })
    }

    #[inline(always)]
    pub(super) fn target(&self, row: usize) -> f64 {
        self.target[row].into()
    }

    #[inline(always)]
    pub(super) fn error(&self, row: usize) -> f64 {
        self.predicted[row].into() - self.target[row].into()
    }

    /// The weighted mean of a power of the errors times `by`.
    fn mean(&self, of: impl Fn(f64) -> f64 + Sync, by: f64) -> f64 {
        let n = self.predicted.len();
        let one = |row: usize| of(self.error(row) * by);
        match &self.weights {
            None => {
                let [sum] = reduce::block_sums(n, |rows| [rows.map(one).sum::<f64>()]);
                sum / n as f64
            }
            Some(Weights { values: w, total }) => {
                let [sum] =
                    reduce::block_sums(n, |rows| [rows.map(|r| w[r] * one(r)).sum::<f64>()]);
                sum / total
            }
        }
    }

    /// The mean of `of` of the errors and its inverse `back`, `of` being a power: errors that are
    /// too large or too small for it are scaled for the sum and back.
    pub(super) fn power_mean(
        &self,
        of: impl Fn(f64) -> f64 + Sync,
        back: impl Fn(f64) -> f64,
    ) -> Result<f64> {
        let plain = self.mean(&of, 1.0);
        if plain.is_normal() {
            return Ok(back(plain));
        }
        let largest = self.largest()?;
        // Errors of 1e-60 to 1e60 have squares; a mean of 0 is then one of rows whose weight is 0.
        let by = match check::scale(largest) {
            Some(by) => by,
            None => return Ok(back(plain)),
        };
        Ok(back(self.mean(&of, by)) / by)
    }

    /// The largest error, in absolute value.
    pub(super) fn largest(&self) -> Result<f64> {
        let mut largest = 0.0f64;
        for row in 0..self.predicted.len() {
            let error = self.error(row).abs();
            if error.is_infinite() {
                let found: f64 = self.predicted[row].into();
                let expected = "a number whose distance from the target is finite";
                return Err(error::value("prediction", row, found, expected));
            }
            largest = largest.max(error);
        }
        Ok(largest)
    }

    /// Whether the rows that count have the same target, but for rounding.
    pub(super) fn constant_target(&self) -> bool {
        let counts = |row: &usize| self.weights.as_ref().is_none_or(|w| w.values[*row] > 0.0);
        let (low, high) = (0..self.target.len()).filter(counts).fold(
            (f64::INFINITY, f64::NEG_INFINITY),
            |(low, high), row| {
                let y = self.target(row);
                (low.min(y), high.max(y))
            },
        );
        check::constant(low, high)
    }
}
