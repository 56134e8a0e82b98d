//! Squared error.
//!
//! # Formula
//! `(s - y)² / 2` for a label `y` and a score `s`; gradient `s - y`, hessian 1. The metric `l2`
//! leaves the half out.

use super::pointwise::{PointLoss, Pointwise};
use super::registry::{Build, Entry};

pub(super) const ENTRY: Entry = Entry {
    aliases: &[
        "regression",
        "regression_l2",
        "l2",
        "mean_squared_error",
        "mse",
        "l2_root",
        "root_mean_squared_error",
        "rmse",
        "reg:squarederror",
    ],
    build: Build::Real(|_, labels| Pointwise::of(Squared, labels)),
    renews_leaves: false,
};

#[derive(Debug)]
struct Squared;

impl PointLoss for Squared {
    const METRIC: &'static str = "l2";
    const UNIT_HESSIAN: bool = true;

    fn pair(&self, label: f64, score: f64) -> [f64; 2] {
        [score - label, 1.0]
    }

    fn loss(&self, label: f64, score: f64) -> f64 {
        (score - label).powi(2)
    }

    fn name(&self) -> String {
        "regression".into()
    }
}
