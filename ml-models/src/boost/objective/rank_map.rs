//! LambdaMART for mean average precision: each pair of a relevant and another document pushes the
//! relevant one up, by how much swapping them would change the query's average precision.
//!
//! Burges, Ragno and Le, *Learning to rank with nonsmooth cost functions*, NeurIPS 19 (2006);
//! average precision as in Donmez, Svore and Burges, *On the local optimality of LambdaRank*, SIGIR
//! 2009, [doi:10.1145/1571941.1572021](https://doi.org/10.1145/1571941.1572021). Gradients are
//! XGBoost's, hessians half of its.

use ml_data::{Error, Result};

use super::lambdarank::{Pair64, push};
use super::loss::{GradientPair, Loss, Measure};
use super::ndcg::ranking;
use super::queries;
use super::registry::{Build, Entry};
use crate::boost::params::BoostParams;

pub(super) const ENTRY: Entry = Entry {
    aliases: &["rank:map"],
    build: Build::Ranking(|params, grades| {
        let rows = grades.values.iter().zip(grades.rows);
        let relevant = rows.map(|(&grade, &row)| relevant(row as usize, grade));
        let relevant = relevant.collect::<Result<_>>()?;
        Ok(Box::new(LambdaMap::new(
            relevant,
            grades.query_offsets,
            params,
        )))
    }),
    renews_leaves: false,
};

/// Whether a grade of 0 or 1 is the latter.
fn relevant(row: usize, grade: f32) -> Result<bool> {
    if grade == 0.0 || grade == 1.0 {
        Ok(grade == 1.0)
    } else {
        Err(Error::cell("grade", row, "0 or 1 for RankMap", grade))
    }
}

/// Which documents of ranked queries are relevant. Rows of a query are side by side.
#[derive(Debug)]
pub(super) struct LambdaMap {
    relevant: Vec<bool>,
    /// Query `q` has the rows `query_offsets[q]..query_offsets[q + 1]`.
    query_offsets: Vec<u32>,
    sigmoid: f64,
    truncation: usize,
    normalise: bool,
    eval_at: usize,
}

/// Buffers of one query.
#[derive(Debug, Default)]
struct Scratch {
    order: Vec<u32>,
    ranks: Vec<Rank>,
    pairs: Vec<Pair64>,
}

/// A place in a ranking.
#[derive(Debug, Clone, Copy)]
struct Rank {
    score: f64,
    relevant: bool,
    /// Relevant documents up to here.
    hits: f64,
    /// The sum of 1 / rank of the relevant documents up to here.
    reciprocals: f64,
}

/// By how much swapping the documents at two places, counted from 0 and the first one above,
/// changes the sum of the precisions at relevant documents. One of the two is relevant, the other
/// is not.
fn change(ranks: &[Rank], above: usize, below: usize) -> f64 {
    let (a, b) = (&ranks[above], &ranks[below]);
    let precision_below = b.hits / (below + 1) as f64;
    // Relevant documents between the two have one more or one less above them.
    let between = ranks[below - 1].reciprocals - a.reciprocals;
    if a.relevant {
        precision_below - a.hits / (above + 1) as f64 - between
    } else {
        (a.hits + 1.0) / (above + 1) as f64 + between - precision_below
    }
}

impl LambdaMap {
    pub(super) fn new(relevant: Vec<bool>, query_offsets: Vec<u32>, params: &BoostParams) -> Self {
        Self {
            relevant,
            query_offsets,
            sigmoid: params.sigmoid,
            truncation: params.lambdarank_truncation_level,
            normalise: params.lambdarank_norm,
            eval_at: params.eval_at,
        }
    }

    fn query_gradients(
        &self,
        relevant: &[bool],
        scores: &[f64],
        scratch: &mut Scratch,
        out: &mut [GradientPair],
    ) {
        let Scratch {
            order,
            ranks,
            pairs,
        } = scratch;
        ranking(scores, order);
        let (mut hits, mut reciprocals) = (0.0, 0.0);
        ranks.clear();
        ranks.extend(order.iter().enumerate().map(|(k, &doc)| {
            let relevant = relevant[doc as usize];
            if relevant {
                hits += 1.0;
                reciprocals += 1.0 / (k + 1) as f64;
            }
            Rank {
                score: scores[doc as usize],
                relevant,
                hits,
                reciprocals,
            }
        }));
        let ends = ranks.first().zip(ranks.last());
        let spread = ends.is_some_and(|(a, b)| a.score != b.score);
        pairs.clear();
        pairs.resize(ranks.len(), [0.0; 2]);
        let total = self.all_pairs(ranks, hits, spread, pairs);
        let factor = if self.normalise && total > 0.0 {
            (1.0 + total).log2() / total
        } else {
            1.0
        };
        for (&doc, pair) in order.iter().zip(&*pairs) {
            out[doc as usize] = pair.map(|x| (x * factor) as f32);
        }
    }

