//! ml-eval
pub mod bootstrap;
mod check;
mod error;
pub mod metric;
mod radix;
mod reduce;
mod rng;
