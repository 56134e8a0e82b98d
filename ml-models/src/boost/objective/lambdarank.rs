//! LambdaMART: each pair of documents of a query pushes the better one up, by how much swapping
//! them would change NDCG.

use ml_data::Result;

use super::loss::{GradientPair, Loss, Measure};
use super::ndcg::{dcg, discounts, gain, ideal, ranking};
use super::queries;
use super::registry::{Build, Entry, Grades};
use crate::boost::params::BoostParams;
use crate::tree::{kernel, math};

pub(super) const ENTRY: Entry = Entry {
    aliases: &["lambdarank", "rank:ndcg"],
    build: Build::Ranking(|params, grades| Ok(Box::new(LambdaRank::of(params, grades)?))),
    renews_leaves: false,
};

/// The labels of ranked queries. Rows of a query are side by side.
#[derive(Debug)]
pub(super) struct LambdaRank {
    /// Gain of each document.
    gains: Vec<f64>,
    /// Query `q` has the rows `query_offsets[q]..query_offsets[q + 1]`.
    query_offsets: Vec<u32>,
    /// One over the best reachable DCG at the truncation level, 0 where nothing is relevant.
    inverse_ideal: Vec<f64>,
    discounts: Vec<f64>,
    sigmoid: f64,
    truncation: usize,
    normalise: bool,
    eval_at: usize,
}

/// Sums of lambdas and hessians of a document.
pub(super) type Pair64 = [f64; 2];

/// Buffers of one query in the order of its ranking.
#[derive(Debug, Default)]
struct Scratch {
    order: Vec<u32>,
    sorted: kernel::Ranked,
}

impl LambdaRank {
    pub(super) fn of(params: &BoostParams, grades: Grades<'_>) -> Result<Self> {
        let rows = grades.values.iter().zip(grades.rows);
        let gains = rows.map(|(&grade, &row)| gain(params, row as usize, grade));
        Ok(Self::new(
            gains.collect::<Result<_>>()?,
            grades.query_offsets,
            params,
        ))
    }

    pub(super) fn new(gains: Vec<f64>, query_offsets: Vec<u32>, params: &BoostParams) -> Self {
        let longest = query_offsets
            .windows(2)
            .map(|w| w[1] - w[0])
            .max()
            .unwrap_or(0);
        let discounts = discounts(longest as usize);
        let inverse = |w: &[u32]| {
            let best = ideal(
                &gains[w[0] as usize..w[1] as usize],
                &discounts,
                params.lambdarank_truncation_level,
            );
            if best > 0.0 { 1.0 / best } else { 0.0 }
        };
        Self {
            inverse_ideal: query_offsets.windows(2).map(inverse).collect(),
            gains,
            query_offsets,
            discounts,
            sigmoid: params.sigmoid,
            truncation: params.lambdarank_truncation_level,
            normalise: params.lambdarank_norm,
            eval_at: params.eval_at,
        }
    }

    /// Where each query begins, and the end.
    pub(super) fn query_offsets(&self) -> &[u32] {
        &self.query_offsets
    }

    fn gradients(&self, scores: &[f64], out: &mut [GradientPair]) {
        queries::for_each(
            &self.query_offsets,
            out,
            |q, _, out, scratch: &mut Scratch| {
                self.query_gradients(q, scores, scratch, out);
            },
        );
    }

