//! Pinball loss: quantile regression.
//!
//! # Formula
//! `alpha (y - s)` where `y >= s`, else `(1 - alpha) (s - y)`; gradient `-alpha` or `1 - alpha`,
//! hessian taken as 1. Leaf values are the `alpha` quantiles of their residuals.
//!
//! Koenker and Bassett, *Regression quantiles*, Econometrica 46 (1978),
//! [doi:10.2307/1913643](https://doi.org/10.2307/1913643).

use super::pointwise::{PointLoss, Pointwise};
use super::registry::{Build, Entry};

pub(super) const ENTRY: Entry = Entry {
    aliases: &["quantile"],
    build: Build::Real(|params, labels| {
        let alpha = params.alpha;
        Pointwise::of(Quantile { alpha }, labels)
    }),
    renews_leaves: true,
};

#[derive(Debug)]
struct Quantile {
    alpha: f64,
}

impl PointLoss for Quantile {
    const METRIC: &'static str = "quantile";
    const UNIT_HESSIAN: bool = true;

    fn pair(&self, label: f64, score: f64) -> [f64; 2] {
        let gradient = if score >= label {
            1.0 - self.alpha
        } else {
            -self.alpha
        };
        [gradient, 1.0]
    }

    fn loss(&self, label: f64, score: f64) -> f64 {
        if label < score {
            (self.alpha - 1.0) * (label - score)
        } else {
            self.alpha * (label - score)
        }
    }

    fn renewed_quantile(&self) -> Option<f64> {
        Some(self.alpha)
    }

    fn name(&self) -> String {
        format!("quantile alpha:{}", self.alpha)
    }
}
