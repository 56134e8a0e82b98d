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

/// Verdict on two spreads of times.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Verdict {
    /// Our slowest run is quicker than their quickest, and the medians differ by the margin.
    Faster,
    /// Their slowest run is quicker than our quickest, and the medians differ by the margin.
    Slower,
    /// The ranges of both sides overlap, or the medians are all but equal: neither is called
    /// quicker.
    WithinSpread,
    /// A side ran too few times to judge by, or on quick sizes.
    TooFewRounds,
}

impl Verdict {
    /// As boards say it.
    pub(crate) fn text(self) -> &'static str {
        match self {
            Self::Faster => "faster",
            Self::Slower => "slower",
            Self::WithinSpread => "within the spread",
            Self::TooFewRounds => "too few rounds",
        }
    }
}

/// Least number of rounds of each side. Ranges of two equal sides part by chance in one of three
/// pairs of two rounds, and in one of ten pairs of three.
const LEAST_ROUNDS: usize = 3;
/// Least ratio of the medians: what parts by chance parts by little.
const LEAST_MARGIN: f64 = 1.02;

/// The verdict on times of both sides.
pub(crate) fn verdict(ours: &[f64], theirs: &[f64]) -> Verdict {
    let (Some(our), Some(their)) = (Spread::of(ours), Spread::of(theirs)) else {
        return Verdict::TooFewRounds;
    };
    let quicker = |a: Spread, b: Spread| a.max < b.min && b.median >= LEAST_MARGIN * a.median;
    if ours.len().min(theirs.len()) < LEAST_ROUNDS {
        Verdict::TooFewRounds
    } else if quicker(our, their) {
        Verdict::Faster
    } else if quicker(their, our) {
        Verdict::Slower
    } else {
        Verdict::WithinSpread
    }
}