    fn query_gradients(
        &self,
        q: usize,
        scores: &[f64],
        scratch: &mut Scratch,
        out: &mut [GradientPair],
    ) {
        let rows = self.query_offsets[q] as usize..self.query_offsets[q + 1] as usize;
        let (scores, gains) = (&scores[rows.clone()], &self.gains[rows]);
        let Scratch { order, sorted } = scratch;
        ranking(scores, order);
        let ends = order.first().zip(order.last());
        let spread = ends.map_or(0.0, |(&a, &b)| scores[a as usize] - scores[b as usize]);
        let query = kernel::Query {
            inverse_ideal: self.inverse_ideal[q],
            sigmoid: self.sigmoid,
            normalise: self.normalise && spread != 0.0,
        };
        if self.sigmoid * spread <= kernel::Ranked::SPREAD {
            sorted.fill(order, scores, gains, &self.discounts, self.sigmoid);
            let total = (0..self.top(order))
                .map(|i| sorted.pairs_of(i, &query))
                .sum();
            self.put(order, sorted.results(), total, out);
        } else {
            let (pairs, total) = self.pairs_far_apart(order, scores, gains, &query);
            self.put(order, pairs.into_iter(), total, out);
        }
    }

    /// Number of first documents that have pairs.
    fn top(&self, order: &[u32]) -> usize {
        self.truncation.min(order.len().saturating_sub(1))
    }

    /// Writes the pairs, which come in the order of the ranking, to their documents.
    fn put(
        &self,
        order: &[u32],
        pairs: impl Iterator<Item = [f64; 2]>,
        total: f64,
        out: &mut [GradientPair],
    ) {
        let factor = if self.normalise && total > 0.0 {
            (1.0 + total).log2() / total
        } else {
            1.0
        };
        for (&doc, pair) in order.iter().zip(pairs) {
            out[doc as usize] = pair.map(|x| (x * factor) as f32);
        }
    }

    /// As [`kernel::Ranked`], one pair at a time, for scores of any distance.
    fn pairs_far_apart(
        &self,
        order: &[u32],
        scores: &[f64],
        gains: &[f64],
        query: &kernel::Query,
    ) -> (Vec<Pair64>, f64) {
        let (mut pairs, mut total) = (vec![[0.0; 2]; order.len()], 0.0);
        for i in 0..self.top(order) {
            for j in i + 1..order.len() {
                let [a, b] = [i, j].map(|k| order[k] as usize);
                let (high, low, ahead) = if gains[a] > gains[b] {
                    (i, j, scores[a] - scores[b])
                } else {
                    (j, i, scores[b] - scores[a])
                };
                let exchanged = (self.discounts[i] - self.discounts[j]).abs();
                let mut change = (gains[a] - gains[b]).abs() * exchanged * query.inverse_ideal;
                if query.normalise {
                    change /= 0.01 + ahead.abs();
                }
                total += 2.0 * push(self.sigmoid, change, ahead, &mut pairs, [high, low]);
            }
        }
        (pairs, total)
    }

    /// Mean NDCG at `eval_at`; a query without a relevant document counts as 1.
    fn ndcg(&self, scores: &[f64], weights: Option<&[f64]>) -> f64 {
        queries::mean(&self.query_offsets, weights, |rows, order| {
            let gains = &self.gains[rows.clone()];
            let best = ideal(gains, &self.discounts, self.eval_at);
            if best <= 0.0 {
                return 1.0;
            }
            ranking(&scores[rows], order);
            dcg(
                order.iter().map(|&i| gains[i as usize]),
                &self.discounts,
                self.eval_at,
            ) / best
        })
    }
}

/// Adds a pair of which the document `high` is better, and `ahead` by so much in score; returns its
/// lambda. `change` is what exchanging the two would change.
pub(super) fn push(
    sigmoid: f64,
    change: f64,
    ahead: f64,
    pairs: &mut [Pair64],
    [high, low]: [usize; 2],
) -> f64 {
    let p = 1.0 / (1.0 + math::exp(sigmoid * ahead));
    let lambda = sigmoid * change * p;
    let hessian = sigmoid * lambda * (1.0 - p);
    pairs[high] = [pairs[high][0] - lambda, pairs[high][1] + hessian];
    pairs[low] = [pairs[low][0] + lambda, pairs[low][1] + hessian];
    lambda
}

impl Loss for LambdaRank {
    fn base_score(&self, _: Option<&[f64]>) -> Vec<f64> {
        vec![0.0]
    }

