//! Shares of several classes, and their gradients, for many rows at once.

use super::dispatch;
use crate::tree::GradientPair;
use crate::tree::math::exp;

/// Rows that are worked on together.
pub(crate) const BLOCK: usize = 128;

dispatch! {
    /// Scores, one block a class, become shares that sum to 1 in each row: with the operations of
    /// one row after the other.
    pub(crate) fn softmax(classes: &mut [[f64; BLOCK]]) = shares;
}

dispatch! {
    /// Gradient and hessian of the cross-entropy by the score of `class`.
    pub(crate) fn cross_entropy(shares: &[f64; BLOCK], codes: &[u32], class: u32, factor: f64, out: &mut [GradientPair]) = pairs;
}

#[inline(always)]
fn shares(classes: &mut [[f64; BLOCK]]) {
    let (mut highest, mut sum) = ([f64::NEG_INFINITY; BLOCK], [0.0; BLOCK]);
    for scores in classes.iter() {
        for (high, &score) in highest.iter_mut().zip(scores) {
            *high = if score > *high { score } else { *high };
        }
    }
    for scores in classes.iter_mut() {
        for ((score, &high), sum) in scores.iter_mut().zip(&highest).zip(&mut sum) {
            *score = exp(*score - high);
            *sum += *score;
        }
    }
    for scores in classes.iter_mut() {
        for (score, &sum) in scores.iter_mut().zip(&sum) {
            *score /= sum;
        }
    }
}

#[inline(always)]
fn pairs(shares: &[f64; BLOCK], codes: &[u32], class: u32, factor: f64, out: &mut [GradientPair]) {
    for ((&p, &code), out) in shares.iter().zip(codes).zip(out) {
        let truth = if code == class { 1.0 } else { 0.0 };
        *out = [(p - truth) as f32, (factor * p * (1.0 - p)) as f32];
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::kernel::{InstructionSet, forced::at};
    use crate::tree::math;

    #[test]
    fn every_instruction_set_gives_the_bits_of_one_row_after_the_other() {
        let mut scores = [[0.0; BLOCK]; 5];
        for (k, block) in scores.iter_mut().enumerate() {
            for (i, score) in block.iter_mut().enumerate() {
                *score = ((k * 131 + i * 17) % 97) as f64 * 0.37 - 18.0;
            }
        }
        scores[3][7] = -900.0;
        let rows: Vec<[f64; 5]> = (0..BLOCK)
            .map(|i| {
                let mut row = scores.map(|class| class[i]);
                math::softmax(&mut row);
                row
            })
            .collect();
        let codes: Vec<u32> = (0..100).map(|i| i % 5).collect();
        for isa in InstructionSet::available() {
            let (mut blocks, mut out) = (scores, [[0.0; 2]; 100]);
            at(isa, || softmax(&mut blocks));
            for (i, row) in rows.iter().enumerate() {
                assert_eq!(*row, blocks.map(|class| class[i]), "{isa:?}");
            }
            at(isa, || cross_entropy(&blocks[2], &codes, 2, 1.25, &mut out));
            for i in 0..100 {
                let (p, truth) = (blocks[2][i], f64::from(u8::from(i % 5 == 2)));
                let want = [(p - truth) as f32, (1.25 * p * (1.0 - p)) as f32];
                assert_eq!(out[i], want, "{isa:?}");
            }
        }
    }
}
