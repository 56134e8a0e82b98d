//! Absolute error.
//!
//! # Formula
//! `|s - y|` for a label `y` and a score `s`; gradient `sign(s - y)`, hessian taken as 1. Leaf
//! values are the medians of their residuals.

use super::pointwise::{PointLoss, Pointwise, sign};
use super::registry::{Build, Entry};

pub(super) const ENTRY: Entry = Entry {
    aliases: &[
        "regression_l1",
        "l1",
        "mean_absolute_error",
        "mae",
        "reg:absoluteerror",
    ],
    build: Build::Real(|_, labels| Pointwise::of(Absolute, labels)),
    renews_leaves: true,
};

#[derive(Debug)]
struct Absolute;

impl PointLoss for Absolute {
    const METRIC: &'static str = "l1";
    const UNIT_HESSIAN: bool = true;

    fn pair(&self, label: f64, score: f64) -> [f64; 2] {
        [sign(score - label), 1.0]
    }

    fn loss(&self, label: f64, score: f64) -> f64 {
        (score - label).abs()
    }

    fn renewed_quantile(&self) -> Option<f64> {
        Some(0.5)
    }

    fn name(&self) -> String {
        "regression_l1".into()
    }
}
