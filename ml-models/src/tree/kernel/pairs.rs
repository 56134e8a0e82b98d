//! Lambda gradients of the pairs of one document with all those ranked below it.

use super::dispatch;
use crate::tree::math::exp;

/// The documents of a query in the order of their ranking, and what the pairs have added up to.
#[derive(Debug, Default)]
pub(crate) struct Ranked {
    scores: Vec<f64>,
    /// exp(sigmoid * score), around the middle of the scores.
    powers: Vec<f64>,
    gains: Vec<f64>,
    lambdas: Vec<f64>,
    hessians: Vec<f64>,
    /// Lambda and hessian of each pair of one document.
    pair_lambdas: Vec<f64>,
    pair_hessians: Vec<f64>,
}

/// What holds for all pairs of a query.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Query {
    pub(crate) inverse_ideal: f64,
    pub(crate) sigmoid: f64,
    /// Whether the change of NDCG is divided by the distance of the scores.
    pub(crate) normalise: bool,
}

impl Ranked {
    /// Takes the documents in this order, with nothing added up.
    pub(crate) fn fill(&mut self, order: &[u32], scores: &[f64], gains: &[f64], sigmoid: f64) {
        self.scores.clear();
        self.scores
            .extend(order.iter().map(|&i| scores[i as usize]));
        self.gains.clear();
        self.gains.extend(order.iter().map(|&i| gains[i as usize]));
        let ends = self.scores.first().zip(self.scores.last());
        let middle = ends.map_or(0.0, |(high, low)| low / 2.0 + high / 2.0);
        self.powers.clear();
        self.powers
            .extend(self.scores.iter().map(|s| exp(sigmoid * (s - middle))));
        for sums in [
            &mut self.lambdas,
            &mut self.hessians,
            &mut self.pair_lambdas,
            &mut self.pair_hessians,
        ] {
            sums.clear();
            sums.resize(order.len(), 0.0);
        }
    }

