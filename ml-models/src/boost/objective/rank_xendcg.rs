//! Cross-entropy loss for ranking: an upper bound of (negative) NDCG that needs one pass over a
//! query's documents.
//!
//! Bruch, *An alternative cross entropy loss for learning-to-rank*, WWW 2021,
//! [doi:10.1145/3442381.3449794](https://doi.org/10.1145/3442381.3449794).

use super::lambdarank::LambdaRank;
use super::loss::{GradientPair, Loss, Measure};
use super::queries;
use super::registry::{Build, Entry};
use crate::tree::math;

pub(super) const ENTRY: Entry = Entry {
    aliases: &[
        "rank_xendcg",
        "xendcg",
        "xe_ndcg",
        "xe_ndcg_mart",
        "xendcg_mart",
    ],
    build: Build::Ranking(|params, grades| {
        let values = grades.values.iter().map(|&g| f64::from(g)).collect();
        let ndcg = LambdaRank::of(params, grades)?;
        Ok(Box::new(XeNdcg::new(values, ndcg, params.seed)))
    }),
    renews_leaves: false,
};

/// The labels of ranked queries. Rows of a query are side by side.
#[derive(Debug)]
pub(super) struct XeNdcg {
    grades: Vec<f64>,
    /// Measures NDCG on the same rows.
    ndcg: LambdaRank,
    /// The first query's generator begins here, the next one's one further.
    seed: u32,
}

/// LightGBM's generator, so that equal seeds perturb grades equally.
#[derive(Debug, Clone, Copy)]
struct Draws(u32);

impl Draws {
    const FACTOR: u32 = 214_013;
    const ADD: u32 = 2_531_011;

    /// After so many draws: the steps are squared instead of taken.
    fn after(seed: u32, mut draws: u64) -> Self {
        let (mut factor, mut add) = (Self::FACTOR, Self::ADD);
        let mut state = seed;
        while draws > 0 {
            if draws % 2 == 1 {
                state = state.wrapping_mul(factor).wrapping_add(add);
            }
            add = add.wrapping_mul(factor.wrapping_add(1));
            factor = factor.wrapping_mul(factor);
            draws /= 2;
        }
        Self(state)
    }

    /// In [0, 1).
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(Self::FACTOR).wrapping_add(Self::ADD);
        f64::from((self.0 >> 16) & 0x7fff) / 32_768.0
    }
}

/// Smallest denominator.
const TINY: f64 = 1e-15;

impl XeNdcg {
    pub(super) fn new(grades: Vec<f64>, ndcg: LambdaRank, seed: u64) -> Self {
        Self {
            grades,
            ndcg,
            seed: seed as u32,
        }
    }
}

/// Writes the pairs of one query.
fn query_gradients(grades: &[f64], scores: &[f64], draws: &mut Draws, out: &mut [GradientPair]) {
    if grades.len() <= 1 {
        out.fill([0.0; 2]);
        return;
    }
    let mut rho = scores.to_vec();
    math::softmax(&mut rho);
    let mut params: Vec<f64> = grades.iter().map(|g| g.exp2() - draws.next()).collect();
    let inverse = 1.0 / params.iter().sum::<f64>().max(TINY);
    let mut lambdas = vec![0.0; grades.len()];
    let rest = |rho: f64| (1.0 - rho).max(TINY);
    let mut sum = 0.0;
    for ((lambda, param), &rho) in lambdas.iter_mut().zip(&mut params).zip(&rho) {
        *lambda = rho - *param * inverse;
        *param = *lambda / rest(rho);
        sum += *param;
    }
    let mut second = 0.0;
    for ((lambda, param), &rho) in lambdas.iter_mut().zip(&mut params).zip(&rho) {
        let term = rho * (sum - *param);
        *lambda += term;
        *param = term / rest(rho);
        second += *param;
    }
    for (i, out) in out.iter_mut().enumerate() {
        let lambda = lambdas[i] + rho[i] * (second - params[i]);
        *out = [lambda as f32, (rho[i] * (1.0 - rho[i])) as f32];
    }
}

impl Loss for XeNdcg {
    fn base_score(&self, _: Option<&[f64]>) -> Vec<f64> {
        vec![0.0]
    }

    fn gradients(&self, scores: &[f64], round: usize, out: &mut [GradientPair]) {
        queries::for_each(
            self.ndcg.query_offsets(),
            out,
            |q, rows, out, (): &mut ()| {
                let seed = self.seed.wrapping_add(q as u32);
                let mut draws = Draws::after(seed, (round * rows.len()) as u64);
                query_gradients(&self.grades[rows.clone()], &scores[rows], &mut draws, out);
            },
        );
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
        "rank_xendcg".into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_can_be_skipped() {
        for draws in [0, 1, 2, 7, 1000] {
            let mut stepped = Draws(77);
            (0..draws).for_each(|_| {
                stepped.next();
            });
            assert_eq!(Draws::after(77, draws).0, stepped.0);
        }
    }

    #[test]
    fn better_documents_are_pushed_up() {
        let mut out = [[0.0; 2]; 3];
        query_gradients(&[3.0, 0.0, 0.0], &[0.0; 3], &mut Draws(1), &mut out);
        assert!(out[0][0] < 0.0 && out[1][0] > 0.0 && out.iter().all(|p| p[1] > 0.0));
        query_gradients(&[3.0], &[0.0], &mut Draws(1), &mut out[..1]);
        assert_eq!(out[0], [0.0; 2]);
    }
}
