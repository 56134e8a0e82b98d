//! The contract of a test that compares one column of two samples.

use ml_data::{Error, Result};

use crate::drift::profile::NumericProfile;
use crate::drift::psi::count;
use crate::drift::values::ValueKind;

/// A test of whether a column changed between the training data and now: its settings, and the
/// comparison.
///
/// The detector takes care of everything around it: that both samples have rows, the alignment of
/// levels, the share of missing rows, the correction of p-values over all columns, and the smallest
/// effect that counts.
pub trait ColumnTest {
    /// Short name, as the table of a report prints it.
    const NAME: &'static str;

    /// The kinds of columns that it compares; for each of them the method of that name.
    const KINDS: &'static [ValueKind];

    /// True when missing rows are part of the comparison, as a bin or level of their own. If not,
    /// the detector tests their share as a hypothesis of its own.
    const COVERS_MISSING: bool;

    /// Refuses settings outside their domain.
    ///
    /// # Errors
    /// The setting, by name.
    fn check(&self) -> Result<()>;

    /// Compares a numeric column. `alpha` is the detector's level, for tests that state the
    /// statistic that unchanged data exceeds with that probability.
    ///
    /// `None` where a sample has too few values for the test.
    ///
    /// # Errors
    /// Samples that the test refuses; by default all.
    fn compare_numbers(
        &self,
        samples: &NumericSamples<'_>,
        alpha: f64,
    ) -> Result<Option<TestOutcome>> {
        let _ = (samples, alpha);
        Err(unsupported(Self::NAME, ValueKind::Numeric))
    }

    /// Compares a categorical column, as [`compare_numbers`](Self::compare_numbers) does a numeric
    /// one.
    ///
    /// # Errors
    /// As [`compare_numbers`](Self::compare_numbers).
    fn compare_categories(
        &self,
        counts: &CategoryCounts<'_>,
        alpha: f64,
    ) -> Result<Option<TestOutcome>> {
        let _ = (counts, alpha);
        Err(unsupported(Self::NAME, ValueKind::Category))
    }
}

pub(crate) fn unsupported(test: &'static str, kind: ValueKind) -> Error {
    Error::Unsupported {
        step: "DriftDetector",
        what: format!("the {test} test of a {kind} column"),
        why: "it does not compare values of this kind; choose another test".into(),
    }
}

/// Findings of a [`ColumnTest`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TestOutcome {
    /// The test statistic.
    pub statistic: f64,
    /// Effect size, compared with the detector's `min_effect`.
    pub effect: f64,
    /// Rule that decides whether the column drifted.
    pub rule: DriftRule,
    /// Share of chi-square cells with an expected count below 5; chi-square only.
    pub low_expected: Option<f64>,
}

/// The rule by which an outcome is drift.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum DriftRule {
    /// Drift when the p-value, corrected over all columns, is below the detector's `alpha`.
    PValue {
        /// Probability of a statistic at least this large on unchanged data.
        p_value: f64,
        /// The statistic that unchanged data exceeds with probability `alpha`, if known.
        threshold: Option<f64>,
    },
    /// Drift when the effect is above this number, whatever the sizes of the samples.
    Threshold(f64),
}

impl DriftRule {
    /// The p-value, if there is one.
    #[must_use]
    pub fn p_value(&self) -> Option<f64> {
        match *self {
            DriftRule::PValue { p_value, .. } => Some(p_value),
            DriftRule::Threshold(_) => None,
        }
    }

    /// The statistic above which the column drifted, as far as it is known.
    #[must_use]
    pub fn threshold(&self) -> Option<f64> {
        match *self {
            DriftRule::PValue { threshold, .. } => threshold,
            DriftRule::Threshold(threshold) => Some(threshold),
        }
    }
}

/// A numeric column of both samples: the reference as its profile keeps it, the current values as
/// they are, NaN for missing.
#[derive(Debug, Clone, Copy)]
pub struct NumericSamples<'a> {
    pub(crate) reference: &'a NumericProfile,
    /// Rows of the reference, missing ones included.
    pub(crate) reference_rows: u64,
    pub(crate) reference_missing: u64,
    pub(crate) current: &'a [f64],
}

impl NumericSamples<'_> {
    /// Counts of the reference and of the current sample in the same bins, cut at quantiles of the
    /// reference; missing rows are the last bin.
    ///
    /// Of a reference without values that is one bin for all values and one for missing rows.
    #[must_use]
    pub fn quantile_counts(&self, bins: usize) -> [Vec<u64>; 2] {
        let (edges, mut reference) = self.reference.bins(bins).unwrap_or((vec![], vec![0]));
        reference.push(self.reference_missing);
        [reference, count(&edges, self.current)]
    }
}

/// A categorical column of both samples, as rows of each level: the levels of the reference in its
/// order, then those that only the current sample has.
#[derive(Debug, Clone, Copy)]
pub struct CategoryCounts<'a> {
    /// Rows of the reference; 0 for levels that it lacks.
    pub reference: &'a [u64],
    /// Rows of the current sample.
    pub current: &'a [u64],
    /// Rows without a value, of the reference and now.
    pub missing: [u64; 2],
}

impl CategoryCounts<'_> {
    /// Counts of the reference and of the current sample with missing rows as the last level.
    #[must_use]
    pub fn with_missing(&self) -> [Vec<u64>; 2] {
        let [before, now] = self.missing;
        [
            [self.reference, &[before]].concat(),
            [self.current, &[now]].concat(),
        ]
    }
}
