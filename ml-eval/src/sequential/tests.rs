//! Values of the reference (`tests/golden/sequential.py`: integrals and maxima by SciPy and
//! mpmath), and exact levels.

use super::*;
use crate::bootstrap::Interval;
use proptest::prelude::*;

fn share(hits: f64, trials: f64) -> Share {
    Share::new(hits as u64, trials as u64).unwrap()
}

fn close(found: f64, expected: f64, within: f64) {
    let far = (found - expected).abs();
    assert!(
        far <= within * expected.abs().max(1.0),
        "{found} {expected}"
    );
}

#[test]
fn shares_are_those_of_the_reference() {
    const GOLDEN: [(f64, f64, f64, f64, f64, f64); 8] = include!("../../tests/golden/shares.in");
    let test = ShareTest::default();
    for (n0, x0, n1, x1, margin, log_e) in GOLDEN {
        let found = test.above(share(x0, n0), share(x1, n1), margin).unwrap();
        close(found.log_e(), log_e, 1e-9);
    }
    const LIMITS: [(f64, f64, f64, f64); 4] = include!("../../tests/golden/limits.in");
    for (n, x, limit, log_e) in LIMITS {
        let found = test.above_limit(share(x, n), limit).unwrap();
        close(found.log_e(), log_e, 1e-9);
    }
}

#[test]
fn confidence_sequences_of_shares_are_those_of_the_reference() {
    const GOLDEN: [(f64, f64, f64, f64, f64, f64, f64); 3] =
        include!("../../tests/golden/bounds.in");
    let test = ShareTest::default();
    for (n0, x0, n1, x1, low, high, difference) in GOLDEN {
        let found = test.interval(share(x1, n1), 0.05).unwrap();
        close(found.lower, low, 1e-9);
        close(found.upper, high, 1e-9);
        let bound = test.lower_bound(share(x0, n0), share(x1, n1), 0.05);
        close(bound.unwrap(), difference, 1e-9);
    }
    let interval = |lower, upper| {
        let level = 0.95;
        Interval {
            lower,
            upper,
            level,
        }
    };
    let all = test.interval(Share::default(), 0.05).unwrap();
    assert_eq!(all, interval(0.0, 1.0));
    let nothing = test.lower_bound(Share::default(), Share::default(), 0.05);
    assert_eq!(nothing.unwrap(), -1.0);
}

/// (n0, mean0, variance0, n1, mean1, variance1, margin, log e, interval).
type Means = (f64, f64, f64, f64, f64, f64, f64, f64, f64, f64);

/// Two values repeated, with this mean and variance (n even).
fn moments(n: f64, mean: f64, variance: f64) -> Moments {
    let half = (variance * (n - 1.0) / n).sqrt();
    let signs = (0..n as u32).map(|i| if i % 2 == 0 { half } else { -half });
    Moments::of(signs.map(|s| mean + s)).unwrap()
}

#[test]
fn means_are_those_of_the_reference() {
    const GOLDEN: [Means; 4] = include!("../../tests/golden/mixture.in");
    let test = NormalMixture::default();
    for (n0, m0, v0, n1, m1, v1, margin, log_e, low, high) in GOLDEN {
        let (control, treatment) = (moments(n0, m0, v0), moments(n1, m1, v1));
        let found = test.mean_above(&control, &treatment, margin).unwrap();
        close(found.log_e(), log_e, 1e-8);
        let interval = test.mean_interval(&control, &treatment, 0.05).unwrap();
        close(interval.lower, low, 1e-8);
        close(interval.upper, high, 1e-8);
    }
}

/// With x = 1 for every user a ratio is a mean: the same evidence and interval but for the centre
/// of the pooled variance.
#[test]
fn ratios_with_one_visit_a_user_are_means() {
    let test = NormalMixture::default();
    let values = |shift: f64| (0..300).map(move |i| f64::from(i % 7) + shift);
    let clusters = |shift: f64| {
        let mut sums = Clusters::default();
        values(shift).for_each(|y| sums.add(1.0, y));
        sums
    };
    for shift in [0.0, 0.3, -0.4] {
        let means = [0.0, shift].map(|s| Moments::of(values(s)).unwrap());
        let ratios = [0.0, shift].map(clusters);
        let a = test.mean_above(&means[0], &means[1], 0.1).unwrap();
        let b = test.ratio_above(&ratios[0], &ratios[1], 0.1).unwrap();
        close(b.log_e(), a.log_e(), 1e-9);
        let a = test.mean_interval(&means[0], &means[1], 0.05).unwrap();
        let b = test.ratio_interval(&ratios[0], &ratios[1], 0.05).unwrap();
        close(b.lower, a.lower, 1e-9);
        close(b.upper, a.upper, 1e-9);
    }
}

