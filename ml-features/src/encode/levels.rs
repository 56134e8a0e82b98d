//! Which levels a category has, which of them are rare, and what happens to others.

use crate::cell::{CodeColumn, Refused};
use ml_data::table::MISSING_CODE;
use ml_data::{Error, Result};
use serde::{Deserialize, Serialize};

/// What happens to a level that training did not see.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum HandleUnknown {
    /// It says nothing: all zeros in one-hot columns, the unknown value in ordinal codes. The default here, because a service has to
    /// answer; scikit-learn's is `Error`.
    #[default]
    Ignore,
    /// The rare bucket where there is one, else as `Ignore`.
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

/// From how few rows on a level is rare.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(super) enum Rare {
    Never,
    Count(f64),
    Share(f64),
}

impl Rare {
    /// Which of the levels share the rare bucket, when at most `most` categories may be left, the bucket included.
    pub(super) fn among(self, seen: &[(u32, f64)], total: f64, most: Option<usize>) -> Vec<bool> {
        let least = match self {
            Rare::Never => 0.0,
            Rare::Count(n) => n,
            Rare::Share(s) => s * total,
        };
        let mut rare: Vec<bool> = seen.iter().map(|(_, n)| *n < least).collect();
        let frequent = rare.iter().filter(|r| !**r).count();
        if let Some(most) = most
            && most < frequent + 1
        {
            let mut order: Vec<usize> = (0..seen.len()).collect();
            order.sort_by(|&a, &b| seen[a].1.total_cmp(&seen[b].1));
            let keep = most - 1;
            order[..seen.len().saturating_sub(keep)]
                .iter()
                .for_each(|&i| rare[i] = true);
        }
        rare
    }

    /// Checks the parameters of `step`.
    pub(super) fn check(self, step: &'static str, most: Option<usize>) -> Result<()> {
        match self {
            Rare::Count(n) if !(n.is_finite() && n >= 1.0) => {
                let rule = "a finite number of at least 1";
                Err(Error::parameter(step, "min_count", n, rule))
            }
            Rare::Share(s) if !(s > 0.0 && s < 1.0) => {
                Err(Error::parameter(step, "min_frequency", s, "in (0, 1)"))
            }
            _ if most == Some(0) => Err(Error::parameter(step, "max_categories", 0, "at least 1")),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests;
