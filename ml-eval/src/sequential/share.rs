//! Shares: one arm against a limit, two arms against each other.

use super::constrained::constrained_share;
use super::evidence::Evidence;
use crate::bootstrap::Interval;
use crate::error::{self, Result};
use serde::{Deserialize, Serialize};
use statrs::function::beta::ln_beta;

/// Cumulative counts of one arm: of so many trials so many were hits.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Share {
    hits: f64,
    trials: f64,
}

impl Share {
    /// Hits among trials; no trials are no evidence.
    ///
    /// # Errors
    /// More hits than trials.
    pub fn new(hits: u64, trials: u64) -> Result<Self> {
        if hits > trials {
            let found = format!("{hits} of {trials}");
            return Err(error::parameter("Share", "hits", found, "at most trials"));
        }
        Ok(Self {
            hits: hits as f64,
            trials: trials as f64,
        })
    }
    /// The share of hits; 0 without trials.
    pub fn share(self) -> f64 {
        if self.trials > 0.0 {
            self.hits / self.trials
        } else {
            0.0
        }
    }
    /// Effective counts: both divided by a design effect, the factor by which the variance of the
    /// share is larger than that of independent trials
    /// ([`Clusters::design_effect`](super::Clusters::design_effect)). Effects below 1 count as 1.
    ///
    /// # References
    /// Rao, Scott: A simple method for the analysis of clustered binary data. Biometrics 48 (1992).
    /// doi:10.2307/2532311.
    #[must_use]
    pub fn effective(self, design_effect: f64) -> Self {
        // `max` also turns NaN into 1
        let by = design_effect.max(1.0);
        Self {
            hits: self.hits / by,
            trials: self.trials / by,
        }
    }

    /// Logarithm of the likelihood at a share.
    fn log_likelihood(self, p: f64) -> f64 {
        let part = |count: f64, log: f64| if count == 0.0 { 0.0 } else { count * log };
        part(self.hits, p.ln()) + part(self.trials - self.hits, (-p).ln_1p())
    }
}

/// Beta-binomial e-processes of shares: universal inference.
///
/// # Formula
/// The numerator is the likelihood averaged over a beta distribution of each arm's share, the
/// denominator the highest likelihood that the hypothesis allows:
///
/// `e = prod_arms B(a + hits, b + misses) / B(a, b) / sup_H0 prod_arms p^hits (1 - p)^misses`
///
/// Against each pair of shares of the hypothesis the same numerator gives a martingale, whatever
/// the order of the requests and whoever sends which request where, as long as nobody knows how it
/// will end; the supremum is larger still. The counts alone decide, so that shares of traffic may
/// change on the way, one arm may be far larger, and arms may alternate.
///
/// # When
/// Exact for independent trials at any number of them. For trials that come in clusters divide by
/// the design effect ([`Share::effective`]): then the level is asymptotic in the number of
/// clusters. The shares are taken as constant over the time that is counted: compare arms that run
/// side by side.
///
/// # Prior
/// Beta(1/2, 10) by default, which expects small shares: at shares of a few per cent it is quicker
/// than Jeffreys' Beta(1/2, 1/2), at shares of a fifth and more slower. The level does not depend
/// on it.
///
/// # References
/// Wasserman, Ramdas, Balakrishnan: Universal inference. PNAS 117 (2020).
/// doi:10.1073/pnas.1922664117. Turner, Ly, Grünwald: Generic E-variables for exact sequential
/// k-sample tests that allow for optional stopping. J. Statist. Plann. Inference 230 (2024).
/// doi:10.1016/j.jspi.2023.106116: e-variables of 2x2 tables for data that arrive in blocks.
/// Lindon, Malek: Anytime-valid inference for multinomial count data. NeurIPS 35 (2022): for a
/// known share of traffic. Robbins: Statistical methods related to the law of the iterated
/// logarithm. Ann. Math. Statist. 41 (1970). doi:10.1214/aoms/1177696786: the mixture over a beta
/// distribution.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ShareTest {
    a: f64,
    b: f64,
}

impl Default for ShareTest {
    fn default() -> Self {
        Self { a: 0.5, b: 10.0 }
    }
}

impl ShareTest {
    /// A test with the beta distribution of the numerator: (1/2, 1/2) where any share is as likely
    /// as any other.
    ///
    /// # Errors
    /// Parameters that are not finite and above 0.
    pub fn prior(a: f64, b: f64) -> Result<Self> {
        for (name, value) in [("a", a), ("b", b)] {
            if !(value > 0.0 && value.is_finite()) {
                let rule = "finite and above 0";
                return Err(error::parameter("ShareTest", name, value, rule));
            }
        }
        Ok(Self { a, b })
    }