#[test]
fn nothing_is_said_before_the_burn_in_or_without_variance() {
    let test = NormalMixture::default();
    let arms = |n: u32| {
        [0.0, 9.0].map(|shift| Moments::of((0..n).map(|i| f64::from(i % 2) + shift)).unwrap())
    };
    let above = |test: NormalMixture, [a, b]: [Moments; 2]| test.mean_above(&a, &b, 0.0).unwrap();
    assert_eq!(above(test, arms(49)), Evidence::NONE);
    assert!(above(test, arms(50)).rejects(1e-3));
    assert_eq!(above(test.burn_in(51), arms(50)), Evidence::NONE);
    let [a, b] = arms(49);
    let whole = Interval {
        lower: f64::NEG_INFINITY,
        upper: f64::INFINITY,
        level: 0.95,
    };
    assert_eq!(test.mean_interval(&a, &b, 0.05).unwrap(), whole);
    let constant = [1.0, 2.0].map(|v| Moments::of([v; 80]).unwrap());
    assert_eq!(above(test, constant), Evidence::NONE);
    let [a, b] = constant;
    assert_eq!(test.mean_interval(&a, &b, 0.05).unwrap(), whole);
}

#[test]
fn settings_out_of_range_are_refused() {
    let (test, none) = (ShareTest::default(), Share::default());
    assert!(Share::new(3, 2).unwrap_err().to_string().contains("3 of 2"));
    assert!(ShareTest::prior(0.0, 1.0).is_err() && ShareTest::prior(1.0, f64::NAN).is_err());
    assert!(test.above_limit(none, 1.1).is_err() && test.above(none, none, f64::NAN).is_err());
    assert!(test.interval(none, 0.0).is_err() && test.lower_bound(none, none, 1.0).is_err());
    let normal = NormalMixture::default();
    assert!(normal.rho(0.0).is_err());
    let (no, sums) = (Moments::default(), Clusters::default());
    assert!(normal.mean_above(&no, &no, f64::INFINITY).is_err());
    assert!(normal.ratio_above(&sums, &sums, f64::NAN).is_err());
    assert!(normal.mean_interval(&no, &no, 1.0).is_err());
    let bad = Moments::of([1.0, f64::NAN]).unwrap_err().to_string();
    assert!(bad.contains("NaN") && bad.contains('1'), "{bad}");
}

#[test]
fn settings_at_their_bounds_are_taken() {
    let test = ShareTest::default();
    for bad in [0.0, -1.0, f64::INFINITY, f64::NAN] {
        assert!(ShareTest::prior(bad, 1.0).is_err() && ShareTest::prior(1.0, bad).is_err());
        let e = NormalMixture::default().rho(bad).unwrap_err().to_string();
        assert!(e.contains("`rho`"), "{e}");
    }
    let e = ShareTest::prior(1.0, 0.0).unwrap_err().to_string();
    assert!(e.contains("`b` = 0"), "{e}");
    for bad in [0.0, 1.0, -0.1, f64::NAN] {
        assert!(test.interval(Share::default(), bad).is_err());
    }
    let arm = share(3.0, 4.0);
    for limit in [0.0, 1.0] {
        assert!(test.above_limit(arm, limit).is_ok());
    }
    for margin in [-1.0, 1.0] {
        assert!(test.above(arm, arm, margin).is_ok());
    }
    assert!(test.above_limit(arm, -0.1).is_err() && test.above(arm, arm, -1.1).is_err());
    assert!(Share::new(4, 4).is_ok());
    assert_eq!((arm.share(), Share::default().share()), (0.75, 0.0));
    assert_eq!(arm.effective(2.0).share(), 0.75);
    assert_ne!(arm.effective(2.0), arm);
    // An arm without trials says nothing, whichever it is.
    let all = share(200.0, 200.0);
    assert_eq!(
        test.above(Share::default(), all, 0.0).unwrap(),
        Evidence::NONE
    );
    assert_eq!(
        test.above(share(0.0, 200.0), Share::default(), 0.0)
            .unwrap(),
        Evidence::NONE
    );
    assert!(
        test.above(share(0.0, 200.0), all, 0.0)
            .unwrap()
            .rejects(1e-9)
    );
}

/// By hand: 1, 2, 6 have mean 3 and squared deviations 4, 1, 9.
#[test]
fn moments_of_few_values() {
    let of = |values: &[f64]| {
        let m = Moments::of(values.iter().copied()).unwrap();
        (m.count(), m.mean(), m.variance())
    };
    assert_eq!(of(&[]), (0, 0.0, 0.0));
    assert_eq!(of(&[7.0]), (1, 7.0, 0.0));
    assert_eq!(of(&[1.0, 3.0]), (2, 2.0, 2.0));
    assert_eq!(of(&[1.0, 2.0, 6.0]), (3, 3.0, 7.0));
}

