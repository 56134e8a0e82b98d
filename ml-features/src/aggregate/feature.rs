//! The features of an event log.

use super::DAY;
use ml_data::{Error, Result};
use serde::{Deserialize, Serialize};
use std::fmt;

/// The events that are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Of {
    /// The user's, with any item.
    User,
    /// The item's, by any user.
    Item,
    /// The user's with this item.
    Pair,
}

/// One number about the events of a user, an item, or a pair before a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Feature {
    /// Days since the last event; missing when there was none.
    Recency(Of),
    /// Days since the first event; missing when there was none.
    Age(Of),
    /// Number of events.
    Frequency(Of),
    /// Sum of values.
    Monetary(Of),
    /// Number of events in the last so many microseconds.
    WindowCount(Of, i64),
    /// Sum of values in the last so many microseconds.
    WindowSum(Of, i64),
    /// Number of events, each halved for every half-life (microseconds) since it happened: the
    /// trending score, `sum_e 2^(-(now - time_e) / half_life)`.
    Velocity(Of, i64),
    /// Events per day in a short window over events per day in a long one (microseconds): above 1
    /// is rising. Missing when the long window is empty.
    Trend(Of, i64, i64),
}

impl Feature {
    /// The events that it counts.
    pub fn of(self) -> Of {
        match self {
            Feature::Recency(of)
            | Feature::Age(of)
            | Feature::Frequency(of)
            | Feature::Monetary(of)
            | Feature::WindowCount(of, _)
            | Feature::WindowSum(of, _)
            | Feature::Velocity(of, _)
            | Feature::Trend(of, ..) => of,
        }
    }

    pub(super) fn check(self) -> Result<()> {
        let bad = |name: &'static str, value: i64, rule: &'static str| {
            Err(Error::parameter("AsOf", name, value, rule))
        };
        match self {
            Feature::WindowCount(_, w) | Feature::WindowSum(_, w) if w <= 0 => {
                bad("window", w, "above 0 microseconds")
            }
            Feature::Velocity(_, h) if h <= 0 => bad("half_life", h, "above 0 microseconds"),
            Feature::Trend(_, short, _) if short <= 0 => {
                bad("short", short, "above 0 microseconds")
            }
            Feature::Trend(_, short, long) if long <= short => {
                bad("long", long, "longer than `short`")
            }
            _ => Ok(()),
        }
    }
}

impl fmt::Display for Of {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Of::User => "user",
            Of::Item => "item",
            Of::Pair => "pair",
        })
    }
}

/// The feature's column name: `user:recency`, `item:count_7d`.
impl fmt::Display for Feature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let d = |micros: i64| micros as f64 / DAY as f64;
        match *self {
            Feature::Recency(of) => write!(f, "{of}:recency"),
            Feature::Age(of) => write!(f, "{of}:age"),
            Feature::Frequency(of) => write!(f, "{of}:frequency"),
            Feature::Monetary(of) => write!(f, "{of}:monetary"),
            Feature::WindowCount(of, w) => write!(f, "{of}:count_{}d", d(w)),
            Feature::WindowSum(of, w) => write!(f, "{of}:sum_{}d", d(w)),
            Feature::Velocity(of, h) => write!(f, "{of}:velocity_{}d", d(h)),
            Feature::Trend(of, s, l) => write!(f, "{of}:trend_{}d_{}d", d(s), d(l)),
        }
    }
}
