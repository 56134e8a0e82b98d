//! Profiles of training data, small enough to travel inside a model's artifact.

use ml_data::{Error, Result};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::ks::{CdfPoint, EmpiricalCdf, MAX_AUTO_EXACT, check_len, sorted_keys, unkey};
use super::psi;
use super::values::{ColumnRole, ColumnSet, ValueKind, Values, count_codes};
use crate::limits;

/// The reference of drift detection: per column its name, kind, missing rows and distribution.
///
/// A numeric column with at most `max_points` distinct values is stored whole: tests against it are
/// exact. A longer one is stored as `max_points` of its order statistics with their exact ranks;
/// the Kolmogorov-Smirnov distance to it falls short of the distance to the full column by less
/// than `1 / (max_points - 1)`. About 11 bytes a point in `postcard`.
///
/// # Example
/// ```
/// use ml_monitor::drift::{ColumnSet, ReferenceProfile, Values};
///
/// let price = [9.5, 3.0, f64::NAN, 4.0];
/// let profile = ReferenceProfile::new(&ColumnSet::new().with("price", Values::numeric(&price))?)?;
/// let column = profile.get("price").unwrap();
/// assert_eq!((column.rows(), column.missing()), (4, 1));
/// # Ok::<(), ml_data::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReferenceProfile {
    columns: Vec<ColumnProfile>,
}

/// One column of a [`ReferenceProfile`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ColumnProfile {
    name: String,
    role: ColumnRole,
    rows: u64,
    missing: u64,
    values: Stored,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) enum Stored {
    Numeric(NumericProfile),
    Category {
        levels: Vec<Box<str>>,
        counts: Vec<u64>,
    },
}

impl ReferenceProfile {
    /// The profile of training columns, with at most 10,000 points a numeric column: the size up to
    /// which the test against a sample stored whole is exact.
    ///
    /// # Missing values
    /// Counted; a column of missing values only is kept, and drifts when values appear.
    ///
    /// # Errors
    /// No column, a column without rows, a category code outside its dictionary.
    pub fn new(columns: &ColumnSet<'_>) -> Result<Self> {
        Self::with_max_points(columns, MAX_AUTO_EXACT)
    }

    /// The same with another number of points a numeric column, at least 2.
    ///
    /// # Errors
    /// As [`ReferenceProfile::new`], or `max_points` below 2 or above [`limits::POINTS`].
    pub fn with_max_points(columns: &ColumnSet<'_>, max_points: usize) -> Result<Self> {
        if !(2..=limits::POINTS).contains(&max_points) {
            return Err(Error::parameter(
                "ReferenceProfile",
                "max_points",
                max_points,
                "2 to 100,000,000 (limits::POINTS)",
            ));
        }
        if columns.is_empty() {
            return Err(Error::Empty("column set of ReferenceProfile".into()));
        }
        let list: Vec<_> = columns.iter().collect();
        let built: Vec<Result<ColumnProfile>> = (list.into_par_iter())
            .map(|(name, role, values)| ColumnProfile::new(name, role, values, max_points))
            .collect();
        Ok(ReferenceProfile {
            columns: built.into_iter().collect::<Result<_>>()?,
        })
    }

    /// Every column, in the order of the training data.
    #[must_use]
    pub fn columns(&self) -> &[ColumnProfile] {
        &self.columns
    }

    /// The column of that name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&ColumnProfile> {
        self.columns.iter().find(|c| c.name == name)
    }
}

impl ColumnProfile {
    fn new(name: &str, role: ColumnRole, values: &Values<'_>, max_points: usize) -> Result<Self> {
        if values.is_empty() {
            return Err(Error::Empty(format!("reference column `{name}`")));
        }
        let rows = values.len() as u64;
        let (missing, values) = match values {
            Values::Numeric(v) => {
                check_len(v.len())?;
                let numeric = NumericProfile::new(&sorted_keys(v), max_points);
                (rows - numeric.n, Stored::Numeric(numeric))
            }
            Values::Category { codes, levels } => {
                let (counts, missing) = count_codes(name, codes, levels.len())?;
                (
                    missing,
                    Stored::Category {
                        levels: levels.to_vec(),
                        counts,
                    },
                )
            }
        };
        Ok(ColumnProfile {
            name: name.into(),
            role,
            rows,
            missing,
            values,
        })
    }

