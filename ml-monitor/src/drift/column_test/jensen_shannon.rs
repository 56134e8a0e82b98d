//! Jensen-Shannon distance: how far two distributions are apart, from 0 to 1.

use ml_data::{Error, Result};
use serde::{Deserialize, Serialize};

use super::{CategoryCounts, ColumnTest, DriftRule, NumericSamples, TestOutcome};
use crate::drift::psi::{check_bins, total};
use crate::drift::values::ValueKind;

/// Jensen-Shannon distance of two histograms over the same bins, to base 2.
///
/// 0 for equal shares and only for those, 1 for histograms without a bin in common; symmetric, and
/// a metric (Endres and Schindelin 2003). Bins that both lack count nothing, so an empty bin needs
/// no floor as [`psi`](crate::drift::psi()) does. Merging bins never makes it larger.
///
/// # Formula
/// With the shares `p` of the reference, `q` of the current counts and `m = (p + q) / 2`,
///
/// ```text
/// sqrt((sum p log2(p / m) + sum q log2(q / m)) / 2)
/// ```
///
/// as `scipy.spatial.distance.jensenshannon(p, q, base=2)`. Of samples of one distribution in `k`
/// bins, of `n` and `m` rows, the mean of its square is about
/// `(k - 1) (1 / n + 1 / m) / (8 ln 2)`: 1,000 rows each in ten bins are .057 apart by chance.
///
/// # Missing values
/// Not part of the counts; count them as a bin of their own if they matter.
///
/// # Errors
/// Slices of different lengths, a histogram without any count.
///
/// # Example
/// ```
/// use ml_monitor::drift::jensen_shannon;
/// assert_eq!(jensen_shannon(&[5, 5, 0], &[1, 1, 0])?, 0.0);
/// assert_eq!(jensen_shannon(&[7, 0], &[0, 3])?, 1.0);
/// // half of the rows moved to a bin that was empty: by hand sqrt(3 / 2 - 3 / 4 log2 3)
/// let expected = (1.5 - 0.75 * 3f64.log2()).sqrt();
/// assert!((jensen_shannon(&[10, 0], &[5, 5])? - expected).abs() < 1e-15);
/// # Ok::<(), ml_data::Error>(())
/// ```
///
/// # References
/// J. Lin, IEEE Transactions on Information Theory 37 (1991),
/// [doi:10.1109/18.61115](https://doi.org/10.1109/18.61115). D. M. Endres and J. E. Schindelin,
/// IEEE Transactions on Information Theory 49 (2003),
/// [doi:10.1109/TIT.2003.813506](https://doi.org/10.1109/TIT.2003.813506).
pub fn jensen_shannon(reference: &[u64], current: &[u64]) -> Result<f64> {
    Error::check_len(
        "current counts of jensen_shannon",
        reference.len(),
        current.len(),
    )?;
    for (counts, which) in [(reference, "reference"), (current, "current")] {
        if counts.iter().all(|&c| c == 0) {
            return Err(Error::Empty(format!("{which} counts of jensen_shannon")));
        }
    }
    Ok(distance(reference, current))
}

/// The distance of counts already checked.
fn distance(reference: &[u64], current: &[u64]) -> f64 {
    let (n, m) = (total(reference), total(current));
    let divergence: f64 = (reference.iter().zip(current))
        .map(|(&a, &b)| bin_divergence(a as f64 / n, b as f64 / m))
        .sum();
    // Rounding must not leave [0, 1].
    (divergence / 2.0).clamp(0.0, 1.0).sqrt()
}

/// `p log2(p / m) + q log2(q / m)`, where 0 log2 0 is 0.
///
/// The two terms nearly cancel where the shares are close. With `x = |p - q| / (p + q)` their
/// sum is `m (2 x atanh x + ln(1 - x^2)) / ln 2`, whose terms are as 2 to -1; `x` has no sign, so
/// that the distance is the same in both directions to the last bit.
fn bin_divergence(p: f64, q: f64) -> f64 {
    if p == 0.0 || q == 0.0 {
        return p + q;
    }
    let (middle, x) = (f64::midpoint(p, q), (p - q).abs() / (p + q));
    middle * (2.0 * x * x.atanh() + (-x * x).ln_1p()) / std::f64::consts::LN_2
}

