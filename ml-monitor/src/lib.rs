//! ml-monitor
pub mod drift;
