//! Forests: trees grown apart from each other.

mod isolation;

pub use isolation::{Contamination, FittedIsolationForest, IsolationForest};
