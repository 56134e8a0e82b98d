//! Counts of a version, and the comparison of two versions.

use crate::error::Result;
use ml_eval::sequential::{Clusters, Evidence, NormalMixture, Share, ShareTest, constrained_share};
use serde::{Deserialize, Serialize};
use statrs::distribution::{ContinuousCDF, Normal};

/// Counts of one arm.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Health {
    /// Requests.
    pub requests: u64,
    /// Requests it failed to answer.
    pub errors: u64,
    /// Requests, answered or not, that took longer than the gate's limit.
    pub slow: u64,
    /// 95th percentile of its latency, milliseconds.
    pub p95_ms: f64,
    /// Answered requests that led to a conversion.
    pub conversions: u64,
    /// The same by user. `None` where every request is taken to come from another user.
    pub by_user: Option<UserClusters>,
}

/// Sums over users: what makes requests of one user count as one observation. Users past the limit
/// of the ledger are not among them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct UserClusters {
    /// Requests (x) and errors (y).
    pub errors: Clusters,
    /// Requests (x) and slow ones (y).
    pub slow: Clusters,
    /// Answered requests (x) and conversions (y); users without an answer are not among them.
    pub conversions: Clusters,
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
    /// Slow requests per request; 0 without requests.
    pub fn slow_rate(&self) -> f64 {
        ratio(self.slow, self.requests)
    }
    /// Conversions per answered request; 0 without any.
    pub fn conversion(&self) -> f64 {
        ratio(self.conversions.min(self.answered()), self.answered())
    }
    pub(super) fn failed(&self) -> Result<Share> {
        Ok(Share::new(self.errors.min(self.requests), self.requests)?)
    }
    pub(super) fn late(&self) -> Result<Share> {
        Ok(Share::new(self.slow.min(self.requests), self.requests)?)
    }
    fn converted(&self) -> Result<Share> {
        let most = self.answered();
        Ok(Share::new(self.conversions.min(most), most)?)
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

/// Is the challenger's conversion below the control's by more than `margin` (absolute)? One-sided
/// score test of two independent proportions: a small p-value says yes. The variance is that of the
/// likeliest proportions that differ by the margin exactly, so the test stays honest where few or
/// no conversions were seen. `None` when an arm has no answered request.
///
/// With sums by user the counts are divided by the design effect (delta method over users, pooled
/// over the arms), so that users who come back do not make the arms look surer than they are.
///
/// # Formula
/// With the conversions `x0` of `n0` answers of the control, `x1` of `n1` of the challenger, and
/// the likeliest shares `p0`, `p1 = p0 - margin`,
///
/// ```text
/// z = (x1 / n1 - x0 / n0 + margin) / sqrt(p0 (1 - p0) / n0 + p1 (1 - p1) / n1)
/// ```
///
/// # When
/// For *one* look, at a size chosen beforehand: looked at again and again it cries wolf. Then take
/// [`always_valid_inferiority`].
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
/// Miettinen, Nurminen 1985, "Comparative analysis of two rates", doi:10.1002/sim.4780040211;
/// without their factor N / (N - 1), as in Farrington, Manning 1990, doi:10.1002/sim.4780091208.
/// Design effects: Rao, Scott 1992, doi:10.2307/2532311.
pub fn inferiority(control: &Health, challenger: &Health, margin: f64) -> Option<Inferiority> {
    let [(n0, x0), (n1, x1)] = trials(control, challenger);
    if n0 <= 0.0 || n1 <= 0.0 {
        return None;
    }
    let difference = x1 / n1 - x0 / n0;
    let p0 = constrained_share((n0, x0), (n1, x1), -margin);
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

/// Answered requests and conversions of both arms; by user they are effective counts.
fn trials(control: &Health, challenger: &Health) -> [(f64, f64); 2] {
    match by_user(control, challenger) {
        Some([a, b]) => {
            let arms = [a.conversions, b.conversions];
            let effect = Clusters::design_effect(&arms);
            // nothing varies within users where the effect is 0: then there is nothing to divide by
            let by = if effect > 0.0 { effect } else { 1.0 };
            arms.map(|arm| (arm.x() / by, arm.y() / by))
        }
        None => [control, challenger].map(|arm| {
            let answered = arm.answered();
            (answered as f64, arm.conversions.min(answered) as f64)
        }),
    }
}

/// The sums by user, where both arms have them.
pub(super) fn by_user<'a>(
    control: &'a Health,
    challenger: &'a Health,
) -> Option<[&'a UserClusters; 2]> {
    control
        .by_user
        .as_ref()
        .zip(challenger.by_user.as_ref())
        .map(|(a, b)| [a, b])
}

/// Conversions of both arms together before a test by user says anything.
pub(super) const CONVERSIONS: f64 = 20.0;

/// Evidence that the challenger's conversion is below the control's by more than `margin`
/// (absolute), valid at every look: the chance that the p-value of a challenger that is not so
/// *ever* falls below alpha is at most alpha.
///
/// With sums by user the normal mixture of ratios over users ([`NormalMixture::ratio_above`]),
/// silent before 50 users in each arm and 20 conversions in both together; else the exact test of
/// shares by request ([`ShareTest::above`]).
///
/// # When
/// Wherever one looks more than once. At a fixed size it needs more requests than [`inferiority`]
/// for the same power: that is the price of looking at any time.
///
/// ```
/// use ml_serve::rollout::{always_valid_inferiority, Health};
/// let arm = |requests, conversions| Health { requests, conversions, ..Health::default() };
/// let test = always_valid_inferiority(&arm(10_000, 330), &arm(10_000, 180), 0.002)?;
/// assert!(test.p_value() < 1e-4);
/// # Ok::<(), ml_serve::Error>(())
/// ```
///
/// # Errors
/// A margin outside [-1, 1].
pub fn always_valid_inferiority(
    control: &Health,
    challenger: &Health,
    margin: f64,
) -> Result<Evidence> {
    let Some([a, b]) = by_user(control, challenger) else {
        let (better, worse) = (challenger.converted()?, control.converted()?);
        return Ok(ShareTest::default().above(better, worse, margin)?);
    };
    let (a, b) = (&a.conversions, &b.conversions);
    let evidence = NormalMixture::default().ratio_above(b, a, margin)?;
    Ok(if a.y() + b.y() < CONVERSIONS {
        Evidence::NONE
    } else {
        evidence
    })
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

    /// (control n, control x, challenger n, challenger x, margin, z, p) from SciPy; see
    /// `tests/golden/inferiority.py`.
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
        assert_eq!(inferiority(&arm(9, 1), &arm(0, 0), 0.0), None);
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

    /// By hand: 100 requests, 50 of them failed, 10 conversions of the 50 answers.
    #[test]
    fn shares_are_of_what_could_have_been() {
        let half = Health {
            requests: 100,
            errors: 50,
            slow: 5,
            conversions: 10,
            ..Health::default()
        };
        assert_eq!(half.answered(), 50);
        assert_eq!((half.error_rate(), half.slow_rate()), (0.5, 0.05));
        assert_eq!(
            half.conversion(),
            0.2,
            "of the answers, not of the requests"
        );
        let empty = Health::default();
        assert_eq!(
            (empty.error_rate(), empty.slow_rate(), empty.conversion()),
            (0.0, 0.0, 0.0)
        );
    }

    /// Users of `visits` visits each, the first `buyers` of which convert at each visit.
    fn alike(users: u64, visits: u64, buyers: u64) -> Health {
        let mut sums = UserClusters::default();
        for user in 0..users {
            let bought = if user < buyers { visits as f64 } else { 0.0 };
            sums.conversions.add(visits as f64, bought);
        }
        Health {
            requests: users * visits,
            conversions: buyers * visits,
            by_user: Some(sums),
            ..Health::default()
        }
    }

    /// UserCounts that all end alike say what one visit says: by hand the design effect is 5 n / (n
    /// - 1).
    #[test]
    fn visits_of_one_user_are_one_observation() {
        let one = inferiority(&arm(400, 40), &arm(400, 20), 0.0).unwrap();
        let five = inferiority(&alike(400, 5, 40), &alike(400, 5, 20), 0.0).unwrap();
        assert!((five.difference - one.difference).abs() < 1e-12);
        assert!(
            (five.z - one.z * (399.0_f64 / 400.0).sqrt()).abs() < 1e-9,
            "{five:?} {one:?}"
        );
        let by_request = |h: Health| Health { by_user: None, ..h };
        let blind = inferiority(
            &by_request(alike(400, 5, 40)),
            &by_request(alike(400, 5, 20)),
            0.0,
        );
        assert!((blind.unwrap().z / one.z - 5.0_f64.sqrt()).abs() < 1e-9);
    }

    #[test]
    fn the_always_valid_test_takes_users_as_they_come() {
        let p = |a: &Health, b: &Health| always_valid_inferiority(a, b, 0.0).unwrap().p_value();
        let (good, bad) = (alike(2000, 3, 240), alike(2000, 3, 120));
        assert!(p(&good, &bad) < 1e-4 && p(&bad, &good) == 1.0);
        let by_request = |h: Health| Health { by_user: None, ..h };
        assert!(
            p(&by_request(good), &by_request(bad)) < p(&good, &bad),
            "blind to users"
        );
        assert_eq!(
            p(&alike(49, 3, 40), &alike(2000, 3, 1)),
            1.0,
            "too few users"
        );
        let few = |a, b| p(&alike(60, 1, a), &alike(60, 1, b));
        assert_eq!(few(19, 0), 1.0, "too few conversions");
        assert!(few(20, 0) < 1.0);
        assert!(always_valid_inferiority(&good, &bad, f64::NAN).is_err());
    }
}
