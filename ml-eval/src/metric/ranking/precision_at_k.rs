//! Precision at k.

use super::formula::{Cutoff, Formula, QueryTotals, hits};
use super::group::Group;
use super::ranking_metric::ranking_metric;
use serde::{Deserialize, Serialize};

/// Precision at k: the share of the first k ranks that are relevant; higher is better.
///
/// # Formula
/// `relevant documents in the first k ranks / k`. A list shorter than k is still divided by k.
///
/// See [`RankingMetric`](super::RankingMetric) for ties, weights, queries without a relevant
/// document and errors.
///
/// ```
/// use ml_eval::metric::{PrecisionAtK, RankingMetric};
/// let value = PrecisionAtK::at(2).query(&[0.9, 0.8, 0.1], &[1.0, 0.0, 1.0])?;
/// assert_eq!(value, Some(0.5));
/// # Ok::<(), ml_data::Error>(())
/// ```
///
/// # References
/// Manning, Raghavan, Schütze: Introduction to Information Retrieval (2008), section 8.4.
/// <https://doi.org/10.1017/CBO9780511809071>
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PrecisionAtK {
    cutoff: Cutoff,
}

ranking_metric!(PrecisionAtK, "precision");

impl Formula for PrecisionAtK {
    fn cutoff(&self) -> &Cutoff {
        &self.cutoff
    }

    #[inline(always)]
    fn value(&self, groups: &[Group], _: QueryTotals, _: &[f64]) -> f64 {
        hits(groups, self.cutoff.k) / self.cutoff.k as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metric::ranking::orders::ties_are_the_mean_over_their_orders;

    #[test]
    fn ties() {
        ties_are_the_mean_over_their_orders(PrecisionAtK::at);
    }
}
