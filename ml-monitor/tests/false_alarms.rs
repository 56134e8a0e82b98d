//! False alarms of every drift test on unchanged columns, simulated: at most the level asked for,
//! whatever the distribution.
#![allow(clippy::unwrap_used)] // functions shared by tests, which the lint takes for library code

use ml_data::random::{RngExt, Xoshiro256PlusPlus, generator};
use ml_monitor::drift::{
    ColumnSet, Correction, DriftDetector, NullMethod, Psi, PsiThreshold, ReferenceProfile, Values,
};
use rand_distr::{Distribution, Exp1, Poisson, StandardNormal, Zipf};

const ALPHA: f64 = 0.05;

/// Columns that did not change; of a hundred levels and more where there are many.
const COLUMNS: [&str; 11] = [
    "1 % ones",
    "zipf",
    "99 % missing",
    "normal",
    "poisson",
    "uniform",
    "constant",
    "many levels",
    "exponential",
    "zero-inflated",
    "1 % ones, category",
];

fn draw(column: &str, rng: &mut Xoshiro256PlusPlus) -> f64 {
    let u: f64 = rng.random();
    match column {
        "1 % ones" | "1 % ones, category" => f64::from(u8::from(u < 0.01)),
        "zipf" => Zipf::new(1_000.0, 1.1).unwrap().sample(rng),
        "99 % missing" => {
            if u < 0.99 {
                f64::NAN
            } else {
                rng.random()
            }
        }
        "normal" => StandardNormal.sample(rng),
        "poisson" => Poisson::new(3.0).unwrap().sample(rng),
        "uniform" => u,
        "constant" => 7.0,
        "many levels" => (u * 400.0).floor(),
        "exponential" => Exp1.sample(rng),
        _ if u < 0.35 => 0.0,
        _ => StandardNormal.sample(rng),
    }
}

fn sample(column: &str, rows: usize, rng: &mut Xoshiro256PlusPlus) -> ColumnSet<'static> {
    let values: Vec<f64> = (0..rows).map(|_| draw(column, rng)).collect();
    let values = match column {
        "zipf" | "many levels" | "1 % ones, category" => {
            Values::labels(values.iter().map(|v| Some(v.to_string())))
        }
        _ => Values::Numeric(values.into()),
    };
    ColumnSet::new().with("x", values).unwrap()
}

/// Alarms of the values' test and of the missing share's in so many comparisons of unchanged
/// columns.
fn alarms(
    detector: &DriftDetector,
    column: &str,
    (n, m): (usize, usize),
    trials: u64,
) -> (u64, u64) {
    let mut found = (0, 0);
    for trial in 0..trials {
        let mut rng = generator(trial, column, (n * 1_000_003 + m) as u64);
        let reference = ReferenceProfile::new(&sample(column, n, &mut rng)).unwrap();
        let report = detector.compare(&reference, &sample(column, m, &mut rng));
        let report = report.unwrap();
        let x = &report.columns()[0];
        found.0 += u64::from(x.p_value.is_some_and(|p| p < ALPHA));
        found.1 += u64::from(x.missing.p_value.is_some_and(|p| p < ALPHA));
    }
    found
}

/// Four standard errors above the level: the end of the binomial interval that one test in thirty
/// thousand leaves.
fn most(trials: u64) -> u64 {
    let n = trials as f64;
    (ALPHA * n + 4.0 * (n * ALPHA * (1.0 - ALPHA)).sqrt()).ceil() as u64
}

fn stability(draws: usize) -> DriftDetector {
    let test = Psi {
        threshold: PsiThreshold::Calibrated(NullMethod::Simulated { draws, seed: 0 }),
        ..Psi::default()
    };
    DriftDetector::new()
        .correction(Correction::None)
        .numeric(test)
        .category(test)
}

fn ranks() -> DriftDetector {
    DriftDetector::new().correction(Correction::None)
}

