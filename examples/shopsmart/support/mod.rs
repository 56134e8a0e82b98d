//! Everything that is not about the shop: command line, lock, terminal, page and plots.

pub mod args;
pub mod console;
pub mod lock;
pub mod report;
pub mod svg;
