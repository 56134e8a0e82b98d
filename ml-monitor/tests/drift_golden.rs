//! Drift tests against SciPy and NumPy; `golden/drift.py` made the values.
#![allow(clippy::unwrap_used)] // functions shared by tests, which the lint takes for library code

use approx::assert_relative_eq;
use ml_monitor::drift::{
    ColumnSet, Correction, DriftDetector, JensenShannon, KsMethod, PsiBins, ReferenceProfile,
    Values, adjust_p_values, chi_square, jensen_shannon, ks_2samp, psi_2samp,
};
use serde_json::Value;

fn golden() -> Value {
    ml_data::testkit::golden!("drift").unwrap()
}

fn numbers(v: &Value) -> Vec<f64> {
    v.as_array()
        .unwrap()
        .iter()
        .map(|x| x.as_f64().unwrap())
        .collect()
}

/// The sequence the script calls `wave`.
fn wave(spec: &Value) -> Vec<f64> {
    let int = |i: usize| spec[i].as_u64().unwrap();
    let (n, step, prime) = (int(0), int(1), int(2));
    let (scale, shift) = (spec[3].as_f64().unwrap(), spec[4].as_f64().unwrap());
    let value = |i: u64| (i * step % prime) as f64 / prime as f64 * scale + shift;
    match spec[5].as_u64() {
        Some(decimals) => {
            let unit = 10f64.powi(decimals as i32);
            (1..=n).map(|i| (value(i) * unit).floor() / unit).collect()
        }
        None => (1..=n).map(value).collect(),
    }
}

fn check_ks(case: &Value, a: &[f64], b: &[f64]) {
    let mut checked = 0;
    for (name, method) in [
        ("auto", KsMethod::Auto),
        ("exact", KsMethod::Exact),
        ("asymp", KsMethod::Asymptotic),
    ] {
        let Some(want) = case.get(name) else { continue };
        let got = ks_2samp(a, b, method).unwrap();
        assert_relative_eq!(
            got.statistic,
            want["statistic"].as_f64().unwrap(),
            max_relative = 1e-14,
            epsilon = 1e-15
        );
        assert_relative_eq!(
            got.p_value,
            want["p"].as_f64().unwrap(),
            max_relative = 2e-10,
            epsilon = 1e-15
        );
        checked += 1;
    }
    assert!(checked >= 2);
}

#[test]
fn ks_on_written_out_samples() {
    let golden = golden();
    for case in golden["ks_small"].as_array().unwrap() {
        check_ks(case, &numbers(&case["a"]), &numbers(&case["b"]));
    }
}

#[test]
fn ks_on_long_samples() {
    let golden = golden();
    for case in golden["ks_long"].as_array().unwrap() {
        check_ks(case, &wave(&case["a"]), &wave(&case["b"]));
    }
}

#[test]
fn chi_square_on_tables() {
    for case in golden()["chi2"].as_array().unwrap() {
        let row = |i: usize| -> Vec<u64> {
            numbers(&case["table"][i])
                .iter()
                .map(|&x| x as u64)
                .collect()
        };
        let want = |key: &str| case[key].as_f64().unwrap();
        let test = chi_square(&row(0), &row(1), true).unwrap();
        assert_relative_eq!(test.statistic, want("statistic"), max_relative = 1e-12);
        assert_relative_eq!(test.p_value, want("p"), max_relative = 1e-10);
        assert_eq!(test.degrees_of_freedom as f64, want("dof"));
        assert_relative_eq!(
            test.min_expected,
            want("min_expected"),
            max_relative = 1e-12
        );
        assert_relative_eq!(test.cramers_v, want("cramers_v"), max_relative = 1e-12);
        let plain = chi_square(&row(0), &row(1), false).unwrap();
        assert_relative_eq!(
            plain.statistic,
            want("plain_statistic"),
            max_relative = 1e-12
        );
        assert_relative_eq!(plain.p_value, want("plain_p"), max_relative = 1e-10);
    }
}

#[test]
fn psi_on_quantile_bins() {
    let mut checked = 0;
    for case in golden()["psi"].as_array().unwrap() {
        let bins = PsiBins {
            bins: case["bins"].as_u64().unwrap() as usize,
            ..PsiBins::default()
        };
        let got = psi_2samp(&wave(&case["a"]), &wave(&case["b"]), bins).unwrap();
        assert_relative_eq!(
            got,
            case["psi"].as_f64().unwrap(),
            max_relative = 1e-10,
            epsilon = 1e-14
        );
        checked += 1;
    }
    assert_eq!(checked, 24);
}

#[test]
fn benjamini_hochberg() {
    let golden = golden();
    let got = adjust_p_values(&numbers(&golden["fdr"]["p"]), Correction::BenjaminiHochberg);
    for (got, want) in got.iter().zip(numbers(&golden["fdr"]["bh"])) {
        assert_relative_eq!(*got, want, max_relative = 1e-14);
    }
}

/// `golden/jensen_shannon.py` made the values: histograms, and whole columns with missing values.
#[test]
fn jensen_shannon_of_tables_and_columns() {
    let golden: Value = ml_data::testkit::golden!("jensen_shannon").unwrap();
    for case in golden["tables"].as_array().unwrap() {
        let row = |i: usize| -> Vec<u64> {
            let counts = case["table"][i].as_array().unwrap();
            counts.iter().map(|c| c.as_u64().unwrap()).collect()
        };
        let want = case["distance"].as_f64().unwrap();
        let found = jensen_shannon(&row(0), &row(1)).unwrap();
        // SciPy's terms cancel where the shares are close.
        assert_relative_eq!(found, want, max_relative = 1e-12, epsilon = 1e-12);
    }
    let column = |v: Vec<f64>| (ColumnSet::new().with("x", Values::Numeric(v.into()))).unwrap();
    let cases = golden["samples"].as_array().unwrap();
    assert_eq!(cases.len(), 24);
    for case in cases {
        let whole = |key: &str| case[key].as_u64().unwrap() as usize;
        let mut current = wave(&case["b"]);
        current.extend(vec![f64::NAN; whole("missing")]);
        let test = JensenShannon {
            bins: whole("bins"),
            ..JensenShannon::default()
        };
        let profile = ReferenceProfile::new(&column(wave(&case["a"]))).unwrap();
        let detector = DriftDetector::new().numeric(test);
        let report = detector.compare(&profile, &column(current)).unwrap();
        let found = report.get("x").unwrap();
        let want = case["distance"].as_f64().unwrap();
        assert_relative_eq!(found.statistic.unwrap(), want, max_relative = 1e-10);
        assert_eq!((found.p_value, found.missing.p_value), (None, None));
        assert_eq!(found.drifted, want > 0.1);
    }
}
