//! Log loss of several classes.
//!
//! # Formula
//! `-ln p_t` for the true class `t`, where `p_k = exp(s_k) / Σ exp(s_j)`; gradients `p_k - [k =
//! t]`, hessians `K / (K - 1) p_k (1 - p_k)` of `K` classes, as in LightGBM.

use rayon::prelude::*;

use super::loss::{GradientPair, Loss, Measure};
use super::registry::{Build, Entry};
use crate::tree::Link;
use crate::tree::kernel::{self, BLOCK};
use crate::tree::math::{self, PIECE, mean_of};

pub(super) const ENTRY: Entry = Entry {
    aliases: &["multiclass", "softmax", "multi:softprob"],
    build: Build::Class(|_, labels| {
        let (codes, classes) = (labels.codes, labels.classes);
        Box::new(Softmax { codes, classes })
    }),
    renews_leaves: false,
};

/// Cross-entropy of the softmax of the scores.
#[derive(Debug)]
pub(super) struct Softmax {
    pub(super) codes: Vec<u32>,
    pub(super) classes: usize,
}

/// Cells of one piece of rows: one slice an output.
fn columns<'a, T>(all: &'a mut [T], rows: usize, piece: usize) -> Vec<Vec<&'a mut [T]>> {
    let mut pieces: Vec<Vec<&'a mut [T]>> = (0..rows.div_ceil(piece)).map(|_| Vec::new()).collect();
    for output in all.chunks_mut(rows) {
        for (list, part) in pieces.iter_mut().zip(output.chunks_mut(piece)) {
            list.push(part);
        }
    }
    pieces
}

impl Loss for Softmax {
    fn outputs(&self) -> usize {
        self.classes
    }

    fn base_score(&self, weights: Option<&[f64]>) -> Vec<f64> {
        let share = |class: usize| {
            mean_of(self.codes.len(), weights, |i| {
                f64::from(u8::from(self.codes[i] as usize == class))
            })
        };
        (0..self.classes)
            .map(|k| share(k).max(1e-15).ln())
            .collect()
    }

    fn gradients(&self, scores: &[f64], _: usize, out: &mut [GradientPair]) {
        let n = self.codes.len();
        let factor = self.classes as f64 / (self.classes as f64 - 1.0);
        let pieces = columns(out, n, PIECE);
        pieces
            .into_par_iter()
            .zip(self.codes.par_chunks(PIECE))
            .enumerate()
            .for_each(|(piece, (mut out, codes))| {
                let mut shares = vec![[0.0; BLOCK]; self.classes];
                for (block, codes) in codes.chunks(BLOCK).enumerate() {
                    let first = block * BLOCK;
                    for (k, shares) in shares.iter_mut().enumerate() {
                        let from = k * n + piece * PIECE + first;
                        shares[..codes.len()].copy_from_slice(&scores[from..][..codes.len()]);
                    }
                    kernel::softmax(&mut shares);
                    for (k, (shares, out)) in shares.iter().zip(&mut out).enumerate() {
                        let out = &mut out[first..first + codes.len()];
                        kernel::cross_entropy(shares, codes, k as u32, factor, out);
                    }
                }
            });
    }

    fn measure(&self) -> Measure<'static> {
        Measure::loss("multi_logloss")
    }

    fn evaluate(&self, scores: &[f64], weights: Option<&[f64]>) -> f64 {
        let n = self.codes.len();
        mean_of(n, weights, |i| {
            let score = |k: usize| scores[k * n + i];
            let highest = (0..self.classes)
                .map(score)
                .fold(f64::NEG_INFINITY, f64::max);
            let sum: f64 = (0..self.classes)
                .map(|k| math::exp(score(k) - highest))
                .sum();
            highest + sum.ln() - score(self.codes[i] as usize)
        })
    }

    fn link(&self) -> Link {
        Link::Softmax
    }

    fn name(&self) -> String {
        format!("multiclass num_class:{}", self.classes)
    }
}

#[cfg(test)]
mod tests {
    use super::super::multiclassova::OneVsAll;
    use super::super::registry::Classes;
    use super::*;

    #[test]
    fn gradients_are_derivatives_of_the_loss() {
        let codes = vec![0, 2, 1, 2];
        let scores: Vec<f64> = (0..12).map(|i| f64::from(i * 5 % 7) - 3.0).collect();
        let losses: [Box<dyn Loss>; 2] = [
            Box::new(Softmax {
                codes: codes.clone(),
                classes: 3,
            }),
            Box::new(OneVsAll::new(Classes { codes, classes: 3 }, 1.0)),
        ];
        for (loss, whole) in losses.iter().zip([true, false]) {
            let mut pairs = vec![[0.0; 2]; 12];
            loss.gradients(&scores, 0, &mut pairs);
            for i in 0..12 {
                let at = |s: f64| {
                    let mut scores = scores.clone();
                    scores[i] = s;
                    4.0 * loss.evaluate(&scores, None)
                };
                let slope = (at(scores[i] + 1e-5) - at(scores[i] - 1e-5)) / 2e-5;
                // One against all measures the true class only.
                if whole || pairs[i][0] < 0.0 {
                    assert!((f64::from(pairs[i][0]) - slope).abs() < 1e-6, "{i}");
                }
            }
        }
        let base_score = losses[0].base_score(None);
        assert!((base_score[2] - 0.5_f64.ln()).abs() < 1e-15 && base_score[0] == base_score[1]);
    }
}
