//! What is counted of a version, and how two versions are compared.

use serde::{Deserialize, Serialize};
use statrs::distribution::{ContinuousCDF, Normal};

/// What was seen of one arm.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Health {
    /// Requests.
    pub requests: u64,
    /// Requests it failed to answer.
    pub errors: u64,
    /// 95th percentile of its latency, milliseconds.
    pub p95_ms: f64,
    /// Answered requests that led to a conversion.
    pub conversions: u64,
}

impl Health {
    /// Answered requests: those that could convert.
    pub fn answered(&self) -> u64 {
        self.requests.saturating_sub(self.errors)
    }
    /// Errors per request; 0 without requests.
    pub fn error_rate(&self) -> f64 {
        ratio(self.errors, self.requests)
    }
    /// Conversions per answered request; 0 without any.
    pub fn conversion(&self) -> f64 {
        ratio(self.conversions.min(self.answered()), self.answered())
    }
}

fn ratio(a: u64, b: u64) -> f64 {
    if b == 0 { 0.0 } else { a as f64 / b as f64 }
}

/// The test of [`inferiority`].
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Inferiority {
    /// Challenger's conversion minus control's.
    pub difference: f64,
    /// The test statistic; negative speaks against the challenger.
    pub z: f64,
    /// Probability of a statistic this low if the challenger were worse by the margin exactly.
    pub p_value: f64,
}

/// Is the challenger's conversion below the control's by more than `margin` (absolute)? One-sided Wald z-test of two
/// independent proportions with unpooled variance: a small p-value says yes. `None` when an arm has no answered request.
///
/// When neither arm varies (both 0 or 1) the z is 0, or infinite where the difference is not the margin.
///
/// ```
/// use ml_serve::rollout::{inferiority, Health};
/// let arm = |requests, conversions| Health { requests, conversions, ..Health::default() };
/// let test = inferiority(&arm(4000, 132), &arm(1000, 20), 0.002).unwrap();
/// assert!((test.z + 2.094_658_7).abs() < 1e-6 && (test.p_value - 0.018_100_7).abs() < 1e-6);
/// ```
///
/// # References
/// Farrington, Manning 1990, "Test statistics and sample size formulae for comparative binomial trials",
/// doi:10.1002/sim.4780091208 (the unconstrained variant).
pub fn inferiority(control: &Health, challenger: &Health, margin: f64) -> Option<Inferiority> {
    let (n0, n1) = (control.answered(), challenger.answered());
    if n0 == 0 || n1 == 0 {
        return None;
    }
    let (p0, p1) = (control.conversion(), challenger.conversion());
    let difference = p1 - p0;
    let variance = p0 * (1.0 - p0) / n0 as f64 + p1 * (1.0 - p1) / n1 as f64;
    let above = difference + margin;
    let z = if variance > 0.0 {
        above / variance.sqrt()
    } else if above == 0.0 {
        0.0
    } else {
        above.signum() * f64::INFINITY
    };
    let p_value = if z.is_infinite() {
        f64::from(u8::from(z > 0.0))
    } else {
        Normal::standard().cdf(z)
    };
    Some(Inferiority {
        difference,
        z,
        p_value,
    })
}

/// The latest latencies, for percentiles over a moving window.
#[derive(Debug, Clone, Default)]
pub(super) struct Latencies {
    ring: Vec<f32>,
    next: usize,
}

impl Latencies {
    const KEEP: usize = 4096;

    pub(super) fn push(&mut self, ms: f64) {
        if self.ring.len() < Self::KEEP {
            self.ring.push(ms as f32);
        } else {
            self.ring[self.next] = ms as f32;
        }
        self.next = (self.next + 1) % Self::KEEP;
    }

    /// The smallest latency that at least 95 % do not exceed; 0 without any.
    pub(super) fn p95(&self) -> f64 {
        let mut sorted = self.ring.clone();
        let Some(rank) = (sorted.len() * 95).div_ceil(100).checked_sub(1) else {
            return 0.0;
        };
        let (_, value, _) = sorted.select_nth_unstable_by(rank, f32::total_cmp);
        f64::from(*value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arm(requests: u64, conversions: u64) -> Health {
        Health {
            requests,
            conversions,
            ..Health::default()
        }
    }

    /// (control n, control x, challenger n, challenger x, margin, z, p) from statsmodels; see `tests/golden/inferiority.py`.
    const GOLDEN: [(u64, u64, u64, u64, f64, f64, f64); 6] =
        include!("../../tests/golden/inferiority.in");

    #[test]
    fn statistics_are_those_of_the_reference() {
        for (n0, x0, n1, x1, margin, z, p) in GOLDEN {
            let test = inferiority(&arm(n0, x0), &arm(n1, x1), margin).unwrap();
            assert!(
                (test.z - z).abs() < 1e-9 && (test.p_value - p).abs() < 1e-9,
                "{test:?} {z} {p}"
            );
        }
    }

    #[test]
    fn arms_that_do_not_vary_still_have_an_answer() {
        assert_eq!(inferiority(&arm(0, 0), &arm(9, 1), 0.0), None);
        let p = |control, challenger, margin| {
            inferiority(&control, &challenger, margin).unwrap().p_value
        };
        assert!((p(arm(50, 0), arm(50, 0), 0.0) - 0.5).abs() < 1e-12);
        assert!(p(arm(50, 50), arm(50, 0), 0.1) < 1e-12);
        assert!(p(arm(50, 0), arm(50, 50), 0.1) > 1.0 - 1e-12);
    }

    #[test]
    fn p95_is_the_nearest_rank_of_the_window() {
        let mut l = Latencies::default();
        assert!(l.p95() < 1e-12);
        (1..=100).for_each(|i| l.push(f64::from(i)));
        assert!((l.p95() - 95.0).abs() < 1e-9);
        (0..Latencies::KEEP).for_each(|_| l.push(7.0));
        assert!(
            (l.p95() - 7.0).abs() < 1e-9,
            "old latencies leave the window"
        );
    }
}
