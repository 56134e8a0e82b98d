//! Mean average precision at k.

use super::formula::{Cutoff, Formula, QueryTotals};
use super::group::Group;
use super::options::Denominator;
use super::ranking_metric::ranking_metric;
use serde::{Deserialize, Serialize};

/// Mean average precision at k: the precision at the rank of each relevant document, averaged, as
/// a mean over queries; higher is better.
///
/// # Formula
/// `sum_r precision@r / min(k, relevant documents)` over the ranks `r <= k` with a relevant
/// document, or divided by all relevant documents, see [`denominator`](Self::denominator).
///
/// See [`RankingMetric`](super::RankingMetric) for ties, weights, queries without a relevant
/// document and errors.
///
/// ```
/// use ml_eval::metric::{MeanAveragePrecision, RankingMetric};
/// let value = MeanAveragePrecision::at(3).query(&[0.9, 0.8, 0.1], &[1.0, 0.0, 1.0])?;
/// assert_eq!(value, Some((1.0 + 2.0 / 3.0) / 2.0));
/// # Ok::<(), ml_data::Error>(())
/// ```
///
/// # References
/// Manning, Raghavan, Schütze: Introduction to Information Retrieval (2008), section 8.4.
/// <https://doi.org/10.1017/CBO9780511809071>
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MeanAveragePrecision {
    cutoff: Cutoff,
    denominator: Denominator,
}

ranking_metric!(MeanAveragePrecision, "map", denominator: Denominator::Reachable);

impl MeanAveragePrecision {
    /// The number that the precisions are divided by; `min(k, relevant)` by default.
    #[must_use]
    pub fn denominator(mut self, by: Denominator) -> Self {
        self.denominator = by;
        self.cutoff.rename(match by {
            Denominator::Reachable => "map",
            Denominator::AllRelevant => "map_all_relevant",
        });
        self
    }
}

impl Formula for MeanAveragePrecision {
    fn cutoff(&self) -> &Cutoff {
        &self.cutoff
    }

    #[inline(always)]
    fn value(&self, groups: &[Group], query: QueryTotals, _: &[f64]) -> f64 {
        let k = self.cutoff.k;
        precision_sum(groups, k) / self.denominator.of(query.relevant, k)
    }
}

/// Expected sum, over the relevant documents in the first k ranks, of the precision at their rank.
///
/// Within a group of `n` ties with `r` relevant, the document at place `j` is relevant with
/// probability `r / n`, and then `(j - 1)(r - 1) / (n - 1)` of the places before it are expected to
/// be relevant too.
#[inline(always)]
fn precision_sum(groups: &[Group], k: usize) -> f64 {
    let (mut rank, mut hits, mut sum) = (0usize, 0.0, 0.0);
    for group in groups {
        let (n, r) = (group.size as f64, group.relevant as f64);
        if group.relevant > 0 {
            let slope = if group.size > 1 {
                (r - 1.0) / (n - 1.0)
            } else {
                0.0
            };
            for place in 0..group.size.min(k - rank) {
                sum += r / n * (hits + 1.0 + place as f64 * slope) / (rank + place + 1) as f64;
            }
        }
        rank = k.min(rank + group.size);
        hits += r;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metric::ranking::orders::ties_are_the_mean_over_their_orders;

    #[test]
    fn ties() {
        ties_are_the_mean_over_their_orders(MeanAveragePrecision::at);
    }
}
