//! Explanations of predictions: Shapley values of the features, exact, from the trees and the
//! training rows they counted.
//!
//! * [`Explainer`]: an ensemble, ready to explain batches, single rows and interactions of
//!   features;
//! * `paths`: trees as edges, each with the share of training rows that follow its feature down to
//!   it;
//! * `program`: a tree as a list of operations on eight rows at a time, with all factors computed
//!   beforehand;
//! * `quadrature`: Shapley values are integrals of polynomials, which few points give exactly.

mod contract;
mod contributions;
mod explainer;
mod interactions;
mod paths;
mod program;
mod quadrature;
#[cfg(test)]
mod tests;

pub(crate) use contract::explains;
pub use contributions::{Contributions, InteractionValues};
pub use explainer::Explainer;
