//! Performance in production: outcomes joined to the predictions they answer, and their rate against the offline value.

mod interval;
mod monitor;
mod tally;

pub use interval::{Interval, wilson_interval};
pub use monitor::{PerformanceMonitor, PerformanceSnapshot, Success};
