//! Performance in production: outcomes joined to the predictions they answer, and their rate against the offline value.

mod interval;
mod monitor;

pub use interval::{Interval, wilson_interval};
pub use monitor::{PerformanceMonitor, PerformanceSnapshot, Success};