    /// The column's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Feature or prediction.
    #[must_use]
    pub fn role(&self) -> ColumnRole {
        self.role
    }

    /// Numbers or categories.
    #[must_use]
    pub fn kind(&self) -> ValueKind {
        match self.values {
            Stored::Numeric(_) => ValueKind::Numeric,
            Stored::Category { .. } => ValueKind::Category,
        }
    }

    /// Rows of the training data, missing ones included.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Rows without a value.
    #[must_use]
    pub fn missing(&self) -> u64 {
        self.missing
    }

    pub(crate) fn stored(&self) -> &Stored {
        &self.values
    }
}

/// An empirical distribution function at chosen points.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct NumericProfile {
    /// Values that are not missing.
    n: u64,
    /// True when every distinct value is stored.
    complete: bool,
    /// Ascending.
    points: Vec<CdfPoint>,
}

impl NumericProfile {
    fn new(sorted: &[u64], max_points: usize) -> Self {
        let mut starts: Vec<usize> = Vec::new();
        for (i, k) in sorted.iter().enumerate() {
            if i == 0 || *k != sorted[i - 1] {
                starts.push(i);
                if starts.len() > max_points {
                    break;
                }
            }
        }
        let complete = starts.len() <= max_points;
        if !complete {
            // Evenly spaced ranks; a value that covers several of them is stored once.
            let last = (sorted.len() - 1) as u128;
            starts = (0..max_points)
                .map(|i| sorted[(i as u128 * last / (max_points as u128 - 1)) as usize])
                .map(|k| sorted.partition_point(|&other| other < k))
                .collect();
            starts.dedup();
        }
        let point = |start: usize| CdfPoint {
            value: unkey(sorted[start]),
            below: start as u64,
            ties: sorted[start..].partition_point(|&k| k == sorted[start]) as u64,
        };
        NumericProfile {
            n: sorted.len() as u64,
            complete,
            points: starts.into_iter().map(point).collect(),
        }
    }

