//! Recall at k.

use super::formula::{Cutoff, Formula, QueryTotals, hits};
use super::group::Group;
use super::options::Denominator;
use super::ranking_metric::ranking_metric;
use serde::{Deserialize, Serialize};

/// Recall at k: the share of the relevant documents that are in the first k ranks; higher is
/// better.
///
/// # Formula
/// `relevant documents in the first k ranks / relevant documents`, or divided by
/// `min(k, relevant documents)`, see [`denominator`](Self::denominator).
///
/// See [`RankingMetric`](super::RankingMetric) for ties, weights, queries without a relevant
/// document and errors.
///
/// ```
/// use ml_eval::metric::{RankingMetric, RecallAtK};
/// let value = RecallAtK::at(1).query(&[0.9, 0.8, 0.1], &[1.0, 0.0, 1.0])?;
/// assert_eq!(value, Some(0.5));
/// # Ok::<(), ml_data::Error>(())
/// ```
///
/// # References
/// Manning, Raghavan, Schütze: Introduction to Information Retrieval (2008), section 8.4.
/// <https://doi.org/10.1017/CBO9780511809071>
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RecallAtK {
    cutoff: Cutoff,
    denominator: Denominator,
}

ranking_metric!(RecallAtK, "recall", denominator: Denominator::AllRelevant);

impl RecallAtK {
    /// The number that the hits are divided by; all relevant documents by default.
    #[must_use]
    pub fn denominator(mut self, by: Denominator) -> Self {
        self.denominator = by;
        self.cutoff.rename(match by {
            Denominator::AllRelevant => "recall",
            Denominator::Reachable => "recall_reachable",
        });
        self
    }
}

impl Formula for RecallAtK {
    fn cutoff(&self) -> &Cutoff {
        &self.cutoff
    }

    #[inline(always)]
    fn value(&self, groups: &[Group], query: QueryTotals, _: &[f64]) -> f64 {
        hits(groups, self.cutoff.k) / self.denominator.of(query.relevant, self.cutoff.k)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metric::ranking::orders::ties_are_the_mean_over_their_orders;

    #[test]
    fn ties() {
        ties_are_the_mean_over_their_orders(RecallAtK::at);
        let reachable = |k| RecallAtK::at(k).denominator(Denominator::Reachable);
        ties_are_the_mean_over_their_orders(reachable);
    }
}
