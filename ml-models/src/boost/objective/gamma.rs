//! Negative log-likelihood of gamma amounts, up to the shape.
//!
//! # Formula
//! `y exp(-s) + s` for an amount `y` and a log mean `s`; gradient `1 - y exp(-s)`, hessian
//! `y exp(-s)`.

use super::pointwise::{PointLoss, Pointwise, check_log_linear};
use super::registry::{Build, Entry};
use crate::tree::Link;
use crate::tree::math::exp;

pub(super) const ENTRY: Entry = Entry {
    aliases: &["gamma", "reg:gamma"],
    build: Build::Real(|_, labels| {
        check_log_linear(&labels, f64::MIN_POSITIVE, "a number above 0")?;
        Pointwise::of(Gamma, labels)
    }),
    renews_leaves: false,
};

#[derive(Debug)]
struct Gamma;

impl PointLoss for Gamma {
    const METRIC: &'static str = "gamma";
    const LINK: Link = Link::Exp;

    fn pair(&self, label: f64, score: f64) -> [f64; 2] {
        let ratio = label * exp(-score);
        [1.0 - ratio, ratio]
    }

    fn loss(&self, label: f64, score: f64) -> f64 {
        label * exp(-score) + score
    }

    fn name(&self) -> String {
        "gamma".into()
    }
}