    /// Evidence that the arm's share is above `limit`. H0: p <= limit.
    ///
    /// ```
    /// use ml_eval::sequential::{Share, ShareTest};
    /// let evidence = ShareTest::default().above_limit(Share::new(60, 1_200)?, 0.01)?;
    /// assert!((evidence.log_e() - 46.999_575).abs() < 1e-6);
    /// # Ok::<(), ml_data::Error>(())
    /// ```
    ///
    /// # Errors
    /// A limit outside [0, 1].
    pub fn above_limit(&self, arm: Share, limit: f64) -> Result<Evidence> {
        if !(0.0..=1.0).contains(&limit) {
            return Err(error::parameter("ShareTest", "limit", limit, "in [0, 1]"));
        }
        let at = arm.share().min(limit);
        Ok(Evidence::from_log_e(
            self.numerator(arm) - arm.log_likelihood(at),
        ))
    }

    /// Evidence that the treatment's share is above the control's by more than `margin`. H0: p1 <=
    /// p0 + margin.
    ///
    /// # Errors
    /// A margin outside [-1, 1].
    pub fn above(&self, control: Share, treatment: Share, margin: f64) -> Result<Evidence> {
        if !(-1.0..=1.0).contains(&margin) {
            return Err(error::parameter(
                "ShareTest",
                "margin",
                margin,
                "in [-1, 1]",
            ));
        }
        if control.trials == 0.0 || treatment.trials == 0.0 {
            return Ok(Evidence::NONE);
        }
        let highest = if treatment.share() <= control.share() + margin {
            control.log_likelihood(control.share()) + treatment.log_likelihood(treatment.share())
        } else {
            let pair = |arm: Share| (arm.trials, arm.hits);
            let p = constrained_share(pair(control), pair(treatment), margin);
            control.log_likelihood(p) + treatment.log_likelihood((p + margin).clamp(0.0, 1.0))
        };
        let numerator = self.numerator(control) + self.numerator(treatment);
        Ok(Evidence::from_log_e(numerator - highest))
    }

    /// Confidence sequence of one share: with probability 1 - alpha it holds the true share at all
    /// times at once.
    ///
    /// # Errors
    /// An alpha outside (0, 1).
    pub fn interval(&self, arm: Share, alpha: f64) -> Result<Interval> {
        check_alpha(alpha)?;
        let most = -alpha.ln();
        let centre = arm.share();
        let out = |p: f64| self.numerator(arm) - arm.log_likelihood(p) >= most;
        Ok(Interval {
            lower: border(centre, 0.0, out),
            upper: border(centre, 1.0, out),
            level: 1.0 - alpha,
        })
    }

    /// Lower confidence sequence of the difference p1 - p0: with probability 1 - alpha it is below
    /// the true difference at all times at once. It is the largest margin that
    /// [`above`](Self::above) rejects; the upper one is minus that of the arms exchanged.
    ///
    /// # Errors
    /// An alpha outside (0, 1).
    pub fn lower_bound(&self, control: Share, treatment: Share, alpha: f64) -> Result<f64> {
        check_alpha(alpha)?;
        let out = |margin: f64| {
            let evidence = self.above(control, treatment, margin);
            evidence.is_ok_and(|e| e.rejects(alpha))
        };
        Ok(border(treatment.share() - control.share(), -1.0, out))
    }

    fn numerator(&self, arm: Share) -> f64 {
        let (hits, misses) = (arm.hits, arm.trials - arm.hits);
        ln_beta(self.a + hits, self.b + misses) - ln_beta(self.a, self.b)
    }
}

pub(super) fn check_alpha(alpha: f64) -> Result<()> {
    if alpha > 0.0 && alpha < 1.0 {
        Ok(())
    } else {
        Err(error::parameter("test", "alpha", alpha, "in (0, 1)"))
    }
}

/// The value nearest to `end` that is not out, going from `inside`; everything beyond it is out.
/// Rounded towards `end`.
fn border(inside: f64, end: f64, out: impl Fn(f64) -> bool) -> f64 {
    let (mut inside, mut outside) = (inside, end);
    if !out(end) {
        return end;
    }
    for _ in 0..60 {
        let middle = (inside + outside) / 2.0;
        if out(middle) {
            outside = middle;
        } else {
            inside = middle;
        }
    }
    outside
}
