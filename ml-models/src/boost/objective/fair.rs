//! Fair's loss.
//!
//! # Formula
//! With `x = s - y` and `c = fair_c`: `c |x| - c² ln(1 + |x| / c)`; gradient `c x / (|x| + c)`,
//! hessian `c² / (|x| + c)²`.

use super::pointwise::{PointLoss, Pointwise};
use super::registry::{Build, Entry};

pub(super) const ENTRY: Entry = Entry {
    aliases: &["fair"],
    build: Build::Real(|params, labels| Pointwise::of(Fair { c: params.fair_c }, labels)),
    renews_leaves: false,
};

#[derive(Debug)]
struct Fair {
    /// Scale.
    c: f64,
}

impl PointLoss for Fair {
    const METRIC: &'static str = "fair";

    fn pair(&self, label: f64, score: f64) -> [f64; 2] {
        let x = score - label;
        let near = self.c / (x.abs() + self.c);
        [near * x, near * near]
    }

    fn loss(&self, label: f64, score: f64) -> f64 {
        let (x, c) = ((score - label).abs(), self.c);
        c * x - c * c * (x / c).ln_1p()
    }

    fn name(&self) -> String {
        "fair".into()
    }
}
