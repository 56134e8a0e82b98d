//! Rows with their labels, weights, times, groups and initial scores, and the role they play: a
//! [`Dataset`] can be explored and split, only a [`Sample`] in the role [`Train`] can be fitted,
//! and one in the role [`Test`] can be scored once.

mod as_real;
mod carried;
mod dataset;
#[cfg(feature = "table")]
mod from_table;
mod labels;
mod part;
mod prediction;
mod role;
mod split;

pub use as_real::{AsReal, OneVsRest};
pub use dataset::{Dataset, TrainTest, TrainValidTest};
pub use labels::{
    Binary, BinaryLabels, Class, ClassLabels, Labels, NoLabels, Real, RealLabels, Relevance,
    RelevanceLabels, Target, Unlabelled,
};
pub use part::{Sample, TrainingRows};
pub use prediction::{Prediction, Probabilities, Scores};
pub use role::{HeldOut, InSample, Part, Readable, Scorable, Test, Train, Valid};
pub use split::{
    GroupKFold, KFold, LeaveOneGroupOut, RepeatedKFold, RepeatedStratifiedKFold, Split, SplitInput,
    Splitter, StratifiedKFold, TimeSeriesSplit, TrainTestSplit,
};
