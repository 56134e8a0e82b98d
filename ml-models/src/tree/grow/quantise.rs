//! Gradients as integers: their sums do not depend on the order of the rows, hence not on the
//! number of threads.

use rayon::prelude::*;

use crate::tree::GradientPair;
use crate::tree::kernel::round_by_chance;
use crate::tree::math::PIECE;
use crate::tree::weights::Weights;
use ml_data::sums::block_sums;

/// Gradients and hessians of one round.
#[derive(Debug)]
pub(crate) struct Gradients {
    /// As the objective gives them, times real weights but not times repeats.
    pub(crate) pairs: Vec<GradientPair>,
    /// Rounded gradient (high half) and hessian (low half) of each row, repeats included.
    pub(crate) packed: Vec<u64>,
    /// A packed gradient divided by this is a gradient; a power of two unless there are few levels.
    pub(crate) gradient_scale: f64,
    /// The same for hessians.
    pub(crate) hessian_scale: f64,
}

/// Few levels that gradients are rounded to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Levels {
    /// Of hessians from 0 to the highest one, of gradients from the highest negative one to the
    /// highest positive one.
    pub(crate) number: usize,
    /// Rounds up or down by chance; without it to the nearest.
    pub(crate) seed: Option<u64>,
}

/// Sums of a half stay below this.
const FULL: f64 = (1_u64 << 31) as f64 - 1.0;
/// Adding this rounds to an integer, which fills the low bits of the mantissa.
const ROUND: f64 = 6_755_399_441_055_744.0; // 1.5 * 2^52

impl Gradients {
    pub(crate) fn new(n: usize) -> Self {
        Self {
            pairs: vec![[0.0; 2]; n],
            packed: vec![0; n],
            gradient_scale: 1.0,
            hessian_scale: 1.0,
        }
    }

    /// Multiplies real weights into the pairs and rounds them, to so many levels if there are to be
    /// few. `unit_hessian` says that all hessians are 1 before that. Returns whether all pairs are
    /// finite; if not, they are not rounded.
    pub(crate) fn quantise(
        &mut self,
        weights: &Weights,
        unit_hessian: bool,
        levels: Option<Levels>,
    ) -> bool {
        if let Weights::Real(weights) = weights {
            self.pairs
                .par_chunks_mut(PIECE)
                .zip(weights.par_chunks(PIECE))
                .for_each(|(pairs, weights)| {
                    for (pair, &w) in pairs.iter_mut().zip(weights) {
                        *pair = [
                            (f64::from(pair[0]) * w) as f32,
                            (f64::from(pair[1]) * w) as f32,
                        ];
                    }
                });
        }
        let room = FULL - weights.total(self.pairs.len()) as f64;
        let [gradients, hessians] = absolute_sums(&self.pairs, weights.repeats());
        if !(gradients.is_finite() && hessians.is_finite()) {
            return false;
        }
        self.gradient_scale = scale(room, gradients);
        self.hessian_scale = scale(room, hessians);
        if let Some(levels) = levels {
            let [gradient, hessian] = highest(&self.pairs);
            let number = levels.number as f64;
            self.gradient_scale = few(number / 2.0 / gradient, self.gradient_scale);
            self.hessian_scale = few(number / hessian, self.hessian_scale);
        }
        if unit_hessian && !matches!(weights, Weights::Real(_)) {
            self.hessian_scale = 1.0;
        }
        self.pack(weights.repeats(), levels.and_then(|l| l.seed));
        true
    }

    fn pack(&mut self, repeats: Option<&[u32]>, seed: Option<u64>) {
        let (g, h) = (self.gradient_scale, self.hessian_scale);
        self.packed
            .par_chunks_mut(PIECE)
            .zip(self.pairs.par_chunks(PIECE))
            .enumerate()
            .for_each(|(piece, (packed, pairs))| {
                match seed {
                    None => {
                        for (packed, pair) in packed.iter_mut().zip(pairs) {
                            *packed = pack([round(pair[0], g), round(pair[1], h)]);
                        }
                    }
                    Some(seed) => {
                        let first = (piece * PIECE) as u64;
                        round_by_chance(pairs, [g, h], seed, first, packed);
                    }
                }
                if let Some(repeats) = repeats {
                    for (packed, &r) in packed.iter_mut().zip(&repeats[piece * PIECE..]) {
                        let halves = [(*packed >> 32) as u32, *packed as u32];
                        *packed = pack(halves.map(|half| half.wrapping_mul(r)));
                    }
                }
            });
    }
}

/// Gradient and hessian in one word.
#[inline(always)]
fn pack([gradient, hessian]: [u32; 2]) -> u64 {
    u64::from(gradient) << 32 | u64::from(hessian)
}

/// A scale of few levels, unless sums would not fit.
fn few(levels: f64, most: f64) -> f64 {
    if levels.is_finite() {
        levels.min(most)
    } else {
        most
    }
}

/// The largest absolute gradient and hessian.
fn highest(pairs: &[GradientPair]) -> Pair64 {
    let larger = |a: Pair64, b: Pair64| [a[0].max(b[0]), a[1].max(b[1])];
    pairs
        .par_iter()
        .with_min_len(PIECE)
        .map(|p| [f64::from(p[0].abs()), f64::from(p[1])])
        .reduce(|| [0.0; 2], larger)
}

