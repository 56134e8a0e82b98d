//! The contract of a test that compares one column of two samples.

use std::fmt;

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
///
/// # Example
/// A test of one's own: the total variation distance, half the sum of `|p - q|` over quantile bins.
/// ```
/// use ml_data::Result;
/// use ml_monitor::drift::{
///     ColumnSet, ColumnTest, DriftDetector, DriftRule, DriftTest, NumericSamples,
///     ReferenceProfile, TestOutcome, ValueKind, Values,
/// };
///
/// #[derive(Debug)]
/// struct TotalVariation;
/// impl ColumnTest for TotalVariation {
///     fn name(&self) -> &str {
///         "TV"
///     }
///     fn kinds(&self) -> &[ValueKind] {
///         &[ValueKind::Numeric]
///     }
///     fn covers_missing(&self) -> bool {
///         true
///     }
///     fn check(&self) -> Result<()> {
///         Ok(())
///     }
///     fn compare_numbers(&self, samples: &NumericSamples<'_>, _: f64) -> Result<Option<TestOutcome>> {
///         let shares = samples.quantile_counts(10).map(|counts| {
///             let rows = counts.iter().sum::<u64>() as f64;
///             counts.into_iter().map(|c| c as f64 / rows).collect::<Vec<_>>()
///         });
///         let apart = shares[0].iter().zip(&shares[1]).map(|(p, q)| (p - q).abs());
///         let distance = apart.sum::<f64>() / 2.0;
///         Ok(Some(TestOutcome {
///             statistic: distance,
///             effect: distance,
///             rule: DriftRule::Threshold(0.1),
///             low_expected: None,
///         }))
///     }
/// }
///
/// let price = |shift: u32| {
///     let values: Vec<f64> = (0..2000).map(|i| f64::from(i % 100 + shift)).collect();
///     ColumnSet::new().with("price", Values::Numeric(values.into()))
/// };
/// let profile = ReferenceProfile::new(&price(0)?)?;
/// let detector = DriftDetector::new().numeric(DriftTest::custom(TotalVariation));
/// let report = detector.compare(&profile, &price(20)?)?;
/// let column = report.get("price").unwrap();
/// // Two of ten bins are empty now, and the last holds three tenths: (.1 + .1 + .2) / 2.
/// assert!((column.statistic.unwrap() - 0.2).abs() < 1e-12);
/// assert!(column.test == "TV" && column.drifted);
/// # Ok::<(), ml_data::Error>(())
/// ```
pub trait ColumnTest: fmt::Debug + Send + Sync {
    /// Short name, as the table of a report prints it.
    fn name(&self) -> &str;

    /// The kinds of columns that it compares; for each of them the method of that name.
    fn kinds(&self) -> &[ValueKind];

    /// True when missing rows are part of the comparison, as a bin or level of their own. If not,
    /// the detector tests their share as a hypothesis of its own.
    fn covers_missing(&self) -> bool;

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
        Err(unsupported(self.name(), ValueKind::Numeric))
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
        Err(unsupported(self.name(), ValueKind::Category))
    }
}

pub(crate) fn unsupported(test: &str, kind: ValueKind) -> Error {
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
    /// Rows of the reference, and how many of them have no value.
    #[must_use]
    pub fn reference_rows(&self) -> [u64; 2] {
        [self.reference_rows, self.reference_missing]
    }

    /// The values of the reference, ascending; none where its profile is a sketch
    /// ([`ReferenceProfile::with_max_points`](crate::drift::ReferenceProfile::with_max_points)).
    pub fn reference_values(&self) -> Option<impl Iterator<Item = f64>> {
        self.reference.values()
    }

    /// The current values in row order, NaN for missing.
    #[must_use]
    pub fn current(&self) -> &[f64] {
        self.current
    }

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
