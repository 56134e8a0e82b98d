//! Two-sample Kolmogorov-Smirnov test: do two columns of numbers come from one distribution?
//!
//! The statistic `D` is the largest distance between the two empirical distribution functions. It
//! is computed exactly, as an integer: `n * m * D` is a difference of counts, so no rounding ever
//! moves a p-value.

mod buckets;
mod empirical;
mod exact;
mod kolmogorov;
mod statistic;

pub(crate) use buckets::Buckets;
pub(crate) use empirical::{CdfPoint, EmpiricalCdf};
pub(crate) use statistic::{check_len, sorted_keys, unkey};

use serde::{Deserialize, Serialize};

use ml_data::{Error, Result};

/// Longest sample for which [`KsMethod::Auto`] counts lattice paths whatever the length of the
/// other one.
pub const MAX_AUTO_EXACT: usize = 10_000;

/// Product `n * m` up to which [`KsMethod::Auto`] counts lattice paths of longer samples: some
/// milliseconds.
const MAX_AUTO_CELLS: u64 = 10_000_000;

/// Products `n * m` above this make path counting take minutes; [`KsMethod::Exact`] refuses them.
const MAX_EXACT_CELLS: u64 = 4_000_000_000;

/// Computation of the p-value of [`ks_2samp`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub enum KsMethod {
    /// Exact when neither sample is longer than [`MAX_AUTO_EXACT`], or when the product of the
    /// lengths is at most 1e7 (a long sample against a handful of values); asymptotic otherwise.
    #[default]
    Auto,
    /// The exact distribution of `D` under random interleaving of the two samples.
    Exact,
    /// The distribution of the one-sample statistic with `round(n m / (n + m))` values, at least
    /// the probability of the largest distance there is, `2 n! m! / (n + m)!`.
    Asymptotic,
}

/// The outcome of [`ks_2samp`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct KsResult {
    /// `D`, the largest distance between the two empirical distribution functions, from 0 to 1.
    pub statistic: f64,
    /// Probability of a `D` at least this large when both samples come from one distribution
    /// (two-sided).
    pub p_value: f64,
    /// The method that was used: never [`KsMethod::Auto`].
    pub method: KsMethod,
    /// Values of the reference sample, missing ones left out.
    pub n_reference: usize,
    /// Values of the current sample, missing ones left out.
    pub n_current: usize,
}

/// Two-sided two-sample Kolmogorov-Smirnov test of `reference` against `current`.
///
/// Use it on continuous columns. On columns with many ties the p-value is conservative (too large),
/// on unordered categories use [`chi_square`](crate::drift::chi_square()). With hundreds of
/// thousands of rows every harmless difference becomes significant: look at the statistic too.
///
/// Cost: two passes over the data and a sort of the few values near the largest distance, so a
/// million against a million takes some 10 milliseconds; columns that hardly vary fall back to
/// sorting both samples.
///
/// # Formula
/// With the empirical distribution functions `F` of the reference and `G` of the current sample,
///
/// ```text
/// D = max over x of |F(x) - G(x)|
/// ```
///
/// # Missing values
/// NaN is missing and left out. Infinities are values like any other: the largest and the smallest.
///
/// # Errors
/// A sample without any value; with [`KsMethod::Exact`], a product of lengths above `4e9`.
///
/// # Example
/// ```
/// use ml_monitor::drift::{KsMethod, ks_2samp};
///
/// let test = ks_2samp(&[1.0, 2.0, 3.0, 4.0], &[3.5, 4.5, 5.5, 6.5], KsMethod::Auto)?;
/// assert_eq!(test.statistic, 0.75);
/// assert!((test.p_value - 0.22857142857142857).abs() < 1e-15);
/// # Ok::<(), ml_data::Error>(())
/// ```
///
/// # References
/// J. L. Hodges, "The significance probability of the Smirnov two-sample test", Arkiv for Matematik
/// 3 (1958), [doi:10.1007/BF02589501](https://doi.org/10.1007/BF02589501). R. Simard and P.
/// L'Ecuyer, "Computing the two-sided Kolmogorov-Smirnov distribution", Journal of Statistical
/// Software 39 (2011), [doi:10.18637/jss.v039.i11](https://doi.org/10.18637/jss.v039.i11).
pub fn ks_2samp(reference: &[f64], current: &[f64], method: KsMethod) -> Result<KsResult> {
    let distance = statistic::distance(reference, current)?;
    test(distance, method)
}

