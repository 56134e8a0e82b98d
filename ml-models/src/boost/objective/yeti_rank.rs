//! YetiRank: pairs of neighbours in rankings that are drawn around the present one.
//!
//! The gradient of a ranking metric is noisy where documents of nearly equal scores could as well
//! stand the other way round. YetiRank averages over that: it draws several rankings of each query,
//! with noise on the scores, and in each of them lets neighbours of different grades push each
//! other, the more the further up they stand.
//!
//! # Formula
//! A drawn ranking sorts the documents of a query by `s_i + ln(u_i / (1 - u_i))`, `u_i` uniform in
//! (0, 1). The neighbours at the places `k` and `k + 1`, counted from 0, of grades `r_i > r_j` add
//! `decay^k (r_i - r_j) / permutations` to the weight `w_ij` of their pair. The loss is
//! `Σ w_ij ln(1 + exp(s_j - s_i))`; with `p = 1 / (1 + exp(s_i - s_j))` a pair adds `-w p` to the
//! gradient of `i`, `w p` to that of `j`, and `w p (1 - p)` to both hessians.
//!
//! Worked example: grades 2, 0, 1 with equal scores, decay .85, one drawn ranking 1, 0, 2 (of
//! documents). Places 0 and 1: document 0 should win by 2, weight 2. Places 1 and 2: document 0
//! again, by 1, weight .85. All `p` are 1/2: gradients -1.425, 1, .425, hessians .7125, .5, .2125.
//!
//! Gulin, Kuralenok and Pavlov, *Winning the transfer learning track of Yahoo!'s learning to rank
//! challenge with YetiRank*, Proceedings of Machine Learning Research 14 (2011), with the defaults
//! of CatBoost's `YetiRank` (its classic mode, whose pairs have a further constant factor).

use ml_data::random::{Rng, generator};
use ml_data::{Error, Result};

use super::lambdarank::LambdaRank;
use super::loss::{GradientPair, Loss, Measure};
use super::queries;
use super::registry::{Build, Entry, Grades};
use crate::boost::params::BoostParams;
use crate::tree::math;

pub(super) const ENTRY: Entry = Entry {
    aliases: &["yeti_rank", "yetirank", "YetiRank"],
    build: Build::Ranking(|params, grades| Ok(Box::new(YetiRank::of(params, grades)?))),
    renews_leaves: false,
};

/// The grades of ranked queries. Rows of a query are side by side.
#[derive(Debug)]
pub(super) struct YetiRank {
    grades: Vec<f64>,
    /// Measures NDCG on the same rows.
    ndcg: LambdaRank,
    /// `decay^k / permutations`, by place.
    place_weights: Vec<f64>,
    permutations: usize,
    seed: u64,
}

/// Buffers of one query.
#[derive(Debug, Default)]
struct Scratch {
    /// Exponentials of the scores, the largest 1.
    odds: Vec<f64>,
    /// Perturbed odds with the number of their document in the lowest bits.
    keys: Vec<u64>,
    pairs: Vec<[f64; 2]>,
}

/// Differences of scores beyond this change no probability that `f32` holds.
const FARTHEST: f64 = 300.0;

impl YetiRank {
    fn of(params: &BoostParams, grades: Grades<'_>) -> Result<Self> {
        if let Some(at) = grades.values.iter().position(|g| !g.is_finite()) {
            let row = grades.rows[at] as usize;
            return Err(Error::cell(
                "grade",
                row,
                "a finite number",
                grades.values[at],
            ));
        }
        let longest = grades.query_offsets.windows(2).map(|w| w[1] - w[0]).max();
        let weight = |k: u32| params.yetirank_decay.powi(k as i32);
        let places = 0..longest.unwrap_or(0);
        let share = 1.0 / params.yetirank_permutations as f64;
        Ok(Self {
            grades: grades.values.iter().map(|&g| f64::from(g)).collect(),
            place_weights: places.map(|k| weight(k) * share).collect(),
            permutations: params.yetirank_permutations,
            seed: params.seed,
            ndcg: LambdaRank::of(params, grades)?,
        })
    }

