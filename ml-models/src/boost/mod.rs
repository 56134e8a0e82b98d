//! Histogram gradient boosting: numbers, classes and learning to rank.
//!
//! [`Boost`] is what you configure, [`FittedBoost`] and [`FittedBoostClassifier`] what was learned. From data to model:
//!
//! * `fit`: checks labels, drops rows of weight 0, bins the columns;
//! * `objective`: gradients and hessians of each loss;
//! * `train`: the rounds, with row and column sampling and early stopping.
//!
//! Bins, growth and prediction of the trees themselves are in [`tree`](crate::tree).

mod config;
mod dart;
mod draws;
mod estimator;
mod fit;
mod model;
mod objective;
mod params;
mod rules;
mod train;
mod watch;

pub use crate::tree::{Child, Node, Scratch, Tree};
pub use estimator::{WithMetric, WithModel, WithObjective};
pub use model::{FittedBoost, FittedBoostClassifier};
pub use objective::{CustomObjective, Objective};
pub use params::{Boost, Boosting, DataSampleStrategy};