/// The p-value of a distance already known.
pub(crate) fn test(distance: Distance, method: KsMethod) -> Result<KsResult> {
    let Distance { n, m, .. } = distance;
    let exact = match method {
        KsMethod::Auto => {
            n.max(m) <= MAX_AUTO_EXACT as u64 || n.saturating_mul(m) <= MAX_AUTO_CELLS
        }
        KsMethod::Asymptotic => false,
        KsMethod::Exact if n.saturating_mul(m) <= MAX_EXACT_CELLS => true,
        KsMethod::Exact => {
            return Err(Error::parameter(
                "ks_2samp",
                "method",
                format!("Exact for {n} x {m} values"),
                "n * m <= 4e9",
            ));
        }
    };
    let p_value = if exact {
        exact::p_value(distance)
    } else {
        asymptotic(distance)
    };
    Ok(KsResult {
        statistic: distance.d(),
        p_value: p_value.clamp(0.0, 1.0),
        method: if exact {
            KsMethod::Exact
        } else {
            KsMethod::Asymptotic
        },
        n_reference: n as usize,
        n_current: m as usize,
    })
}

fn asymptotic(distance: Distance) -> f64 {
    let (n, m) = (distance.n as f64, distance.m as f64);
    let size = (n * m / (n + m)).round_ties_even().max(1.0);
    kolmogorov::sf(size, distance.d()).max(largest_distance_probability(distance.n, distance.m))
}

/// Probability of the distance 1: two of all interleavings have one sample wholly before the other.
fn largest_distance_probability(n: u64, m: u64) -> f64 {
    let (few, many) = (n.min(m), n.max(m) as f64);
    let mut p = 2.0;
    for i in 1..=few {
        p *= i as f64 / (many + i as f64);
        if p == 0.0 {
            break;
        }
    }
    p
}

/// `D` as an integer: the largest `|below_reference(x) * m - below_current(x) * n|`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Distance {
    pub(crate) steps: u64,
    pub(crate) n: u64,
    pub(crate) m: u64,
}

