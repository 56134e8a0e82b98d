//! Intervals, the methods that make them, and how far they can be trusted.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A confidence interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    /// Lower end.
    pub lower: f64,
    /// Upper end.
    pub upper: f64,
    /// Confidence level, such as 0.95.
    pub level: f64,
}

impl Interval {
    /// Whether the interval holds `value`, ends included. A paired difference whose interval holds
    /// 0 is no evidence of a difference.
    #[must_use]
    pub fn contains(&self, value: f64) -> bool {
        self.lower <= value && value <= self.upper
    }
}

/// `[0.0895, 0.0926]`; the precision is the number of decimals, 4 by default.
impl fmt::Display for Interval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let p = f.precision().unwrap_or(4);
        match f.sign_plus() {
            true => write!(f, "[{:+.p$}, {:+.p$}]", self.lower, self.upper),
            false => write!(f, "[{:.p$}, {:.p$}]", self.lower, self.upper),
        }
    }
}

/// A mean, or a difference of means, with its confidence interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Estimate {
    /// The mean over the users.
    pub value: f64,
    /// The values that are compatible with the sample.
    pub interval: Interval,
}

impl Estimate {
    pub(super) fn times(self, factor: f64) -> Self {
        Self {
            value: self.value * factor,
            interval: Interval {
                lower: self.interval.lower * factor,
                upper: self.interval.upper * factor,
                ..self.interval
            },
        }
    }
}

/// `0.0910 [0.0895, 0.0926]`; the precision is the number of decimals, 4 by default.
impl fmt::Display for Estimate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let p = f.precision().unwrap_or(4);
        match f.sign_plus() {
            true => write!(f, "{:+.p$} {:+.p$}", self.value, self.interval),
            false => write!(f, "{:.p$} {:.p$}", self.value, self.interval),
        }
    }
}

/// The way from resampled means to the ends of an interval.
///
/// # Formula
/// With `q` the quantiles of the resampled means and `a = (1 - level) / 2`: percentile
/// `[q(a), q(1 - a)]`; BCa `[q(Phi(z0 + (z0 + z_a) / (1 - A (z0 + z_a)))), ...]` with bias `z0` and
/// acceleration `A`; `T` replaces `a` by `Phi(sqrt(n / (n - 1)) t_a)`; Wilson
/// `(p + z²/2n ± z sqrt(p (1 - p) / n + z²/4n²)) / (1 + z²/n)`.
///
/// Percentiles of few users are too close together, by the factor between a normal and a t
/// distribution and by `sqrt((n - 1) / n)`; the variants with `T` take percentiles further out by
/// just that (Hesterberg 2015), which vanishes as the number of users grows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum IntervalMethod {
    /// Percentiles of the resampled means.
    Percentile,
    /// The same with the t correction: the default of paired differences, whose distribution is
    /// about symmetric.
    PercentileT,
    /// Bias-corrected and accelerated percentiles (Efron 1987), as `scipy.stats.bootstrap` has
    /// them.
    Bca,
    /// The same with the t correction: the default of means.
    BcaT,
    /// Wilson's score interval: the default of shares, values that are all 0 or 1. Draws nothing.
    Wilson,
}

impl IntervalMethod {
    pub(super) fn corrected(self) -> bool {
        matches!(self, Self::PercentileT | Self::BcaT)
    }

    pub(super) fn accelerated(self) -> bool {
        matches!(self, Self::Bca | Self::BcaT)
    }
}

impl fmt::Display for IntervalMethod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Percentile => "percentile",
            Self::PercentileT => "t-corrected percentile",
            Self::Bca => "BCa",
            Self::BcaT => "t-corrected BCa",
            Self::Wilson => "Wilson",
        })
    }
}

/// Effective numbers of successes below this make a bootstrap interval too short to be trusted.
pub const LOW_EFFECTIVE: f64 = 10.0;

/// An estimate with the method that made its interval and the number of users that carry it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct BootstrapResult {
    /// The mean and its interval.
    pub estimate: Estimate,
    /// Method that made the interval.
    pub method: IntervalMethod,
    /// The effective number of successes: `(sum |x - median|)^2 / sum (x - median)^2`.
    ///
    /// Of a share it is the number of users with the rarer outcome, of a paired difference of hits
    /// the number of users on whom the models differ, of a normal variable 0.64 of the users, of a
    /// heavy-tailed one less.
    pub effective: f64,
}

impl BootstrapResult {
    /// Whether enough users carry the interval: a Wilson interval, or an effective number of at
    /// least [`LOW_EFFECTIVE`].
    ///
    /// ```
    /// use ml_eval::bootstrap::{Bootstrap, IntervalMethod};
    /// // revenue of 50 users, three of whom bought: nobody knows what the next sale is worth
    /// let mut revenue = vec![0.0; 50];
    /// revenue[..3].copy_from_slice(&[20.0, 35.0, 11.0]);
    /// let found = Bootstrap::new().estimate(&revenue)?;
    /// assert!(!found.trusted() && found.effective < 3.0);
    /// // the share of buyers is another matter
    /// let bought: Vec<f64> = revenue.iter().map(|r| f64::from(u8::from(*r > 0.0))).collect();
    /// let found = Bootstrap::new().estimate(&bought)?;
    /// assert!(found.trusted() && found.method == IntervalMethod::Wilson);
    /// assert!((found.estimate.interval.upper - 0.1622).abs() < 1e-4);
    /// # Ok::<(), ml_data::Error>(())
    /// ```
    #[must_use]
    pub fn trusted(&self) -> bool {
        self.method == IntervalMethod::Wilson || self.effective >= LOW_EFFECTIVE
    }
}

/// `0.0910 [0.0895, 0.0926] (t-corrected BCa)`, with a warning when it is not to be trusted.
impl fmt::Display for BootstrapResult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.estimate.fmt(f)?;
        write!(f, " ({}", self.method)?;
        if !self.trusted() {
            let n = self.effective;
            write!(
                f,
                "; not to be trusted: {n:.1} effective successes, below {LOW_EFFECTIVE}"
            )?;
        }
        f.write_str(")")
    }
}

/// The effective number of successes of these values.
pub(super) fn effective(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let median = super::percentile(&sorted, 0.5);
    let largest = (sorted.iter()).fold(0.0, |m: f64, v| m.max((v - median).abs()));
    if largest <= 0.0 {
        return 0.0;
    }
    let (sum, squares) = sorted.iter().fold((0.0, 0.0), |(s, q), v| {
        let away = (v - median).abs() / largest;
        (s + away, q + away * away)
    });
    sum * sum / squares
}
