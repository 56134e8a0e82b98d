//! What boosting minimises: gradients and hessians of each row's score, and the loss that validation watches.

mod lambdarank;
mod ndcg;

pub(crate) use lambdarank::LambdaRank;
use rayon::prelude::*;

use super::kernel;
use super::math::{self, PIECE};

/// Gradient and hessian of one row.
pub(crate) type Pair = [f32; 2];

/// The loss, with what it keeps of the labels.
#[derive(Debug)]
pub(crate) enum Objective {
    /// Half the squared error.
    Squared { labels: Vec<f64> },
    /// Log loss of the sigmoid of the score; labels are 1 and -1.
    Logistic { signs: Vec<f64>, sigmoid: f64 },
    /// NDCG, through its lambda gradients.
    LambdaRank(LambdaRank),
}

/// How an objective's validation metric is called and whether more is better.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Measure {
    pub(crate) name: &'static str,
    pub(crate) higher_is_better: bool,
}

impl Objective {
    /// The constant score to start from: the best one where the objective has one.
    pub(crate) fn start(&self, weights: Option<&[f64]>) -> f64 {
        match self {
            Self::Squared { labels } => weighted_mean(labels, weights),
            Self::Logistic { signs, sigmoid } => {
                let share = (weighted_mean(signs, weights) + 1.0) / 2.0;
                let share = share.clamp(1e-15, 1.0 - 1e-15);
                (share / (1.0 - share)).ln() / sigmoid
            }
            Self::LambdaRank(_) => 0.0,
        }
    }

    /// Whether all hessians are 1.
    pub(crate) fn unit_hessian(&self) -> bool {
        matches!(self, Self::Squared { .. })
    }

    /// Gradients and hessians at these scores, weights left out.
    pub(crate) fn gradients(&self, scores: &[f64], out: &mut [Pair]) {
        match self {
            Self::Squared { labels } => {
                let rows = out
                    .par_chunks_mut(PIECE)
                    .zip(scores.par_chunks(PIECE))
                    .zip(labels.par_chunks(PIECE));
                rows.for_each(|((out, scores), labels)| {
                    for ((out, score), label) in out.iter_mut().zip(scores).zip(labels) {
                        *out = [(score - label) as f32, 1.0];
                    }
                });
            }
            Self::Logistic { signs, sigmoid } => {
                let rows = out
                    .par_chunks_mut(PIECE)
                    .zip(scores.par_chunks(PIECE))
                    .zip(signs.par_chunks(PIECE));
                rows.for_each(|((out, scores), signs)| {
                    kernel::logistic(scores, signs, *sigmoid, out);
                });
            }
            Self::LambdaRank(rank) => rank.gradients(scores, out),
        }
    }

    /// The metric that validation watches.
    pub(crate) fn measure(&self) -> Measure {
        match self {
            Self::Squared { .. } => Measure {
                name: "l2",
                higher_is_better: false,
            },
            Self::Logistic { .. } => Measure {
                name: "binary_logloss",
                higher_is_better: false,
            },
            Self::LambdaRank(_) => Measure {
                name: "ndcg",
                higher_is_better: true,
            },
        }
    }

    /// That metric at these scores.
    pub(crate) fn evaluate(&self, scores: &[f64], weights: Option<&[f64]>) -> f64 {
        match self {
            Self::Squared { labels } => {
                mean_of(scores.len(), weights, |i| (scores[i] - labels[i]).powi(2))
            }
            Self::Logistic { signs, sigmoid } => mean_of(scores.len(), weights, |i| {
                math::softplus_neg(sigmoid * signs[i] * scores[i])
            }),
            Self::LambdaRank(rank) => rank.ndcg(scores),
        }
    }
}

fn weighted_mean(values: &[f64], weights: Option<&[f64]>) -> f64 {
    mean_of(values.len(), weights, |i| values[i])
}

/// Weighted mean of `f(i)`, pieces summed in their order.
fn mean_of(n: usize, weights: Option<&[f64]>, f: impl Fn(usize) -> f64 + Sync) -> f64 {
    let pieces: Vec<(f64, f64)> = (0..n.div_ceil(PIECE))
        .into_par_iter()
        .map(|p| {
            (p * PIECE..n.min((p + 1) * PIECE)).fold((0.0, 0.0), |(sum, total), i| {
                let w = weights.map_or(1.0, |w| w[i]);
                (sum + w * f(i), total + w)
            })
        })
        .collect();
    let (sum, total) = pieces
        .iter()
        .fold((0.0, 0.0), |a, p| (a.0 + p.0, a.1 + p.1));
    sum / total
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logistic_gradients_are_derivatives_of_the_loss() {
        let signs = vec![1.0, -1.0, 1.0, -1.0];
        let scores = [0.3, -0.7, -4.0, 5.0];
        let objective = Objective::Logistic {
            signs,
            sigmoid: 1.5,
        };
        let mut pairs = vec![[0.0; 2]; 4];
        objective.gradients(&scores, &mut pairs);
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
    fn starts_are_the_best_constants() {
        let squared = Objective::Squared {
            labels: vec![1.0, 2.0, 6.0],
        };
        assert_eq!(squared.start(None), 3.0);
        assert_eq!(squared.start(Some(&[2.0, 0.0, 1.0])), 8.0 / 3.0);
        let logistic = Objective::Logistic {
            signs: vec![1.0, 1.0, 1.0, -1.0],
            sigmoid: 2.0,
        };
        assert!((logistic.start(None) - 3.0_f64.ln() / 2.0).abs() < 1e-15);
    }
}
