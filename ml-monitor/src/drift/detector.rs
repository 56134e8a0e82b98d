//! Which test a column gets, and what counts as drift.

use ml_data::{Error, Result, table::Kind};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::compare::{Compared, compare_column};
use super::correction::{Correction, adjust_p_values};
use super::ks::KsMethod;
use super::profile::{ColumnProfile, ReferenceProfile};
use super::psi::{PsiBins, PsiNullMethod};
use super::report::{ColumnDrift, DriftReport};
use super::values::{ColumnRole, ColumnSet, ValueKind, Values};

/// The test of numeric columns.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum NumericTest {
    /// Two-sample Kolmogorov-Smirnov; the effect size is `D`.
    KolmogorovSmirnov(KsMethod),
    /// Population stability index over quantile bins of the reference; the effect size is the index.
    Psi(PsiTest),
}

/// The test of categorical columns.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum CategoryTest {
    /// Pearson's chi-square, with Yates' correction for two categories; the effect size is Cramer's V.
    ChiSquare,
    /// Population stability index over the categories, unseen ones together in one bin; the effect size is the index.
    Psi(PsiTest),
}

/// Settings of a population stability index used as a test.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct PsiTest {
    /// Binning (the number of bins concerns numeric columns only).
    pub bins: PsiBins,
    /// The mark above which a column has drifted.
    pub threshold: PsiThreshold,
}

/// The mark above which an index is drift.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum PsiThreshold {
    /// Computed from the sizes of both samples and the bins, so that unchanged columns exceed it at the detector's `alpha`;
    /// gives p-values, which take part in the correction for many columns.
    Calibrated(PsiNullMethod),
    /// The same for every column and size. No p-value, no correction, and a false-alarm rate that depends on the sample sizes.
    Fixed(f64),
}

impl Default for PsiThreshold {
    fn default() -> Self {
        PsiThreshold::Calibrated(PsiNullMethod::default())
    }
}

/// Compares current columns with the profile of the training data.
///
/// Numeric columns get a Kolmogorov-Smirnov test, categories a chi-square test (both can be replaced by the population
/// stability index), and p-values are corrected over all columns. Predictions are tested like features.
///
/// # Missing values
/// Tests compare the values that are there. The share of missing rows is a hypothesis of its own (chi-square on missing against
/// present, only when anything is missing), so a column that lost its values drifts even though there is nothing left to
/// compare. The population stability index has missing rows as a bin instead.
///
/// # False alarms
/// Every test holds its level on samples of one distribution, whatever that is: the
/// Kolmogorov-Smirnov test is exact or conservative, the calibrated index and a chi-square test
/// with rare categories are permutation tests. Alarms of the index at level .05 in 1,000 simulated
/// pairs of samples (reference x current rows; within .028 of the truth), by `cargo test --release
/// -p ml-monitor --test false_alarms -- --ignored --nocapture`, which also runs the other tests:
///
/// | unchanged column | 50 x 500 | 500 x 500 | 500 x 50 | 30 x 5000 | 3000 x 2000 |
/// |---|---:|---:|---:|---:|---:|
/// | 1 % ones | .016 | .021 | .019 | .020 | .046 |
/// | zipf | .043 | .049 | .058 | .039 | .050 |
/// | 99 % missing | .026 | .034 | .027 | .058 | .016 |
/// | normal | .050 | .039 | .041 | .055 | .058 |
/// | poisson | .044 | .055 | .042 | .062 | .054 |
/// | uniform | .049 | .050 | .039 | .061 | .039 |
/// | constant | .000 | .000 | .000 | .000 | .000 |
/// | many levels | .048 | .053 | .041 | .053 | .037 |
/// | exponential | .046 | .048 | .043 | .047 | .056 |
/// | zero-inflated | .057 | .063 | .046 | .049 | .059 |
/// | 1 % ones, category | .015 | .021 | .013 | .023 | .043 |
///
/// # Example
/// ```
/// use ml_monitor::drift::{ColumnSet, DriftDetector, ReferenceProfile, Values};
///
/// let train: Vec<f64> = (0..500).map(|i| f64::from(i % 100)).collect();
/// let today: Vec<f64> = train.iter().map(|x| x + 20.0).collect();
/// let stable: Vec<f64> = (0..500).map(|i| f64::from(i * 7 % 100)).collect();
/// let columns = |price, age| {
///     ColumnSet::new().with("price", Values::Numeric(price))?.with("age", Values::Numeric(age))
/// };
/// let profile = ReferenceProfile::new(&columns(train.clone().into(), train.into())?)?;
/// let report = DriftDetector::new().compare(&profile, &columns(today.into(), stable.into())?)?;
/// assert_eq!(report.get("price").unwrap().statistic, Some(0.2));
/// assert!(report.get("price").unwrap().drifted && !report.get("age").unwrap().drifted);
/// assert_eq!(report.drifted_share(), 0.5);
/// # Ok::<(), ml_data::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DriftDetector {
    alpha: f64,
    correction: Correction,
    numeric: NumericTest,
    category: CategoryTest,
    min_effect: f64,
    drift_share: f64,
}

