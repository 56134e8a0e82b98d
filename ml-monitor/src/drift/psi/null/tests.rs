use super::*;
use crate::drift::{PsiBins, psi, psi_2samp};
use ml_data::random::RngExt;

#[test]
fn simulation_meets_the_asymptote_for_large_samples() {
    let reference = [20_000u64; 10];
    let simulated = NullMethod::Simulated {
        draws: 4000,
        seed: 1,
    }
    .distribution(&reference, 100_000, 1e-4)
    .unwrap();
    let asymptotic = NullMethod::Asymptotic
        .distribution(&reference, 100_000, 1e-4)
        .unwrap();
    for level in [0.5, 0.9, 0.95, 0.99] {
        approx::assert_relative_eq!(
            simulated.quantile(level),
            asymptotic.quantile(level),
            max_relative = 0.06
        );
    }
    let far = asymptotic.quantile(0.999_999_9);
    assert!(simulated.p_value(far) < 1e-5 && simulated.p_value(far) > 1e-9);
    assert!((asymptotic.p_value(asymptotic.quantile(0.95)) - 0.05).abs() < 1e-9);
}

#[test]
fn same_seed_same_threshold_other_seed_another() {
    let threshold = |seed| {
        NullMethod::Simulated { draws: 200, seed }
            .distribution(&[7, 9, 4], 30, 1e-4)
            .unwrap()
            .quantile(0.9)
    };
    assert_eq!(threshold(3), threshold(3));
    assert_ne!(threshold(3), threshold(4));
}

#[test]
fn one_bin_never_alarms() {
    for null in [
        NullMethod::Asymptotic,
        NullMethod::Simulated { draws: 50, seed: 0 },
    ] {
        for d in [
            null.distribution(&[40], 10, 1e-4).unwrap(),
            null.pooled(&[0, 40, 0], &[0, 10, 0], 1e-4).unwrap(),
        ] {
            assert_eq!((d.quantile(0.99), d.p_value(0.0)), (0.0, 1.0));
        }
    }
    let none = NullMethod::Simulated { draws: 0, seed: 0 };
    assert!(none.distribution(&[1], 1, 1e-4).is_err());
    assert!(none.pooled(&[1], &[1], 1e-4).is_err());
    let draws = usize::MAX;
    let endless = NullMethod::Simulated { draws, seed: 0 }.pooled(&[1], &[1], 1e-4);
    assert!(endless.unwrap_err().to_string().contains("draws"));
    assert!(NullMethod::Asymptotic.distribution(&[0], 1, 1e-4).is_err());
    assert!(NullMethod::Asymptotic.distribution(&[1], 0, 1e-4).is_err());
    assert!(NullMethod::Asymptotic.pooled(&[1], &[0], 1e-4).is_err());
}

/// A bin that the reference left empty is rare, not impossible, also before there is a current
/// sample.
#[test]
fn case_s2_an_empty_bin_is_rare() {
    for (reference, current) in [
        (vec![50, 0], vec![49, 1]),
        (vec![50, 0], vec![495, 5]),
        (vec![500, 0, 0], vec![498, 1, 1]),
    ] {
        let index = psi(&reference, &current, 1e-4).unwrap();
        let rows = current.iter().sum();
        for null in [
            NullMethod::default().distribution(&reference, rows, 1e-4),
            NullMethod::default().pooled(&reference, &current, 1e-4),
        ] {
            assert!(null.unwrap().p_value(index) > 0.2, "{reference:?}");
        }
    }
    // A quarter of the rows in it is no chance.
    let far = psi(&[50, 0], &[375, 125], 1e-4).unwrap();
    let null = NullMethod::default().distribution(&[50, 0], 500, 1e-4);
    assert!(null.unwrap().p_value(far) < 0.001);
}

