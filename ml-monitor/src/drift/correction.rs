//! Correction of p-values for many tests at once.

use serde::{Deserialize, Serialize};

/// How p-values are adjusted when many columns are tested together.
///
/// Testing 100 columns that did not drift at `alpha = 0.05` raises five false alarms on average; that is what this is against.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Correction {
    /// Benjamini-Hochberg: of the columns flagged, at most a share `alpha` is expected to be false alarms.
    #[default]
    BenjaminiHochberg,
    /// Bonferroni: the chance of any false alarm at all is at most `alpha`. Stricter, and blind to more real drift.
    Bonferroni,
    /// Each column for itself.
    None,
}

/// Adjusted p-values, in the order given: reject those below the wanted level.
///
/// # Example
/// ```
/// use ml_monitor::drift::{Correction, adjust_p_values};
/// assert_eq!(adjust_p_values(&[0.01, 0.04, 0.03], Correction::BenjaminiHochberg), [0.03, 0.04, 0.04]);
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
