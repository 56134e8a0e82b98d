//! Scaling: columns brought to comparable sizes, for models that care (linear, neighbours,
//! networks).

mod function;
mod pass;
mod standard;

pub use function::{Applied, FunctionTransformer, NumFn};
pub use pass::{Passthrough, Same};
pub use standard::{FittedStandardScaler, StandardScaler, Standardize};
