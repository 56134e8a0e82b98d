//! Zero mean and unit variance.

use crate::cell::{CellFn, NumCell, NumColumn, PerColumn, Refused, checked_on_load, numeric_step};
use ml_data::Result;
use ml_data::contract::Params;
use ml_data::repr::Float;
use serde::{Deserialize, Serialize};

/// Subtracts the mean and divides by the standard deviation (of the population, as scikit-learn).
///
/// Works on the numeric and boolean columns of a table and on matrices. Trees do not need it.
///
/// # Formula
/// `(x - mean) / sd` with `mean = sum w x / sum w` and `sd = sqrt(sum w (x - mean)² / sum w)`.
///
/// # Missing values
/// Are left out of the statistics and stay missing.
///
/// # Weights
/// Weighted mean and variance. A column that is constant up to rounding gets scale 1.
///
/// # Errors
/// A column of another kind, an infinite value (with its row), or a column without values.
///
/// ```
/// use ml_data::prelude::*;
/// use ml_features::prelude::*;
/// let table = Table::new([("price", Column::num([1.0, 3.0, f64::NAN]))])?;
/// let (fitted, x) = StandardScaler::new().fit_transform(&table.unlabelled()?.into_train())?;
/// assert_eq!(x.values()[..2], [-1.0, 1.0]);
/// assert!(x.values()[2].is_nan());
/// assert_eq!(fitted.column("price").map(|c| c.mean()), Some(2.0));
/// # Ok::<(), ml_data::Error>(())
/// ```
///
/// # References
/// Two-pass variance with correction: Chan, Golub, LeVeque (1983),
/// doi:10.1080/00031305.1983.10483115
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct StandardScaler {
    with_mean: bool,
    with_std: bool,
}

impl Default for StandardScaler {
    fn default() -> Self {
        Self {
            with_mean: true,
            with_std: true,
        }
    }
}

impl StandardScaler {
    /// Centres and scales.
    pub fn new() -> Self {
        Self::default()
    }
    /// Whether the mean is subtracted.
    #[must_use]
    pub fn with_mean(mut self, center: bool) -> Self {
        self.with_mean = center;
        self
    }
    /// Whether values are divided by the standard deviation.
    #[must_use]
    pub fn with_std(mut self, scale: bool) -> Self {
        self.with_std = scale;
        self
    }

    fn learn(&self, column: &NumColumn<'_>) -> Result<Standardize> {
        column.finite()?;
        let mean = column.mean().ok_or_else(|| column.no_values(""))?;
        let scale = if self.with_std {
            Self::scale(column, mean)?
        } else {
            1.0
        };
        Ok(Standardize {
            mean: if self.with_mean { mean } else { 0.0 },
            scale,
        })
    }

    /// The standard deviation of a column; 1 when rounding alone explains it.
    fn scale(column: &NumColumn<'_>, mean: f64) -> Result<f64> {
        let largest = column.present().fold(0.0, |m: f64, (x, _)| m.max(x.abs()));
        // Squares of larger numbers overflow, which would hide that a column is constant.
        let unit = if largest > 1e150 { 1.0 / largest } else { 1.0 };
        // The first-order term is zero but for rounding; subtracting its square takes the rounding
        // out.
        let (mut square, mut rest, mut total) = (0.0, 0.0, 0.0);
        for (x, w) in column.present() {
            let d = x * unit - mean * unit;
            square += w * d * d;
            rest += w * d;
            total += w;
        }
        let variance = ((square - rest * rest / total) / total).max(0.0);
        if constant(variance, mean * unit, total) {
            return Ok(1.0);
        }
        let scale = variance.sqrt() / unit;
        if (scale * scale).is_finite() {
            return Ok(scale);
        }
        Err(ml_data::Error::Fit {
            step: "StandardScaler",
            reason: format!(
                "column `{}` is too large: its variance is not a number",
                column.name
            ),
        })
    }
}

/// A variance that rounding alone explains, by scikit-learn's bound.
fn constant(variance: f64, mean: f64, n: f64) -> bool {
    variance <= n * f64::EPSILON * variance + (n * mean * f64::EPSILON).powi(2)
}

impl Params for StandardScaler {
    fn name(&self) -> &'static str {
        "StandardScaler"
    }
}

/// Mean and scale of a column.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(remote = "Self")]
pub struct Standardize {
    mean: f64,
    scale: f64,
}

checked_on_load!(Standardize, |s| {
    if s.mean.is_finite() && s.scale.is_finite() && s.scale > 0.0 {
        return Ok(());
    }
    Err(format!(
        "StandardScaler: expected a finite mean and a scale above 0, found {} and {}",
        s.mean, s.scale
    ))
});

impl Standardize {
    /// The mean, which is subtracted.
    pub fn mean(&self) -> f64 {
        self.mean
    }
    /// The standard deviation, which it is divided by.
    pub fn scale(&self) -> f64 {
        self.scale
    }
}

/// A fitted standard scaler.
pub type FittedStandardScaler = PerColumn<Standardize>;

impl CellFn for Standardize {
    type In = NumCell;
    const STEP: &'static str = "StandardScaler";

    #[inline]
    fn width(&self) -> usize {
        1
    }
    #[inline]
    fn cell<F: Float>(&self, x: f64, out: &mut [F]) -> Result<(), Refused> {
        out[0] = F::of((x - self.mean) / self.scale);
        Ok(())
    }
    fn names(&self, column: &str, out: &mut Vec<Box<str>>) {
        out.push(column.into());
    }
}

numeric_step!(StandardScaler, Standardize);

#[cfg(test)]
mod tests;
