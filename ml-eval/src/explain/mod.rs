//! Explanations of any model: the columns it relies on.

mod permutation;
mod permute;

pub use permutation::{PermutationImportance, PermutationImportances};
pub use permute::Permute;
