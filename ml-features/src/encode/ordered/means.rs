//! The fitted statistics of each level.

use super::STEP;
use crate::cell::{CellFn, CodeCell, PerColumn, Refused, checked_on_load, finite};
use ml_data::Result;
use ml_data::repr::Float;
use ml_data::table::MISSING_CODE;
use serde::{Deserialize, Serialize};

/// A fitted encoder of ordered target statistics.
pub type FittedOrderedTargetEncoder = PerColumn<OrderedMeans>;

/// The statistic of each level of a category over all training rows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(remote = "Self")]
pub struct OrderedMeans {
    pub(super) encodings: Vec<f64>,
    pub(super) missing: f64,
    pub(super) prior: f64,
    pub(super) counts: Option<Counts>,
}

/// The weight of each level, and of missing values.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Counts {
    pub(super) levels: Vec<f64>,
    pub(super) missing: f64,
}

checked_on_load!(OrderedMeans, |m| {
    finite(STEP, m.encodings.iter().chain([&m.missing, &m.prior]))?;
    let Some(counts) = &m.counts else {
        return Ok(());
    };
    let weights = || counts.levels.iter().chain([&counts.missing]);
    finite(STEP, weights())?;
    let (expected, found) = (m.encodings.len(), counts.levels.len());
    if expected != found || weights().any(|w| *w < 0.0) {
        return Err(format!(
            "{STEP}: expected {expected} weights of levels, none negative, found {found}"
        ));
    }
    Ok(())
});

impl OrderedMeans {
    /// The mean of the target over all training rows: the encoding of unseen levels.
    pub fn prior(&self) -> f64 {
        self.prior
    }
    /// The encoding of a level's code, or of `MISSING_CODE`; the prior past the dictionary's end.
    #[inline]
    pub fn encoding(&self, code: u32) -> f64 {
        let absent = if code == MISSING_CODE {
            self.missing
        } else {
            self.prior
        };
        self.encodings.get(code as usize).copied().unwrap_or(absent)
    }
    /// The weight of a level's training rows; 0 when counts were not asked for.
    #[inline]
    pub fn count(&self, code: u32) -> f64 {
        let Some(counts) = &self.counts else {
            return 0.0;
        };
        let absent = if code == MISSING_CODE {
            counts.missing
        } else {
            0.0
        };
        counts.levels.get(code as usize).copied().unwrap_or(absent)
    }
}

impl CellFn for OrderedMeans {
    type In = CodeCell;
    const STEP: &'static str = STEP;

    #[inline]
    fn width(&self) -> usize {
        1 + usize::from(self.counts.is_some())
    }
    #[inline]
    fn cell<F: Float>(&self, code: u32, out: &mut [F]) -> Result<(), Refused> {
        out[0] = F::of(self.encoding(code));
        if let Some(count) = out.get_mut(1) {
            *count = F::of(self.count(code));
        }
        Ok(())
    }
    fn names(&self, column: &str, out: &mut Vec<Box<str>>) {
        out.push(format!("{column}:ordered").into());
        if self.counts.is_some() {
            out.push(format!("{column}:count").into());
        }
    }
}
