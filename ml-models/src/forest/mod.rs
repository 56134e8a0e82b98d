//! Forests: trees that are grown side by side and averaged.
//!
//! [`RandomForest`], [`ExtraTrees`] and [`DecisionTree`] learn numbers, two classes and several;
//! [`FittedForest`] and [`FittedForestClassifier`] are what was learned. From data to model:
//!
//! * `params`, `settings`: scikit-learn's names and defaults;
//! * `fit`: checks labels, drops rows of weight 0, bins the columns, draws the rows of each tree;
//! * `counted`, `fixed`: weights of rows and classes as integers, so that sums do not depend on the
//!   order of the rows;
//! * `impurity`: what a split lowers: the variance of numbers, or Gini's impurity of classes;
//! * `search`: the best split of a node, one column after the other;
//! * `grow`: one tree on one thread;
//! * `rounds`: as many trees at a time as there are threads, and the callback that hears of them;
//! * `oob`: what the trees say of the rows that they were not grown on.
//!
//! [`IsolationForest`] finds rows that random splits set apart early.
//!
//! `fit_watched` calls a function for each tree, in order, which may log and stop: here after a
//! minute. Trees are then grown in batches of one a thread; what a forest keeps when it is stopped
//! after a tree does not depend on the number of threads.
//!
//! ```
//! use ml_data::prelude::*;
//! use ml_models::forest::RandomForest;
//! use std::ops::ControlFlow;
//! use std::time::{Duration, Instant};
//!
//! let x: Vec<f64> = (0..200).map(|i| f64::from(i) / 20.0).collect();
//! let y: Vec<f64> = x.iter().map(|x| x.sin()).collect();
//! let train = Dataset::regression(Dense::from_rows(1, x)?, y)?.into_train();
//! let (start, mut log) = (Instant::now(), log_every(100, |line| eprintln!("{line}")));
//! let forest = RandomForest::new().n_estimators(300).fit_watched(&train, &mut |round| {
//!     log(round)?;
//!     match start.elapsed() < Duration::from_secs(60) {
//!         true => ControlFlow::Continue(()),
//!         false => ControlFlow::Break(()),
//!     }
//! })?;
//! assert!((1..=300).contains(&forest.trees().len()));
//! # Ok::<(), ml_data::Error>(())
//! ```
//!
//! A tree of several classes is grown once, on all of them, and kept as one
//! [`Tree`](crate::tree::Tree) a class with equal splits, so that everything that reads an
//! [`Ensemble`](crate::tree::Ensemble) reads forests too.

mod binned;
mod counted;
mod estimator;
mod explain;
mod fit;
mod fixed;
mod grow;
mod impurity;
mod isolation;
mod model;
mod oob;
mod params;
mod rounds;
mod search;
mod settings;

pub use counted::ClassWeight;
pub use isolation::{Contamination, FittedIsolationForest, IsolationForest};
pub use model::{FittedForest, FittedForestClassifier};
pub use params::{DecisionTree, ExtraTrees, RandomForest};
pub use settings::{MaxFeatures, MaxSamples};
