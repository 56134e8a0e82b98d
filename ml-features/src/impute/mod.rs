//! Imputation: a number in the place of every missing one, optionally with a column that says
//! where.

mod fill;
mod median;
mod simple;

pub use fill::Fill;
pub use simple::{ImputeStrategy, SimpleImputer};

/// A fitted imputer.
pub type FittedImputer = crate::cell::PerColumn<Fill>;
