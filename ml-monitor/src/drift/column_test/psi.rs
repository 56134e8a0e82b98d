//! The population stability index as a drift test.

use ml_data::{Error, Result};
use serde::{Deserialize, Serialize};

use super::{CategoryCounts, ColumnTest, DriftRule, NumericSamples, TestOutcome};
use crate::drift::psi::{
    NullDistribution, NullMethod, PooledNumbers, PsiBins, index_of_levels, psi,
};
use crate::drift::values::ValueKind;

/// Population stability index as a test: over quantile bins of the reference for numbers, over the
/// levels for categories, unseen levels together in one bin; the effect size is the index.
///
/// # Missing values
/// A bin of their own, for numbers and categories.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Psi {
    /// Binning (the number of bins concerns numeric columns only).
    pub bins: PsiBins,
    /// The index above which a column has drifted.
    pub threshold: PsiThreshold,
}

/// The index above which a column has drifted.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum PsiThreshold {
    /// Computed from the sizes of both samples and the bins, so that unchanged columns exceed it at
    /// the detector's `alpha`; gives p-values, which take part in the correction for many columns.
    Calibrated(NullMethod),
    /// The same for every column and size. No p-value, no correction, and a false-alarm rate that
    /// depends on the sample sizes.
    Fixed(f64),
}

impl Default for PsiThreshold {
    fn default() -> Self {
        PsiThreshold::Calibrated(NullMethod::default())
    }
}

impl Psi {
    fn outcome(
        &self,
        index: f64,
        alpha: f64,
        null: impl FnOnce(NullMethod) -> Result<NullDistribution>,
    ) -> Result<Option<TestOutcome>> {
        let rule = match self.threshold {
            PsiThreshold::Fixed(threshold) => DriftRule::Threshold(threshold),
            PsiThreshold::Calibrated(method) => {
                let null = null(method)?;
                DriftRule::PValue {
                    p_value: null.p_value(index),
                    threshold: Some(null.quantile(1.0 - alpha)),
                }
            }
        };
        Ok(Some(TestOutcome {
            statistic: index,
            effect: index,
            rule,
            low_expected: None,
        }))
    }
}

impl ColumnTest for Psi {
    fn name(&self) -> &str {
        "PSI"
    }

    fn kinds(&self) -> &[ValueKind] {
        &[ValueKind::Numeric, ValueKind::Category]
    }

    fn covers_missing(&self) -> bool {
        true
    }

    fn check(&self) -> Result<()> {
        self.bins.check()?;
        match self.threshold {
            PsiThreshold::Fixed(threshold) if !(threshold > 0.0 && threshold.is_finite()) => Err(
                Error::parameter("Psi", "threshold", threshold, "a number > 0"),
            ),
            _ => Ok(()),
        }
    }

    fn compare_numbers(
        &self,
        samples: &NumericSamples<'_>,
        alpha: f64,
    ) -> Result<Option<TestOutcome>> {
        let bins = self.bins;
        let [before, now] = samples.quantile_counts(bins.bins);
        let index = psi(&before, &now, bins.epsilon)?;
        self.outcome(index, alpha, |method| {
            let values = samples.reference.values();
            let rows = samples.reference_rows;
            let pooled = PooledNumbers::new(values, rows, samples.current, bins.bins);
            method.of_numbers(pooled.as_ref(), bins, (&before, &now))
        })
    }

    fn compare_categories(
        &self,
        counts: &CategoryCounts<'_>,
        alpha: f64,
    ) -> Result<Option<TestOutcome>> {
        let [before, now] = counts.with_missing();
        let index = |a: &[u64], b: &[u64]| index_of_levels(a, b, self.bins.epsilon);
        self.outcome(index(&before, &now), alpha, |method| {
            method.of_levels(&before, &now, index)
        })
    }
}
