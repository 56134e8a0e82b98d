//! XGBoost's objectives: their links, what `base_score` means to them, and LightGBM's names for the
//! same.

use ml_data::{Error, Result};

use super::FORMAT;
use super::value::Place;
use crate::tree::{EnsembleParts, Link};

/// Link of an objective: from scores to predictions.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Objective {
    pub(super) link: Link,
    /// From `base_score` to a score.
    pub(super) base: Base,
    /// LightGBM's name.
    pub(super) name: String,
}

/// In which space `base_score` is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Base {
    Score,
    Probability,
    Amount,
}

impl Base {
    pub(super) fn score(self, base: f64) -> f64 {
        match self {
            Self::Score => base,
            Self::Probability => (base / (1.0 - base)).ln(),
            Self::Amount => base.ln(),
        }
    }
}

pub(super) fn read(place: &Place<'_>, outputs: usize) -> Result<Objective> {
    let name = place.get("name")?;
    let (link, base, own) = match name.text()? {
        "reg:squarederror" | "reg:linear" => (Link::Identity, Base::Score, "regression".into()),
        "reg:absoluteerror" => (Link::Identity, Base::Score, "regression_l1".into()),
        "reg:pseudohubererror" => (Link::Identity, Base::Score, "huber".into()),
        "reg:quantileerror" => (Link::Identity, Base::Score, "quantile".into()),
        "reg:squaredlogerror" | "reg:expectileerror" => {
            (Link::Identity, Base::Score, "custom".into())
        }
        "rank:ndcg" | "rank:map" | "rank:pairwise" => {
            (Link::Identity, Base::Score, "lambdarank".into())
        }
        "binary:logitraw" => (Link::Identity, Base::Score, "custom".into()),
        "binary:logistic" => (
            Link::Sigmoid(1.0),
            Base::Probability,
            "binary sigmoid:1".into(),
        ),
        "reg:logistic" => (
            Link::Sigmoid(1.0),
            Base::Probability,
            "cross_entropy".into(),
        ),
        "count:poisson" => (Link::Exp, Base::Amount, "poisson".into()),
        "reg:gamma" => (Link::Exp, Base::Amount, "gamma".into()),
        "reg:tweedie" => (Link::Exp, Base::Amount, "tweedie".into()),
        "survival:cox" | "survival:aft" => (Link::Exp, Base::Amount, "custom".into()),
        "multi:softprob" | "multi:softmax" => (
            Link::Softmax,
            Base::Score,
            format!("multiclass num_class:{outputs}"),
        ),
        "binary:hinge" => {
            return Err(Error::Unsupported {
                step: FORMAT,
                what: "the objective `binary:hinge`".into(),
                why: "its predictions are signs of scores".into(),
            });
        }
        other => return Err(name.fault("an objective of XGBoost", format!("`{other}`"))),
    };
    Ok(Objective {
        link,
        base,
        name: own,
    })
}

/// The text to write: the name of an objective with this link, and the `base_score` that stands for
/// the score 0.
pub(super) fn spelling(parts: &EnsembleParts) -> Result<(&'static str, &'static str)> {
    let own = parts.objective.split_ascii_whitespace().next();
    Ok(match (parts.link, own.unwrap_or_default()) {
        (Link::Identity, "regression_l1") => ("reg:absoluteerror", "0E0"),
        (Link::Identity, "huber") => ("reg:pseudohubererror", "0E0"),
        (Link::Identity, "lambdarank" | "rank_xendcg" | "yeti_rank") => ("rank:ndcg", "0E0"),
        (Link::Identity, _) => ("reg:squarederror", "0E0"),
        (Link::Exp, "gamma") => ("reg:gamma", "1E0"),
        (Link::Exp, "tweedie") => ("reg:tweedie", "1E0"),
        (Link::Exp, _) => ("count:poisson", "1E0"),
        (Link::Softmax, _) => ("multi:softprob", "0E0"),
        (Link::Sigmoid(1.0), "cross_entropy") => ("reg:logistic", "5E-1"),
        (Link::Sigmoid(1.0), _) => ("binary:logistic", "5E-1"),
        (Link::Sigmoid(s), _) => {
            return Err(Error::Unsupported {
                step: FORMAT,
                what: format!("a sigmoid of steepness {s}"),
                why: "its sigmoid has steepness 1".into(),
            });
        }
    })
}

#[cfg(test)]
mod tests;
