//! Column-wise composition: different steps for different columns, side by side in one matrix.

mod build;
mod fitted;
mod parts;
mod select;

pub use build::{Columns, Remainder};
pub use fitted::FittedColumns;
pub use parts::{And, ColumnParts, FittedParts, Nil, On};
pub use select::Select;
