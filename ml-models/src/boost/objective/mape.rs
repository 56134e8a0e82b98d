//! Mean absolute percentage error, with labels below 1 taken as 1.
//!
//! # Formula
//! `|s - y| / max(1, |y|)`; gradient `sign(s - y) / max(1, |y|)`, hessian taken as 1. Leaf values
//! are medians of their residuals, which weigh `1 / max(1, |y|)`.

use super::pointwise::{PointLoss, Pointwise, sign};
use super::registry::{Build, Entry};

pub(super) const ENTRY: Entry = Entry {
    aliases: &["mape", "mean_absolute_percentage_error"],
    build: Build::Real(|_, labels| Pointwise::of(Mape, labels)),
    renews_leaves: true,
};

#[derive(Debug)]
struct Mape;

impl PointLoss for Mape {
    const METRIC: &'static str = "mape";
    const UNIT_HESSIAN: bool = true;

    fn pair(&self, label: f64, score: f64) -> [f64; 2] {
        [sign(score - label) / label.abs().max(1.0), 1.0]
    }

    fn loss(&self, label: f64, score: f64) -> f64 {
        (score - label).abs() / label.abs().max(1.0)
    }

    fn renewed_quantile(&self) -> Option<f64> {
        Some(0.5)
    }

    fn label_weight(label: f64) -> Option<f64> {
        Some(1.0 / label.abs().max(1.0))
    }

    fn name(&self) -> String {
        "mape".into()
    }
}
