//! Histogram gradient boosting: regression, binary classification and learning to rank.
//!
//! [`Boost`] is what you configure, [`FittedBoost`] what was learned. How it works, from data to model:
//!
//! * `bin`: numbers become bytes, one a cell, with LightGBM's rules for the boundaries;
//! * `objective`: gradients and hessians of squared error, log loss and LambdaMART;
//! * `grow`: one tree, leaf by leaf, from histograms of integers, whose sums do not depend on the order of the rows;
//! * `train`: the rounds, with row and column sampling and early stopping;
//! * `tree`, `model`: what is kept, in the features' own values;
//! * `predict`: trees compiled for one row and for batches, with equal results;
//! * `kernel`: the inner loops, for AVX-512, AVX2 and everything else.

mod bin;
mod estimator;
mod fit;
mod grow;
mod kernel;
mod math;
mod model;
mod objective;
mod params;
mod predict;
mod sampling;
mod train;
mod tree;
mod weights;

pub use model::FittedBoost;
pub use params::Boost;
pub use predict::Scratch;
pub use tree::{Child, Node, Tree};