    /// Pairs of one query. `rng` draws the noise.
    fn query_gradients(
        &self,
        grades: &[f64],
        scores: &[f64],
        rng: &mut impl Rng,
        scratch: &mut Scratch,
    ) {
        let Scratch { odds, keys, pairs } = scratch;
        let highest = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        odds.clear();
        odds.extend(
            scores
                .iter()
                .map(|s| math::exp((s - highest).max(-FARTHEST))),
        );
        pairs.clear();
        pairs.resize(scores.len(), [0.0; 2]);
        for _ in 0..self.permutations {
            draw_ranking(odds, rng, keys);
            let low = low_bits(odds.len());
            let documents = keys
                .windows(2)
                .map(|w| [w[0], w[1]].map(|k| (k & low) as usize));
            for ([above, below], weight) in documents.zip(&self.place_weights) {
                let difference = grades[above] - grades[below];
                let (winner, loser) = if difference > 0.0 {
                    (above, below)
                } else {
                    (below, above)
                };
                // Nothing for equal grades: their weight is 0.
                let weight = weight * difference.abs();
                let p = odds[loser] / (odds[loser] + odds[winner]);
                let (push, hessian) = (weight * p, weight * p * (1.0 - p));
                pairs[winner][0] -= push;
                pairs[loser][0] += push;
                pairs[winner][1] += hessian;
                pairs[loser][1] += hessian;
            }
        }
    }
}

/// The bits that hold the number of a document.
fn low_bits(documents: usize) -> u64 {
    (1 << (usize::BITS - documents.leading_zeros())) - 1
}

/// Documents by perturbed odds, highest first: in the order of `s + ln(u / (1 - u))`, whose
/// exponential is sorted.
fn draw_ranking(odds: &[f64], rng: &mut impl Rng, keys: &mut Vec<u64>) {
    let low = low_bits(odds.len());
    keys.clear();
    keys.extend((0..).zip(odds).map(|(document, odds)| {
        let u = ((rng.next_u64() >> 12) as f64 + 0.5) * 2.0_f64.powi(-52);
        // The bits of numbers above 0 have the order of the numbers.
        !(odds * u / (1.0 - u)).to_bits() & !low | document
    }));
    keys.sort_unstable();
}

impl Loss for YetiRank {
    fn base_score(&self, _: Option<&[f64]>) -> Vec<f64> {
        vec![0.0]
    }

    fn gradients(&self, scores: &[f64], round: usize, out: &mut [GradientPair]) {
        let query_offsets = self.ndcg.query_offsets();
        let queries = query_offsets.len() as u64;
        queries::for_each(query_offsets, out, |q, rows, out, scratch: &mut Scratch| {
            let draw = round as u64 * queries + q as u64;
            let mut rng = generator(self.seed, "yetirank", draw);
            let grades = &self.grades[rows.clone()];
            self.query_gradients(grades, &scores[rows], &mut rng, scratch);
            for (out, pair) in out.iter_mut().zip(&scratch.pairs) {
                *out = pair.map(|x| x as f32);
            }
        });
    }

    fn random(&self) -> bool {
        true
    }

