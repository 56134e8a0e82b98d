//! The contract of a ranking formula: the value of one query from its groups of ties, so that scored
//! documents and recommended lists share it.

use super::group::Group;
use super::options::{Gain, NoRelevant};
use crate::error::{self, Result};
use serde::{Deserialize, Serialize};

/// The first `k` ranks, the policy for queries without a relevant document, and the name.
#[doc(hidden)]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Cutoff {
    pub(super) k: usize,
    pub(super) no_relevant: NoRelevant,
    pub(super) name: String,
}

impl Cutoff {
    pub(super) fn new(name: &str, k: usize) -> Self {
        Self {
            k,
            no_relevant: NoRelevant::default(),
            name: format!("{name}@{k}"),
        }
    }

    pub(super) fn rename(&mut self, name: &str) {
        self.name = format!("{name}@{}", self.k);
    }

    pub(super) fn check(&self) -> Result<()> {
        match self.k {
            0 => Err(error::parameter("ranking metric", "k", 0, "at least 1")),
            _ => Ok(()),
        }
    }
}

/// Figures of a whole query.
#[derive(Debug, Clone, Copy)]
pub struct QueryTotals {
    /// Documents with a grade above 0.
    pub(super) relevant: usize,
    /// DCG of the best order of the first k; 1 for formulas without a gain.
    pub(super) ideal_dcg: f64,
}

/// A formula over the first `k` ranks, with its parameters.
pub trait Formula: Clone + Send + Sync {
    /// The cut-off and the conventions that all formulas share.
    fn cutoff(&self) -> &Cutoff;

    /// The gain of a grade, for formulas relative to the best order of the same documents.
    #[inline(always)]
    fn gain(&self) -> Option<Gain> {
        None
    }

    /// The value of a query with at least one relevant document: the mean over the orders of the
    /// ties. `groups` reach into the first k ranks, the last one may reach beyond; `discounts` are
    /// `1 / log2(rank + 1)`.
    fn value(&self, groups: &[Group], query: QueryTotals, discounts: &[f64]) -> f64;
}

/// Expected number of relevant documents in the first k ranks.
#[inline(always)]
pub(super) fn hits(groups: &[Group], k: usize) -> f64 {
    let mut rank = 0;
    let mut hits = 0.0;
    for group in groups {
        let inside = group.size.min(k - rank);
        hits += if inside == group.size {
            group.relevant as f64
        } else {
            group.relevant as f64 * inside as f64 / group.size as f64
        };
        rank += inside;
    }
    hits
}

/// `1 / log2(rank + 1)` for ranks 1, 2, ...
pub(super) fn discounts(ranks: usize) -> Vec<f64> {
    (0..ranks).map(|i| 1.0 / (i as f64 + 2.0).log2()).collect()
}

/// The parts that every ranking metric has: constructor, policy for empty queries, the shared
/// trait, and `ml_data`'s `Metric` (rows of a query need not be adjacent).
macro_rules! ranking_metric {
    ($metric:ident, $name:literal $(, $parameter:ident: $default:expr)?) => {
        impl $metric {
            /// The metric over the first `k` ranks.
            #[must_use]
            pub fn at(k: usize) -> Self {
                let cutoff = super::formula::Cutoff::new($name, k);
                Self { cutoff $(, $parameter: $default)? }
            }

            /// The value of a query without a relevant document in the mean; 0 by default.
            #[must_use]
            pub fn no_relevant(mut self, policy: super::options::NoRelevant) -> Self {
                self.cutoff.no_relevant = policy;
                self
            }
        }

        impl super::metric::RankingMetric for $metric {}

        impl ml_data::contract::Metric<ml_data::sample::Relevance> for $metric {
            fn name(&self) -> &str {
                &self.cutoff.name
            }
            fn direction(&self) -> ml_data::contract::Direction {
                ml_data::contract::Direction::HigherIsBetter
            }
            fn score(
                &self,
                truth: &ml_data::sample::RelevanceLabels,
                predicted: &ml_data::sample::Scores,
                weights: Option<&[f64]>,
            ) -> $crate::error::Result<f64> {
                let (grades, ids) = (truth.grades(), truth.query_ids());
                super::queries::mean_by_id(self, &predicted.0, grades, ids, weights)
            }
        }
    };
}

pub(super) use ranking_metric;
