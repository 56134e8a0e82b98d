//! Values against SciPy and exact fractions, the choice of the method, and its borders.

use super::*;
use approx::assert_relative_eq;

/// The strided sum is the whole sum.
#[test]
fn stride_changes_nothing() {
    let whole = |n: f64, d: f64| {
        let t = n * d;
        let mut sum = (n * (-d).ln_1p()).exp();
        let mut j = 1.0;
        while j <= (n - t).floor() && n - j > t {
            let r = n - j;
            let e = stirling_error(n) - stirling_error(j) - stirling_error(r);
            let e = e + j * (t / j).ln_1p() + r * (-t / r).ln_1p();
            sum += t / (t + j) * (n / (2.0 * PI * j * r)).sqrt() * e.exp();
            j += 1.0;
        }
        sum
    };
    for z2 in [2.2f64, 5.0, 40.0, 300.0] {
        for n in [17_001.0f64, 50_000.0, 123_457.0] {
            let d = (z2 / n).sqrt();
            assert_relative_eq!(one_sided(n, d), whole(n, d), max_relative = 1e-11);
        }
    }
}

#[test]
fn equals_scipy() {
    let golden: serde_json::Value = ml_data::testkit::golden!("drift").unwrap();
    let mut rows = 0;
    for case in golden["kolmogorov"].as_array().unwrap() {
        let [n, d, want] = ["n", "d", "sf"].map(|k| case[k].as_f64().unwrap());
        assert_relative_eq!(sf(n, d), want, max_relative = 2e-11, epsilon = 1e-13);
        rows += 1;
    }
    assert_eq!(rows, 169);
}

/// Neighbouring methods meet at their borders.
#[test]
fn regions_meet() {
    for n in [10.0f64, 50.0, 140.0] {
        let d = (4.0 / n).sqrt();
        if d < 0.5 {
            assert_relative_eq!(
                1.0 - durbin(n, d),
                2.0 * one_sided(n, d),
                max_relative = 1e-8
            );
        }
    }
    for n in [141.0f64, 1000.0, 90_000.0] {
        let d = (2.2 / n).sqrt();
        assert_relative_eq!(
            1.0 - pelz_good(n, d),
            2.0 * one_sided(n, d),
            max_relative = 3e-5
        );
        let d = (1.4 / n).powf(2.0 / 3.0);
        assert_relative_eq!(durbin(n, d), pelz_good(n, d), max_relative = 5e-5);
    }
}

/// Against exact fractions and SciPy, both tails; `golden/kolmogorov.py` made the values.
#[test]
fn equals_fractions_and_scipy_from_end_to_end() {
    let golden: serde_json::Value = ml_data::testkit::golden!("kolmogorov").unwrap();
    let rows = golden["rows"].as_array().unwrap();
    let mut of_method = [0; 6];
    for row in rows {
        let [n, d, below, reached] = [0, 1, 2, 3].map(|i| row[i].as_f64().unwrap());
        assert_relative_eq!(sf(n, d), reached, max_relative = 2e-11, epsilon = 1e-130);
        let method = Method::of(n, d);
        of_method[method as usize] += 1;
        // Where the lower tail is what is computed, it has full precision too.
        match method {
            Method::Product => assert_relative_eq!(product(n, d), below, max_relative = 1e-11),
            Method::Durbin => assert_relative_eq!(durbin(n, d), below, max_relative = 1e-11),
            Method::PelzGood => assert_relative_eq!(pelz_good(n, d), below, max_relative = 1e-10),
            _ => {}
        }
    }
    assert_eq!(of_method.iter().sum::<usize>(), 201);
}

/// At each border and just beside it; the numbers are chosen so that products are exact.
#[test]
fn methods_change_at_their_borders() {
    use Method::*;
    for (n, d, want) in [
        (3.0, 1.0, Impossible),
        (3.0, 0.999, OneSided),
        (1.0, 0.5, Certain),
        (1.0, 0.5000001, Product),
        (4.0, 0.25, Product),
        (4.0, 0.2500001, Durbin),
        (8.0, 0.5, OneSided),
        (8.0, 0.4999999, Durbin),
        (64.0, 0.25, Durbin), // n d^2 = 4
        (64.0, 0.2500001, OneSided),
        (140.0, 0.15, Durbin), // n d^2 = 3.15
        (141.0, 0.15, OneSided),
        (5920.0, 0.25, Impossible), // n d^2 = 370
        (5920.0, 0.2499999, OneSided),
        (220.0, 0.1, OneSided), // n d^2 = 2.2
        (220.0, 0.0999999, PelzGood),
        (100_000.0, 0.0005, Durbin), // n d^1.5 = 1.118
        (100_001.0, 0.0005, PelzGood),
        (1000.0, 0.01, Durbin),               // n d^1.5 = 1
        (200.0, 0.03659305710022971, Durbin), // n d^1.5 = 1.4
        (200.0, 0.0365931, PelzGood),
    ] {
        assert_eq!(Method::of(n, d), want, "n {n} d {d}");
    }
}

/// Every term up to 16,383 of them, then about sixteen thousand.
#[test]
fn long_sums_are_strided() {
    for (n, want) in [
        (1.0, 1.0),
        (16_383.0, 1.0),
        (16_384.0, 2.0),
        (40_000.0, 4.0),
        (1e6, 122.0),
    ] {
        assert_eq!(stride(n), want, "{n}");
    }
}

/// Against mpmath: `loggamma(k + 1) - (log(2 pi k) / 2 + k log k - k)`.
#[test]
fn errors_of_stirlings_formula() {
    for (k, want, rounding) in [
        (1.0, 0.08106146679532726, 1e-15),
        (2.0, 0.0413406959554093, 1e-15),
        (15.0, 0.005554733551962801, 2e-14), // a difference of logarithms
        (16.0, 0.0052076559196096404, 3e-16),
        (17.0, 0.004901395948434738, 3e-16),
        (40.0, 0.0020832899383024218, 1e-17),
        (1000.0, 8.333333055555635e-5, 1e-18),
    ] {
        assert_relative_eq!(
            stirling_error(k),
            want,
            max_relative = 1e-15,
            epsilon = rounding
        );
    }
}
