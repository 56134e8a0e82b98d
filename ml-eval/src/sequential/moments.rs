//! Running mean and variance.

use crate::error::{self, Result};
use serde::{Deserialize, Serialize};

/// Count, mean and sum of squared deviations of values that arrive one at a time; one value a user
/// where users are the unit.
///
/// # Formula
/// `mean += (x - mean) / n`, `M2 += (x - mean_before)(x - mean_after)`, `variance = M2 / (n - 1)`
///
/// ```
/// use ml_eval::sequential::Moments;
/// let moments = Moments::of([1e9, 1e9 + 1.0, 1e9 + 2.0])?;
/// assert_eq!((moments.count(), moments.mean(), moments.variance()), (3, 1e9 + 1.0, 1.0));
/// # Ok::<(), ml_data::Error>(())
/// ```
///
/// # References
/// Welford: Note on a method for calculating corrected sums of squares and products. Technometrics
/// 4 (1962). doi:10.1080/00401706.1962.10490022: no digits are lost where the mean is large.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Moments {
    n: u64,
    mean: f64,
    m2: f64,
}

impl Moments {
    /// Moments of these values.
    ///
    /// # Errors
    /// A value that is not finite, with its row.
    pub fn of(values: impl IntoIterator<Item = f64>) -> Result<Self> {
        let mut moments = Self::default();
        for value in values {
            moments.push(value)?;
        }
        Ok(moments)
    }
    /// Takes one more value.
    ///
    /// # Errors
    /// A value that is not finite, with its row; it is not counted.
    pub fn push(&mut self, value: f64) -> Result<()> {
        if !value.is_finite() {
            return Err(error::value(
                "value",
                self.n as usize,
                value,
                "a finite number",
            ));
        }
        self.n += 1;
        let before = value - self.mean;
        self.mean += before / self.n as f64;
        self.m2 += before * (value - self.mean);
        Ok(())
    }
    /// Values so far.
    pub fn count(&self) -> u64 {
        self.n
    }
    /// Their mean; 0 without any.
    pub fn mean(&self) -> f64 {
        self.mean
    }
    /// Their variance, by n - 1; 0 of fewer than two.
    pub fn variance(&self) -> f64 {
        if self.n < 2 {
            0.0
        } else {
            self.m2 / (self.n - 1) as f64
        }
    }
}
