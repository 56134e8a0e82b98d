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

/// Is the challenger's conversion below the control's by more than `margin` (absolute)? One-sided score test of two
/// independent proportions: a small p-value says yes. The variance is that of the likeliest proportions that differ by the
/// margin exactly, so the test stays honest where few or no conversions were seen. `None` when an arm has no answered request.
///
/// ```
/// use ml_serve::rollout::{inferiority, Health};
/// let arm = |requests, conversions| Health { requests, conversions, ..Health::default() };
/// let test = inferiority(&arm(4000, 132), &arm(1000, 20), 0.002).unwrap();
/// assert!((test.z + 1.851_543_2).abs() < 1e-6 && (test.p_value - 0.032_045_7).abs() < 1e-6);
/// let early = inferiority(&arm(400, 13), &arm(20, 0), 0.002).unwrap();
/// assert!(early.p_value > 0.1, "no conversion in 20 requests says little");
/// ```
///
/// # References
/// Miettinen, Nurminen 1985, "Comparative analysis of two rates", doi:10.1002/sim.4780040211; without their factor
/// N / (N - 1), as in Farrington, Manning 1990, doi:10.1002/sim.4780091208.
pub fn inferiority(control: &Health, challenger: &Health, margin: f64) -> Option<Inferiority> {
    let (n0, n1) = (control.answered() as f64, challenger.answered() as f64);
    if n0 < 1.0 || n1 < 1.0 {
        return None;
    }
    let (rate0, rate1) = (control.conversion(), challenger.conversion());
    let difference = rate1 - rate0;
    let p0 = constrained((n0, rate0 * n0), (n1, rate1 * n1), -margin);
    let p1 = (p0 - margin).clamp(0.0, 1.0);
    let variance = p0 * (1.0 - p0) / n0 + p1 * (1.0 - p1) / n1;
    // Without variance both arms sit at the same end, and nothing was learned.
    let z = if variance > 0.0 {
        (difference + margin) / variance.sqrt()
    } else {
        0.0
    };
    Some(Inferiority {
        difference,
        z,
        p_value: Normal::standard().cdf(z),
    })
}

/// The likeliest proportion of the first arm (trials, successes) when the second's is that plus `delta`: the root of the
/// cubic likelihood equation in closed form.
fn constrained((n0, x0): (f64, f64), (n1, x1): (f64, f64), delta: f64) -> f64 {
    let (n, x) = (n0 + n1, x0 + x1);
    let l2 = (n1 + 2.0 * n0) * delta - n - x;
    let l1 = (n0 * delta - n - 2.0 * x0) * delta + x;
    let l0 = x0 * delta * (1.0 - delta);
    let third = l2 / (3.0 * n);
    let q = third.powi(3) - l1 * l2 / (6.0 * n * n) + l0 / (2.0 * n);
    let p = (third * third - l1 / (3.0 * n)).max(0.0).sqrt().copysign(q);
    let ratio = if p == 0.0 {
        0.0
    } else {
        (q / p.powi(3)).clamp(-1.0, 1.0)
    };
    let angle = (std::f64::consts::PI + ratio.acos()) / 3.0;
    (2.0 * p * angle.cos() - third).clamp((-delta).max(0.0), (1.0 - delta).min(1.0))
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

    /// (control n, control x, challenger n, challenger x, margin, z, p) from SciPy; see `tests/golden/inferiority.py`.
    const GOLDEN: [(u64, u64, u64, u64, f64, f64, f64); 8] =
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
        assert!((p(arm(50, 50), arm(50, 50), 0.0) - 0.5).abs() < 1e-12);
        assert!(p(arm(50, 0), arm(50, 0), 0.01) > 0.5);
        assert!(p(arm(50, 50), arm(50, 0), 0.1) < 1e-9);
        assert!(p(arm(50, 0), arm(50, 50), 0.1) > 1.0 - 1e-9);
        assert!(p(arm(1, 1), arm(1, 0), 1.0) > 0.4);
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
