//! Gradients as integers: their sums do not depend on the order of the rows, hence not on the number of threads.

use rayon::prelude::*;

use crate::tree::math::PIECE;
use crate::tree::weights::Weights;

/// Gradient and hessian of one row.
pub(crate) type Pair = [f32; 2];

/// Gradients and hessians of one round.
#[derive(Debug)]
pub(crate) struct Gradients {
    /// As the objective gives them, times real weights but not times repeats.
    pub(crate) pairs: Vec<Pair>,
    /// Rounded gradient (high half) and hessian (low half) of each row, repeats included.
    pub(crate) packed: Vec<u64>,
    /// A packed gradient divided by this is a gradient; a power of two.
    pub(crate) gradient_scale: f64,
    /// The same for hessians.
    pub(crate) hessian_scale: f64,
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

    /// Multiplies real weights into the pairs and rounds them. `unit_hessian` says that all hessians are 1 before that.
    pub(crate) fn quantise(&mut self, weights: &Weights, unit_hessian: bool) {
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
        self.gradient_scale = scale(room, gradients);
        self.hessian_scale = if unit_hessian && !matches!(weights, Weights::Real(_)) {
            1.0
        } else {
            scale(room, hessians)
        };
        self.pack(weights.repeats());
    }

    fn pack(&mut self, repeats: Option<&[u32]>) {
        let (g, h) = (self.gradient_scale, self.hessian_scale);
        self.packed
            .par_chunks_mut(PIECE)
            .zip(self.pairs.par_chunks(PIECE))
            .enumerate()
            .for_each(|(piece, (packed, pairs))| {
                for (packed, pair) in packed.iter_mut().zip(pairs) {
                    *packed = u64::from(round(pair[0], g)) << 32 | u64::from(round(pair[1], h));
                }
                if let Some(repeats) = repeats {
                    for (packed, &r) in packed.iter_mut().zip(&repeats[piece * PIECE..]) {
                        *packed = u64::from(((*packed >> 32) as u32).wrapping_mul(r)) << 32
                            | u64::from((*packed as u32).wrapping_mul(r));
                    }
                }
            });
    }
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
fn absolute_sums(pairs: &[Pair], repeats: Option<&[u32]>) -> Pair64 {
    let pieces: Vec<Pair64> = pairs
        .par_chunks(PIECE)
        .enumerate()
        .map(|(piece, pairs)| {
            let mut lanes = [[0.0; 2]; 8];
            for (k, pair) in pairs.iter().enumerate() {
                let r = repeats.map_or(1.0, |r| f64::from(r[piece * PIECE + k]));
                lanes[k % 8][0] += f64::from(pair[0].abs()) * r;
                lanes[k % 8][1] += f64::from(pair[1]) * r;
            }
            lanes
                .iter()
                .fold([0.0; 2], |a, b| [a[0] + b[0], a[1] + b[1]])
        })
        .collect();
    pieces
        .iter()
        .fold([0.0; 2], |a, b| [a[0] + b[0], a[1] + b[1]])
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
        g.quantise(weights, true);
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
}
