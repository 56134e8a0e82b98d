//! Metrics: what a model's predictions are worth against the truth.
//!
//! Each metric is a function on slices, and a value that implements `ml_data`'s `Metric` for the targets it can score:
//! the type system refuses an area under the curve of a regression.

mod class;
mod errors;
mod label;
mod log_loss;
mod mae;
mod r2;
pub mod ranking;
mod rmse;
mod roc_auc;
mod score;
mod values;

pub use class::{
    Accuracy, Average, ConfusionMatrix, Decided, F1, Mcc, MultiLogLoss, RocAucOvr, multi_log_loss,
    roc_auc_ovr,
};
pub use label::BinaryLabel;
pub use log_loss::log_loss;
pub use mae::mae;
pub use r2::r2;
pub use ranking::{
    Denominator, Gain, MeanAveragePrecision, Ndcg, NoRelevant, PrecisionAtK, RankingMetric,
    RecallAtK, Relevant,
};
pub use rmse::rmse;
pub use roc_auc::roc_auc;
pub use score::Score;
pub(crate) use score::sealed as score_key;
pub use values::{LogLoss, Mae, R2, Rmse, RocAuc};
