//! What a model, whatever it is, relies on.

mod permutation;
mod permute;

pub use permutation::{Importances, PermutationImportance};
pub use permute::Permute;