    /// Adds the pairs of document `i` with those below it; returns the sum of twice their lambdas.
    pub(crate) fn pairs_of(&mut self, i: usize, discounts: &[f64], query: &Query) -> f64 {
        let upper = Document {
            score: self.scores[i],
            power: self.powers[i],
            gain: self.gains[i],
            discount: discounts[i],
        };
        let below = i + 1..self.scores.len();
        let lower = Below {
            scores: &self.scores[below.clone()],
            powers: &self.powers[below.clone()],
            gains: &self.gains[below.clone()],
            discounts: &discounts[below.clone()],
        };
        let lambdas = &mut self.pair_lambdas[below.clone()];
        let hessians = &mut self.pair_hessians[below.clone()];
        pairs(&upper, &lower, query, lambdas, hessians);
        let sums = [&mut self.lambdas[below.clone()], &mut self.hessians[below]];
        let [lambda, hessian, total] = add_up(lambdas, hessians, sums);
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

/// The upper document of the pairs.
struct Document {
    score: f64,
    power: f64,
    gain: f64,
    discount: f64,
}

/// The lower documents.
struct Below<'a> {
    scores: &'a [f64],
    powers: &'a [f64],
    gains: &'a [f64],
    discounts: &'a [f64],
}

dispatch! {
    /// Lambda (with the sign it has for the lower document) and hessian of each pair; 0 for equal gains.
    fn pairs(upper: &Document, lower: &Below<'_>, query: &Query, lambdas: &mut [f64], hessians: &mut [f64]) = pairs_body;
}

#[inline(always)]
fn pairs_body(
    upper: &Document,
    lower: &Below<'_>,
    query: &Query,
    lambdas: &mut [f64],
    hessians: &mut [f64],
) {
    let n = lambdas.len();
    let Below {
        scores,
        powers,
        gains,
        discounts,
    } = lower;
    let (scores, powers, gains, discounts) =
        (&scores[..n], &powers[..n], &gains[..n], &discounts[..n]);
    let hessians = &mut hessians[..n];
    let (base, slope) = if query.normalise {
        (0.01, 1.0)
    } else {
        (1.0, 0.0)
    };
    for j in 0..n {
        let ahead = upper.gain > gains[j];
        let sign = if ahead { query.sigmoid } else { -query.sigmoid };
        let (better, worse) = if ahead {
            (upper.power, powers[j])
        } else {
            (powers[j], upper.power)
        };
        let distance = base + slope * (upper.score - scores[j]).abs();
        let both = better + worse;
        let change = (upper.gain - gains[j]).abs()
            * (upper.discount - discounts[j]).abs()
            * query.inverse_ideal;
        // 1 / (1 + exp(sigmoid * (better score - worse score))) = worse / both, and a single division for the two.
        let share = 1.0 / (both * distance);
        let lambda = change * worse * share;
        lambdas[j] = sign * lambda;
        hessians[j] = query.sigmoid * query.sigmoid * lambda * better * share * distance;
    }
}

dispatch! {
    /// Adds the pairs to the lower documents' sums; returns the sums of signed lambdas, hessians, and absolute lambdas.
    fn add_up(lambdas: &[f64], hessians: &[f64], sums: [&mut [f64]; 2]) -> [f64; 3] = add_up_body;
}

/// Partial sums, added up lane by lane so that the order never depends on the width of a register.
const LANES: usize = 8;

#[inline(always)]
fn add_up_body(lambdas: &[f64], hessians: &[f64], sums: [&mut [f64]; 2]) -> [f64; 3] {
    let mut totals = [[0.0; LANES]; 3];
    for (values, sums) in [lambdas, hessians].into_iter().zip(sums) {
        let sums = sums.iter_mut().zip(values);
        sums.for_each(|(sum, value)| *sum += value);
    }
    for (values, total) in [lambdas, hessians].into_iter().zip(&mut totals) {
        let (blocks, last) = values.as_chunks::<LANES>();
        for block in blocks {
            (0..LANES).for_each(|k| total[k] += block[k]);
        }
        total.iter_mut().zip(last).for_each(|(t, v)| *t += v);
    }
    let (blocks, last) = lambdas.as_chunks::<LANES>();
    for block in blocks {
        (0..LANES).for_each(|k| totals[2][k] += block[k].abs());
    }
    let sizes = totals[2].iter_mut().zip(last);
    sizes.for_each(|(t, v)| *t += v.abs());
    totals.map(|lanes| lanes.iter().sum())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_level_gives_the_scalar_bits() {
        for (n, normalise) in [(1, true), (7, false), (8, true), (31, true), (100, false)] {
            let scores: Vec<f64> = (0..n).map(|i| f64::from(n - i) * 0.3).collect();
            let powers: Vec<f64> = scores.iter().map(|&s| exp(s)).collect();
            let gains: Vec<f64> = (0..n).map(|i| f64::from((1 << (i % 5)) - 1)).collect();
            let discounts: Vec<f64> = (0..n).map(|i| 1.0 / f64::from(i + 3).log2()).collect();
            let upper = Document {
                score: 40.0,
                power: exp(40.0),
                gain: 3.0,
                discount: 1.0,
            };
            let lower = Below {
                scores: &scores,
                powers: &powers,
                gains: &gains,
                discounts: &discounts,
            };
            let query = Query {
                inverse_ideal: 0.05,
                sigmoid: 1.2,
                normalise,
            };
            let new = || (vec![0.1; n as usize], vec![0.2; n as usize]);
            let (mut a, mut b) = (new(), new());
            pairs(&upper, &lower, &query, &mut a.0, &mut a.1);
            pairs_body(&upper, &lower, &query, &mut b.0, &mut b.1);
            assert_eq!(a, b);
            let (mut c, mut d) = (new(), new());
            let first = add_up(&a.0, &a.1, [&mut c.0, &mut c.1]);
            assert_eq!(first, add_up_body(&a.0, &a.1, [&mut d.0, &mut d.1]));
            assert_eq!(c, d);
        }
    }
}
