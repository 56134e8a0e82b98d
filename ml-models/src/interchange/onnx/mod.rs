//! ONNX, the exchange format of inference engines: export.
//!
//! [`to_bytes`] writes a graph that takes `x`, a matrix of `f32` with a column for each feature,
//! and gives `scores` and `predictions`, a column for each output. The trees are a
//! `TreeEnsembleRegressor` of `ai.onnx.ml` 3; each finds the leaf it finds here for every row of
//! `f32`, missing values included. Sums are single precision.
//!
//! A set of categories is a chain of nodes that ask for one category each and share their left
//! side, as other converters write it and onnxruntime reads it; engines that insist on strict trees
//! refuse such models. Columns of categories are cut to whole numbers in the graph, as they are
//! here.
//!
//! ```
//! use ml_data::prelude::*;
//! use ml_models::boost::{Boost, FittedBoost};
//! use ml_models::interchange::onnx;
//!
//! let x: Vec<f64> = (0..100).map(f64::from).collect();
//! let y: Vec<f64> = x.iter().map(|x| x.sqrt()).collect();
//! let train = Dataset::regression(Dense::from_rows(1, x)?, y)?.into_train();
//! let model: FittedBoost = Boost::new().num_iterations(20).fit(&train)?;
//! let file = onnx::to_bytes(model.ensemble())?; // what `InferenceSession(...)` takes
//! assert!(file.windows(21).any(|w| w == b"TreeEnsembleRegressor"));
//! # Ok::<(), ml_data::Error>(())
//! ```

mod graph;
mod trees;
mod wire;
mod write;

pub use write::to_bytes;

/// Whose format this is, in errors.
const FORMAT: &str = "ONNX";
