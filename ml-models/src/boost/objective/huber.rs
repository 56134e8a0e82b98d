//! Huber's loss.
//!
//! # Formula
//! With `x = s - y`: `x² / 2` where `|x| <= alpha`, else `alpha (|x| - alpha / 2)`. Gradient
//! `x` clipped to `[-alpha, alpha]`, hessian taken as 1.
//!
//! Huber, *Robust estimation of a location parameter*, Annals of Mathematical Statistics 35 (1964),
//! [doi:10.1214/aoms/1177703732](https://doi.org/10.1214/aoms/1177703732).

use super::pointwise::{PointLoss, Pointwise};
use super::registry::{Build, Entry};

pub(super) const ENTRY: Entry = Entry {
    aliases: &["huber"],
    build: Build::Real(|params, labels| {
        let alpha = params.alpha;
        Pointwise::of(Huber { alpha }, labels)
    }),
    renews_leaves: false,
};

#[derive(Debug)]
struct Huber {
    /// Where the loss turns from squared to absolute.
    alpha: f64,
}

impl PointLoss for Huber {
    const METRIC: &'static str = "huber";
    const UNIT_HESSIAN: bool = true;

    fn pair(&self, label: f64, score: f64) -> [f64; 2] {
        [(score - label).clamp(-self.alpha, self.alpha), 1.0]
    }

    fn loss(&self, label: f64, score: f64) -> f64 {
        let x = (score - label).abs();
        if x <= self.alpha {
            0.5 * x * x
        } else {
            self.alpha * (x - 0.5 * self.alpha)
        }
    }

    fn name(&self) -> String {
        "huber".into()
    }
}
