//! Means and ratios: the mixture sequential probability ratio test with a normal mixture.

use super::clusters::Clusters;
use super::evidence::Evidence;
use super::moments::Moments;
use super::share::check_alpha;
use crate::bootstrap::Interval;
use crate::error::{self, Result};
use serde::{Deserialize, Serialize};
use statrs::function::erf::erfc;

/// Mixture sequential probability ratio test (mSPRT) of the difference of two means, or of two
/// ratios over users.
///
/// # Formula
/// With D the difference beyond the margin, V its variance, z = D / sqrt(V), m = (v0 + v1) / 2 / V
/// the effective number of pairs (v0, v1 the variances of one unit) and k = rho² m:
///
/// `e = 2 Phi(z sqrt(k / (1 + k))) exp(z² k / (1 + k) / 2) / sqrt(1 + k)`
///
/// The mixture is the half of a normal distribution that speaks for the alternative: standardised
/// effects of standard deviation rho. Each arm's variance of one unit is the larger of its own and
/// the pooled one: a small arm that has hardly seen an event would look certain.
///
/// # Level
/// Asymptotic, as the variances are estimated and the sums taken as normal (Waudby-Smith et al.):
/// nothing is said before `burn_in` units in each arm. At the default of 50, with conversions of 3
/// % (lognormal values of sigma 1), looking after every unit of the smaller arm, the level of .05
/// holds for arms of 1:1, 1:19 and 19:1, and users who differ by 1.5 on the logit; tests of this
/// module repeat it. Heavier tails need more: a thousand where a few units carry the sum.
///
/// # References
/// Johari, Koomen, Pekelis, Walsh: Always valid inference: continuous monitoring of A/B tests.
/// Oper. Res. 70 (2022). doi:10.1287/opre.2021.2135. Waudby-Smith, Arbour, Sinha, Kennedy, Ramdas:
/// Time-uniform central limit theory and asymptotic confidence sequences. Ann. Statist. 52 (2024).
/// doi:10.1214/24-AOS2408.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct NormalMixture {
    rho: f64,
    burn_in: u64,
}

impl Default for NormalMixture {
    fn default() -> Self {
        Self {
            rho: 0.1,
            burn_in: 50,
        }
    }
}

/// Sums over the units of one arm.
struct Arm {
    units: f64,
    mean: f64,
    /// Of one unit.
    variance: f64,
}

/// A difference, its variance and the effective number of pairs.
struct Difference {
    value: f64,
    variance: f64,
    pairs: f64,
}

impl Difference {
    /// Of two means, whose variances of one unit are not below the pooled one.
    fn of(control: Arm, treatment: Arm) -> Self {
        let variance = control.variance / control.units + treatment.variance / treatment.units;
        Self {
            value: treatment.mean - control.mean,
            variance,
            pairs: (control.variance + treatment.variance) / 2.0 / variance,
        }
    }

    /// Where nothing varies, or sums overflowed, nothing was learned.
    fn varies(&self) -> bool {
        self.variance > 0.0 && self.variance.is_finite()
    }
}

impl NormalMixture {
    /// Sets the size of effect the test is quickest at, in standard deviations of one unit (default
    /// 0.1); within a factor of three the time to detection hardly changes.
    ///
    /// # Errors
    /// Not finite and above 0.
    pub fn rho(mut self, rho: f64) -> Result<Self> {
        if !(rho > 0.0 && rho.is_finite()) {
            let rule = "finite and above 0";
            return Err(error::parameter("NormalMixture", "rho", rho, rule));
        }
        self.rho = rho;
        Ok(self)
    }
    /// Sets how many units each arm must have before anything is said (default 50, at least 2).
    #[must_use]
    pub fn burn_in(mut self, units: u64) -> Self {
        self.burn_in = units.max(2);
        self
    }

    /// Evidence that the treatment's mean is above the control's by more than `margin`. H0: mean1
    /// <= mean0 + margin.
    ///
    /// ```
    /// use ml_eval::sequential::{Moments, NormalMixture};
    /// let arm = |shift: f64| Moments::of((0..400).map(|i| f64::from(i % 20) + shift));
    /// let evidence = NormalMixture::default().mean_above(&arm(0.0)?, &arm(2.0)?, 0.0)?;
    /// assert!((evidence.log_e() - 8.143_809).abs() < 1e-6);
    /// # Ok::<(), ml_data::Error>(())
    /// ```
    ///
    /// # Errors
    /// A margin that is not finite.
    pub fn mean_above(
        &self,
        control: &Moments,
        treatment: &Moments,
        margin: f64,
    ) -> Result<Evidence> {
        finite(margin)?;
        let difference = self.means(control, treatment);
        Ok(self.one_sided(difference, margin))
    }

