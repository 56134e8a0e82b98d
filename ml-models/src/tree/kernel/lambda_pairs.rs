//! Lambda gradients of the pairs of one document with all those ranked below it.

use super::dispatch;
use crate::tree::math::exp;

/// Documents that are looked at together.
const LANES: usize = 16;

/// A number for each of some neighbouring documents.
type Lanes = [f32; LANES];

/// The documents of a query in the order of their ranking, filled up to whole blocks, and what the
/// pairs have added up to.
///
/// Pairs are looked at in single precision, as LightGBM adds them up. Where near numbers are
/// subtracted, their rest (that a single does not hold) is subtracted, too.
#[derive(Debug, Default)]
pub(crate) struct Ranked {
    len: usize,
    scores: Vec<[f64; LANES]>,
    documents: Vec<Documents>,
    sums: Vec<Sums>,
}

/// Scores, gains and discounts of some neighbouring documents.
#[derive(Debug, Clone, Copy)]
struct Documents {
    scores: Split,
    /// exp(sigmoid * score), around the middle of the scores.
    powers: Lanes,
    gains: Lanes,
    discounts: Split,
}

/// Numbers in double precision: the nearest single and the rest.
#[derive(Debug, Clone, Copy)]
struct Split {
    near: Lanes,
    rest: Lanes,
}

/// Sums over the pairs of some neighbouring documents.
#[derive(Debug, Clone, Copy)]
struct Sums {
    lambdas: Lanes,
    hessians: Lanes,
}

impl Split {
    #[inline(always)]
    fn put(&mut self, k: usize, x: f64) {
        self.near[k] = x as f32;
        self.rest[k] = (x - f64::from(self.near[k])) as f32;
    }
}

const NOTHING: Split = Split {
    near: [0.0; LANES],
    rest: [0.0; LANES],
};

/// Constants of all pairs of a query.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Query {
    pub(crate) inverse_ideal: f64,
    pub(crate) sigmoid: f64,
    /// Whether the change of NDCG is divided by the distance of the scores.
    pub(crate) normalise: bool,
}

impl Ranked {
    /// Largest distance of scores times sigmoid for all powers to fit single precision.
    pub(crate) const SPREAD: f64 = 150.0;

    /// Takes the documents in this order, with nothing added up.
    pub(crate) fn fill(
        &mut self,
        order: &[u32],
        scores: &[f64],
        gains: &[f64],
        discounts: &[f64],
        sigmoid: f64,
    ) {
        let score = |at: Option<&u32>| at.map_or(0.0, |&i| scores[i as usize]);
        let middle = score(order.first()) / 2.0 + score(order.last()) / 2.0;
        let blocks = order.len().div_ceil(LANES);
        let nobody = Documents {
            scores: NOTHING,
            powers: [1.0; LANES],
            gains: [0.0; LANES],
            discounts: NOTHING,
        };
        self.len = order.len();
        self.scores.clear();
        self.scores.resize(blocks, [middle; LANES]);
        self.documents.clear();
        self.documents.resize(blocks, nobody);
        let blocks = self.documents.iter_mut().zip(&mut self.scores);
        let places = order.chunks(LANES).zip(discounts.chunks(LANES));
        for ((block, ranked), (order, discounts)) in blocks.zip(places) {
            for (k, (&i, &discount)) in order.iter().zip(discounts).enumerate() {
                ranked[k] = scores[i as usize];
                block.gains[k] = gains[i as usize] as f32;
                block.discounts.put(k, discount);
            }
        }
        put_scores(&self.scores, middle, sigmoid, &mut self.documents);
        let zero = Sums {
            lambdas: [0.0; LANES],
            hessians: [0.0; LANES],
        };
        self.sums.clear();
        self.sums.resize(self.documents.len(), zero);
    }

    /// Adds the pairs of document `i` with those below it; returns the sum of twice their lambdas.
    pub(crate) fn pairs_of(&mut self, i: usize, query: &Query) -> f64 {
        let (block, k) = (i / LANES, i % LANES);
        let documents = &self.documents[block];
        let upper = Upper {
            score: [documents.scores.near[k], documents.scores.rest[k]],
            power: documents.powers[k],
            gain: documents.gains[k],
            discount: [documents.discounts.near[k], documents.discounts.rest[k]],
            inverse_ideal: query.inverse_ideal as f32,
            sigmoid: query.sigmoid as f32,
            slope: f32::from(u8::from(query.normalise)),
            base: if query.normalise { 0.01 } else { 1.0 },
        };
        // Of this block and the last one, those are pairs whose number is in between.
        let below = (i + 1 - block * LANES) as u32..(self.len - block * LANES) as u32;
        let (documents, sums) = (&self.documents[block..], &mut self.sums[block..]);
        let [lambda, hessian, total] = pairs(&upper, documents, below, sums);
        self.sums[block].lambdas[k] -= lambda;
        self.sums[block].hessians[k] += hessian;
        2.0 * f64::from(total)
    }

    /// Gradient and hessian of each document, in the order of the ranking.
    pub(crate) fn results(&self) -> impl Iterator<Item = [f64; 2]> + '_ {
        let pair = |(l, h): (&f32, &f32)| [f64::from(*l), f64::from(*h)];
        let sums = self.sums.iter();
        sums.flat_map(move |s| s.lambdas.iter().zip(&s.hessians).map(pair))
            .take(self.len)
    }
}

