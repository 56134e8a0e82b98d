//! LightGBM's text format, version 4.
//!
//! LightGBM predicts from [`to_string`]'s text what [`Ensemble`](crate::tree::Ensemble) predicts:
//! scores, probabilities and leaf indices, bit for bit; and the other way round from its own files
//! through [`from_str`]. Two things to know:
//!
//! * LightGBM takes numbers within 1e-35 of zero for zero before it looks at a tree, and so never
//!   sees a split between them;
//! * names are written with `_` for blanks, as LightGBM does itself.
//!
//! ```
//! use ml_data::prelude::*;
//! use ml_models::boost::{Boost, FittedBoost};
//! use ml_models::interchange::lightgbm;
//!
//! let x: Vec<f64> = (0..100).map(f64::from).collect();
//! let y: Vec<f64> = x.iter().map(|x| x.sqrt()).collect();
//! let train = Dataset::regression(Dense::from_rows(1, x)?, y)?.into_train();
//! let model: FittedBoost = Boost::new().num_iterations(20).fit(&train)?;
//!
//! let text = lightgbm::to_string(model.ensemble())?; // what `Booster(model_str=...)` loads
//! assert!(text.starts_with("tree\nversion=v4\n"));
//!
//! let again = FittedBoost::from_ensemble(lightgbm::from_str(&text)?)?;
//! let new = Dense::from_rows(1, vec![-1.0, 50.5, f64::NAN])?;
//! assert_eq!(again.raw_scores(View::all(&new))?, model.raw_scores(View::all(&new))?);
//! # Ok::<(), ml_data::Error>(())
//! ```

mod counts;
mod header;
mod objective;
mod read;
mod section;
mod tree;
mod write;

pub use read::from_str;
pub use write::{to_string, to_string_within};

/// Whose format this is, in errors.
const FORMAT: &str = "LightGBM";
