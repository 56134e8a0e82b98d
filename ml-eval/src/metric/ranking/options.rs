//! Conventions that differ between libraries, each named.

use serde::{Deserialize, Serialize};

/// The gain of a grade in [`Ndcg`](super::Ndcg).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Gain {
    /// `2^grade - 1`: LightGBM's default `label_gain`, ranx's `ndcg_burges`.
    #[default]
    Exponential,
    /// The grade itself: scikit-learn's `ndcg_score`, ranx's `ndcg`. The same as exponential for
    /// grades 0 and 1.
    Linear,
}

/// `2^i - 1`.
const POWERS: [f64; 8] = [0.0, 1.0, 3.0, 7.0, 15.0, 31.0, 63.0, 127.0];

impl Gain {
    /// The gain of one grade.
    #[inline(always)]
    #[must_use]
    pub fn of(self, grade: f64) -> f64 {
        match self {
            Self::Exponential => {
                // usual grades are small integers: a look-up instead of a power
                let whole = grade as usize;
                match POWERS.get(whole) {
                    Some(power) if whole as f64 == grade => *power,
                    _ => grade.exp2() - 1.0,
                }
            }
            Self::Linear => grade,
        }
    }
}

/// The number that the hits of a query are divided by in [`RecallAtK`](super::RecallAtK) and
/// [`MeanAveragePrecision`](super::MeanAveragePrecision).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Denominator {
    /// `min(k, relevant)`: what a perfect top-k list would reach, so a perfect list has the value
    /// 1. The default of average precision.
    Reachable,
    /// All relevant documents (ranx, trec_eval). Default of recall; a query with more than k of
    /// them cannot reach 1.
    AllRelevant,
}

impl Denominator {
    #[inline(always)]
    pub(super) fn of(self, relevant: usize, k: usize) -> f64 {
        match self {
            Self::Reachable => relevant.min(k) as f64,
            Self::AllRelevant => relevant as f64,
        }
    }
}

/// The value of a query without a relevant document in the mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum NoRelevant {
    /// It counts 0, as in scikit-learn's `ndcg_score` and in ranx.
    #[default]
    Zero,
    /// It is left out of the mean, as is usual for users without held-out items.
    Skip,
}