impl Default for DriftDetector {
    fn default() -> Self {
        Self {
            alpha: 0.05,
            correction: Correction::default(),
            numeric: NumericTest::KolmogorovSmirnov(KsMethod::Auto),
            category: CategoryTest::ChiSquare,
            min_effect: 0.0,
            drift_share: 0.5,
        }
    }
}

impl DriftDetector {
    /// The defaults: `alpha` 0.05, Benjamini-Hochberg, Kolmogorov-Smirnov and chi-square, drift of half the features is drift of
    /// the data.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Level of the adjusted p-values below which a column has drifted, in (0, 1).
    #[must_use]
    pub fn alpha(mut self, alpha: f64) -> Self {
        self.alpha = alpha;
        self
    }

    /// Correction for testing many columns at once.
    #[must_use]
    pub fn correction(mut self, correction: Correction) -> Self {
        self.correction = correction;
        self
    }

    /// The test of numeric columns.
    #[must_use]
    pub fn numeric(mut self, test: NumericTest) -> Self {
        self.numeric = test;
        self
    }

    /// The test of categorical columns.
    #[must_use]
    pub fn category(mut self, test: CategoryTest) -> Self {
        self.category = test;
        self
    }

    /// Smallest effect (`D`, Cramer's V, index, change of the missing share) that counts as drift, however small its p-value:
    /// with a million rows every harmless difference is significant. Default 0.
    #[must_use]
    pub fn min_effect(mut self, min_effect: f64) -> Self {
        self.min_effect = min_effect;
        self
    }

    /// Share of drifted features from which the data as a whole has drifted, in (0, 1]. Default 0.5.
    #[must_use]
    pub fn drift_share(mut self, drift_share: f64) -> Self {
        self.drift_share = drift_share;
        self
    }

    /// Tests every column of the profile.
    ///
    /// A column without values on either side gets no test of its values (statistic and p-values are `None`).
    ///
    /// # Errors
    /// A parameter outside its domain; a column that only one side has, or has as another kind or role; a current column
    /// without rows; a category code outside its dictionary. Each names the column.
    pub fn compare(
        &self,
        reference: &ReferenceProfile,
        current: &ColumnSet<'_>,
    ) -> Result<DriftReport> {
        self.check()?;
        let pairs = pair_up(reference, current)?;
        let compared: Vec<Result<Compared>> = (pairs.into_par_iter())
            .map(|(profile, values)| {
                compare_column(profile, values, self.numeric, self.category, self.alpha)
            })
            .collect();
        let compared = compared.into_iter().collect::<Result<Vec<_>>>()?;
        Ok(self.decide(compared))
    }

