//! Losses of numbers: each row's gradient depends on its own label and score.

use rayon::prelude::*;

use super::percentile::{Renewal, percentile};
use super::{Loss, Measure, Pair};
use crate::tree::Link;
use crate::tree::math::{PIECE, exp, mean_of, weighted_mean};
use crate::tree::weights::are_repeats;

/// A loss of numbers with its parameter.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Kind {
    Squared,
    Absolute,
    /// Where the loss turns from squared to absolute.
    Huber(f64),
    /// Scale.
    Fair(f64),
    /// Safeguard in the hessian, `poisson_max_delta_step`.
    Poisson(f64),
    /// The quantile.
    Quantile(f64),
    Mape,
    Gamma,
    /// Power of the variance, from 1 to 2.
    Tweedie(f64),
}

/// A loss of numbers on its labels.
#[derive(Debug)]
pub(crate) struct Pointwise {
    kind: Kind,
    labels: Vec<f64>,
    /// One over the size of a label, for relative errors.
    label_weights: Option<Vec<f64>>,
}

impl Pointwise {
    pub(crate) fn new(kind: Kind, labels: Vec<f64>) -> Self {
        let relative = |y: &f64| 1.0 / y.abs().max(1.0);
        let label_weights = (kind == Kind::Mape).then(|| labels.iter().map(relative).collect());
        Self {
            kind,
            labels,
            label_weights,
        }
    }

    /// Writes `of(label, score)` for each row.
    fn each(&self, scores: &[f64], out: &mut [Pair], of: impl Fn(f64, f64) -> [f64; 2] + Sync) {
        let rows = out
            .par_chunks_mut(PIECE)
            .zip(scores.par_chunks(PIECE))
            .zip(self.labels.par_chunks(PIECE));
        rows.for_each(|((out, scores), labels)| {
            for ((out, &score), &label) in out.iter_mut().zip(scores).zip(labels) {
                let [g, h] = of(label, score);
                *out = [g as f32, h as f32];
            }
        });
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

/// Sign of a difference, 0 for none.
fn sign(x: f64) -> f64 {
    f64::from(i8::from(x > 0.0) - i8::from(x < 0.0))
}

impl Loss for Pointwise {
    fn start(&self, weights: Option<&[f64]>) -> Vec<f64> {
        let mean = || weighted_mean(&self.labels, weights);
        vec![match self.kind {
            Kind::Squared | Kind::Huber(_) | Kind::Fair(_) => mean(),
            Kind::Absolute | Kind::Mape => self.quantile(0.5, weights),
            Kind::Quantile(alpha) => self.quantile(alpha, weights),
            Kind::Poisson(_) | Kind::Gamma | Kind::Tweedie(_) => mean().max(1e-300).ln(),
        }]
    }

    fn unit_hessian(&self) -> bool {
        matches!(
            self.kind,
            Kind::Squared | Kind::Absolute | Kind::Quantile(_) | Kind::Huber(_) | Kind::Mape
        )
    }

    fn gradients(&self, scores: &[f64], _: usize, out: &mut [Pair]) {
        match self.kind {
            Kind::Squared => self.each(scores, out, |y, s| [s - y, 1.0]),
            Kind::Absolute => self.each(scores, out, |y, s| [sign(s - y), 1.0]),
            Kind::Mape => self.each(scores, out, |y, s| [sign(s - y) / y.abs().max(1.0), 1.0]),
            Kind::Huber(alpha) => {
                self.each(scores, out, |y, s| [(s - y).clamp(-alpha, alpha), 1.0])
            }
            Kind::Fair(c) => self.each(scores, out, |y, s| {
                let x = s - y;
                let near = c / (x.abs() + c);
                [near * x, near * near]
            }),
            Kind::Quantile(alpha) => self.each(scores, out, |y, s| {
                [if s >= y { 1.0 - alpha } else { -alpha }, 1.0]
            }),
            Kind::Poisson(max_delta_step) => {
                let safeguard = max_delta_step.exp();
                self.each(scores, out, |y, s| {
                    let rate = exp(s);
                    [rate - y, rate * safeguard]
                });
            }
            Kind::Gamma => self.each(scores, out, |y, s| {
                let ratio = y * exp(-s);
                [1.0 - ratio, ratio]
            }),
            Kind::Tweedie(rho) => self.each(scores, out, |y, s| {
                let (a, b) = (y * exp((1.0 - rho) * s), exp((2.0 - rho) * s));
                [b - a, (2.0 - rho) * b - (1.0 - rho) * a]
            }),
        }
    }

    fn renewal(&self) -> Option<Renewal<'_>> {
        let alpha = match self.kind {
            Kind::Absolute | Kind::Mape => 0.5,
            Kind::Quantile(alpha) => alpha,
            _ => return None,
        };
        Some(Renewal {
            alpha,
            labels: &self.labels,
            label_weights: self.label_weights.as_deref(),
        })
    }

    fn measure(&self) -> Measure<'static> {
        Measure::loss(match self.kind {
            Kind::Squared => "l2",
            Kind::Absolute => "l1",
            Kind::Huber(_) => "huber",
            Kind::Fair(_) => "fair",
            Kind::Poisson(_) => "poisson",
            Kind::Quantile(_) => "quantile",
            Kind::Mape => "mape",
            Kind::Gamma => "gamma",
            Kind::Tweedie(_) => "tweedie",
        })
    }