/// (visits, conversions) of each user.
type Arm = [(f64, f64)];

/// Users, ratio, variance of one user by the delta method around `ratio`, over users directly.
fn directly(arm: &Arm, around: Option<f64>) -> (f64, f64, f64) {
    let n = arm.len() as f64;
    let (x, y) = arm.iter().fold((0.0, 0.0), |s, u| (s.0 + u.0, s.1 + u.1));
    let ratio = y / x;
    let residual: Vec<f64> = arm
        .iter()
        .map(|u| u.1 - around.unwrap_or(ratio) * u.0)
        .collect();
    let mean = residual.iter().sum::<f64>() / n;
    (n, ratio, residual.iter().map(|r| (r - mean).powi(2)).sum())
}

/// The formulas of the documentation, user by user: arms of other sizes, users of 1 to 4 visits,
/// the treatment's variance below the pooled one.
#[test]
fn ratios_over_users_are_those_of_the_formulas() {
    let control: Vec<(f64, f64)> = (0..90)
        .map(|i| {
            (
                f64::from(1 + i % 4),
                f64::from(i * 7 % 3) * f64::from(1 + i % 2),
            )
        })
        .collect();
    let treatment: Vec<(f64, f64)> = (0..60)
        .map(|i| (f64::from(1 + i % 3), f64::from(1 + i % 2) * 1.5))
        .collect();
    let sums = |arm: &Arm| {
        let mut sums = Clusters::default();
        arm.iter().for_each(|u| sums.add(u.0, u.1));
        sums
    };
    let total = |arm: &Arm| arm.iter().fold((0.0, 0.0), |s, u| (s.0 + u.0, s.1 + u.1));
    let ((x0, y0), (x1, y1)) = (total(&control), total(&treatment));
    let both = (y0 + y1) / (x0 + x1);
    let pooled = (directly(&control, Some(both)).2 + directly(&treatment, Some(both)).2)
        / (90.0 + 60.0 - 2.0);
    let unit = |arm: &Arm, x: f64| {
        let (n, ratio, squares) = directly(arm, None);
        let variance = (squares / (n - 1.0)).max(pooled) / (x / n).powi(2);
        (n, ratio, variance)
    };
    let ((n0, r0, v0), (n1, r1, v1)) = (unit(&control, x0), unit(&treatment, x1));
    let variance = v0 / n0 + v1 / n1;
    let (rho, margin, alpha) = (0.3, 0.05, 0.1);
    let k = rho * rho * (v0 + v1) / 2.0 / variance;
    let z = (r1 - r0 - margin) / variance.sqrt();
    let s = z * f64::sqrt(k / (1.0 + k));
    let phi = statrs::function::erf::erfc(-s / f64::sqrt(2.0)) / 2.0;
    let log_e = (2.0 * phi).ln() + s * s / 2.0 - (1.0 + k).ln() / 2.0;
    let test = NormalMixture::default().rho(rho).unwrap();
    let (a, b) = (sums(&control), sums(&treatment));
    assert_eq!((a.users(), a.x(), a.y()), (90, x0, y0));
    close(a.mean_x(), x0 / 90.0, 1e-15);
    close(
        b.variance(),
        60.0 / 59.0 * directly(&treatment, None).2 / (x1 * x1),
        1e-12,
    );
    close(
        test.ratio_above(&a, &b, margin).unwrap().log_e(),
        log_e,
        1e-10,
    );
    let radius = f64::sqrt(variance * (-2.0 * f64::ln(alpha) + (1.0 + k).ln()) * (1.0 + k) / k);
    let found = test.ratio_interval(&a, &b, alpha).unwrap();
    close(found.lower, r1 - r0 - radius, 1e-12);
    close(found.upper, r1 - r0 + radius, 1e-12);
    // Enough users in one arm are not enough; users without visits neither.
    let none = |a: &Clusters, b: &Clusters, units: u64| {
        let test = test.burn_in(units);
        test.ratio_above(a, b, margin).unwrap() == Evidence::NONE
    };
    assert!(none(&a, &b, 61) && none(&b, &a, 61) && !none(&a, &b, 60));
    let idle = sums(&[(0.0, 0.0); 60]);
    assert!(none(&a, &idle, 60) && none(&idle, &b, 60));
    assert_eq!(
        (idle.ratio(), idle.variance(), Clusters::default().mean_x()),
        (0.0, 0.0, 0.0)
    );
}

