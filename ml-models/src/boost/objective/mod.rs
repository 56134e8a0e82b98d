//! Losses: gradients and hessians of each row's scores, and the metric that validation watches.
//!
//! One objective a file: its formula, its names and its [`Entry`](registry::Entry). A new one is
//! that file, and in this one its `mod` line and its line in the list. Parameters know objectives
//! by the enum [`Objective`]; [`registry`] makes losses of them.

mod binary;
pub(super) mod custom;
mod fair;
mod gamma;
mod huber;
mod lambdarank;
pub(super) mod loss;
mod mape;
mod multiclass;
mod multiclassova;
mod ndcg;
mod percentile;
mod pointwise;
mod poisson;
mod quantile;
mod queries;
mod rank_map;
mod rank_xendcg;
pub(super) mod registry;
mod regression;
mod regression_l1;
#[cfg(test)]
mod tests;
mod tweedie;
mod yeti_rank;

use serde::{Deserialize, Serialize};

/// Hands the list to a macro. A line: docs, the name, and the module of its
/// [`Entry`](registry::Entry).
macro_rules! with_objectives {
    ($then:ident) => {
        $then! {
            /// Half the squared error: the mean.
            Regression => regression,
            /// Absolute error: the median. See [`Quantile`](Self::Quantile) for weights.
            RegressionL1 => regression_l1,
            /// Squared up to `alpha`, absolute beyond.
            Huber => huber,
            /// A smooth relative of Huber's loss, with scale `fair_c`.
            Fair => fair,
            /// Log-linear counts: labels are at least 0, predictions are rates.
            Poisson => poisson,
            /// The `alpha` quantile.
            ///
            /// Of rows without weights, or with whole weights, which are repeats, it lies between
            /// two neighbours, as in NumPy and LightGBM. Under other weights it is the smallest
            /// label (of a leaf: the smallest residual) at which the weighted loss is least.
            /// LightGBM 4.7 takes the label before that one.
            Quantile => quantile,
            /// Absolute error relative to labels beyond 1. A row weighs one over the size of its
            /// label, besides its own weight: see [`Quantile`](Self::Quantile) for the consequence.
            Mape => mape,
            /// Log-linear positive amounts.
            Gamma => gamma,
            /// Log-linear amounts with many zeros; `tweedie_variance_power` lies between Poisson
            /// (1) and gamma (2).
            Tweedie => tweedie,
            /// Log loss of two classes.
            Binary => binary,
            /// Log loss of several classes, whose probabilities sum to 1.
            Multiclass => multiclass,
            /// Several classes, one against all others each; the probabilities need not sum to 1.
            MulticlassOva => multiclassova,
            /// LambdaMART: pairs of documents weighted by the change of NDCG.
            Lambdarank => lambdarank,
            /// LambdaMART: pairs of documents weighted by the change of mean average precision;
            /// grades are 0 and 1. XGBoost's `rank:map`; validation watches MAP at `eval_at`.
            RankMap => rank_map,
            /// Cross-entropy that bounds NDCG, with a random perturbation of the grades.
            RankXendcg => rank_xendcg,
            /// YetiRank: pairs of neighbours in rankings that are drawn around the present one
            /// (`yetirank_permutations`, `yetirank_decay`). Best with symmetric trees.
            ///
            /// ```
            /// use ml_data::prelude::*;
            /// use ml_data::sample::RelevanceLabels;
            /// use ml_models::boost::{Boost, FittedBoost, GrowPolicy, Objective};
            ///
            /// // 60 queries of 10 documents; the larger the number, the better the document.
            /// let x: Vec<f64> = (0..600).map(|i| f64::from(i * 37 % 101)).collect();
            /// let grades: Vec<f32> = x.iter().map(|x| (x / 34.0).floor() as f32).collect();
            /// let labels = RelevanceLabels::new(grades, (0..600).map(|i| i / 10).collect::<Vec<u32>>())?;
            /// let train = Dataset::<_, Relevance>::new(Dense::from_rows(1, x)?, labels)?.into_train();
            /// let boost = Boost::new().objective(Objective::YetiRank).num_iterations(20);
            /// let model: FittedBoost = boost.grow_policy(GrowPolicy::SymmetricTree).fit(&train)?;
            /// let scores = model.predict(&Dense::from_rows(1, vec![10.0, 50.0, 90.0])?)?.0;
            /// assert!(scores[0] < scores[1] && scores[1] < scores[2]);
            /// # Ok::<(), ml_data::Error>(())
            /// ```
            YetiRank => yeti_rank,
        }
    };
}

macro_rules! objectives {
    ($($(#[$doc:meta])* $name:ident => $module:ident,)*) => {
        /// The loss that is minimised, under LightGBM's names.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
        #[non_exhaustive]
        pub enum Objective {
            $($(#[$doc])* $name,)*
        }

        impl Objective {
            /// Every objective.
            pub(in crate::boost) const ALL: &[Self] = &[$(Self::$name,)*];
        }
    };
}
with_objectives!(objectives);

pub(super) use with_objectives;
