//! ml-monitor