    fn gradients(&self, scores: &[f64], _: usize, out: &mut [GradientPair]) {
        self.gradients(scores, out);
    }

    fn measure(&self) -> Measure<'static> {
        Measure {
            name: "ndcg",
            higher_is_better: true,
        }
    }

    fn evaluate(&self, scores: &[f64], weights: Option<&[f64]>) -> f64 {
        self.ndcg(scores, weights)
    }

    fn name(&self) -> String {
        "lambdarank".into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::boost::Boost;

    /// The definition, pair by pair.
    fn plain(scores: &[f64], gains: &[f64], truncation: usize, norm: bool) -> Vec<GradientPair> {
        let n = scores.len();
        let mut order = Vec::new();
        ranking(scores, &mut order);
        let d = discounts(n);
        let best = ideal(gains, &d, truncation);
        let (mut lambda, mut hessian, mut total) = (vec![0.0; n], vec![0.0; n], 0.0);
        for i in 0..n {
            for j in i + 1..n {
                let (a, b) = (order[i] as usize, order[j] as usize);
                if i >= truncation || gains[a] == gains[b] {
                    continue;
                }
                let (high, low) = if gains[a] > gains[b] { (a, b) } else { (b, a) };
                let ds = scores[high] - scores[low];
                let mut delta = (gains[a] - gains[b]).abs() * (d[i] - d[j]).abs() / best;
                if norm && scores[order[0] as usize] != scores[order[n - 1] as usize] {
                    delta /= 0.01 + ds.abs();
                }
                let p = 1.0 / (1.0 + ds.exp());
                lambda[high] -= delta * p;
                lambda[low] += delta * p;
                hessian[high] += delta * p * (1.0 - p);
                hessian[low] += delta * p * (1.0 - p);
                total += 2.0 * delta * p;
            }
        }
        let factor = if norm && total > 0.0 {
            (1.0 + total).log2() / total
        } else {
            1.0
        };
        (0..n)
            .map(|i| [(lambda[i] * factor) as f32, (hessian[i] * factor) as f32])
            .collect()
    }

    #[test]
    fn equals_the_definition_for_every_query() {
        let sizes = [1_u32, 2, 9, 40, 3];
        let mut query_offsets = vec![0];
        sizes
            .iter()
            .for_each(|s| query_offsets.push(query_offsets[query_offsets.len() - 1] + s));
        let n = query_offsets[5] as usize;
        let gains: Vec<f64> = (0..n)
            .map(|i| f64::from((1_u32 << (i * 7 % 5)) - 1))
            .collect();
        let scores: Vec<f64> = (0..n).map(|i| ((i * 37 % 19) as f64 - 9.0) * 0.3).collect();
        for (norm, truncation) in [(true, 30), (false, 30), (true, 3)] {
            let params = Boost::new()
                .lambdarank_norm(norm)
                .lambdarank_truncation_level(truncation);
            let rank = LambdaRank::new(gains.clone(), query_offsets.clone(), params.params());
            let far = scores.iter().map(|s| s * 300.0).collect();
            for scores in [scores.clone(), vec![0.0; n], far] {
                let mut out = vec![[9.0; 2]; n];
                rank.gradients(&scores, &mut out);
                for w in query_offsets.windows(2) {
                    let rows = w[0] as usize..w[1] as usize;
                    let want = plain(
                        &scores[rows.clone()],
                        &gains[rows.clone()],
                        truncation,
                        norm,
                    );
                    for (got, want) in out[rows].iter().zip(&want) {
                        for k in 0..2 {
                            // A lambda is what is left of many that cancel.
                            let size = want[k].abs() + want[1];
                            let off = (got[k] - want[k]).abs();
                            assert!(off <= 1e-6 * size + 1e-12, "{got:?} {want:?}");
                        }
                    }
                }
            }
        }
    }
}
