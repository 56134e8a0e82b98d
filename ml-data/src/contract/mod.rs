//! The contracts that every step, model, ranker and metric of the family meets.
//!
//! Fitting is `fit_transform` for steps and `fit` for models: the rows a step hands on *while
//! training* are not `transform(train)` (target statistics are cross-fitted), so no method offers
//! that. Implementers write [`Transformer::fit_transform`] and [`Estimator::learn`]; users call
//! [`Fit::fit`] and [`Fit::fit_valid`].

mod board;
mod erased;
mod evaluate;
mod evaluation;
mod explain;
mod id_index;
mod metric;
mod metric_fn;
mod model;
mod outlier;
mod pipeline;
#[cfg(feature = "table")]
mod predict_table;
mod rank_fn;
mod rank_rows;
mod ranker;
mod round;
mod step;

#[doc(hidden)]
pub use board::{best_model, legend};
pub use erased::{ErasedEstimator, Predictor, Session, structure};
pub use evaluate::{Models, ScoreRow, Scoreboard};
pub use evaluation::{Evaluation, Predicted};
pub use explain::{
    Attributions, Explain, Explanation, FeatureImportances, Importance, ImportanceKind,
    Importances, Reason,
};
pub use id_index::IdIndex;
pub use metric::{Direction, Metric};
pub use metric_fn::MetricFn;
pub use model::{Estimator, Fit, LearnValid, Predict};
pub use outlier::OutlierScore;
pub use pipeline::{Chain, FittedPipeline, Pipeline, Then};
#[cfg(feature = "table")]
pub use predict_table::PredictTable;
pub use rank_fn::RankFn;
pub use rank_rows::{RankRows, RankRowsScratch, RowSource};
pub use ranker::{
    AnyRanker, ByItems, ByUser, ByVisit, Candidates, ItemSet, Narrow, Query, RankSession, Ranker,
    Scored, Visit, best_first, top_k,
};
pub use round::{OnRound, Round, log_every};
#[doc(hidden)]
pub use step::type_name;
pub use step::{Apply, ApplyExt, Params, Transformer};