    /// The stored distribution function; none without a value.
    pub(crate) fn cdf(&self) -> Option<EmpiricalCdf<'_>> {
        (self.n > 0).then_some(EmpiricalCdf {
            points: &self.points,
            n: self.n,
        })
    }

    /// Every value, ascending; none unless all are stored.
    pub(crate) fn values(&self) -> Option<impl Iterator<Item = f64>> {
        let repeated = |p: &CdfPoint| std::iter::repeat_n(p.value, p.ties as usize);
        self.complete.then(|| self.points.iter().flat_map(repeated))
    }

    /// The stored value of this rank, or the next one above when that rank is not stored.
    fn at(&self, rank: u64) -> f64 {
        let after = self
            .points
            .partition_point(|p| p.below.saturating_add(p.ties) <= rank);
        self.points
            .get(after)
            .or(self.points.last())
            .map_or(f64::NAN, |p| p.value)
    }

    /// Borders of quantile bins and the reference count of each; none without a value.
    ///
    /// Of a column not stored whole, borders are stored points, whose ranks are known exactly.
    pub(crate) fn bins(&self, bins: usize) -> Option<(Vec<f64>, Vec<u64>)> {
        let least = self.points.first().filter(|_| self.n > 0)?.value;
        let edges = psi::edges(bins, least, |q| match self.complete {
            true => psi::quantile(q, self.n, |rank| self.at(rank)),
            false => self.at((q * (self.n - 1) as f64) as u64),
        });
        let mut before = 0;
        let mut counts: Vec<u64> = (edges.iter())
            .map(|&edge| {
                let stored = self.points.partition_point(|p| p.value <= edge);
                let to = stored.checked_sub(1).map_or(0, |i| {
                    self.points[i].below.saturating_add(self.points[i].ties)
                });
                let inside = to.saturating_sub(before);
                before = to;
                inside
            })
            .collect();
        counts.push(self.n.saturating_sub(before));
        Some((edges, counts))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::drift::{KsMethod, ks_2samp};
    use ml_data::random::{RngExt, generator};

    fn draw(n: usize, shift: f64, index: u64) -> Vec<f64> {
        let mut rng = generator(3, "profile", index);
        (0..n)
            .map(|_| rng.random::<f64>().powi(2) + shift)
            .collect()
    }

    fn numeric(values: &[f64], max_points: usize) -> NumericProfile {
        NumericProfile::new(&sorted_keys(values), max_points)
    }

    /// Stored whole, the distance is that of the samples; as a sketch it falls short by less than 1
    /// / (points - 1).
    #[test]
    fn sketch_stays_within_its_bound() {
        for (index, shift) in [(1, 0.0), (2, 0.01), (3, 0.3)] {
            let (a, b) = (draw(30_000, 0.0, 0), draw(20_000, shift, index));
            let full = ks_2samp(&a, &b, KsMethod::Auto).unwrap().statistic;
            let stored = |p: &NumericProfile| p.cdf().unwrap().distance(&b).unwrap().d();
            assert_eq!(stored(&numeric(&a, 30_000)), full);
            for max_points in [2, 50, 1000] {
                let sketch = numeric(&a, max_points);
                assert!(sketch.points.len() <= max_points && !sketch.complete);
                let short = full - stored(&sketch);
                assert!(
                    (0.0..1.0 / (max_points as f64 - 1.0)).contains(&short),
                    "{max_points}: {short}"
                );
            }
        }
    }

    #[test]
    fn few_distinct_values_are_stored_whole_however_many_rows() {
        let v: Vec<f64> = (0..50_000).map(|i| f64::from(i % 7)).collect();
        let p = numeric(&v, 10);
        assert!(p.complete && p.points.len() == 7);
        assert_eq!((p.points[6].below, p.points[6].ties), (42_858, 7142));
    }

    /// Bins of the profile are those of the data; a sketch's counts are still exact for its own
    /// borders.
    #[test]
    fn bins_count_the_training_data() {
        let mut v = draw(5000, 0.0, 9);
        v.extend([0.0; 700]);
        v.push(f64::INFINITY);
        v.push(f64::NAN);
        for max_points in [100, 10_000] {
            let (edges, counts) = numeric(&v, max_points).bins(10).unwrap();
            assert_eq!(
                [counts, vec![1]].concat(),
                psi::count(&edges, &v),
                "{max_points}"
            );
        }
        assert!(numeric(&[], 10).bins(10).is_none());
    }

    #[test]
    fn travels_through_serde() {
        let price = [f64::INFINITY, 1.5, f64::NAN, f64::NEG_INFINITY, 1.5];
        let set = ColumnSet::new()
            .with("price", Values::numeric(&price))
            .unwrap();
        let set = set
            .with_prediction(
                "class",
                Values::labels([Some("a"), None, Some("b"), None, None]),
            )
            .unwrap();
        let profile = ReferenceProfile::new(&set).unwrap();
        let back: ReferenceProfile =
            serde_json::from_str(&serde_json::to_string(&profile).unwrap()).unwrap();
        assert_eq!(back, profile);
        let class = back.get("class").unwrap();
        assert_eq!(
            (class.missing(), class.role(), class.kind()),
            (3, ColumnRole::Prediction, ValueKind::Category)
        );
    }

    #[test]
    fn nothing_to_profile_is_refused() {
        assert!(ReferenceProfile::new(&ColumnSet::new()).is_err());
        let empty = ColumnSet::new()
            .with("price", Values::numeric(&[]))
            .unwrap();
        assert!(
            ReferenceProfile::new(&empty)
                .unwrap_err()
                .to_string()
                .contains("`price`")
        );
        let one = ColumnSet::new()
            .with("price", Values::numeric(&[1.0]))
            .unwrap();
        assert!(ReferenceProfile::with_max_points(&one, 1).is_err());
        assert!(ReferenceProfile::new(&one).is_ok());
    }
}
