//! Lambda gradients of the pairs of one document with all those ranked below it.

use super::dispatch;
use crate::boost::math::exp;

/// The documents of a query in the order of their ranking, and what the pairs have added up to.
#[derive(Debug, Default)]
pub(crate) struct Ranked {
    scores: Vec<f64>,
    gains: Vec<f64>,
    lambdas: Vec<f64>,
    hessians: Vec<f64>,
}

impl Ranked {
    /// Takes the documents in this order, with nothing added up.
    pub(crate) fn fill(&mut self, order: &[u32], scores: &[f64], gains: &[f64]) {
        self.scores.clear();
        self.scores
            .extend(order.iter().map(|&i| scores[i as usize]));
        self.gains.clear();
        self.gains.extend(order.iter().map(|&i| gains[i as usize]));
        for sums in [&mut self.lambdas, &mut self.hessians] {
            sums.clear();
            sums.resize(order.len(), 0.0);
        }
    }

    /// Adds the pairs of document `i` with those below it; returns the sum of twice their lambdas.
    pub(crate) fn pairs_of(
        &mut self,
        i: usize,
        discounts: &[f64],
        inverse_ideal: f64,
        sigmoid: f64,
        normalise: bool,
    ) -> f64 {
        let rank = Rank {
            score: self.scores[i],
            gain: self.gains[i],
            discount: discounts[i],
            inverse_ideal,
            sigmoid,
            normalise,
        };
        let [lambda, hessian, total] = below(
            &rank,
            &self.scores[i + 1..],
            &self.gains[i + 1..],
            &discounts[i + 1..],
            &mut self.lambdas[i + 1..],
            &mut self.hessians[i + 1..],
        );
        self.lambdas[i] -= lambda;
        self.hessians[i] += hessian;
        2.0 * total
    }

    /// Gradient and hessian of each document, in the order of the ranking.
    pub(crate) fn results(&self) -> impl Iterator<Item = (f64, f64)> + '_ {
        self.lambdas
            .iter()
            .copied()
            .zip(self.hessians.iter().copied())
    }
}

/// The upper document of the pairs, and what holds for its query.
struct Rank {
    score: f64,
    gain: f64,
    discount: f64,
    inverse_ideal: f64,
    sigmoid: f64,
    normalise: bool,
}

dispatch! {
    /// Adds each pair to the lower document; returns the upper one's signed lambda and hessian, and the sum of lambdas.
    fn below(
        upper: &Rank,
        scores: &[f64],
        gains: &[f64],
        discounts: &[f64],
        lambdas: &mut [f64],
        hessians: &mut [f64],
    ) -> [f64; 3] = body;
}

/// Partial sums, added up lane by lane so that the order never depends on the width of a register.
const LANES: usize = 8;

#[inline(always)]
fn body(
    upper: &Rank,
    scores: &[f64],
    gains: &[f64],
    discounts: &[f64],
    lambdas: &mut [f64],
    hessians: &mut [f64],
) -> [f64; 3] {
    let n = scores.len();
    let (gains, discounts) = (&gains[..n], &discounts[..n]);
    let (lambdas, hessians) = (&mut lambdas[..n], &mut hessians[..n]);
    let mut sums = [[0.0; LANES]; 3];
    let whole = n / LANES * LANES;
    for start in (0..whole).step_by(LANES) {
        #[allow(clippy::needless_range_loop)] // the index runs over eight arrays
        for k in 0..LANES {
            let j = start + k;
            let (lambda, signed, hessian) = pair(upper, scores[j], gains[j], discounts[j]);
            lambdas[j] += signed;
            hessians[j] += hessian;
            sums[0][k] += signed;
            sums[1][k] += hessian;
            sums[2][k] += lambda;
        }
    }
    for j in whole..n {
        let (lambda, signed, hessian) = pair(upper, scores[j], gains[j], discounts[j]);
        lambdas[j] += signed;
        hessians[j] += hessian;
        sums[0][j - whole] += signed;
        sums[1][j - whole] += hessian;
        sums[2][j - whole] += lambda;
    }
    sums.map(|lanes| lanes.iter().sum())
}

/// Lambda of a pair, the same with the sign it has for the lower document, and its hessian; all 0 for equal gains.
#[inline(always)]
fn pair(upper: &Rank, score: f64, gain: f64, discount: f64) -> (f64, f64, f64) {
    let sign = if upper.gain > gain { 1.0 } else { -1.0 };
    let ahead = sign * (upper.score - score);
    let change =
        (upper.gain - gain).abs() * (upper.discount - discount).abs() * upper.inverse_ideal;
    let change = if upper.normalise {
        change / (0.01 + ahead.abs())
    } else {
        change
    };
    let p = 1.0 / (1.0 + exp(upper.sigmoid * ahead));
    let lambda = upper.sigmoid * change * p;
    (lambda, sign * lambda, upper.sigmoid * lambda * (1.0 - p))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_level_gives_the_scalar_bits() {
        for n in [1, 7, 8, 31, 100] {
            let scores: Vec<f64> = (0..n).map(|i| f64::from(n - i) * 0.3).collect();
            let gains: Vec<f64> = (0..n).map(|i| f64::from((1 << (i % 5)) - 1)).collect();
            let discounts: Vec<f64> = (0..n).map(|i| 1.0 / f64::from(i + 3).log2()).collect();
            let upper = Rank {
                score: 40.0,
                gain: 3.0,
                discount: 1.0,
                inverse_ideal: 0.05,
                sigmoid: 1.2,
                normalise: true,
            };
            let sums = || (vec![0.1; n as usize], vec![0.2; n as usize]);
            let ((mut l1, mut h1), (mut l2, mut h2)) = (sums(), sums());
            let a = below(&upper, &scores, &gains, &discounts, &mut l1, &mut h1);
            let b = body(&upper, &scores, &gains, &discounts, &mut l2, &mut h2);
            assert_eq!((a, l1, h1), (b, l2, h2));
        }
    }
}
