//! The detector: the test of each kind of column, and the rules for what counts as drift.

use ml_data::{Error, Result, schema::Kind};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::column_test::{ChiSquare, DriftRule, DriftTest, KolmogorovSmirnov, unsupported};
use super::compare::{ColumnComparison, compare_column};
use super::correction::{Correction, adjust_p_values};
use super::profile::{ColumnProfile, ReferenceProfile};
use super::report::{ColumnDrift, DriftReport};
use super::values::{ColumnRole, ColumnSet, ValueKind, Values};

/// Compares current columns with the profile of the training data.
///
/// Numeric columns get a Kolmogorov-Smirnov test, categories a chi-square test (both can be
/// replaced by the population stability index or the Jensen-Shannon distance), and p-values are
/// corrected over all columns. Predictions are tested like features. A test of one's own: see
/// [`ColumnTest`].
///
/// # Missing values
/// Tests compare the values that are there. The share of missing rows is a hypothesis of its own
/// (chi-square on missing against present, only when anything is missing), so a column that lost
/// its values drifts even though there is nothing left to compare. The population stability index
/// and the Jensen-Shannon distance have missing rows as a bin instead.
///
/// [`ColumnTest`]: super::ColumnTest
///
/// # False alarms
/// Every test with a p-value holds its level on samples of one distribution, whatever that is: the
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
    numeric: DriftTest,
    category: DriftTest,
    min_effect: f64,
    drift_share: f64,
}

impl Default for DriftDetector {
    fn default() -> Self {
        Self {
            alpha: 0.05,
            correction: Correction::default(),
            numeric: KolmogorovSmirnov::default().into(),
            category: ChiSquare.into(),
            min_effect: 0.0,
            drift_share: 0.5,
        }
    }
}

impl DriftDetector {
    /// The defaults: `alpha` 0.05, Benjamini-Hochberg, Kolmogorov-Smirnov and chi-square, drift of
    /// half the features is drift of the data.
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

    /// The test of numeric columns (default [`KolmogorovSmirnov`]).
    #[must_use]
    pub fn numeric(mut self, test: impl Into<DriftTest>) -> Self {
        self.numeric = test.into();
        self
    }

    /// The test of categorical columns (default [`ChiSquare`]).
    #[must_use]
    pub fn category(mut self, test: impl Into<DriftTest>) -> Self {
        self.category = test.into();
        self
    }

    /// Smallest effect (`D`, Cramer's V, stability index, Jensen-Shannon distance, change of the
    /// missing share) that counts as drift, however small its p-value: with a million rows every
    /// harmless difference is significant. Default 0.
    #[must_use]
    pub fn min_effect(mut self, min_effect: f64) -> Self {
        self.min_effect = min_effect;
        self
    }

    /// Share of drifted features from which the data as a whole has drifted, in (0, 1]. Default
    /// 0.5.
    #[must_use]
    pub fn drift_share(mut self, drift_share: f64) -> Self {
        self.drift_share = drift_share;
        self
    }

    /// Tests every column of the profile.
    ///
    /// A column without values on either side gets no test of its values (statistic and p-values
    /// are `None`).
    ///
    /// # Errors
    /// A parameter outside its domain; a column that only one side has, or has as another kind or
    /// role; a current column without rows; a category code outside its dictionary. Each names the
    /// column.
    pub fn compare(
        &self,
        reference: &ReferenceProfile,
        current: &ColumnSet<'_>,
    ) -> Result<DriftReport> {
        self.check()?;
        let pairs = pair_up(reference, current)?;
        let tests = [&self.numeric, &self.category].map(DriftTest::column_test);
        let compared: Vec<Result<ColumnComparison>> = (pairs.into_par_iter())
            .map(|(profile, values)| compare_column(profile, values, tests, self.alpha))
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
        for (test, kind) in [
            (self.numeric.column_test(), ValueKind::Numeric),
            (self.category.column_test(), ValueKind::Category),
        ] {
            if !test.kinds().contains(&kind) {
                return Err(unsupported(test.name(), kind));
            }
            test.check()?;
        }
        Ok(())
    }

    /// Corrects over all hypotheses and flags.
    fn decide(&self, compared: Vec<ColumnComparison>) -> DriftReport {
        let p_value = |c: &ColumnComparison| c.outcome.and_then(|o| o.rule.p_value());
        let family: Vec<f64> = compared
            .iter()
            .flat_map(|c| [p_value(c), c.missing.p_value])
            .flatten()
            .collect();
        let mut adjusted = adjust_p_values(&family, self.correction).into_iter();
        let mut next = |p: Option<f64>| p.and_then(|_| adjusted.next());
        let columns = compared
            .into_iter()
            .map(|c| {
                let (p_adjusted, mut missing) = (next(p_value(&c)), c.missing);
                missing.p_adjusted = next(missing.p_value);
                let change = (missing.current - missing.reference).abs();
                missing.drifted = self.significant(missing.p_adjusted) && change >= self.min_effect;
                let values_drifted = c.outcome.is_some_and(|o| {
                    let beyond = match o.rule {
                        DriftRule::Threshold(threshold) => o.effect > threshold,
                        DriftRule::PValue { .. } => self.significant(p_adjusted),
                    };
                    beyond && o.effect >= self.min_effect
                });
                ColumnDrift {
                    p_value: p_value(&c),
                    name: c.name,
                    role: c.role,
                    kind: c.kind,
                    test: c.test,
                    statistic: c.outcome.map(|o| o.statistic),
                    p_adjusted,
                    effect: c.outcome.map(|o| o.effect),
                    threshold: c.outcome.and_then(|o| o.rule.threshold()),
                    drifted: values_drifted || missing.drifted,
                    missing,
                    unseen: c.unseen.levels,
                    unseen_rows: c.unseen.rows,
                    low_expected: c.outcome.and_then(|o| o.low_expected),
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

/// The profile's columns with their current values; every difference between the two sets is
/// refused by name.
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
            return Err(Error::column_kind(STEP, name, expected, found));
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
        Some((name, ..)) => Err(Error::ExtraColumns {
            step: STEP.into(),
            columns: vec![name.into()],
            advice: "the reference profile has no such column".into(),
        }),
        None => Ok(pairs),
    }
}
