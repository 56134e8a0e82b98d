//! Encoding: categories as numbers.

mod missing;
mod one_hot;
mod target;

pub use missing::Missing;
pub use one_hot::{Drop, FittedOneHot, HandleUnknown, HotLevels, OneHot};
pub use target::{FittedTargetEncoder, Smooth, TargetEncoder, TargetMeans};
