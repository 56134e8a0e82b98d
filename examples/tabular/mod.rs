//! The parts of the example, in the order in which they work.

mod align;
pub mod args;
mod learn;
mod read;
mod report;
mod run;
mod write;

pub use run::run;
