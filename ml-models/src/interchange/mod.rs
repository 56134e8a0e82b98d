//! Tree models of other libraries: read, written, with the same predictions.
//!
//! Every format goes to and from [`Ensemble`](crate::tree::Ensemble); `FittedBoost::from_ensemble`
//! makes a model of one.
//!
//! * [`lightgbm`]: LightGBM's text, both ways, to the last bit;
//! * [`onnx`]: ONNX, export, the same leaves and scores to single precision;
//! * [`xgboost`]: XGBoost's JSON and UBJSON, both ways, the same leaves and scores to single
//!   precision.
//!
//! A model that a format can not express is an error that names the tree and the node. A damaged or
//! hostile file is an error that names the place; it never costs much more memory than the file has
//! bytes.

mod base_score;
pub mod lightgbm;
pub mod onnx;
mod single;
pub mod xgboost;
