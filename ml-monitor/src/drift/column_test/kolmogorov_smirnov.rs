//! The Kolmogorov-Smirnov test of a numeric column.

use ml_data::Result;
use serde::{Deserialize, Serialize};

use super::{ColumnTest, DriftRule, NumericSamples, TestOutcome};
use crate::drift::ks::{self, KsMethod};
use crate::drift::values::ValueKind;

/// Two-sample Kolmogorov-Smirnov test of the values that are there ([`ks_2samp`]); the effect size
/// is `D`. Without a value on either side there is no test.
///
/// [`ks_2samp`]: crate::drift::ks_2samp
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct KolmogorovSmirnov {
    /// Computation of the p-value.
    pub method: KsMethod,
}

impl ColumnTest for KolmogorovSmirnov {
    fn name(&self) -> &str {
        "KS"
    }

    fn kinds(&self) -> &[ValueKind] {
        &[ValueKind::Numeric]
    }

    fn covers_missing(&self) -> bool {
        false
    }

    fn check(&self) -> Result<()> {
        Ok(())
    }

    fn compare_numbers(&self, samples: &NumericSamples<'_>, _: f64) -> Result<Option<TestOutcome>> {
        ks::check_len(samples.current.len())?;
        let cdf = samples.reference.cdf();
        let Some(distance) = cdf.and_then(|cdf| cdf.distance(samples.current)) else {
            return Ok(None);
        };
        let found = ks::test(distance, self.method)?;
        Ok(Some(TestOutcome {
            statistic: found.statistic,
            effect: found.statistic,
            rule: DriftRule::PValue {
                p_value: found.p_value,
                threshold: None,
            },
            low_expected: None,
        }))
    }
}
