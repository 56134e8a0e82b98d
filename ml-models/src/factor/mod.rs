//! Matrix factorisation: a vector for every user and item, learned from who interacted with what.
//!
//! [`Interactions`] holds the data, [`ImplicitAls`] is what you configure, [`FittedImplicitAls`]
//! what was learned: it recommends to known users, folds in new users and items without a new fit,
//! and finds similar items.

#[cfg(feature = "linalg")]
mod als;
#[cfg(feature = "linalg")]
mod fit;
#[cfg(feature = "linalg")]
mod fitted;
#[cfg(feature = "linalg")]
mod fold;
#[cfg(feature = "linalg")]
mod index;
mod interactions;
#[cfg(feature = "linalg")]
mod kernel;
#[cfg(feature = "linalg")]
mod matrix;
#[cfg(feature = "linalg")]
mod ranker;
#[cfg(feature = "linalg")]
mod recommend;
mod recommender;
#[cfg(feature = "linalg")]
mod solve;
#[cfg(feature = "linalg")]
#[cfg(test)]
mod tests;
#[cfg(feature = "linalg")]
pub(crate) mod top;

#[cfg(feature = "linalg")]
pub use als::ImplicitAls;
#[cfg(feature = "linalg")]
pub use fitted::FittedImplicitAls;
pub use interactions::{ColdIds, Entries, Interactions};
#[cfg(feature = "linalg")]
pub use ranker::{FoldIn, FoldScratch};
#[cfg(feature = "linalg")]
pub use recommend::{RankScratch, Recommendations};
pub use recommender::Recommender;
#[cfg(feature = "linalg")]
pub use solve::Solver;
