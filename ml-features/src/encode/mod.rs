//! Encoding: categories as numbers.

mod levels;
mod missing;
mod one_hot;
mod ordered;
mod ordinal;
mod target;

pub use levels::HandleUnknown;
pub use missing::Missing;
pub use one_hot::{Drop, FittedOneHot, HotLevels, OneHot};
pub use ordered::{FittedOrderedTargetEncoder, OrderedMeans, OrderedTargetEncoder};
pub use ordinal::{Categories, FittedOrdinal, OrdinalEncoder, OrdinalLevels};
pub use target::{FittedTargetEncoder, Smooth, TargetEncoder, TargetMeans};