/// Two units in each arm are the least: 0 and 1 are raised to it.
#[test]
fn a_burn_in_is_at_least_two_units() {
    let arm = |values: [f64; 2]| Moments::of(values).unwrap();
    let (a, b) = (arm([0.0, 1.0]), arm([5.0, 6.0]));
    let one = Moments::of([3.0]).unwrap();
    for units in [0, 1, 2] {
        let test = NormalMixture::default().burn_in(units);
        assert_ne!(test.mean_above(&a, &b, 0.0).unwrap(), Evidence::NONE);
        assert_eq!(test.mean_above(&a, &one, 0.0).unwrap(), Evidence::NONE);
        assert_eq!(test.mean_above(&one, &b, 0.0).unwrap(), Evidence::NONE);
    }
    let test = NormalMixture::default().burn_in(3);
    assert_eq!(test.mean_above(&a, &b, 0.0).unwrap(), Evidence::NONE);
}

/// Probability that e reaches 1 / alpha at any of the looks after each request of `order` (true:
/// treatment), exactly, over all outcomes.
fn ever_rejects(order: &[bool], (p0, p1): (f64, f64), margin: f64, alpha: f64) -> f64 {
    let test = ShareTest::default();
    let side = order.len() + 1;
    let mut mass = vec![0.0; side * side];
    mass[0] = 1.0;
    let (mut rejected, mut n) = (0.0, [0_u64; 2]);
    for treatment in order {
        n[usize::from(*treatment)] += 1;
        let p = if *treatment { p1 } else { p0 };
        let step = if *treatment { 1 } else { side };
        for at in (0..mass.len()).rev() {
            mass[at] = mass[at] * (1.0 - p) + at.checked_sub(step).map_or(0.0, |b| mass[b] * p);
        }
        for (at, mass) in mass.iter_mut().enumerate().filter(|(_, m)| **m > 0.0) {
            let (x0, x1) = ((at / side) as u64, (at % side) as u64);
            if x0 > n[0] || x1 > n[1] {
                continue;
            }
            let arms = (Share::new(x0, n[0]).unwrap(), Share::new(x1, n[1]).unwrap());
            if test.above(arms.0, arms.1, margin).unwrap().rejects(alpha) {
                rejected += std::mem::take(mass);
            }
        }
    }
    rejected
}

#[test]
fn the_level_of_shares_is_exact_for_any_order_and_all_looks() {
    let alternate: Vec<bool> = (0..60).map(|i| i % 2 == 0).collect();
    let control_first: Vec<bool> = (0..60).map(|i| i >= 40).collect();
    let rare: Vec<bool> = (0..60).map(|i| i % 10 == 0).collect();
    let mut highest: f64 = 0.0;
    for order in [&alternate, &control_first, &rare] {
        for (p0, p1, margin) in [
            (0.02, 0.02, 0.0),
            (0.1, 0.1, 0.0),
            (0.5, 0.5, 0.0),
            (0.05, 0.15, 0.1),
            (0.3, 0.25, -0.05),
        ] {
            let p = ever_rejects(order, (p0, p1), margin, 0.05);
            assert!(p <= 0.05, "{p} at {p0} {p1} {margin}");
            highest = highest.max(p);
        }
    }
    assert!(highest > 1e-4, "the test can reject: {highest}");
    let power = ever_rejects(&alternate, (0.02, 0.8), 0.0, 0.05);
    assert!(power > 0.99, "{power}");
}

proptest! {
    #[test]
    fn evidence_falls_as_the_margin_grows(n0 in 1..5000_u64, n1 in 1..5000_u64, a in 0.0..1.0, b in 0.0..1.0, d in -1.0..0.99) {
        let arm = |n: u64, f: f64| Share::new((f * n as f64) as u64, n).unwrap();
        let (control, treatment) = (arm(n0, a), arm(n1, b));
        let test = ShareTest::default();
        let at = |d: f64| test.above(control, treatment, d).unwrap().log_e();
        prop_assert!(at(d).is_finite() || at(d) == f64::INFINITY);
        prop_assert!(at(d + 0.01) <= at(d) + 1e-7);
        prop_assert!(at((treatment.share() - control.share()).max(-1.0)) <= 1e-9);
        let bound = test.lower_bound(control, treatment, 0.05).unwrap();
        prop_assert!(bound <= treatment.share() - control.share());
        prop_assert!(test.interval(treatment, 0.05).unwrap().contains(treatment.share()));
    }

    #[test]
    fn a_design_effect_only_takes_evidence_away(n in 20..5000_u64, f in 0.0..1.0, effect in 0.0..50.0) {
        let arm = Share::new((f * n as f64) as u64, n).unwrap();
        let test = ShareTest::default();
        let (plain, fewer) = (test.above_limit(arm, 0.05).unwrap(), test.above_limit(arm.effective(effect), 0.05).unwrap());
        prop_assert!(fewer.log_e() <= plain.log_e().max(2.0) + 1e-9);
        prop_assert_eq!(arm.effective(f64::NAN), arm);
        prop_assert_eq!(arm.effective(0.5), arm);
    }
}