    fn evaluate(&self, scores: &[f64], weights: Option<&[f64]>) -> f64 {
        let mean = |loss: &(dyn Fn(f64, f64) -> f64 + Sync)| {
            mean_of(scores.len(), weights, |i| loss(self.labels[i], scores[i]))
        };
        match self.kind {
            Kind::Squared => mean(&|y, s| (s - y).powi(2)),
            Kind::Absolute => mean(&|y, s| (s - y).abs()),
            Kind::Mape => mean(&|y, s| (s - y).abs() / y.abs().max(1.0)),
            Kind::Huber(alpha) => mean(&|y, s| {
                let x = (s - y).abs();
                if x <= alpha {
                    0.5 * x * x
                } else {
                    alpha * (x - 0.5 * alpha)
                }
            }),
            Kind::Fair(c) => mean(&|y, s| {
                let x = (s - y).abs();
                c * x - c * c * (x / c).ln_1p()
            }),
            Kind::Quantile(alpha) => mean(&|y, s| {
                if y < s {
                    (alpha - 1.0) * (y - s)
                } else {
                    alpha * (y - s)
                }
            }),
            Kind::Poisson(_) => mean(&|y, s| exp(s) - y * s),
            Kind::Gamma => mean(&|y, s| y * exp(-s) + s),
            Kind::Tweedie(rho) => mean(&|y, s| {
                exp((2.0 - rho) * s) / (2.0 - rho) - y * exp((1.0 - rho) * s) / (1.0 - rho)
            }),
        }
    }

    fn link(&self) -> Link {
        match self.kind {
            Kind::Poisson(_) | Kind::Gamma | Kind::Tweedie(_) => Link::Exp,
            _ => Link::Identity,
        }
    }

    fn name(&self) -> String {
        match self.kind {
            Kind::Squared => "regression".into(),
            Kind::Absolute => "regression_l1".into(),
            Kind::Huber(_) => "huber".into(),
            Kind::Fair(_) => "fair".into(),
            Kind::Poisson(_) => "poisson".into(),
            Kind::Quantile(alpha) => format!("quantile alpha:{alpha}"),
            Kind::Mape => "mape".into(),
            Kind::Gamma => "gamma".into(),
            Kind::Tweedie(rho) => format!("tweedie tweedie_variance_power:{rho}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gradients_are_derivatives_of_the_loss() {
        let labels = vec![0.5, 2.0, 7.0, 1.0, 0.1];
        let scores = [0.3, 0.7, -1.0, 1.4, 2.0];
        let kinds = [
            Kind::Squared,
            Kind::Absolute,
            Kind::Huber(0.9),
            Kind::Fair(1.5),
            Kind::Poisson(0.7),
            Kind::Quantile(0.8),
            Kind::Mape,
            Kind::Gamma,
            Kind::Tweedie(1.3),
        ];
        for kind in kinds {
            let loss = Pointwise::new(kind, labels.clone());
            let mut pairs = vec![[0.0; 2]; 5];
            loss.gradients(&scores, 0, &mut pairs);
            for i in 0..5 {
                let at = |s: f64| {
                    let mut scores = scores;
                    scores[i] = s;
                    5.0 * loss.evaluate(&scores, None)
                };
                let e = 1e-5;
                let slope = (at(scores[i] + e) - at(scores[i] - e)) / (2.0 * e);
                // Squared error is measured without its half.
                let slope = if kind == Kind::Squared {
                    slope / 2.0
                } else {
                    slope
                };
                assert!(
                    (f64::from(pairs[i][0]) - slope).abs() < 1e-5,
                    "{kind:?} {i}"
                );
                assert!(pairs[i][1] > 0.0, "{kind:?} {i}");
            }
        }
    }

    #[test]
    fn starts_are_the_best_constants() {
        let start = |kind, weights: Option<&[f64]>| {
            Pointwise::new(kind, vec![1.0, 2.0, 6.0]).start(weights)[0]
        };
        assert_eq!(start(Kind::Squared, None), 3.0);
        assert_eq!(start(Kind::Squared, Some(&[2.0, 0.0, 1.0])), 8.0 / 3.0);
        assert_eq!(start(Kind::Absolute, None), 2.0);
        assert_eq!(start(Kind::Quantile(0.75), None), 4.0);
        assert_eq!(start(Kind::Gamma, None), 3.0_f64.ln());
    }
}
