//! Negative log-likelihood of Tweedie amounts: many zeros, and positive amounts.
//!
//! # Formula
//! With `rho = tweedie_variance_power`: `exp((2 - rho) s) / (2 - rho) - y exp((1 - rho) s) /
//! (1 - rho)` for an amount `y` and a log mean `s`; `exp(s) - y s` at `rho = 1`.
//!
//! Jørgensen, *Exponential dispersion models*, Journal of the Royal Statistical Society B 49
//! (1987),
//! [doi:10.1111/j.2517-6161.1987.tb01685.x](https://doi.org/10.1111/j.2517-6161.1987.tb01685.x).

use super::pointwise::{PointLoss, Pointwise, check_log_linear};
use super::registry::{Build, Entry};
use crate::tree::Link;
use crate::tree::math::exp;

pub(super) const ENTRY: Entry = Entry {
    aliases: &["tweedie", "reg:tweedie"],
    build: Build::Real(|params, labels| {
        check_log_linear(&labels, 0.0, "a number of at least 0")?;
        let rho = params.tweedie_variance_power;
        Pointwise::of(Tweedie { rho }, labels)
    }),
    renews_leaves: false,
};

#[derive(Debug)]
struct Tweedie {
    /// Power of the variance, from 1 to 2.
    rho: f64,
}

impl PointLoss for Tweedie {
    const METRIC: &'static str = "tweedie";
    const LINK: Link = Link::Exp;

    fn pair(&self, label: f64, score: f64) -> [f64; 2] {
        let rho = self.rho;
        let (a, b) = (label * exp((1.0 - rho) * score), exp((2.0 - rho) * score));
        [b - a, (2.0 - rho) * b - (1.0 - rho) * a]
    }

    fn loss(&self, label: f64, score: f64) -> f64 {
        let rho = self.rho;
        if rho == 1.0 {
            // The limit, up to a constant of the label: Poisson counts.
            return exp(score) - label * score;
        }
        exp((2.0 - rho) * score) / (2.0 - rho) - label * exp((1.0 - rho) * score) / (1.0 - rho)
    }

    fn name(&self) -> String {
        format!("tweedie tweedie_variance_power:{}", self.rho)
    }
}
