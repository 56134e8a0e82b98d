//! Performance in production: outcomes joined to the predictions they answer, and their rate
//! against the offline value.

mod monitor;
mod tally;

pub use monitor::{PerformanceMonitor, PerformanceSnapshot, Success};
