//! The percentiles at which an interval ends.

use super::IntervalMethod;
use statrs::distribution::{ContinuousCDF, Normal, StudentsT};

/// Levels, in [0, 1], of the resampled means at which an interval of `values` ends.
///
/// `means` are ascending, `estimate` is the mean of the values.
pub(super) fn levels(
    method: IntervalMethod,
    level: f64,
    values: &[f64],
    means: &[f64],
    estimate: f64,
) -> (f64, f64) {
    let tail = match method.corrected() {
        true => corrected((1.0 - level) / 2.0, values.len()),
        false => (1.0 - level) / 2.0,
    };
    if !method.accelerated() {
        return (tail, 1.0 - tail);
    }
    let normal = Normal::standard();
    let z0 = bias(means, estimate);
    let a = acceleration(values, estimate);
    let at = |tail: f64| {
        let z = z0 + normal.inverse_cdf(tail);
        let level = normal.cdf(z0 + z / (1.0 - a * z));
        if level.is_nan() { tail } else { level }
    };
    (at(tail), at(1.0 - tail))
}

/// The tail that makes percentiles of `n` users as wide as a t interval: `Phi(sqrt(n / (n - 1))
/// t)`.
///
/// T. Hesterberg, The American Statistician 69 (2015), doi:10.1080/00031305.2015.1089789, section
/// 4.1.
pub(super) fn corrected(tail: f64, n: usize) -> f64 {
    let freedom = n as f64 - 1.0;
    match StudentsT::new(0.0, 1.0, freedom) {
        Ok(t) => {
            let out = t.inverse_cdf(tail) * (n as f64 / freedom).sqrt();
            Normal::standard().cdf(out)
        }
        Err(_) => tail,
    }
}

/// Bias `z0`: the resampled means on one side of the estimate, in standard deviations; ties count
/// half, and the order in which a mean was added up does not break a tie.
fn bias(means: &[f64], estimate: f64) -> f64 {
    let tie = 1e-12 * estimate.abs();
    let below = means.partition_point(|&m| m < estimate - tie);
    let upto = means.partition_point(|&m| m <= estimate + tie);
    let n = means.len() as f64;
    let share = (below + upto) as f64 / (2.0 * n);
    // An estimate beyond every resampled mean would put both ends at infinity.
    Normal::standard().inverse_cdf(share.clamp(0.5 / n, 1.0 - 0.5 / n))
}

/// A sixth of the skewness of the jackknife's means, one user left out at a time.
fn acceleration(values: &[f64], estimate: f64) -> f64 {
    let (mut squares, mut cubes) = (0.0, 0.0);
    for v in values {
        let away = v - estimate;
        squares += away * away;
        cubes += away * away * away;
    }
    let a = cubes / (6.0 * squares.powf(1.5));
    if a.is_finite() { a } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    /// SciPy's `_bca_interval` of samples and resampled means that are written out;
    /// `golden/bootstrap.py` made the values.
    #[test]
    fn case_s4_bca_levels_equal_scipy() {
        let golden: Value = ml_data::testkit::golden!("bootstrap").unwrap();
        let numbers = |v: &Value| -> Vec<f64> {
            v.as_array()
                .unwrap()
                .iter()
                .map(|x| x.as_f64().unwrap())
                .collect()
        };
        let mut checked = 0;
        for case in golden["bca"].as_array().unwrap() {
            let (values, mut means) = (numbers(&case["values"]), numbers(&case["means"]));
            means.sort_unstable_by(f64::total_cmp);
            let estimate = case["estimate"].as_f64().unwrap();
            let level = case["level"].as_f64().unwrap();
            let (low, high) = levels(IntervalMethod::Bca, level, &values, &means, estimate);
            let want = numbers(&case["levels"]);
            approx::assert_relative_eq!(low, want[0], max_relative = 1e-9);
            approx::assert_relative_eq!(high, want[1], max_relative = 1e-9);
            let found = [low, high].map(|q| super::super::percentile(&means, q));
            let want = numbers(&case["ends"]);
            approx::assert_relative_eq!(found[0], want[0], max_relative = 1e-9);
            approx::assert_relative_eq!(found[1], want[1], max_relative = 1e-9);
            checked += 1;
        }
        assert_eq!(checked, 12);
        for case in golden["corrected"].as_array().unwrap() {
            let [tail, n, want] = numbers(case)[..] else {
                panic!("three numbers")
            };
            approx::assert_relative_eq!(corrected(tail, n as usize), want, max_relative = 1e-8);
        }
    }
}