fn check(detector: &DriftDetector, sizes: &[(usize, usize)], trials: u64) -> Vec<String> {
    let mut lines = Vec::new();
    for &size in sizes {
        for column in COLUMNS {
            let (values, missing) = alarms(detector, column, size, trials);
            let line = format!(
                "{column} {} x {}: values {:.3}, missing {:.3}",
                size.0,
                size.1,
                values as f64 / trials as f64,
                missing as f64 / trials as f64
            );
            assert!(values.max(missing) <= most(trials), "{line}");
            lines.push(line);
        }
    }
    lines
}

#[test]
fn case_s2_psi_keeps_its_level_on_every_distribution() {
    check(&stability(199), &[(50, 500), (500, 50)], 250);
}

#[test]
fn case_s2_ks_chi_square_and_missing_shares_keep_their_level() {
    check(&ranks(), &[(50, 500)], 60);
}

#[test]
#[ignore = "minutes; cargo test --release -p ml-monitor --test false_alarms -- --ignored --nocapture"]
fn every_level_at_full_size() {
    let sizes = [
        (50, 500),
        (500, 500),
        (500, 50),
        (30, 5_000),
        (3_000, 2_000),
    ];
    for (name, detector) in [("psi", stability(499)), ("ks, chi-square", ranks())] {
        for size in sizes {
            for line in check(&detector, &[size], 1_000) {
                println!("{name}: {line}");
            }
        }
    }
}

/// A shift of the mean is found as often as before and more often in small samples; the same for a
/// level that doubles.
#[test]
fn psi_keeps_its_power() {
    let found = |n: usize, m: usize, shift: f64| {
        let mut found = 0;
        for trial in 0..120 {
            let mut rng = generator(trial, "power", 0);
            let mut sample = |rows: usize, shift: f64| {
                let values: Vec<f64> = (0..rows)
                    .map(|_| draw("normal", &mut rng) + shift)
                    .collect();
                ColumnSet::new()
                    .with("x", Values::Numeric(values.into()))
                    .unwrap()
            };
            let reference = ReferenceProfile::new(&sample(n, 0.0)).unwrap();
            let report = stability(199).compare(&reference, &sample(m, shift));
            found += u32::from(report.unwrap().columns()[0].drifted);
        }
        f64::from(found) / 120.0
    };
    // The marks of unchanged continuous columns found .19 of the first (SciPy simulation of the
    // same rule), .93 of the second.
    assert!(found(50, 500, 0.3) > 0.17, "{}", found(50, 500, 0.3));
    assert!(found(500, 500, 0.3) > 0.85, "{}", found(500, 500, 0.3));
}

/// Reference 50 zeros, current 49 zeros and a one: numbers, categories, and a missing row instead
/// of the one.
#[test]
fn case_s2_a_value_the_reference_lacks_is_no_alarm() {
    let zeros = || vec![0.0; 50];
    let one = |x: f64| [vec![0.0; 49], vec![x]].concat();
    let numbers = |v: Vec<f64>| Values::Numeric(v.into());
    let labels = |v: Vec<f64>| Values::labels(v.into_iter().map(|x| Some(x.to_string())));
    let cases = [
        (numbers(zeros()), numbers(one(1.0))),
        (numbers(zeros()), numbers(one(-1.0))),
        (numbers(zeros()), numbers(one(f64::NAN))),
        (labels(zeros()), labels(one(1.0))),
    ];
    let asymptotic = Psi {
        threshold: PsiThreshold::Calibrated(NullMethod::Asymptotic),
        ..Psi::default()
    };
    let asymptotic = stability(1).numeric(asymptotic).category(asymptotic);
    for (before, now) in cases {
        let set = |v| ColumnSet::new().with("x", v).unwrap();
        let reference = ReferenceProfile::new(&set(before)).unwrap();
        let now = set(now);
        for detector in [stability(2_000), ranks(), asymptotic.clone()] {
            let report = detector.compare(&reference, &now).unwrap();
            assert_eq!(report.drifted().count(), 0, "{report}");
        }
        // The row falls to either side equally often.
        let report = stability(2_000).compare(&reference, &now).unwrap();
        assert!(report.columns()[0].p_value > Some(0.4), "{report}");
    }
}
