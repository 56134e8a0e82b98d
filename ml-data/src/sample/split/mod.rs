//! Splits and folds, by chance, class, group and time.

mod divide;
mod group;
mod input;
mod k_fold;
mod splitter;
mod strata;
mod three_way;
mod time_series;
mod two_way;

pub use group::{GroupKFold, LeaveOneGroupOut};
pub use input::SplitInput;
pub use k_fold::{KFold, RepeatedKFold, RepeatedStratifiedKFold, StratifiedKFold};
pub use splitter::Splitter;
pub use three_way::Split;
pub use time_series::TimeSeriesSplit;
pub use two_way::TrainTestSplit;

#[cfg(test)]
mod tests;
