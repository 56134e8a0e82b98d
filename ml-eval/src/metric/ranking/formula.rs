//! The contract of a ranking formula: the value of one query from its groups of ties, so that
//! scored documents and recommended lists share it.

use super::group::Group;
use super::options::{Gain, NoRelevant};
use crate::error::{self, Result};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// The first `k` ranks, the policy for queries without a relevant document, and the name.
#[doc(hidden)]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Cutoff {
    pub(super) k: usize,
    pub(super) no_relevant: NoRelevant,
    /// Shared: a metric is cloned for each call.
    pub(super) name: Arc<str>,
}

impl Cutoff {
    pub(super) fn new(name: &str, k: usize) -> Self {
        Self {
            k,
            no_relevant: NoRelevant::default(),
            name: format!("{name}@{k}").into(),
        }
    }

    pub(super) fn rename(&mut self, name: &str) {
        self.name = format!("{name}@{}", self.k).into();
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
