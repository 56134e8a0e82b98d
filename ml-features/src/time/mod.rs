//! Times as numbers.

mod calendar;

pub use calendar::{Calendar, FittedCalendar, Moment, TimePart};