    /// Evidence that the treatment's ratio of sums over users is above the control's by more than
    /// `margin`: the delta method, users as units. H0: ratio1 <= ratio0 + margin. For events
    /// (conversions) wait for twenty of them in both arms together.
    ///
    /// # Errors
    /// A margin that is not finite.
    pub fn ratio_above(
        &self,
        control: &Clusters,
        treatment: &Clusters,
        margin: f64,
    ) -> Result<Evidence> {
        finite(margin)?;
        let difference = self.ratios(control, treatment);
        Ok(self.one_sided(difference, margin))
    }

    /// Confidence sequence of the difference of the means, treatment minus control: with
    /// probability 1 - alpha it holds the true difference at all times at once. The whole line
    /// before the burn-in, and where nothing varies. Robbins' normal mixture, two-sided.
    ///
    /// # Errors
    /// An alpha outside (0, 1).
    pub fn mean_interval(
        &self,
        control: &Moments,
        treatment: &Moments,
        alpha: f64,
    ) -> Result<Interval> {
        self.interval(self.means(control, treatment), alpha)
    }

    /// Confidence sequence of the difference of the ratios, as
    /// [`mean_interval`](Self::mean_interval).
    ///
    /// # Errors
    /// An alpha outside (0, 1).
    pub fn ratio_interval(
        &self,
        control: &Clusters,
        treatment: &Clusters,
        alpha: f64,
    ) -> Result<Interval> {
        self.interval(self.ratios(control, treatment), alpha)
    }

    fn means(&self, control: &Moments, treatment: &Moments) -> Option<Difference> {
        if control.count().min(treatment.count()) < self.burn_in {
            return None;
        }
        let freedom = |arm: &Moments| (arm.count() - 1) as f64;
        let pooled = (freedom(control) * control.variance()
            + freedom(treatment) * treatment.variance())
            / (freedom(control) + freedom(treatment));
        let unit = |arm: &Moments| Arm {
            units: arm.count() as f64,
            mean: arm.mean(),
            variance: arm.variance().max(pooled),
        };
        Some(Difference::of(unit(control), unit(treatment)))
    }

    fn ratios(&self, control: &Clusters, treatment: &Clusters) -> Option<Difference> {
        let enough = |arm: &Clusters| arm.users() >= self.burn_in && arm.x() > 0.0;
        if !enough(control) || !enough(treatment) {
            return None;
        }
        let both = (control.y() + treatment.y()) / (control.x() + treatment.x());
        let freedom = |arm: &Clusters| (arm.users() - 1) as f64;
        let pooled = (control.residuals(both) + treatment.residuals(both))
            / (freedom(control) + freedom(treatment));
        let unit = |arm: &Clusters| {
            let variance = (arm.residuals(arm.ratio()) / freedom(arm)).max(pooled);
            let mean_x = arm.mean_x();
            Arm {
                units: arm.users() as f64,
                mean: arm.ratio(),
                variance: variance / (mean_x * mean_x),
            }
        };
        Some(Difference::of(unit(control), unit(treatment)))
    }

    fn one_sided(&self, difference: Option<Difference>, margin: f64) -> Evidence {
        let Some(d) = difference.filter(Difference::varies) else {
            return Evidence::NONE;
        };
        let (z, k) = (
            (d.value - margin) / d.variance.sqrt(),
            self.rho * self.rho * d.pairs,
        );
        let shrunk = z * (k / (1.0 + k)).sqrt();
        // 2 Phi(s) = erfc(-s / sqrt 2)
        let half = erfc(-shrunk / std::f64::consts::SQRT_2).ln();
        Evidence::from_log_e(half + shrunk * shrunk / 2.0 - k.ln_1p() / 2.0)
    }

    fn interval(&self, difference: Option<Difference>, alpha: f64) -> Result<Interval> {
        check_alpha(alpha)?;
        let Some(d) = difference.filter(Difference::varies) else {
            return Ok(Interval {
                lower: f64::NEG_INFINITY,
                upper: f64::INFINITY,
                level: 1.0 - alpha,
            });
        };
        let k = self.rho * self.rho * d.pairs;
        let squared = (2.0 * -alpha.ln() + k.ln_1p()) * (1.0 + k) / k;
        let radius = (d.variance * squared).sqrt();
        Ok(Interval {
            lower: d.value - radius,
            upper: d.value + radius,
            level: 1.0 - alpha,
        })
    }
}

fn finite(margin: f64) -> Result<()> {
    if margin.is_finite() {
        Ok(())
    } else {
        Err(error::parameter(
            "NormalMixture",
            "margin",
            margin,
            "finite",
        ))
    }
}
