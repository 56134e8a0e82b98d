//! Outliers: where they begin, and what becomes of them.

use super::cleaning::Cleaning;
use crate::error::{Error, Result};
use serde::{Deserialize, Serialize};

/// Where outliers begin.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Fence {
    /// Tukey's fence: further than `k` interquartile ranges outside the quartiles (usually 1.5, or
    /// 3 for far out).
    Iqr(f64),
    /// Further than `k` standard deviations (divided by n) from the mean.
    ZScore(f64),
    /// Further than `k` median absolute deviations (times 1.4826, so that `k` counts standard
    /// deviations of normal data) from the median.
    Mad(f64),
    /// Outside two quantiles, for example 0.01 and 0.99.
    Quantiles(f64, f64),
    /// Outside two numbers.
    Between(f64, f64),
}

/// Handling of outliers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Outlier {
    /// The row is removed.
    Remove,
    /// The value becomes the bound it exceeds.
    Winsorise,
    /// The value becomes missing.
    Missing,
}

impl Fence {
    /// The bounds for these numbers (infinite and missing ones apart); `None` when there is none.
    ///
    /// Quantiles interpolate linearly, as `numpy.quantile` does.
    ///
    /// # Errors
    /// A parameter outside its domain, or numbers so large that a bound is not a finite number.
    ///
    /// # References
    /// J. W. Tukey, *Exploratory Data Analysis*, 1977. C. Leys et al., "Detecting outliers: do not
    /// use standard deviation around the mean, use absolute deviation around the median", 2013,
    /// doi:10.1016/j.jesp.2013.03.013.
    pub fn bounds(self, values: &[f64]) -> Result<Option<(f64, f64)>> {
        self.check()?;
        let mut v: Vec<f64> = values.iter().copied().filter(|x| x.is_finite()).collect();
        if v.is_empty() {
            return Ok(None);
        }
        v.sort_unstable_by(f64::total_cmp);
        let bounds = match self {
            Self::Iqr(k) => {
                let (q1, q3) = (quantile(&v, 0.25), quantile(&v, 0.75));
                (q1 - k * (q3 - q1), q3 + k * (q3 - q1))
            }
            Self::ZScore(k) => {
                let n = v.len() as f64;
                let mean = v.iter().sum::<f64>() / n;
                let sd = (v.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / n).sqrt();
                (mean - k * sd, mean + k * sd)
            }
            Self::Mad(k) => {
                let median = quantile(&v, 0.5);
                let mut apart: Vec<f64> = v.iter().map(|x| (x - median).abs()).collect();
                apart.sort_unstable_by(f64::total_cmp);
                let mad = 1.482_602_218_505_602 * quantile(&apart, 0.5);
                (median - k * mad, median + k * mad)
            }
            Self::Quantiles(low, high) => (quantile(&v, low), quantile(&v, high)),
            Self::Between(low, high) => return Ok(Some((low, high))),
        };
        if !(bounds.0.is_finite() && bounds.1.is_finite()) {
            return Err(Error::Fit {
                step: "Fence",
                reason: format!(
                    "the numbers are too large for {self:?}: its bounds would be {} and {}",
                    bounds.0, bounds.1
                ),
            });
        }
        Ok(Some(bounds))
    }

    fn check(self) -> Result<()> {
        let bad = |name, value: f64, rule| Err(Error::parameter("Fence", name, value, rule));
        match self {
            Self::Iqr(k) | Self::ZScore(k) | Self::Mad(k) if !(k >= 0.0 && k.is_finite()) => {
                bad("k", k, "a finite number not below 0")
            }
            Self::Quantiles(low, high) if !(low >= 0.0 && low <= high && high <= 1.0) => {
                bad("low", low, "a quantile not above `high`, both in [0, 1]")
            }
            Self::Between(low, high) if low.is_nan() || high.is_nan() || low > high => {
                bad("low", low, "a number not above `high`")
            }
            _ => Ok(()),
        }
    }
}

/// A quantile of sorted numbers by linear interpolation.
pub(crate) fn quantile(sorted: &[f64], q: f64) -> f64 {
    let at = q * (sorted.len() - 1) as f64;
    let (i, part) = (at.floor() as usize, at.fract());
    if part == 0.0 {
        return sorted[i];
    }
    let next = sorted[(i + 1).min(sorted.len() - 1)];
    let apart = next - sorted[i];
    if apart.is_finite() {
        return sorted[i] + part * apart;
    }
    sorted[i] * (1.0 - part) + next * part
}

impl Cleaning {
    /// Removes, cuts or blanks the numbers of a column outside a fence. The bounds come from the
    /// column itself, so on a sample they must be fitted on training rows only; here they are for
    /// raw data, before any split. Infinite numbers are always outside.
    ///
    /// # Missing values
    /// They stay.
    ///
    /// # Errors
    /// A column that is not there or not numeric, or a fence with a parameter outside its domain.
    pub fn outliers(self, column: &str, fence: Fence, action: Outlier) -> Result<Self> {
        let values = self.numbers(column)?;
        let Some((low, high)) = fence.bounds(values)? else {
            return Ok(self);
        };
        let outside = |x: f64| x < low || x > high;
        let rule = format!("{column} outside [{low}, {high}] ({fence:?})");
        match action {
            Outlier::Remove => {
                let keep: Vec<bool> = values.iter().map(|&x| !outside(x)).collect();
                self.keep(&format!("drop {rule}"), &keep)
            }
            Outlier::Winsorise => {
                self.replace_num(&format!("cut {rule}"), column, |_, x| x.clamp(low, high))
            }
            Outlier::Missing => self.replace_num(&format!("blank {rule}"), column, |_, x| {
                if outside(x) { f64::NAN } else { x }
            }),
        }
    }
}
