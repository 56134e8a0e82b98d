//! Encoding: categories as numbers.

mod levels;
mod missing;
mod one_hot;
mod ordered;
mod ordinal;
mod target;

pub use levels::{HandleUnknown, MinFrequency};
pub use missing::HandleMissing;
pub use one_hot::{DropCategory, FittedOneHotEncoder, OneHotEncoder, OneHotLevels};
pub use ordered::{FittedOrderedTargetEncoder, OrderedMeans, OrderedTargetEncoder};
pub use ordinal::{CategoryOrder, FittedOrdinalEncoder, OrdinalEncoder, OrdinalLevels};
pub use target::{FittedTargetEncoder, LevelMeans, Smooth, TargetEncoder, TargetMeans};
