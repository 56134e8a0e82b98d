//! Metrics: the worth of a model's predictions against the truth.
//!
//! Each metric is a function on slices, and a value that implements `ml_data`'s `Metric` for the
//! targets that it can score: the type system refuses an area under the curve of a regression.
//!
//! One metric is one file, with its formula, in [`regression`], [`classification`] or [`ranking`].

pub mod classification;
mod mean;
pub mod ranking;
pub mod regression;
mod row_metric;
#[cfg(test)]
mod tests;

pub use crate::score::Score;
pub use classification::{
    Accuracy, Average, BinaryLabel, Classification, ConfusionMatrix, F1, LogLoss, Mcc,
    MultiLogLoss, Precision, Recall, RocAuc, RocAucOvr, log_loss, multi_log_loss, roc_auc,
    roc_auc_ovr,
};
pub use ranking::{
    Denominator, Gain, MeanAveragePrecision, Ndcg, NoRelevant, PrecisionAtK, RankingMetric,
    RecallAtK, Relevant,
};
pub use regression::{Mae, R2, Rmse, mae, r2, rmse};
