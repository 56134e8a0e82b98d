//! Matrix factorisation: a vector for every user and item, learned from who interacted with what.
//!
//! [`Interactions`] holds the data, [`ImplicitAls`] is what you configure, [`FittedImplicitAls`]
//! what was learned: it recommends to known users, folds in new users and items without a new fit,
//! and finds similar items.

mod als;
mod fit;
mod fitted;
mod fold;
mod index;
mod interactions;
mod kernel;
mod matrix;
mod ranker;
mod recommend;
mod recommender;
mod solve;
#[cfg(test)]
mod tests;
pub(crate) mod top;

pub use als::ImplicitAls;
pub use fitted::FittedImplicitAls;
pub use interactions::{Entries, Interactions};
pub use ranker::{FoldIn, FoldScratch};
pub use recommend::{RankScratch, Recommendations};
pub use recommender::Recommender;
pub use solve::Solver;