    /// Adds up the pairs of a query with so many relevant documents; returns the sum of twice their
    /// lambdas.
    fn all_pairs(&self, ranks: &[Rank], relevant: f64, spread: bool, pairs: &mut [Pair64]) -> f64 {
        let mut total = 0.0;
        for i in 0..self.truncation.min(ranks.len().saturating_sub(1)) {
            for j in i + 1..ranks.len() {
                if ranks[i].relevant == ranks[j].relevant {
                    continue;
                }
                let mut delta = change(ranks, i, j).abs() / relevant;
                let (high, low) = if ranks[i].relevant { (i, j) } else { (j, i) };
                let ahead = ranks[high].score - ranks[low].score;
                if self.normalise && spread {
                    delta /= 0.01 + ahead.abs();
                }
                total += 2.0 * push(self.sigmoid, delta, ahead, pairs, [high, low]);
            }
        }
        total
    }
}

/// Average precision of the first `k` of a ranking; 1 without a relevant document, as in LightGBM.
fn average_precision(ranked: impl Iterator<Item = bool>, relevant: usize, k: usize) -> f64 {
    if relevant == 0 {
        return 1.0;
    }
    let (mut hits, mut sum) = (0.0, 0.0);
    for (rank, _) in ranked.take(k).enumerate().filter(|r| r.1) {
        hits += 1.0;
        sum += hits / (rank + 1) as f64;
    }
    sum / relevant.min(k) as f64
}

impl Loss for LambdaMap {
    fn base_score(&self, _: Option<&[f64]>) -> Vec<f64> {
        vec![0.0]
    }

    fn gradients(&self, scores: &[f64], _: usize, out: &mut [GradientPair]) {
        queries::for_each(
            &self.query_offsets,
            out,
            |_, rows, out, scratch: &mut Scratch| {
                self.query_gradients(&self.relevant[rows.clone()], &scores[rows], scratch, out);
            },
        );
    }

