//! Levels of a category: the ones seen, the infrequent ones among them, and unknown ones.

use crate::cell::{CodeColumn, Refused};
use ml_data::table::MISSING_CODE;
use ml_data::{Error, Result};
use serde::{Deserialize, Serialize};

/// The treatment of a level that training did not see.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum HandleUnknown {
    /// It says nothing: all zeros in one-hot columns, the unknown value in ordinal codes. The
    /// default here, because a service has to answer; scikit-learn's is `Error`.
    #[default]
    Ignore,
    /// The infrequent bucket where there is one, else as `Ignore`.
    InfrequentIfExist,
    /// An error that names column and row.
    Error,
}

/// The error of a level, or a missing value, that training did not see.
pub(super) fn absent_level(code: u32) -> Refused {
    let found = if code == MISSING_CODE {
        "a missing value"
    } else {
        "an unseen level"
    };
    Refused {
        expected: "a level seen in training",
        found,
    }
}

/// The levels that occur in a column.
pub(super) struct Seen {
    /// Codes in alphabetical order of their levels, with their weight.
    pub(super) levels: Vec<(u32, f64)>,
    /// The weight of missing values.
    pub(super) missing: f64,
    /// The weight of all rows.
    pub(super) total: f64,
}

impl Seen {
    pub(super) fn of(column: &CodeColumn<'_>) -> Self {
        let n = column.levels.len();
        let mut counts = vec![0.0; n + 1];
        for (i, &code) in column.codes.iter().enumerate() {
            counts[(code as usize).min(n)] += column.weights.map_or(1.0, |w| w[i]);
        }
        let mut levels: Vec<(u32, f64)> = (0..n as u32)
            .map(|c| (c, counts[c as usize]))
            .filter(|(_, n)| *n > 0.0)
            .collect();
        levels.sort_unstable_by_key(|(c, _)| column.levels.name(*c));
        Self {
            levels,
            missing: counts[n],
            total: counts.iter().sum(),
        }
    }
}

/// The least frequency of a level that keeps a column or number of its own.
///
/// From a whole number it is a count, from a fraction a share of the rows, as scikit-learn's
/// `min_frequency`: `.min_frequency(5)`, `.min_frequency(0.01)`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum MinFrequency {
    /// Rows (their weight), at least 1.
    Count(f64),
    /// Share of all rows (of their weight), in (0, 1).
    Share(f64),
}

impl From<usize> for MinFrequency {
    fn from(rows: usize) -> Self {
        Self::Count(rows as f64)
    }
}

impl From<f64> for MinFrequency {
    fn from(share: f64) -> Self {
        Self::Share(share)
    }
}

/// The levels that share the infrequent bucket.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Infrequent {
    pub(super) min_frequency: Option<MinFrequency>,
    /// Most categories that may be left, the bucket included.
    pub(super) max_categories: Option<usize>,
}

impl Infrequent {
    /// Whether each of the levels, with their weights, is infrequent.
    pub(super) fn among(self, seen: &[(u32, f64)], total: f64) -> Vec<bool> {
        let least = match self.min_frequency {
            None => 0.0,
            Some(MinFrequency::Count(n)) => n,
            Some(MinFrequency::Share(s)) => s * total,
        };
        let mut infrequent: Vec<bool> = seen.iter().map(|(_, n)| *n < least).collect();
        let frequent = infrequent.iter().filter(|r| !**r).count();
        if let Some(most) = self.max_categories
            && most < frequent + 1
        {
            let mut order: Vec<usize> = (0..seen.len()).collect();
            order.sort_by(|&a, &b| seen[a].1.total_cmp(&seen[b].1));
            let keep = most - 1;
            order[..seen.len().saturating_sub(keep)]
                .iter()
                .for_each(|&i| infrequent[i] = true);
        }
        infrequent
    }

    /// Checks the parameters of `step`.
    pub(super) fn check(self, step: &'static str) -> Result<()> {
        match self.min_frequency {
            Some(MinFrequency::Count(n)) if !(n.is_finite() && n >= 1.0) => {
                let rule = "a finite number of at least 1";
                Err(Error::parameter(step, "min_frequency", n, rule))
            }
            Some(MinFrequency::Share(s)) if !(s > 0.0 && s < 1.0) => {
                let rule = "a share in (0, 1), or a whole number of rows";
                Err(Error::parameter(step, "min_frequency", s, rule))
            }
            _ if self.max_categories == Some(0) => {
                Err(Error::parameter(step, "max_categories", 0, "at least 1"))
            }
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests;
