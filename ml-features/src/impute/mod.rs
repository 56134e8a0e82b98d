//! Imputation: a number in the place of every missing one, optionally with a column that says where.

mod constant;
mod fill;
mod mean;
mod median;

pub use constant::ConstantImputer;
pub use fill::Fill;
pub use mean::MeanImputer;
pub use median::MedianImputer;

/// A fitted imputer.
pub type FittedImputer = crate::cell::PerColumn<Fill>;
