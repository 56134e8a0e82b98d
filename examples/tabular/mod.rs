//! The parts of the example, in the order in which they work.

mod align;
pub mod args;
mod features;
mod goal;
mod holdout;
mod job;
mod labels;
mod learn;
mod read;
mod report;
mod run;
mod scores;
mod select;
mod write;

pub use run::run;
