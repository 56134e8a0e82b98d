//! Rows with their labels, weights, times, groups and initial scores, and the role they play: a [`Dataset`] can be explored and split,
//! only a [`Sample`] in the role [`Train`] can be fitted, and one in the role [`Test`] can be scored once.

mod board;
mod dataset;
mod labels;
mod part;
mod split;

pub use board::{ScoreRow, Scoreboard};
pub use dataset::{Dataset, Parts};
pub use labels::{
    AsReal, Binary, BinaryLabels, Class, ClassLabels, Labels, NoLabels, Prediction, Probabilities,
    Real, RealLabels, Relevance, RelevanceLabels, Scores, Target, Unlabelled,
};
pub use part::{
    HeldOut, InSample, Part, Readable, Sample, Scorable, Test, Train, TrainingRows, Valid,
};
pub use split::{GroupKFold, KFold, Split, Splitter, TimeSeriesSplit};