    fn measure(&self) -> Measure<'static> {
        Measure {
            name: "map",
            higher_is_better: true,
        }
    }

    fn evaluate(&self, scores: &[f64], weights: Option<&[f64]>) -> f64 {
        queries::mean(&self.query_offsets, weights, |rows, order| {
            let relevant = &self.relevant[rows.clone()];
            ranking(&scores[rows], order);
            let ranked = order.iter().map(|&i| relevant[i as usize]);
            let count = relevant.iter().filter(|&&r| r).count();
            average_precision(ranked, count, self.eval_at)
        })
    }

    /// LightGBM's files know one name for LambdaMART.
    fn name(&self) -> String {
        "lambdarank".into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::boost::Boost;
    use proptest::prelude::*;

    /// Average precision of a ranking, by its definition.
    fn precision(ranked: &[bool]) -> f64 {
        let at = |k: usize| ranked[..=k].iter().filter(|&&r| r).count() as f64 / (k + 1) as f64;
        let hits: Vec<usize> = (0..ranked.len()).filter(|&k| ranked[k]).collect();
        hits.iter().map(|&k| at(k)).sum::<f64>() / hits.len() as f64
    }

    /// The gradients, from rankings whose documents are swapped.
    fn plain(scores: &[f64], relevant: &[bool], params: &BoostParams) -> Vec<[f64; 2]> {
        let n = scores.len();
        let mut order = Vec::new();
        ranking(scores, &mut order);
        let ranked =
            |order: &[u32]| -> Vec<bool> { order.iter().map(|&i| relevant[i as usize]).collect() };
        let (mut sums, mut total) = (vec![[0.0; 2]; n], 0.0);
        for i in 0..params.lambdarank_truncation_level.min(n) {
            for j in i + 1..n {
                let (a, b) = (order[i] as usize, order[j] as usize);
                if relevant[a] == relevant[b] {
                    continue;
                }
                let mut swapped = order.clone();
                swapped.swap(i, j);
                let mut delta = (precision(&ranked(&swapped)) - precision(&ranked(&order))).abs();
                let (high, low) = if relevant[a] { (a, b) } else { (b, a) };
                let ahead = scores[high] - scores[low];
                if params.lambdarank_norm
                    && scores[order[0] as usize] != scores[order[n - 1] as usize]
                {
                    delta /= 0.01 + ahead.abs();
                }
                let s = params.sigmoid;
                let p = 1.0 / (1.0 + (s * ahead).exp());
                sums[high][0] -= s * delta * p;
                sums[low][0] += s * delta * p;
                sums[high][1] += s * s * delta * p * (1.0 - p);
                sums[low][1] += s * s * delta * p * (1.0 - p);
                total += 2.0 * s * delta * p;
            }
        }
        let factor = if params.lambdarank_norm && total > 0.0 {
            (1.0 + total).log2() / total
        } else {
            1.0
        };
        sums.iter().map(|s| s.map(|x| x * factor)).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn equals_swapping_and_measuring_anew(
            docs in prop::collection::vec((-20_i32..20, any::<bool>()), 1..30),
            cut in 1_usize..30, norm in any::<bool>(), steep in 0.5..2.0_f64,
        ) {
            let scores: Vec<f64> = docs.iter().map(|d| f64::from(d.0) / 4.0).collect();
            let relevant: Vec<bool> = docs.iter().map(|d| d.1).collect();
            let params = Boost::new().lambdarank_norm(norm).lambdarank_truncation_level(cut).sigmoid(steep);
            let n = docs.len() as u32;
            // The query stands between two others.
            let (mut all, mut every) = (vec![true, false], vec![0.0, 1.0]);
            all.extend(&relevant);
            every.extend(&scores);
            all.push(true);
            every.push(2.0);
            let map = LambdaMap::new(all, vec![0, 2, n + 2, n + 3], params.params());
            let mut out = vec![[9.0_f32; 2]; n as usize + 3];
            map.gradients(&every, 0, &mut out);
            for (got, want) in out[2..n as usize + 2].iter().zip(plain(&scores, &relevant, params.params())) {
                for k in 0..2 {
                    prop_assert!((f64::from(got[k]) - want[k]).abs() <= 1e-6 * want[k].abs() + 1e-9, "{:?} {:?}", got, want);
                }
            }
            prop_assert_eq!(out[n as usize + 2], [0.0; 2]);
            prop_assert!(out[0][0] < 0.0 && out[1][0] > 0.0, "the relevant document is pushed up");
            let mut order = Vec::new();
            ranking(&scores, &mut order);
            let ranked: Vec<bool> = order.iter().map(|&i| relevant[i as usize]).collect();
            let count = relevant.iter().filter(|&&r| r).count();
            let got = average_precision(ranked.iter().copied(), count, n as usize);
            let want = if count == 0 { 1.0 } else { precision(&ranked) };
            prop_assert!((got - want).abs() < 1e-12);
        }
    }

    /// Values of XGBoost's `rank:map`, made by `tests/golden/lambdamap.py`.
    #[test]
    fn gradients_equal_xgboost() {
        let relevant = [0, 1, 0, 0, 1, 0, 1, 0, 0].map(|r| r == 1).to_vec();
        let scores = [0.9, -0.4, 1.7, 0.2, 0.6, -1.1, -0.8, 0.1, 1.2];
        let plain = [
            [
                0.1929, -0.53612, 0.78747, 0.07219, -0.284, 0.02397, -0.63537, 0.04435, 0.33461,
            ],
            [
                0.03878, 0.08773, 0.10187, 0.02372, 0.09126, 0.01715, 0.07853, 0.01719, 0.05882,
            ],
        ];
        let normalised = [
            [
                0.13164, -0.27046, 0.3349, 0.07572, -0.27369, 0.02859, -0.26844, 0.05167, 0.19007,
            ],
            [
                0.03398, 0.05507, 0.05183, 0.02724, 0.09559, 0.01848, 0.04435, 0.02162, 0.04187,
            ],
        ];
        for (norm, want) in [(false, plain), (true, normalised)] {
            let params = Boost::new().lambdarank_norm(norm);
            let map = LambdaMap::new(relevant.clone(), vec![0, 9], params.params());
            let mut out = vec![[0.0; 2]; 9];
            map.gradients(&scores, 0, &mut out);
            for (i, pair) in out.iter().enumerate() {
                for k in 0..2 {
                    assert!(
                        (f64::from(pair[k]) - want[k][i]).abs() < 1.5e-5,
                        "{norm} {i} {pair:?}"
                    );
                }
            }
        }
    }

    #[test]
    fn a_known_mean_average_precision() {
        let params = Boost::new().eval_at(3);
        let map = LambdaMap::new(
            vec![true, false, true, false, false, true],
            vec![0, 4, 5, 6],
            params.params(),
        );
        // Ranked: no, yes, no, yes; of two relevant documents one is among three: (1/2) / 2. Then 1
        // for nothing relevant, and 1.
        let got = map.evaluate(&[2.0, 3.0, 0.5, 1.0, 0.0, 0.0], None);
        assert!((got - (0.25 + 1.0 + 1.0) / 3.0).abs() < 1e-15, "{got}");
    }
}
