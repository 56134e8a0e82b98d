//! Imports of most programs: the traits, and the types their signatures speak of.

pub use crate::artifact::{self, Loader};
#[cfg(feature = "table")]
pub use crate::contract::PredictTable;
pub use crate::contract::{
    AnyRanker, Apply, ApplyExt, ByUser, Candidates, Chain, Direction, Estimator, Explain,
    FeatureImportances, Fit, FittedPipeline, ImportanceKind, LearnValid, Metric, MetricFn, Models,
    Params, Pipeline, Predict, Predictor, Query, RankSession, Ranker, Round, Scoreboard, Scored,
    Session, Then, Transformer, Visit, log_every,
};
pub use crate::error::{Error, Result};
pub use crate::repr::{Dense, Float, Names, Repr, RowSet, Rows, Sparse, View};
pub use crate::sample::{
    AsReal, Binary, Class, Dataset, InSample, Labels, OneVsRest, Part, Prediction, Probabilities,
    Real, Relevance, Sample, Scores, Split, Splitter, Target, Test, Train, TrainTest,
    TrainValidTest, Unlabelled, Valid,
};
pub use crate::schema::{Kind, Role};
#[cfg(feature = "table")]
pub use crate::table::{Column, Table};