/// The nearest integer to `x * scale`, as the low 32 bits of its two's complement.
#[inline(always)]
fn round(x: f32, scale: f64) -> u32 {
    (f64::from(x) * scale + ROUND).to_bits() as u32
}

/// The largest power of two that keeps `sum * scale` within `room`; 1 for an empty sum.
fn scale(room: f64, sum: f64) -> f64 {
    let ratio = room / sum;
    if ratio.is_finite() {
        f64::from_bits(ratio.to_bits() & 0xfff0_0000_0000_0000)
    } else {
        1.0
    }
}

/// Sums of absolute gradients and of hessians, pieces added in their order.
fn absolute_sums(pairs: &[GradientPair], repeats: Option<&[u32]>) -> Pair64 {
    block_sums(pairs.len(), PIECE, |rows| {
        let mut lanes = [[0.0; 2]; 8];
        for (k, pair) in pairs[rows.clone()].iter().enumerate() {
            let r = repeats.map_or(1.0, |r| f64::from(r[rows.start + k]));
            lanes[k % 8][0] += f64::from(pair[0].abs()) * r;
            lanes[k % 8][1] += f64::from(pair[1]) * r;
        }
        lanes
            .iter()
            .fold([0.0; 2], |a, b| [a[0] + b[0], a[1] + b[1]])
    })
}

type Pair64 = [f64; 2];

#[cfg(test)]
mod tests {
    use super::*;

    fn squared(labels: &[f64], weights: &Weights) -> Gradients {
        let mut g = Gradients::new(labels.len());
        for (pair, label) in g.pairs.iter_mut().zip(labels) {
            *pair = [-*label as f32, 1.0];
        }
        assert!(g.quantise(weights, true, None));
        g
    }

    #[test]
    fn sums_fit_and_stay_close() {
        let labels: Vec<f64> = (0..20_000)
            .map(|i| ((f64::from(i) * 0.7).sin() * 4.0).exp() * if i % 2 == 0 { 1.0 } else { -1.0 })
            .collect();
        let g = squared(&labels, &Weights::Unit);
        let positive: i64 = g
            .packed
            .iter()
            .map(|&p| i64::from((p >> 32) as i32).max(0))
            .sum();
        let negative: i64 = g
            .packed
            .iter()
            .map(|&p| i64::from((p >> 32) as i32).min(0))
            .sum();
        assert!(
            positive < 1 << 31 && negative >= -(1 << 31) && positive - negative > 1 << 29,
            "{positive} {negative}"
        );
        assert!(
            g.packed.iter().all(|&p| p as u32 == 1),
            "hessians of 1 stay 1"
        );
        let want: f64 = labels.iter().sum();
        assert!(
            ((positive + negative) as f64 / -g.gradient_scale - want).abs()
                < 20_000.0 / g.gradient_scale
        );
    }

    #[test]
    fn pairs_that_are_not_finite_are_noticed() {
        let mut g = Gradients::new(2);
        g.pairs = vec![[1e30, 1.0], [-1.0, 1.0]];
        assert!(g.quantise(&Weights::Unit, true, None));
        assert!(!g.quantise(&Weights::Real(vec![1e9, 1.0]), true, None));
    }

    #[test]
    fn repeats_multiply_the_rounded_gradient() {
        let labels = vec![0.123_456, -7.7, 3.3];
        let thrice: Vec<f64> = labels.iter().flat_map(|&l| [l; 3]).collect();
        let a = squared(&labels, &Weights::Repeats(vec![3; 3]));
        let b = squared(&thrice, &Weights::Unit);
        for i in 0..3 {
            let sum = (0..3).fold(0_u64, |s, k| s.wrapping_add(b.packed[i * 3 + k]));
            assert_eq!(
                (a.packed[i] >> 32) as i32,
                (b.packed[i * 3] >> 32) as i32 * 3
            );
            assert_eq!(a.packed[i], sum);
        }
    }
    #[test]
    fn few_levels_are_right_on_average() {
        let n = 40_000;
        let pairs: Vec<GradientPair> = (0..n)
            .map(|i| [(i % 201) as f32 / 100.0 - 1.0, (i % 51) as f32 / 200.0])
            .collect();
        for (seed, furthest) in [(Some(7), 0.01_f64), (None, 0.3)] {
            let mut g = Gradients::new(n);
            g.pairs.clone_from(&pairs);
            assert!(g.quantise(&Weights::Unit, false, Some(Levels { number: 4, seed })));
            assert_eq!((g.gradient_scale, g.hessian_scale), (2.0, 16.0));
            let halves: Vec<[i32; 2]> = g
                .packed
                .iter()
                .map(|p| [(p >> 32) as i32, *p as i32])
                .collect();
            assert!(
                halves
                    .iter()
                    .all(|h| h[0].abs() <= 2 && (0..=4).contains(&h[1]))
            );
            // Rows with equal gradients.
            let rows = (37..n).step_by(201);
            let mean =
                rows.clone().map(|i| f64::from(halves[i][0])).sum::<f64>() / rows.len() as f64;
            let off = mean / 2.0 - f64::from(pairs[37][0]);
            assert!(off.abs() < furthest.max(0.08), "{off}");
            let sum: f64 = halves.iter().map(|h| f64::from(h[0])).sum::<f64>() / 2.0;
            let want: f64 = pairs.iter().map(|p| f64::from(p[0])).sum();
            assert!((sum - want).abs() < furthest * n as f64, "{sum} {want}");
        }
    }
}
