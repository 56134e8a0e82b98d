//! Time of day of a line.

use ml_pipeline::data::time::{MICROS_PER_SECOND, Micros};
use std::time::{SystemTime, UNIX_EPOCH};

/// The time of day, UTC, as `2026-01-31T12:00:00Z`.
pub(crate) fn now() -> String {
    let seconds = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |d| d.as_secs());
    Micros(seconds as i64 * MICROS_PER_SECOND).to_string()
}
