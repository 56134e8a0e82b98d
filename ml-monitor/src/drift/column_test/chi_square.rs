//! The chi-square test of a categorical column.

use ml_data::Result;
use serde::{Deserialize, Serialize};

use super::{CategoryCounts, ColumnTest, DriftRule, TestOutcome};
use crate::drift::chi_square::{ChiSquareResult, chi_square};
use crate::drift::psi::{NullMethod, total};
use crate::drift::values::ValueKind;

/// Pearson's chi-square test of the rows that have a level
/// ([`chi_square`](crate::drift::chi_square()) with Yates' correction for two levels); the effect
/// size is Cramer's V. Without a row on either side there is no test.
///
/// Where the approximation fails (Cochran's rule: more than a fifth of the expected counts below 5,
/// or one below 1) and there are three levels or more, the p-value is that of a permutation test.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ChiSquare;

impl ColumnTest for ChiSquare {
    fn name(&self) -> &str {
        "chi-square"
    }

    fn kinds(&self) -> &[ValueKind] {
        &[ValueKind::Category]
    }

    fn covers_missing(&self) -> bool {
        false
    }

    fn check(&self) -> Result<()> {
        Ok(())
    }

    fn compare_categories(
        &self,
        counts: &CategoryCounts<'_>,
        _: f64,
    ) -> Result<Option<TestOutcome>> {
        let (before, now) = (counts.reference, counts.current);
        if total(before) == 0.0 || total(now) == 0.0 {
            return Ok(None);
        }
        let found = chi_square(before, now, true)?;
        let p_value = match sparse(&found) {
            true => {
                let null = NullMethod::default().of_levels(before, now, pearson)?;
                null.p_value(pearson(before, now))
            }
            false => found.p_value,
        };
        Ok(Some(TestOutcome {
            statistic: found.statistic,
            effect: found.cramers_v,
            rule: DriftRule::PValue {
                p_value,
                threshold: None,
            },
            low_expected: Some(found.low_expected),
        }))
    }
}

/// True where the chi-square approximation fails (Cochran's rule): with rare levels it gave false
/// alarms in up to a third of the comparisons of unchanged columns, so a permutation test takes its
/// place. Of two levels the continuity correction sees to it.
fn sparse(found: &ChiSquareResult) -> bool {
    found.degrees_of_freedom > 1 && (found.low_expected > 0.2 || found.min_expected < 1.0)
}

/// Pearson's statistic, up to a factor that is the same for all splits of the same rows.
fn pearson(before: &[u64], now: &[u64]) -> f64 {
    let (n, m) = (total(before), total(now));
    let level = |(&a, &b): (&u64, &u64)| match a as f64 + b as f64 {
        0.0 => 0.0,
        rows => (a as f64 - rows * (n / (n + m))).powi(2) / rows,
    };
    before.iter().zip(now).map(level).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By hand: of 3 and 6 rows a third of each level is expected, 1 and 2: (2 - 1)^2 / 3 +
    /// (1 - 2)^2 / 6; a level without rows adds nothing.
    #[test]
    fn pearsons_statistic_of_one_side() {
        let found = pearson(&[2, 1, 0], &[1, 5, 0]);
        approx::assert_relative_eq!(found, 0.5, max_relative = 1e-12);
    }
}
