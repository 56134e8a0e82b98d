//! Metrics of classes: which class was predicted, and how probable each was said to be.
//!
//! Metrics that count rows by true and predicted class are also methods of [`ConfusionMatrix`].
//!
//! # Classes
//! Metrics of several classes compare by name where the predictions name their classes, as
//! classifiers do: the same names in another order are put in the labels' order, other names are
//! refused with both lists. Held-out rows that were read on their own, and lack a class, are coded
//! as in training by [`Dataset::with_classes`](ml_data::sample::Dataset::with_classes).

mod accuracy;
mod codes;
mod confusion;
mod f1;
mod label;
mod log_loss;
mod mcc;
mod multi_log_loss;
mod precision;
mod recall;
mod roc_auc;
mod roc_auc_ovr;
mod target;
#[cfg(test)]
mod tests;

pub use accuracy::Accuracy;
pub use confusion::{Average, ConfusionMatrix};
pub use f1::F1;
pub use label::BinaryLabel;
pub use log_loss::{LogLoss, log_loss};
pub use mcc::Mcc;
pub use multi_log_loss::{MultiLogLoss, multi_log_loss};
pub use precision::Precision;
pub use recall::Recall;
pub use roc_auc::{RocAuc, roc_auc};
pub use roc_auc_ovr::{RocAucOvr, roc_auc_ovr};
pub use target::Classification;
