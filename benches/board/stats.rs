//! Spread of repeated runs, and what it lets one say.

use serde::{Deserialize, Serialize};

/// Least, median and greatest value.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) struct Spread {
    pub(crate) min: f64,
    pub(crate) median: f64,
    pub(crate) max: f64,
}

impl Spread {
    /// The spread of finite values; none of none. The median of an even number of values is the
    /// mean of the two in the middle.
    pub(crate) fn of(values: &[f64]) -> Option<Self> {
        let mut sorted: Vec<f64> = values.iter().copied().filter(|v| v.is_finite()).collect();
        sorted.sort_by(f64::total_cmp);
        let (min, max) = (*sorted.first()?, *sorted.last()?);
        let half = sorted.len() / 2;
        let median = if sorted.len().is_multiple_of(2) {
            f64::midpoint(sorted[half - 1], sorted[half])
        } else {
            sorted[half]
        };
        Some(Self { min, median, max })
    }
}

/// What two spreads of times say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Verdict {
    /// Our slowest run is quicker than their quickest.
    Faster,
    /// Their slowest run is quicker than our quickest.
    Slower,
    /// The ranges of both sides overlap: neither is called quicker.
    WithinSpread,
    /// A side ran once: there is no spread to judge by.
    OneRun,
}

impl Verdict {
    /// As boards say it.
    pub(crate) fn text(self) -> &'static str {
        match self {
            Self::Faster => "faster",
            Self::Slower => "slower",
            Self::WithinSpread => "within the spread",
            Self::OneRun => "one run",
        }
    }
}

/// The verdict on times of both sides.
pub(crate) fn verdict(ours: &[f64], theirs: &[f64]) -> Verdict {
    let (Some(our), Some(their)) = (Spread::of(ours), Spread::of(theirs)) else {
        return Verdict::OneRun;
    };
    if ours.len() < 2 || theirs.len() < 2 {
        Verdict::OneRun
    } else if our.max < their.min {
        Verdict::Faster
    } else if their.max < our.min {
        Verdict::Slower
    } else {
        Verdict::WithinSpread
    }
}
