//! Column-wise composition: different steps for different columns, side by side in one matrix.

mod build;
mod fitted;
mod parts;
mod select;

pub use build::{ColumnTransformer, Remainder};
pub use fitted::FittedColumnTransformer;
pub use parts::{And, ColumnParts, FittedParts, Nil, On};
pub use select::Select;