    fn measure(&self) -> Measure<'static> {
        self.ndcg.measure()
    }

    fn evaluate(&self, scores: &[f64], weights: Option<&[f64]>) -> f64 {
        self.ndcg.evaluate(scores, weights)
    }

    fn name(&self) -> String {
        "yeti_rank".into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::boost::Boost;

    const SIZES: [usize; 5] = [1, 2, 9, 70, 3];

    fn yeti(boost: &Boost, values: Vec<f32>) -> Box<dyn Loss> {
        let mut query_offsets = vec![0];
        SIZES
            .iter()
            .for_each(|&n| query_offsets.push(query_offsets[query_offsets.len() - 1] + n as u32));
        let rows: Vec<u32> = (0..values.len() as u32).collect();
        let grades = Grades {
            values,
            query_offsets,
            rows: &rows,
        };
        Box::new(YetiRank::of(boost.params(), grades).unwrap())
    }

    /// Grades from 0 to 4 and scores, `spread` apart at most.
    fn data(spread: f64) -> (Vec<f32>, Vec<f64>) {
        let n = SIZES.iter().sum();
        let grades = (0..n).map(|i| (i * 7 % 5) as f32).collect();
        let scores = (0..n)
            .map(|i| (i * 37 % 19) as f64 / 18.0 * spread)
            .collect();
        (grades, scores)
    }

    /// The formula: a matrix of weights of pairs, then the loss of each pair.
    fn plain(
        grades: &[f32],
        scores: &[f64],
        permutations: u32,
        rng: &mut impl Rng,
    ) -> Vec<[f64; 2]> {
        let n = grades.len();
        let mut weights = vec![vec![0.0; n]; n];
        for _ in 0..permutations {
            let noise = |_| {
                let u = ((rng.next_u64() >> 12) as f64 + 0.5) / 2.0_f64.powi(52);
                (u / (1.0 - u)).ln()
            };
            let noise: Vec<f64> = (0..n).map(noise).collect();
            let mut order: Vec<usize> = (0..n).collect();
            let place = |i: usize| scores[i] + noise[i];
            order.sort_by(|&i, &j| place(j).total_cmp(&place(i)));
            for (k, pair) in order.windows(2).enumerate() {
                let (i, j) = (pair[0], pair[1]);
                let weight = 0.85_f64.powi(k as i32) / f64::from(permutations);
                let (i, j) = if grades[i] > grades[j] {
                    (i, j)
                } else {
                    (j, i)
                };
                weights[i][j] += weight * f64::from(grades[i] - grades[j]);
            }
        }
        let mut pairs = vec![[0.0; 2]; n];
        for i in 0..n {
            for j in 0..n {
                let p = 1.0 / (1.0 + (scores[i] - scores[j]).exp());
                let w = weights[i][j];
                pairs[i][0] -= w * p;
                pairs[j][0] += w * p;
                pairs[i][1] += w * p * (1.0 - p);
                pairs[j][1] += w * p * (1.0 - p);
            }
        }
        pairs
    }

    #[test]
    fn equals_the_definition_for_every_query() {
        for (spread, permutations) in [(3.0, 10), (0.0, 1), (200.0, 4)] {
            let (grades, scores) = data(spread);
            let boost = Boost::new().yetirank_permutations(permutations).seed(5);
            let mut out = vec![[9.0; 2]; grades.len()];
            yeti(&boost, grades.clone()).gradients(&scores, 3, &mut out);
            let mut from = 0;
            for (q, n) in SIZES.into_iter().enumerate() {
                let rows = from..from + n;
                from += n;
                let draw = 3 * (SIZES.len() as u64 + 1) + q as u64;
                let mut rng = generator(5, "yetirank", draw);
                let (grades, scores) = (&grades[rows.clone()], &scores[rows.clone()]);
                let want = plain(grades, scores, permutations as u32, &mut rng);
                for (got, want) in out[rows].iter().zip(want) {
                    for k in 0..2 {
                        assert!(
                            (f64::from(got[k]) - want[k]).abs() < 1e-6,
                            "{got:?} {want:?}"
                        );
                    }
                }
            }
        }
    }

    /// Only differences of scores count, so a model starts from 0 and makes no score of its own.
    #[test]
    fn scores_start_from_0() {
        let (grades, _) = data(1.0);
        assert_eq!(yeti(&Boost::new(), grades).base_score(None), [0.0]);
    }

    #[test]
    fn rounds_and_seeds_draw_anew() {
        let (grades, scores) = data(1.0);
        let draw = |seed, round| {
            let mut out = vec![[0.0; 2]; grades.len()];
            let loss = yeti(&Boost::new().seed(seed), grades.clone());
            loss.gradients(&scores, round, &mut out);
            out
        };
        assert_eq!(draw(1, 0), draw(1, 0));
        assert_ne!(draw(1, 0), draw(1, 1));
        assert_ne!(draw(1, 0), draw(2, 0));
        // A query alone, and one whose grades are equal.
        assert_eq!(draw(1, 0)[0], [0.0; 2]);
        let mut out = vec![[9.0; 2]; grades.len()];
        yeti(&Boost::new(), vec![2.0; grades.len()]).gradients(&scores, 0, &mut out);
        assert!(out.iter().all(|pair| *pair == [0.0; 2]));
    }

    #[test]
    fn scores_very_far_apart_are_no_nonsense() {
        let (grades, scores) = data(1e6);
        let mut out = vec![[9.0; 2]; grades.len()];
        yeti(&Boost::new(), grades).gradients(&scores, 0, &mut out);
        assert!(out.iter().flatten().all(|x| x.is_finite()));
    }
}
