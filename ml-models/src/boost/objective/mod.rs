//! What boosting minimises: gradients and hessians of each row's scores, and the loss that validation watches.

mod binary;
#[cfg(test)]
mod by_hand;
mod custom;
mod lambdamap;
mod lambdarank;
mod multiclass;
mod ndcg;
mod percentile;
mod pointwise;
mod queries;
mod xendcg;

use std::fmt::Debug;

use ml_data::Result;
use serde::{Deserialize, Serialize};

use crate::tree::Link;
pub(crate) use crate::tree::grow::Pair;
pub(crate) use binary::Logistic;
pub(crate) use custom::Custom;
pub use custom::CustomObjective;
pub(crate) use lambdamap::LambdaMap;
pub(crate) use lambdarank::LambdaRank;
pub(crate) use multiclass::{OneVsAll, Softmax};
pub(crate) use percentile::Renewal;
pub(crate) use pointwise::{Kind, Pointwise};
pub(crate) use xendcg::XeNdcg;

/// What is minimised, under LightGBM's names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Objective {
    /// Half the squared error: the mean.
    Regression,
    /// Absolute error: the median. See [`Quantile`](Self::Quantile) for weights.
    RegressionL1,
    /// Squared up to `alpha`, absolute beyond.
    Huber,
    /// A smooth relative of Huber's loss, with scale `fair_c`.
    Fair,
    /// Log-linear counts: labels are at least 0, predictions are rates.
    Poisson,
    /// The `alpha` quantile.
    ///
    /// Of rows without weights, or with whole weights, which are repeats, it lies between two
    /// neighbours, as in NumPy and LightGBM. Under other weights it is the smallest label (of a
    /// leaf: the smallest residual) at which the weighted loss is least. LightGBM 4.7 takes the
    /// label before that one.
    Quantile,
    /// Absolute error relative to labels beyond 1. A row weighs one over the size of its label,
    /// besides its own weight: see
    /// [`Quantile`](Self::Quantile) for what that means.
    Mape,
    /// Log-linear positive amounts.
    Gamma,
    /// Log-linear amounts with many zeros; `tweedie_variance_power` lies between Poisson (1) and gamma (2).
    Tweedie,
    /// Log loss of two classes.
    Binary,
    /// Log loss of several classes, whose probabilities sum to 1.
    Multiclass,
    /// Several classes, one against all others each; the probabilities need not sum to 1.
    MulticlassOva,
    /// LambdaMART: pairs of documents weighted by the change of NDCG.
    Lambdarank,
    /// LambdaMART: pairs of documents weighted by the change of mean average precision; grades are 0 and 1. What XGBoost calls
    /// `rank:map`; validation watches MAP at `eval_at`.
    RankMap,
    /// Cross-entropy that bounds NDCG, with a random perturbation of the grades.
    RankXendcg,
}

/// Objectives with their aliases.
pub(super) const OBJECTIVES: &[(Objective, &[&str])] = &[
    (
        Objective::Regression,
        &[
            "regression",
            "regression_l2",
            "l2",
            "mean_squared_error",
            "mse",
            "l2_root",
            "root_mean_squared_error",
            "rmse",
            "reg:squarederror",
        ],
    ),
    (
        Objective::RegressionL1,
        &[
            "regression_l1",
            "l1",
            "mean_absolute_error",
            "mae",
            "reg:absoluteerror",
        ],
    ),
    (Objective::Huber, &["huber"]),
    (Objective::Fair, &["fair"]),
    (Objective::Poisson, &["poisson", "count:poisson"]),
    (Objective::Quantile, &["quantile"]),
    (Objective::Mape, &["mape", "mean_absolute_percentage_error"]),
    (Objective::Gamma, &["gamma", "reg:gamma"]),
    (Objective::Tweedie, &["tweedie", "reg:tweedie"]),
    (
        Objective::Binary,
        &["binary", "binary_logloss", "binary:logistic", "log_loss"],
    ),
    (
        Objective::Multiclass,
        &["multiclass", "softmax", "multi:softprob"],
    ),
    (
        Objective::MulticlassOva,
        &["multiclassova", "multiclass_ova", "ova", "ovr"],
    ),
    (Objective::Lambdarank, &["lambdarank", "rank:ndcg"]),
    (Objective::RankMap, &["rank:map"]),
    (
        Objective::RankXendcg,
        &[
            "rank_xendcg",
            "xendcg",
            "xe_ndcg",
            "xe_ndcg_mart",
            "xendcg_mart",
        ],
    ),
];

impl Objective {
    /// The objective of a name in LightGBM, XGBoost or scikit-learn.
    pub(super) fn named(name: &str) -> Option<Self> {
        let found = OBJECTIVES.iter().find(|(_, names)| names.contains(&name));
        found.map(|(objective, _)| *objective)
    }

    /// Whether leaf values are found anew from residuals after a tree is grown.
    pub(super) fn renews_leaves(self) -> bool {
        matches!(self, Self::RegressionL1 | Self::Quantile | Self::Mape)
    }
}

/// An objective together with the labels it is measured on. Scores and pairs of several outputs follow each other, all rows of
/// the first output first.
pub(crate) trait Loss: Debug + Send + Sync {
    /// Scores a row.
    fn outputs(&self) -> usize {
        1
    }

    /// The constant scores to start from: the best ones where the objective has some.
    fn start(&self, weights: Option<&[f64]>) -> Vec<f64>;

    /// Whether all hessians are 1.
    fn unit_hessian(&self) -> bool {
        false
    }

    /// Gradients and hessians at these scores, weights left out. `round` counts from 0.
    fn gradients(&self, scores: &[f64], round: usize, out: &mut [Pair]);

    /// Refuses pairs that trees can not be grown from; the library's own losses have none.
    ///
    /// # Errors
    /// The row and what is wrong with its pair.
    fn check(&self, pairs: &[Pair]) -> Result<()> {
        let _ = pairs;
        Ok(())
    }

    /// How leaf values are found anew from residuals, where a second-order step would be poor.
    fn renewal(&self) -> Option<Renewal<'_>> {
        None
    }

    /// The metric that validation watches.
    fn measure(&self) -> Measure<'static>;

    /// That metric at these scores, in which each row counts for its weight.
    fn evaluate(&self, scores: &[f64], weights: Option<&[f64]>) -> f64;

    /// From scores to predictions.
    fn link(&self) -> Link {
        Link::Identity
    }

    /// The name in LightGBM's files.
    fn name(&self) -> String;
}

/// How an objective's validation metric is called and whether more is better.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Measure<'a> {
    pub(crate) name: &'a str,
    pub(crate) higher_is_better: bool,
}

impl<'a> Measure<'a> {
    /// A loss.
    const fn loss(name: &'a str) -> Self {
        Self {
            name,
            higher_is_better: false,
        }
    }
}
