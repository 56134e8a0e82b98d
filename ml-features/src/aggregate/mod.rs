//! Point-in-time features of an event log: what was known about a user, an item and their common
//! history just before a moment.
//!
//! **The rule:** a feature at the moment `at` uses events with `time < at` only. Events at exactly
//! `at` (the purchase that is to be predicted, everything in the same second of a coarse clock) are
//! in the future. Adding events at or after `at` changes no bit of any feature; a property test
//! holds it to that.
//!
//! Windows reach from `at - length`, included, up to `at`, not included.

mod feature;
mod history;
mod log;
mod point;

pub use feature::{Feature, Of};
pub use log::{EventLog, LoggedEvent};
pub use point::{AsOf, AsOfFeatures};

/// Microseconds in a day.
pub const DAY: i64 = 86_400_000_000;

/// Days as microseconds.
///
/// ```
/// assert_eq!(ml_features::aggregate::days(0.5), 43_200_000_000);
/// ```
pub fn days(n: f64) -> i64 {
    (n * DAY as f64).round() as i64
}
