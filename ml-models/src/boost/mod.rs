//! Histogram gradient boosting: numbers, classes and learning to rank.
//!
//! [`Boost`] has the parameters; [`FittedBoost`] and [`FittedBoostClassifier`] are the models. From
//! data to model, each file imports only files below it:
//!
//! * `params`: the table of parameters; `rules`: rules between them;
//! * `rows`, `bins`: the rows that count, and their bins;
//! * `objective`: one loss a file, listed in `objective/mod.rs`; `loss`: the one that is asked for;
//! * `data`: training and validation rows with their losses;
//! * `state`: scores and trees between two rounds; `sampling`, `dart`, `early_stopping` and
//!   `checkpoint`: the parts of a round;
//! * `train`: the rounds; `fit`: from samples to a model;
//! * `target`, `with`, `estimator`: the contracts; `refit`: new leaf values for the trees of a
//!   model.
//!
//! # Watching a training
//!
//! `fit_valid` measures validation rows after each round and can stop early; `fit_valid_watched`,
//! and `fit_watched` without validation rows, call a function after each round, which may log, and
//! stop; [`log_every`](ml_data::contract::log_every) is one that writes lines;
//! [`progress_bar`](Boost::progress_bar) moves a bar on the terminal; and the fitted model has the
//! record. A long training that may be killed is kept on disk by
//! [`checkpoint`](Boost::checkpoint).
//!
//! ```
//! use ml_data::prelude::*;
//! use ml_models::boost::{Boost, FittedBoost};
//!
//! let part = |from: u32| {
//!     let noise = |i: u32| f64::from(i.wrapping_mul(2_654_435_761) >> 24) / 100.0;
//!     let x: Vec<f64> = (from..from + 200).map(|i| f64::from(i * 37 % 101)).collect();
//!     let y: Vec<f64> = (from..).zip(&x).map(|(i, x)| (x / 15.0).sin() + noise(i)).collect();
//!     Dataset::regression(Dense::from_rows(1, x)?, y)
//! };
//! let (train, valid) = (part(0)?.into_train(), part(1000)?.into_valid());
//! let boost = Boost::new().num_iterations(500).early_stopping_round(Some(10)).is_provide_training_metric(true);
//! let mut lines = Vec::new(); // or `|line| eprintln!("{line}")`
//! let mut log = log_every(1, |line| lines.push(line.to_owned()));
//! let model: FittedBoost = boost.fit_valid_watched(&train, &valid, &mut log)?;
//! drop(log);
//!
//! let (best, record) = (model.best_iteration().unwrap_or(0), model.evals_result());
//! assert_eq!(lines.len(), best + 10); // ten rounds without a better one
//! assert!(lines[0].starts_with("[1/500] ") && lines[0].contains(", valid l2 "));
//! assert_eq!(model.best_score(), Some(record.valid()[best - 1]));
//! assert!(record.metric() == "l2" && record.training()[best - 1] < record.training()[0]);
//! # Ok::<(), ml_data::Error>(())
//! ```
//!
//! Bins, growth and prediction of the trees themselves are in [`tree`](crate::tree).

mod binned;
mod bins;
mod checkpoint;
mod choices;
mod columns;
mod dart;
mod data;
mod early_stopping;
mod estimator;
mod evals;
mod explain;
mod fingerprint;
mod fit;
mod fit_binned;
mod loss;
mod model;
mod no_effect;
mod objective;
mod parameter;
mod params;
mod refit;
mod replay;
mod rows;
mod rules;
mod sampling;
mod state;
mod target;
mod task;
mod train;
mod tree_params;
mod with;

pub use crate::tree::{Child, GrowPolicy, Node, Scratch, Tree};
pub use binned::Binned;
pub use choices::{Boosting, DataSampleStrategy};
pub use evals::EvalsResult;
pub use fit_binned::FitBinned;
pub use model::{FittedBoost, FittedBoostClassifier};
pub use objective::Objective;
pub use objective::custom::CustomObjective;
pub use params::{Boost, BoostParams};
pub use refit::Refit;
pub use target::BoostTarget;
pub use with::{BoostWith, Custom, Unset};
