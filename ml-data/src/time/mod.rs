//! Time: the calendar, and dates and times as text.
//!
//! A time is a count of **microseconds since 1970-01-01 UTC** everywhere in this family, in the
//! proleptic Gregorian calendar without leap seconds.

mod calendar;
mod clock;
mod datetime;
pub(crate) mod iso;
mod micros;

pub use calendar::{MICROS_PER_DAY, MICROS_PER_SECOND, civil, day_number, weekday};
pub use datetime::TimeFormat;
#[cfg(feature = "table")]
pub(crate) use micros::MICROS;
pub use micros::Micros;

#[cfg(test)]
mod tests;
