//! Histogram gradient boosting: numbers, classes and learning to rank.
//!
//! [`Boost`] is what you configure, [`FittedBoost`] and [`FittedBoostClassifier`] what was learned. From data to model:
//!
//! * `rows`: checks labels, drops rows of weight 0, brings queries together;
//! * `losses` and `objective`: the loss that is asked for, and gradients and hessians of each;
//! * `fit`: bins the columns, and makes a model of what was learned;
//! * `train`: the rounds, with row and column sampling and early stopping;
//! * `refit`: new leaf values for the trees of a model.
//!
//! Bins, growth and prediction of the trees themselves are in [`tree`](crate::tree).

mod config;
mod dart;
mod draws;
mod estimator;
mod fit;
mod losses;
mod model;
mod objective;
mod params;
mod refit;
mod replay;
mod rows;
mod rules;
mod train;
mod watch;

pub use crate::tree::{Child, Node, Scratch, Tree};
pub use estimator::{WithMetric, WithModel, WithObjective};
pub use model::{FittedBoost, FittedBoostClassifier};
pub use objective::{CustomObjective, Objective};
pub use params::{Boost, Boosting, DataSampleStrategy};
pub use refit::Refit;