    fn check(&self) -> Result<()> {
        const STEP: &str = "DriftDetector";
        if !(self.alpha > 0.0 && self.alpha < 1.0) {
            return Err(Error::parameter(STEP, "alpha", self.alpha, "in (0, 1)"));
        }
        if !(self.drift_share > 0.0 && self.drift_share <= 1.0) {
            return Err(Error::parameter(
                STEP,
                "drift_share",
                self.drift_share,
                "in (0, 1]",
            ));
        }
        if !(self.min_effect >= 0.0 && self.min_effect.is_finite()) {
            return Err(Error::parameter(
                STEP,
                "min_effect",
                self.min_effect,
                "a number >= 0",
            ));
        }
        let numeric = if let NumericTest::Psi(test) = self.numeric {
            Some(test)
        } else {
            None
        };
        let category = if let CategoryTest::Psi(test) = self.category {
            Some(test)
        } else {
            None
        };
        for test in [numeric, category].into_iter().flatten() {
            test.bins.check()?;
            if let PsiThreshold::Fixed(mark) = test.threshold
                && !(mark > 0.0 && mark.is_finite())
            {
                return Err(Error::parameter(STEP, "threshold", mark, "a number > 0"));
            }
        }
        Ok(())
    }

    /// Corrects over all hypotheses and flags.
    fn decide(&self, compared: Vec<Compared>) -> DriftReport {
        let family: Vec<f64> = compared
            .iter()
            .flat_map(|c| [c.p_value, c.missing.p_value])
            .flatten()
            .collect();
        let mut adjusted = adjust_p_values(&family, self.correction).into_iter();
        let mut next = |p: Option<f64>| p.and_then(|_| adjusted.next());
        let columns = compared
            .into_iter()
            .map(|c| {
                let (p_adjusted, mut missing) = (next(c.p_value), c.missing);
                missing.p_adjusted = next(missing.p_value);
                let change = (missing.current - missing.reference).abs();
                missing.drifted = self.significant(missing.p_adjusted) && change >= self.min_effect;
                let beyond = match (c.fixed_mark, c.effect) {
                    (Some(mark), Some(effect)) => effect > mark,
                    _ => self.significant(p_adjusted),
                };
                let values_drifted =
                    beyond && c.effect.is_some_and(|effect| effect >= self.min_effect);
                ColumnDrift {
                    name: c.name,
                    role: c.role,
                    kind: c.kind,
                    test: c.test,
                    statistic: c.statistic,
                    p_value: c.p_value,
                    p_adjusted,
                    effect: c.effect,
                    threshold: c.threshold,
                    drifted: values_drifted || missing.drifted,
                    missing,
                    unseen: c.unseen,
                    unseen_rows: c.unseen_rows,
                    low_expected: c.low_expected,
                }
            })
            .collect();
        DriftReport {
            columns,
            alpha: self.alpha,
            correction: self.correction,
            drift_share: self.drift_share,
        }
    }

    fn significant(&self, p: Option<f64>) -> bool {
        p.is_some_and(|p| p < self.alpha)
    }
}

/// The profile's columns with their current values; every difference between the two sets is refused by name.
fn pair_up<'a, 'v>(
    reference: &'a ReferenceProfile,
    current: &'a ColumnSet<'v>,
) -> Result<Vec<(&'a ColumnProfile, &'a Values<'v>)>> {
    const STEP: &str = "DriftDetector";
    let kind = |k: ValueKind| {
        if k == ValueKind::Numeric {
            Kind::Num
        } else {
            Kind::Cat
        }
    };
    let mut pairs = Vec::with_capacity(reference.columns().len());
    for profile in reference.columns() {
        let name = profile.name();
        let (role, values) = current
            .get(name)
            .ok_or_else(|| Error::no_column(STEP, name, current.iter().map(|(n, ..)| n)))?;
        if values.kind() != profile.kind() {
            let (expected, found) = (kind(profile.kind()), kind(values.kind()));
            return Err(Error::ColumnKind {
                step: STEP.into(),
                column: name.into(),
                expected,
                found,
            });
        }
        if role != profile.role() {
            let is = |r| {
                if r == ColumnRole::Feature {
                    "a feature"
                } else {
                    "a prediction"
                }
            };
            return Err(Error::Schema(format!(
                "`{name}`: expected {}, found {}",
                is(profile.role()),
                is(role)
            )));
        }
        if values.is_empty() {
            return Err(Error::Empty(format!("current column `{name}`")));
        }
        pairs.push((profile, values));
    }
    match current
        .iter()
        .find(|(name, ..)| reference.get(name).is_none())
    {
        Some((name, ..)) => Err(Error::Schema(format!(
            "`{name}`: not in the reference profile"
        ))),
        None => Ok(pairs),
    }
}
