//! XGBoost's models, as JSON and UBJSON.
//!
//! [`from_slice`] reads what `save_model` of XGBoost 1.6 to 3.2 writes, categorical splits
//! included; [`to_json`] and [`to_ubjson`] write what it loads. Both ways the same leaves are
//! found. Scores agree to single precision, in which XGBoost adds.
//!
//! * XGBoost compares in single precision. A threshold read from it is the `f64` that decides as it
//!   does, for `f64` rows as well. A threshold written to it decides every `f32` row as before; an
//!   `f64` row is rounded to `f32` by XGBoost first, which may move a value across a threshold that
//!   is no further away than the rounding.
//! * In a categorical split numbers between -1 and 0 are category 0 here and unknown there.
//! * Its files count no rows, so the counts of a tree read from one are 0. Its covers, which are
//!   sums of hessians, are kept as [`Leaf::weight`](crate::tree::Leaf::weight) and
//!   [`Node::weight`](crate::tree::Node::weight); Shapley values follow them, as its
//!   `pred_contribs` do. The learning rate is unknown: 1.
//!
//! ```
//! use ml_data::prelude::*;
//! use ml_models::boost::{Boost, FittedBoost};
//! use ml_models::interchange::xgboost;
//!
//! let x: Vec<f64> = (0..100).map(f64::from).collect();
//! let y: Vec<f64> = x.iter().map(|x| x.sqrt()).collect();
//! let train = Dataset::regression(Dense::from_rows(1, x)?, y)?.into_train();
//! let model: FittedBoost = Boost::new().num_iterations(20).fit(&train)?;
//!
//! let json = xgboost::to_json(model.ensemble())?; // what `Booster.load_model` takes as model.json
//! let again = FittedBoost::from_ensemble(xgboost::from_slice(json.as_bytes())?)?;
//! let new = Dense::from_rows(1, vec![10.0, f64::NAN])?;
//! let (ours, theirs) = (model.predict(&new)?, again.predict(&new)?);
//! assert!((ours.0[0] - theirs.0[0]).abs() < 1e-6 && (ours.0[1] - theirs.0[1]).abs() < 1e-6);
//! # Ok::<(), ml_data::Error>(())
//! ```

mod grow;
mod json;
mod objective;
mod plant;
mod read;
mod ubjson;
mod value;
mod write;

pub use read::from_slice;
pub use write::{to_json, to_ubjson};

/// Whose format this is, in errors.
const FORMAT: &str = "XGBoost";
