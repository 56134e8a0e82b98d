//! Residuals of a regression: checked once, added up without leaving the range of numbers.

use crate::check::{self, Weights};
use crate::error::{self, Result};
use crate::metric::mean::weighted_mean;
use crate::score::Score;

/// Predictions, targets and weights of the same rows; a residual is prediction less target.
pub(super) struct Residuals<'a, S, T> {
    predicted: &'a [S],
    target: &'a [T],
    pub(super) weights: Option<Weights<'a>>,
}

impl<'a, S: Score, T: Score> Residuals<'a, S, T> {
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
    pub(super) fn residual(&self, row: usize) -> f64 {
        self.predicted[row].into() - self.target[row].into()
    }

    /// The weighted mean of a power of the residuals times `scale`.
    fn mean(&self, power: impl Fn(f64) -> f64 + Sync, scale: f64) -> f64 {
        let loss = |row: usize| power(self.residual(row) * scale);
        weighted_mean(self.predicted.len(), self.weights.as_ref(), loss)
    }

    /// The root of the mean of a power of the residuals: residuals that are too large or too small
    /// for the power are scaled for the sum, and the root is scaled back.
    pub(super) fn power_mean(
        &self,
        power: impl Fn(f64) -> f64 + Sync,
        root: impl Fn(f64) -> f64,
    ) -> Result<f64> {
        let plain = self.mean(&power, 1.0);
        if plain.is_normal() {
            return Ok(root(plain));
        }
        // Residuals of 1e-60 to 1e60 have squares; a mean of 0 is then one of rows whose weight
        // is 0.
        match check::scale(self.largest()?) {
            Some(scale) => Ok(root(self.mean(&power, scale)) / scale),
            None => Ok(root(plain)),
        }
    }

    /// The largest residual, in absolute value.
    pub(super) fn largest(&self) -> Result<f64> {
        let mut largest = 0.0f64;
        for row in 0..self.predicted.len() {
            let size = self.residual(row).abs();
            if size.is_infinite() {
                let found: f64 = self.predicted[row].into();
                let expected = "a number whose distance from the target is finite";
                return Err(error::value("prediction", row, found, expected));
            }
            largest = largest.max(size);
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
