//! Several rankers as one.
//!
//! [`Blend`] fuses the lists of its members by rank or by normalised score; [`WeightSearch`] learns
//! the members' weights on validation queries.

mod blend;
mod fusion;
#[cfg(test)]
mod tests;
mod weights;

pub use blend::{Blend, BlendScratch};
pub use fusion::Fusion;
pub use weights::{Judged, LearnedWeights, WeightSearch};