/// On unchanged continuous data the calibrated mark alarms as often as asked; the fixed mark does
/// not.
#[test]
fn false_alarms_come_at_the_rate_asked_for() {
    let (alpha, trials) = (0.1, 1000);
    for (n, m) in [(100usize, 100usize), (1000, 60), (300, 1000)] {
        let bins = PsiBins::default();
        // With distinct values the reference histogram, and with it the null distribution, is
        // always the same.
        let ranks: Vec<f64> = (0..n).map(|r| r as f64).collect();
        let sorted = crate::drift::ks::sorted_keys(&ranks);
        let counts =
            super::super::count(&super::super::edges_of_sorted(bins.bins, &sorted), &ranks);
        // Nothing is missing, so the bin of missing rows is none.
        let null = NullMethod::default()
            .distribution(&counts[..counts.len() - 1], m as u64, bins.epsilon)
            .unwrap();
        let mark = null.quantile(1.0 - alpha);
        let (mut calibrated, mut fixed) = (0, 0);
        for trial in 0..trials {
            let mut rng = generator(11, "trial", trial);
            let mut draw =
                |k: usize| -> Vec<f64> { (0..k).map(|_| rng.random::<f64>().powi(3)).collect() };
            let index = psi_2samp(&draw(n), &draw(m), bins).unwrap();
            calibrated += u32::from(index > mark);
            fixed += u32::from(index > 0.1);
        }
        let rate = f64::from(calibrated) / trials as f64;
        assert!((rate - alpha).abs() < 0.03, "n {n} m {m}: {rate}");
        // 0.1 is exceeded by most unchanged columns of the first two, and by hardly any of the
        // last.
        let fixed_rate = f64::from(fixed) / trials as f64;
        assert!(
            if m < 1000 {
                fixed_rate > 0.5
            } else {
                fixed_rate < alpha / 5.0
            },
            "n {n} m {m}: {fixed_rate}"
        );
    }
}

/// The same for categories with uneven shares, where each trial has its own reference histogram.
#[test]
fn false_alarms_on_categories() {
    let (alpha, trials, n, m) = (0.1, 400, 400usize, 250usize);
    let mut alarms = 0;
    for trial in 0..trials {
        let mut rng = generator(12, "trial", trial);
        let mut draw = |k: usize| {
            let mut counts = [0u64; 5];
            for _ in 0..k {
                let u: f64 = rng.random();
                counts[[0.4, 0.7, 0.85, 0.95, 1.0]
                    .iter()
                    .position(|&c| u < c)
                    .unwrap()] += 1;
            }
            counts
        };
        let (a, b) = (draw(n), draw(m));
        let null = NullMethod::Simulated {
            draws: 300,
            seed: trial,
        }
        .distribution(&a, m as u64, 1e-4)
        .unwrap();
        alarms += u32::from(psi(&a, &b, 1e-4).unwrap() > null.quantile(1.0 - alpha));
    }
    let rate = f64::from(alarms) / trials as f64;
    assert!((rate - alpha).abs() < 0.05, "{rate}");
}

/// Good and Turing: what the bins filled once weigh is shared by the empty ones, at least one row.
#[test]
fn empty_bins_share_the_weight_of_those_filled_once() {
    assert_eq!(shapes(&[0, 1, 5, 0, 1, 1]), [1.5, 1.0, 5.0, 1.5, 1.0, 1.0]);
    assert_eq!(shapes(&[7, 0, 0]), [7.0, 0.5, 0.5]);
    assert_eq!(shapes(&[7, 1, 2]), [7.0, 1.0, 2.0]);
}

/// Three of four bins are in use, each of the first two by one side alone: 1/15 + 1/12 times the
/// chi-square quantile of 2 degrees of freedom, 5.991464547107979 (SciPy).
#[test]
fn a_bin_that_one_side_uses_is_in_use() {
    let null = NullMethod::Asymptotic
        .pooled(&[10, 0, 5, 0], &[0, 7, 5, 0], 1e-4)
        .unwrap();
    let want = (1.0 / 15.0 + 1.0 / 12.0) * 5.991464547107979;
    approx::assert_relative_eq!(null.quantile(0.95), want, max_relative = 1e-9);
}

/// A tie, but for rounding, is reached; what is clearly smaller is not, however small both are.
#[test]
fn ties_are_relative() {
    let null = simulated(vec![1.0, 1e-6]);
    assert_eq!(null.p_value(1e-6 * (1.0 + 1e-10)), 1.0);
    assert_eq!(null.p_value(1e-6 * (1.0 + 1e-8)), 2.0 / 3.0);
    assert_eq!(null.p_value(2e-6), 2.0 / 3.0);
}
