//! Parameters that are a choice of methods.

use serde::{Deserialize, Serialize};

use super::parameter::ParameterValue;
use crate::tree::GrowPolicy;

/// The method of a round of boosting.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Boosting {
    /// Each tree lowers the loss that the trees before it left.
    #[default]
    Gbdt,
    /// As [`Gbdt`](Self::Gbdt), but each tree is grown as if some of those before it were not there
    /// (Rashmi and Gilad-Bachrach, *DART: dropouts meet multiple additive regression trees*,
    /// AISTATS 2015, [arXiv:1505.01866](https://arxiv.org/abs/1505.01866)).
    Dart,
    /// Trees of rows drawn anew, side by side, averaged.
    Rf,
}

/// Sampling of the rows of a round.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum DataSampleStrategy {
    /// A share of the rows at random; needs `bagging_fraction` and `bagging_freq`.
    #[default]
    Bagging,
    /// The rows with large gradients, and a random share of the others that stands for all of them
    /// (Ke et al., *LightGBM*, NeurIPS 2017). The first `1 / learning_rate` rounds use all rows.
    /// Goes without `bagging_freq` and `bagging_fraction`.
    Goss,
}

impl ParameterValue for Boosting {
    const KIND: &'static str = "gbdt, dart or rf";
    fn parse(text: &str) -> Option<Self> {
        match text {
            "gbdt" | "gbrt" | "gbtree" => Some(Self::Gbdt),
            "dart" => Some(Self::Dart),
            "rf" | "random_forest" => Some(Self::Rf),
            _ => None,
        }
    }
}

impl ParameterValue for GrowPolicy {
    const KIND: &'static str = Self::NAMES;
    fn parse(text: &str) -> Option<Self> {
        Self::named(text)
    }
}

impl ParameterValue for DataSampleStrategy {
    const KIND: &'static str = "bagging or goss";
    fn parse(text: &str) -> Option<Self> {
        match text {
            "bagging" => Some(Self::Bagging),
            "goss" => Some(Self::Goss),
            _ => None,
        }
    }
}
