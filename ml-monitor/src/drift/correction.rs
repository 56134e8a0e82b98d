//! Correction of p-values for many tests at once.

use serde::{Deserialize, Serialize};

/// Adjustment of p-values when many columns are tested together.
///
/// Testing 100 columns that did not drift at `alpha = 0.05` raises five false alarms on average;
/// that is what this is against.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Correction {
    /// Benjamini-Hochberg: of the columns flagged, at most a share `alpha` is expected to be false
    /// alarms.
    #[default]
    BenjaminiHochberg,
    /// Bonferroni: the chance of any false alarm at all is at most `alpha`. Stricter, and blind to
    /// more real drift.
    Bonferroni,
    /// Each column for itself.
    None,
}

/// Adjusted p-values, in the order given: reject those below the wanted level.
///
/// # Formula
/// Of `m` p-values in ascending order the k-th becomes
///
/// ```text
/// Benjamini-Hochberg    min over j >= k of p_j m / j, at most 1
/// Bonferroni            min(m p_k, 1)
/// ```
///
/// # Example
/// ```
/// use ml_monitor::drift::{Correction, adjust_p_values};
/// let adjusted = adjust_p_values(&[0.01, 0.04, 0.03], Correction::BenjaminiHochberg);
/// assert_eq!(adjusted, [0.03, 0.04, 0.04]);
/// assert_eq!(adjust_p_values(&[0.01, 0.5], Correction::Bonferroni), [0.02, 1.0]);
/// ```
///
/// # References
/// Y. Benjamini and Y. Hochberg, Journal of the Royal Statistical Society B 57 (1995),
/// [doi:10.1111/j.2517-6161.1995.tb02031.x](https://doi.org/10.1111/j.2517-6161.1995.tb02031.x).
#[must_use]
pub fn adjust_p_values(p: &[f64], correction: Correction) -> Vec<f64> {
    let tests = p.len() as f64;
    match correction {
        Correction::None => p.to_vec(),
        Correction::Bonferroni => p.iter().map(|p| (p * tests).min(1.0)).collect(),
        Correction::BenjaminiHochberg => {
            let mut order: Vec<usize> = (0..p.len()).collect();
            order.sort_by(|&a, &b| p[b].total_cmp(&p[a]));
            let mut adjusted = vec![0.0; p.len()];
            let mut least: f64 = 1.0;
            for (from_top, &i) in order.iter().enumerate() {
                least = least.min(p[i] * (tests / (p.len() - from_top) as f64));
                adjusted[i] = least;
            }
            adjusted
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Twenty columns of which five drifted, by independent tests: the two promises at level 0.1,
    /// simulated.
    #[test]
    fn false_alarms_stay_below_the_level() {
        use ml_data::random::{RngExt, generator};
        let (alpha, trials) = (0.1, 2000);
        let (mut share, mut any, mut found) = (0.0, 0.0, 0.0);
        for trial in 0..trials {
            let mut rng = generator(trial, "correction", 0);
            // p-values of columns that drifted are the fortieth power of a uniform number
            let p: Vec<f64> = (0..20)
                .map(|i| rng.random::<f64>().powi(if i < 5 { 40 } else { 1 }))
                .collect();
            let alarms = |correction| {
                let adjusted = adjust_p_values(&p, correction);
                let flagged = |rows: std::ops::Range<usize>| {
                    rows.filter(|i| adjusted[*i] < alpha).count() as f64
                };
                (flagged(0..5), flagged(5..20))
            };
            let (right, wrong) = alarms(Correction::BenjaminiHochberg);
            share += wrong / f64::max(right + wrong, 1.0);
            found += right;
            any += f64::from(u8::from(alarms(Correction::Bonferroni).1 > 0.0));
        }
        let n = trials as f64;
        let slack = 4.0 * (alpha * (1.0 - alpha) / n).sqrt();
        assert!(share / n <= alpha + slack, "{}", share / n);
        assert!(any / n <= alpha + slack, "{}", any / n);
        // nor are they far below it, or the level would be spent on nothing
        assert!(share / n > 0.05 && any / n > 0.05 && found / n > 3.0);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn adjusted_keeps_order_and_only_grows(p in prop::collection::vec(0.0f64..=1.0, 0..30)) {
            for c in [Correction::BenjaminiHochberg, Correction::Bonferroni, Correction::None] {
                let q = adjust_p_values(&p, c);
                prop_assert_eq!(q.len(), p.len());
                for i in 0..p.len() {
                    prop_assert!(q[i] >= p[i] && q[i] <= 1.0);
                    for j in 0..p.len() {
                        prop_assert!(p[i] > p[j] || q[i] <= q[j]);
                    }
                }
            }
        }
    }
}