dispatch! {
    fn put_scores(scores: &[[f64; LANES]], middle: f64, sigmoid: f64, documents: &mut [Documents]) = put_scores_body;
}

#[inline(always)]
fn put_scores_body(
    scores: &[[f64; LANES]],
    middle: f64,
    sigmoid: f64,
    documents: &mut [Documents],
) {
    for (scores, document) in scores.iter().zip(documents) {
        for (k, &score) in scores.iter().enumerate() {
            document.scores.put(k, score);
            document.powers[k] = exp(sigmoid * (score - middle)) as f32;
        }
    }
}

/// The upper document of the pairs, and the query.
struct Upper {
    score: [f32; 2],
    power: f32,
    gain: f32,
    discount: [f32; 2],
    inverse_ideal: f32,
    sigmoid: f32,
    /// A change of NDCG is divided by `base + slope * distance`.
    slope: f32,
    base: f32,
}

dispatch! {
    /// Adds the pairs with the documents whose numbers, from the first block on, are in `below`;
    /// returns the sums of signed lambdas, hessians, and absolute lambdas. Pairs of equal gains add
    /// nothing.
    fn pairs(upper: &Upper, documents: &[Documents], below: std::ops::Range<u32>, sums: &mut [Sums]) -> [f32; 3] = body;
}

#[inline(always)]
fn body(
    upper: &Upper,
    documents: &[Documents],
    below: std::ops::Range<u32>,
    sums: &mut [Sums],
) -> [f32; 3] {
    let mut totals = [[0.0_f32; LANES]; 3];
    let mut numbers: [u32; LANES] = std::array::from_fn(|k| k as u32);
    for (lower, sums) in documents.iter().zip(sums) {
        for k in 0..LANES {
            let there = (numbers[k] >= below.start) & (numbers[k] < below.end);
            let more = upper.gain - lower.gains[k];
            let ahead = more > 0.0;
            let power = lower.powers[k];
            let better = if ahead { upper.power } else { power };
            let worse = if ahead { power } else { upper.power };
            let apart = |upper: [f32; 2], lower: &Split| {
                ((upper[0] - lower.near[k]) + (upper[1] - lower.rest[k])).abs()
            };
            let distance = upper.base + upper.slope * apart(upper.score, &lower.scores);
            let change = more * apart(upper.discount, &lower.discounts) * upper.inverse_ideal;
            let change = if there { change } else { 0.0 };
            // 1 / (1 + exp(sigmoid * (better score - worse score))) = worse / both; a single
            // division for this and the distance.
            let both = better + worse;
            let share = 1.0 / (both * distance);
            // With the sign that it has for the lower document.
            let lambda = upper.sigmoid * change * (worse * share);
            let hessian = upper.sigmoid * lambda.abs() * (better * share) * distance;
            sums.lambdas[k] += lambda;
            sums.hessians[k] += hessian;
            totals[0][k] += lambda;
            totals[1][k] += hessian;
            totals[2][k] += lambda.abs();
            numbers[k] += LANES as u32;
        }
    }
    totals.map(|lanes| {
        let eight: [f32; 8] = std::array::from_fn(|k| lanes[k] + lanes[k + 8]);
        let four: [f32; 4] = std::array::from_fn(|k| eight[k] + eight[k + 4]);
        (four[0] + four[2]) + (four[1] + four[3])
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::kernel::{InstructionSet, forced::at};

    #[test]
    fn every_instruction_set_gives_the_scalar_bits() {
        for (n, normalise) in [(2, true), (7, false), (16, true), (33, true), (100, false)] {
            let scores: Vec<f64> = (0..n).map(|i| f64::from(n - i) * 0.3).collect();
            let gains: Vec<f64> = (0..n).map(|i| f64::from((1 << (i % 5)) - 1)).collect();
            let discounts: Vec<f64> = (0..n).map(|i| 1.0 / f64::from(i + 2).log2()).collect();
            let order: Vec<u32> = (0..n as u32).collect();
            let filled = |isa| {
                let mut ranked = Ranked::default();
                at(isa, || {
                    ranked.fill(&order, &scores, &gains, &discounts, 1.2)
                });
                ranked
            };
            let ranked = filled(InstructionSet::Baseline);
            let upper = Upper {
                score: [40.0, 1e-7],
                power: 2e5,
                gain: 3.0,
                discount: [1.0, 1e-9],
                inverse_ideal: 0.05,
                sigmoid: 1.2,
                slope: f32::from(u8::from(normalise)),
                base: 0.7,
            };
            let (mut sums, below) = (ranked.sums.clone(), 1..n as u32);
            let want = body(&upper, &ranked.documents, below.clone(), &mut sums);
            assert!(want[2] > 0.0 && want[2] >= want[0].abs());
            let numbers = |documents: &[Documents]| format!("{documents:?}");
            for isa in InstructionSet::available() {
                let Ranked {
                    documents,
                    sums: mut got_sums,
                    ..
                } = filled(isa);
                assert_eq!(numbers(&documents), numbers(&ranked.documents), "{isa:?}");
                let got = at(isa, || {
                    pairs(&upper, &documents, below.clone(), &mut got_sums)
                });
                assert_eq!(got, want, "{isa:?}");
                for (a, b) in got_sums.iter().zip(&sums) {
                    assert_eq!((a.lambdas, a.hessians), (b.lambdas, b.hessians), "{isa:?}");
                }
            }
        }
    }
}
