//! Log loss of each class against all others.
//!
//! # Formula
//! The sum over classes of the [`binary`](super::binary) loss, whose positive class is that one.

use super::binary::Logistic;
use super::loss::{GradientPair, Loss, Measure};
use super::registry::{Build, Classes, Entry};
use crate::tree::Link;
use crate::tree::math::{self, mean_of};

pub(super) const ENTRY: Entry = Entry {
    aliases: &["multiclassova", "multiclass_ova", "ova", "ovr"],
    build: Build::Class(|params, labels| Box::new(OneVsAll::new(labels, params.sigmoid))),
    renews_leaves: false,
};

/// Each class against all others.
#[derive(Debug)]
pub(super) struct OneVsAll {
    classes: Vec<Logistic>,
    codes: Vec<u32>,
    sigmoid: f64,
}

impl OneVsAll {
    pub(super) fn new(labels: Classes, sigmoid: f64) -> Self {
        let Classes { codes, classes } = labels;
        let one = |k: usize| Logistic {
            signs: codes
                .iter()
                .map(|&c| if c as usize == k { 1.0 } else { -1.0 })
                .collect(),
            sigmoid,
            class_weights: [1.0; 2],
        };
        Self {
            classes: (0..classes).map(one).collect(),
            codes,
            sigmoid,
        }
    }
}

impl Loss for OneVsAll {
    fn outputs(&self) -> usize {
        self.classes.len()
    }

    fn base_score(&self, weights: Option<&[f64]>) -> Vec<f64> {
        self.classes
            .iter()
            .flat_map(|c| c.base_score(weights))
            .collect()
    }

    fn gradients(&self, scores: &[f64], round: usize, out: &mut [GradientPair]) {
        let n = self.codes.len();
        let outputs = scores.chunks(n).zip(out.chunks_mut(n));
        for (class, (scores, out)) in self.classes.iter().zip(outputs) {
            class.gradients(scores, round, out);
        }
    }

    fn measure(&self) -> Measure<'static> {
        Measure::loss("multi_logloss")
    }

    /// Of the probability of the true class, as LightGBM does: probabilities are not made to sum to
    /// 1.
    fn evaluate(&self, scores: &[f64], weights: Option<&[f64]>) -> f64 {
        let n = self.codes.len();
        mean_of(n, weights, |i| {
            math::softplus_neg(self.sigmoid * scores[self.codes[i] as usize * n + i])
        })
    }

    fn link(&self) -> Link {
        Link::Sigmoid(self.sigmoid)
    }

    fn name(&self) -> String {
        format!(
            "multiclassova num_class:{} sigmoid:{}",
            self.classes.len(),
            self.sigmoid
        )
    }
}
