//! Several models on the same rows: every metric with its interval, and the paired difference to
//! the first model.

mod board;
mod comparison;
mod draws;

pub use board::{ComparisonBoard, ComparisonRow};
pub use comparison::Comparison;
