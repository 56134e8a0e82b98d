//! Log loss of two classes.
//!
//! # Formula
//! `ln(1 + exp(-a t s))` for a class `t` of 1 or -1, a score `s` and the steepness `a = sigmoid`.

use rayon::prelude::*;

use super::loss::{GradientPair, Loss, Measure};
use super::registry::{Build, Entry};
use crate::boost::params::BoostParams;
use crate::tree::Link;
use crate::tree::kernel;
use crate::tree::math::{self, PIECE, mean_of, weighted_mean};

pub(super) const ENTRY: Entry = Entry {
    aliases: &["binary", "binary_logloss", "binary:logistic", "log_loss"],
    build: Build::Binary(|params, positive| {
        let sign = |p: bool| if p { 1.0 } else { -1.0 };
        Box::new(Logistic {
            class_weights: class_weights(params, &positive),
            signs: positive.into_iter().map(sign).collect(),
            sigmoid: params.sigmoid,
        })
    }),
    renews_leaves: false,
};

/// Factors of rows of the negative and the positive class.
fn class_weights(params: &BoostParams, labels: &[bool]) -> [f64; 2] {
    let positive = labels.iter().filter(|&&p| p).count() as f64;
    let negative = labels.len() as f64 - positive;
    if !params.is_unbalance || positive == 0.0 || negative == 0.0 {
        [1.0, params.scale_pos_weight]
    } else if positive > negative {
        [positive / negative, 1.0]
    } else {
        [1.0, negative / positive]
    }
}

/// Log loss of the sigmoid of the score.
#[derive(Debug)]
pub(super) struct Logistic {
    /// 1 and -1.
    pub(super) signs: Vec<f64>,
    pub(super) sigmoid: f64,
    /// Factors of the gradients of the negative and the positive class; not in the start, as in
    /// LightGBM.
    pub(super) class_weights: [f64; 2],
}

impl Loss for Logistic {
    fn base_score(&self, weights: Option<&[f64]>) -> Vec<f64> {
        let share = (weighted_mean(&self.signs, weights) + 1.0) / 2.0;
        let share = share.clamp(1e-15, 1.0 - 1e-15);
        vec![(share / (1.0 - share)).ln() / self.sigmoid]
    }

    fn gradients(&self, scores: &[f64], _: usize, out: &mut [GradientPair]) {
        let rows = out
            .par_chunks_mut(PIECE)
            .zip(scores.par_chunks(PIECE))
            .zip(self.signs.par_chunks(PIECE));
        rows.for_each(|((out, scores), signs)| {
            kernel::logistic(scores, signs, self.sigmoid, out);
            if self.class_weights != [1.0; 2] {
                for (pair, sign) in out.iter_mut().zip(signs) {
                    let w = self.class_weights[usize::from(*sign > 0.0)] as f32;
                    *pair = [pair[0] * w, pair[1] * w];
                }
            }
        });
    }

    fn measure(&self) -> Measure<'static> {
        Measure::loss("binary_logloss")
    }

    fn evaluate(&self, scores: &[f64], weights: Option<&[f64]>) -> f64 {
        mean_of(scores.len(), weights, |i| {
            math::softplus_neg(self.sigmoid * self.signs[i] * scores[i])
        })
    }

    fn link(&self) -> Link {
        Link::Sigmoid(self.sigmoid)
    }

    fn name(&self) -> String {
        format!("binary sigmoid:{}", self.sigmoid)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gradients_are_derivatives_of_the_loss() {
        let scores = [0.3, -0.7, -4.0, 5.0];
        let objective = Logistic {
            signs: vec![1.0, -1.0, 1.0, -1.0],
            sigmoid: 1.5,
            class_weights: [1.0; 2],
        };
        let mut pairs = vec![[0.0; 2]; 4];
        objective.gradients(&scores, 0, &mut pairs);
        let loss = |i: usize, s: f64| {
            let mut at = scores;
            at[i] = s;
            4.0 * objective.evaluate(&at, None)
        };
        for i in 0..4 {
            let (s, e) = (scores[i], 1e-4);
            let first = (loss(i, s + e) - loss(i, s - e)) / (2.0 * e);
            let second = (loss(i, s + e) - 2.0 * loss(i, s) + loss(i, s - e)) / (e * e);
            assert!((f64::from(pairs[i][0]) - first).abs() < 1e-6, "{i}");
            assert!((f64::from(pairs[i][1]) - second).abs() < 1e-5, "{i}");
        }
    }

    #[test]
    fn the_start_is_the_best_constant() {
        let logistic = Logistic {
            signs: vec![1.0, 1.0, 1.0, -1.0],
            sigmoid: 2.0,
            class_weights: [3.0, 1.0],
        };
        assert!((logistic.base_score(None)[0] - 3.0_f64.ln() / 2.0).abs() < 1e-15);
    }
}
