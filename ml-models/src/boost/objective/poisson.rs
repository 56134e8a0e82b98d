//! Negative log-likelihood of Poisson counts.
//!
//! # Formula
//! `exp(s) - y s` for a count `y` and a log rate `s`; gradient `exp(s) - y`, hessian
//! `exp(s + poisson_max_delta_step)`, which keeps steps short where rates are small.

use super::pointwise::{PointLoss, Pointwise, check_log_linear};
use super::registry::{Build, Entry};
use crate::tree::Link;
use crate::tree::math::exp;

pub(super) const ENTRY: Entry = Entry {
    aliases: &["poisson", "count:poisson"],
    build: Build::Real(|params, labels| {
        check_log_linear(&labels, 0.0, "a number of at least 0")?;
        let safeguard = params.poisson_max_delta_step.exp();
        Pointwise::of(Poisson { safeguard }, labels)
    }),
    renews_leaves: false,
};

#[derive(Debug)]
struct Poisson {
    /// `exp(poisson_max_delta_step)`.
    safeguard: f64,
}

impl PointLoss for Poisson {
    const METRIC: &'static str = "poisson";
    const LINK: Link = Link::Exp;

    fn pair(&self, label: f64, score: f64) -> [f64; 2] {
        let rate = exp(score);
        [rate - label, rate * self.safeguard]
    }

    fn loss(&self, label: f64, score: f64) -> f64 {
        exp(score) - label * score
    }

    fn name(&self) -> String {
        "poisson".into()
    }
}
