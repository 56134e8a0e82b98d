//! Losses of numbers: each row's gradient depends on its own label and score.
//!
//! A [`PointLoss`] says the formula of one row; [`Pointwise`] is that loss on all rows.

use std::fmt::Debug;

use ml_data::{Error, Result};
use rayon::prelude::*;

use super::loss::{GradientPair, Loss, Measure};
use super::percentile::{Renewal, percentile};
use super::registry::Labels;
use crate::boost::params::STEP;
use crate::tree::Link;
use crate::tree::math::{PIECE, mean_of, weighted_mean};
use crate::tree::weights::are_repeats;

/// A loss of one label and one score.
pub(super) trait PointLoss: Debug + Send + Sync + 'static {
    /// The metric that validation watches, under LightGBM's name.
    const METRIC: &'static str;
    /// Whether all hessians are 1.
    const UNIT_HESSIAN: bool = false;
    /// From scores to predictions.
    const LINK: Link = Link::Identity;

    /// Gradient and hessian with respect to the score.
    fn pair(&self, label: f64, score: f64) -> [f64; 2];

    /// The row's part of the metric.
    fn loss(&self, label: f64, score: f64) -> f64;

    /// The quantile of residuals that leaf values are, where a second-order step would be poor.
    fn renewed_quantile(&self) -> Option<f64> {
        None
    }

    /// One over the size of a label, where errors are relative to it.
    fn label_weight(label: f64) -> Option<f64> {
        let _ = label;
        None
    }

    /// The name that models keep; see [`Loss::name`].
    fn name(&self) -> String;
}

/// A loss of numbers on its labels.
#[derive(Debug)]
pub(super) struct Pointwise<L> {
    loss: L,
    labels: Vec<f64>,
    label_weights: Option<Vec<f64>>,
}

impl<L: PointLoss> Pointwise<L> {
    pub(super) fn of(loss: L, labels: Labels<'_>) -> Result<Box<dyn Loss>> {
        Ok(Box::new(Self {
            loss,
            label_weights: labels.values.iter().map(|&y| L::label_weight(y)).collect(),
            labels: labels.values,
        }))
    }

    /// The `alpha` quantile of the labels.
    fn quantile(&self, alpha: f64, weights: Option<&[f64]>) -> f64 {
        let own = |i: usize| self.label_weights.as_ref().map_or(1.0, |w| w[i]);
        let mut items: Vec<(f64, f64)> = (0..self.labels.len())
            .map(|i| (self.labels[i], own(i) * weights.map_or(1.0, |w| w[i])))
            .collect();
        let repeated = self.label_weights.is_none() && weights.is_none_or(are_repeats);
        percentile(&mut items, alpha, repeated)
    }
}

impl<L: PointLoss> Loss for Pointwise<L> {
    fn base_score(&self, weights: Option<&[f64]>) -> Vec<f64> {
        vec![match (self.loss.renewed_quantile(), L::LINK) {
            (Some(alpha), _) => self.quantile(alpha, weights),
            (None, Link::Exp) => weighted_mean(&self.labels, weights).max(1e-300).ln(),
            (None, _) => weighted_mean(&self.labels, weights),
        }]
    }

    fn unit_hessian(&self) -> bool {
        L::UNIT_HESSIAN
    }

    fn gradients(&self, scores: &[f64], _: usize, out: &mut [GradientPair]) {
        let rows = out
            .par_chunks_mut(PIECE)
            .zip(scores.par_chunks(PIECE))
            .zip(self.labels.par_chunks(PIECE));
        rows.for_each(|((out, scores), labels)| {
            for ((out, &score), &label) in out.iter_mut().zip(scores).zip(labels) {
                let [g, h] = self.loss.pair(label, score);
                *out = [g as f32, h as f32];
            }
        });
    }

    fn renewal(&self) -> Option<Renewal<'_>> {
        Some(Renewal {
            alpha: self.loss.renewed_quantile()?,
            labels: &self.labels,
            label_weights: self.label_weights.as_deref(),
        })
    }

    fn measure(&self) -> Measure<'static> {
        Measure::loss(L::METRIC)
    }

    fn evaluate(&self, scores: &[f64], weights: Option<&[f64]>) -> f64 {
        let loss = |i: usize| self.loss.loss(self.labels[i], scores[i]);
        mean_of(scores.len(), weights, loss)
    }

    fn link(&self) -> Link {
        L::LINK
    }

    fn name(&self) -> String {
        self.loss.name()
    }
}

/// Sign of a difference, 0 for none.
pub(super) fn sign(x: f64) -> f64 {
    f64::from(i8::from(x > 0.0) - i8::from(x < 0.0))
}

/// Refuses labels that a log-linear loss is not defined for: those below the least one, and all 0.
pub(super) fn check_log_linear(labels: &Labels<'_>, least: f64, rule: &'static str) -> Result<()> {
    if let Some(k) = labels.values.iter().position(|&y| y < least) {
        let row = labels.rows[k] as usize;
        return Err(Error::cell("label", row, rule, labels.values[k]));
    }
    if labels.values.iter().all(|&y| y == 0.0) {
        return Err(Error::Fit {
            step: STEP,
            reason: "all labels are 0, which has no logarithm".into(),
        });
    }
    Ok(())
}
