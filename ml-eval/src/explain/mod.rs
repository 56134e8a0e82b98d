//! Explanations of any model: the columns it relies on.

mod permutation;
mod permute;

pub use permutation::{Importances, PermutationImportance};
pub use permute::Permute;