/// The Jensen-Shannon distance as a drift test with a fixed threshold, as Evidently's
/// `jensenshannon` has it.
///
/// Numbers are binned at quantiles of the reference, as for the population stability index
/// (Evidently cuts equal widths over both samples); categories are their own bins.
///
/// It gives no p-value and holds no level: the distance of unchanged samples falls with their sizes
/// (see [`jensen_shannon`]), and two of 400 rows in ten bins are .09 apart by chance. Below a
/// thousand rows take a test with a p-value, or a higher threshold.
///
/// # Missing values
/// A bin of their own, for numbers and categories.
///
/// # Example
/// ```
/// use ml_monitor::drift::{ColumnSet, DriftDetector, JensenShannon, ReferenceProfile, Values};
///
/// let train: Vec<f64> = (0..2000).map(|i| f64::from(i % 100)).collect();
/// let today: Vec<f64> = train.iter().map(|x| x + 20.0).collect();
/// let price = |values: Vec<f64>| ColumnSet::new().with("price", Values::Numeric(values.into()));
/// let profile = ReferenceProfile::new(&price(train.clone())?)?;
/// let detector = DriftDetector::new().numeric(JensenShannon::default());
/// let report = detector.compare(&profile, &price(today)?)?;
/// let price_drift = report.get("price").unwrap();
/// // two of ten bins are empty now, and the last holds three tenths: by hand .3711
/// assert!((price_drift.statistic.unwrap() - 0.3711).abs() < 1e-4);
/// assert_eq!((price_drift.threshold, price_drift.drifted), (Some(0.1), true));
/// let same = detector.compare(&profile, &price(train)?)?;
/// assert_eq!(same.get("price").unwrap().statistic, Some(0.0));
/// # Ok::<(), ml_data::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct JensenShannon {
    /// Quantile bins of numeric columns (default 10). Ties make fewer.
    pub bins: usize,
    /// The distance above which a column has drifted, in (0, 1) (default 0.1).
    pub threshold: f64,
}

impl Default for JensenShannon {
    fn default() -> Self {
        Self {
            bins: 10,
            threshold: 0.1,
        }
    }
}

impl JensenShannon {
    fn outcome(&self, [reference, current]: [Vec<u64>; 2]) -> Result<Option<TestOutcome>> {
        let distance = jensen_shannon(&reference, &current)?;
        Ok(Some(TestOutcome {
            statistic: distance,
            effect: distance,
            rule: DriftRule::Threshold(self.threshold),
            low_expected: None,
        }))
    }
}

impl ColumnTest for JensenShannon {
    fn name(&self) -> &str {
        "JS"
    }

    fn kinds(&self) -> &[ValueKind] {
        &[ValueKind::Numeric, ValueKind::Category]
    }

    fn covers_missing(&self) -> bool {
        true
    }

    fn check(&self) -> Result<()> {
        check_bins("JensenShannon", self.bins)?;
        if self.threshold > 0.0 && self.threshold < 1.0 {
            return Ok(());
        }
        Err(Error::parameter(
            "JensenShannon",
            "threshold",
            self.threshold,
            "in (0, 1)",
        ))
    }

    fn compare_numbers(&self, samples: &NumericSamples<'_>, _: f64) -> Result<Option<TestOutcome>> {
        self.outcome(samples.quantile_counts(self.bins))
    }

    fn compare_categories(
        &self,
        counts: &CategoryCounts<'_>,
        _: f64,
    ) -> Result<Option<TestOutcome>> {
        self.outcome(counts.with_missing())
    }
}

#[cfg(test)]
mod tests;
