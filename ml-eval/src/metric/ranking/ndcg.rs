//! Normalised discounted cumulative gain at k.

use super::formula::{Cutoff, Formula, QueryTotals};
use super::group::Group;
use super::options::Gain;
use super::ranking_metric::ranking_metric;
use serde::{Deserialize, Serialize};

/// Normalised discounted cumulative gain at k: the gains of the first k ranks, later ones
/// discounted, relative to the best order of the same documents; higher is better.
///
/// # Formula
/// `DCG / ideal DCG`, where `DCG = sum_r gain(grade_r) / log2(r + 1)` over the ranks `r <= k`, and
/// the ideal is the DCG of the documents in descending order of grades. The gain is
/// `2^grade - 1` unless [`gain`](Self::gain) says otherwise; scikit-learn's `ndcg_score` is
/// `Ndcg::at(k).gain(Gain::Linear)`.
///
/// See [`RankingMetric`](super::RankingMetric) for ties, weights, queries without a relevant
/// document and errors.
///
/// ```
/// use ml_eval::metric::{Gain, Ndcg, RankingMetric};
/// let (scores, grades) = ([0.1, 0.2, 0.3, 4.0, 70.0], [10.0, 0.0, 0.0, 1.0, 5.0]);
/// let value = Ndcg::at(10).gain(Gain::Linear).query(&scores, &grades)?;
/// assert!((value.unwrap() - 0.6956940443813076).abs() < 1e-15);
/// # Ok::<(), ml_data::Error>(())
/// ```
///
/// # References
/// Järvelin, Kekäläinen: Cumulated gain-based evaluation of IR techniques. ACM TOIS 20 (2002).
/// <https://doi.org/10.1145/582415.582418>
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Ndcg {
    cutoff: Cutoff,
    gain: Gain,
}

ranking_metric!(Ndcg, "ndcg", gain: Gain::Exponential);

impl Ndcg {
    /// The gain of a grade; `2^grade - 1` by default.
    #[must_use]
    pub fn gain(mut self, gain: Gain) -> Self {
        self.gain = gain;
        self.cutoff.rename(match gain {
            Gain::Exponential => "ndcg",
            Gain::Linear => "ndcg_linear",
        });
        self
    }
}

impl Formula for Ndcg {
    fn cutoff(&self) -> &Cutoff {
        &self.cutoff
    }

    #[inline(always)]
    fn gain(&self) -> Option<Gain> {
        Some(self.gain)
    }

    #[inline(always)]
    fn value(&self, groups: &[Group], query: QueryTotals, discounts: &[f64]) -> f64 {
        (dcg(groups, self.cutoff.k, discounts) / query.ideal_dcg).min(1.0)
    }
}

/// Expected discounted gain of the first k ranks: a group's mean gain times the discounts of its
/// ranks.
#[inline(always)]
fn dcg(groups: &[Group], k: usize, discounts: &[f64]) -> f64 {
    let (mut rank, mut sum) = (0, 0.0);
    for group in groups {
        let end = k.min(rank + group.size);
        let discount: f64 = discounts[rank..end].iter().sum();
        let mean = if group.size == 1 {
            group.gain
        } else {
            group.gain / group.size as f64
        };
        sum += mean * discount;
        rank = end;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metric::ranking::orders::ties_are_the_mean_over_their_orders;

    #[test]
    fn ties() {
        ties_are_the_mean_over_their_orders(Ndcg::at);
    }
}