impl Distance {
    pub(crate) fn d(&self) -> f64 {
        self.steps as f64 / (self.n as f64 * self.m as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn empty_and_all_missing_samples_are_refused() {
        for (a, b) in [
            (vec![], vec![1.0]),
            (vec![1.0], vec![]),
            (vec![f64::NAN], vec![1.0]),
            (vec![1.0], vec![f64::NAN; 3]),
        ] {
            assert!(ks_2samp(&a, &b, KsMethod::Auto).is_err());
        }
    }

    #[test]
    fn one_value_each_infinities_and_constants() {
        let one = ks_2samp(&[1.0], &[2.0], KsMethod::Auto).unwrap();
        assert_eq!((one.statistic, one.p_value), (1.0, 1.0));
        let inf = f64::INFINITY;
        let ends = ks_2samp(
            &[-inf, 0.0, inf, f64::NAN],
            &[-inf, -0.0, inf],
            KsMethod::Auto,
        )
        .unwrap();
        assert_eq!(
            (ends.statistic, ends.p_value, ends.n_reference),
            (0.0, 1.0, 3)
        );
        let constant = ks_2samp(&[7.0; 50], &[7.0; 20], KsMethod::Asymptotic).unwrap();
        assert_eq!((constant.statistic, constant.p_value), (0.0, 1.0));
    }

    /// By hand: a value outside 20,000 others is first or last with probability 2 / 20,001; two
    /// values, 2 / C(20,002, 2).
    #[test]
    fn case_s5_a_few_values_against_many() {
        let many: Vec<f64> = (0..20_000).map(f64::from).collect();
        let two = 2.0 / (20_002.0 * 20_001.0 / 2.0);
        for (few, want) in [(vec![-1.0], 2.0 / 20_001.0), (vec![-1.0, -2.0], two)] {
            for method in [KsMethod::Auto, KsMethod::Exact, KsMethod::Asymptotic] {
                let test = ks_2samp(&many, &few, method).unwrap();
                assert_eq!(test.statistic, 1.0);
                approx::assert_relative_eq!(test.p_value, want, max_relative = 1e-12);
            }
        }
        for (n, m, want) in [(1, 1, 1.0), (1, 2, 2.0 / 3.0), (2, 2, 1.0 / 3.0)] {
            let far = Distance { steps: n * m, n, m };
            for method in [KsMethod::Asymptotic, KsMethod::Exact] {
                let p = test(far, method).unwrap().p_value;
                approx::assert_relative_eq!(p, want, max_relative = 1e-12);
            }
        }
        // Every pair has p-values in [0, 1] that are 1 at distance 0.
        for (n, m) in [
            (1, 1),
            (1, 2_000_000_000),
            (3, 2),
            (2_000_000_000, 2_000_000_000),
        ] {
            let p = |steps| {
                test(Distance { steps, n, m }, KsMethod::Asymptotic)
                    .unwrap()
                    .p_value
            };
            assert_eq!(p(0), 1.0);
            assert!((0.0..=1.0).contains(&p(n * m)), "{n} {m}");
        }
    }

    /// Sizes at the ends against SciPy's exact count; `golden/drift.py` made the values.
    #[test]
    fn case_s5_sweep_of_sizes_equals_scipy() {
        let golden: serde_json::Value = ml_data::testkit::golden!("drift").unwrap();
        let rows = golden["ks_sweep"].as_array().unwrap();
        assert!(rows.len() > 80);
        for row in rows {
            let [n, m, steps] = [0, 1, 2].map(|i| row[i].as_u64().unwrap());
            let want = row[3].as_f64().unwrap();
            let found = test(Distance { steps, n, m }, KsMethod::Auto).unwrap();
            assert_eq!(found.method, KsMethod::Exact);
            approx::assert_relative_eq!(found.p_value, want, max_relative = 1e-9);
        }
    }

    #[test]
    fn exact_refuses_what_would_take_minutes() {
        let far = Distance {
            steps: 1,
            n: 1_000_000,
            m: 1_000_000,
        };
        assert!(
            test(far, KsMethod::Exact)
                .unwrap_err()
                .to_string()
                .contains("method")
        );
        assert_eq!(
            test(far, KsMethod::Auto).unwrap().method,
            KsMethod::Asymptotic
        );
    }

    /// Where exact and asymptotic meet they tell the same story.
    #[test]
    fn methods_agree_on_long_samples() {
        let d = Distance {
            steps: 30 * 4000,
            n: 4000,
            m: 3000,
        };
        let exact = test(d, KsMethod::Exact).unwrap().p_value;
        let asymptotic = test(d, KsMethod::Asymptotic).unwrap().p_value;
        approx::assert_relative_eq!(exact, asymptotic, max_relative = 0.03);
    }

    fn sample() -> impl Strategy<Value = Vec<f64>> {
        prop::collection::vec(
            prop_oneof![(-20i32..20).prop_map(|x| f64::from(x) / 4.0), -1e6..1e6],
            1..60,
        )
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn symmetric(a in sample(), b in sample()) {
            for method in [KsMethod::Exact, KsMethod::Asymptotic] {
                let (ab, ba) = (ks_2samp(&a, &b, method).unwrap(), ks_2samp(&b, &a, method).unwrap());
                prop_assert_eq!(ab.statistic, ba.statistic);
                prop_assert!((ab.p_value - ba.p_value).abs() <= 1e-12 * ab.p_value);
            }
        }

        #[test]
        fn unchanged_by_a_monotone_transform(a in sample(), b in sample()) {
            let up = |v: &[f64]| v.iter().map(|x| x.cbrt() * 3.0 - 2.0).collect::<Vec<_>>();
            prop_assert_eq!(ks_2samp(&a, &b, KsMethod::Auto).unwrap(), ks_2samp(&up(&a), &up(&b), KsMethod::Auto).unwrap());
        }

        #[test]
        fn identical_samples_do_not_differ(a in sample()) {
            let t = ks_2samp(&a, &a, KsMethod::Auto).unwrap();
            prop_assert_eq!((t.statistic, t.p_value), (0.0, 1.0));
        }

        #[test]
        fn p_falls_as_the_distance_grows(n in 1u64..60, m in 1u64..60) {
            let mut last = 1.0;
            for steps in 0..=n * m {
                let p = exact::p_value(Distance { steps, n, m });
                prop_assert!(p <= last * (1.0 + 1e-12), "n {n} m {m} steps {steps}: {p} > {last}");
                last = p;
            }
        }
    }
}
