//! Time of day of a line.

use std::time::{SystemTime, UNIX_EPOCH};

/// The time of day, UTC, as `2026-01-31T12:00:00Z`.
pub(crate) fn now() -> String {
    let seconds = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |d| d.as_secs());
    let (days, s) = ((seconds / 86_400) as i64, seconds % 86_400);
    let (year, month, day) = ml_pipeline::data::time::civil(days);
    let (hour, minute, second) = (s / 3600, s / 60 % 60, s % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}
