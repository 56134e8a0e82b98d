//! Metrics: the worth of a model's predictions against the truth.
//!
//! Each metric is a function on slices, and a value that implements `ml_data`'s `Metric` for the
//! targets that it can score: the type system refuses an area under the curve of a regression.
//!
//! One metric is one file, with its formula, in [`regression`], [`classification`] or [`ranking`].

pub mod classification;
mod mean;
pub mod ranking;
pub mod regression;
mod row_metric;
#[cfg(test)]
mod tests;

pub use crate::score::Score;
pub use classification::*;
pub use ranking::*;
pub use regression::*;
