//! Reading data: files of text and of columns into a [`crate::table::Table`], with every row accounted for.

mod datetime;

pub use datetime::{MICROS_PER_DAY, MICROS_PER_SECOND, TimeFormat, civil, day_number, weekday};
