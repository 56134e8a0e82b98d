//! LightGBM's objectives and the links they stand for.

use ml_data::{Error, Result};

use super::FORMAT;
use super::section::fault;
use crate::tree::{EnsembleParts, Link};

/// The link of an objective as the files spell it: a name, then `key:value` pairs. None for one of
/// its own making.
pub(super) fn link(line: usize, objective: &str) -> Result<Link> {
    let mut words = objective.split_ascii_whitespace();
    let name = words.next().unwrap_or_default();
    let words: Vec<&str> = words.collect();
    match name {
        "regression" if words.contains(&"sqrt") => Err(unsupported(
            objective,
            "its predictions are squares of scores",
        )),
        "regression" | "regression_l1" | "huber" | "fair" | "quantile" | "mape" | "lambdarank"
        | "rank_xendcg" | "custom" => Ok(Link::Identity),
        "poisson" | "gamma" | "tweedie" => Ok(Link::Exp),
        "binary" | "multiclassova" => Ok(Link::Sigmoid(sigmoid(line, &words)?)),
        "cross_entropy" => Ok(Link::Sigmoid(1.0)),
        "multiclass" => Ok(Link::Softmax),
        "cross_entropy_lambda" => Err(unsupported(objective, "its link is ln(1 + e^score)")),
        _ => Err(fault(line, "an objective of LightGBM", objective)),
    }
}

fn unsupported(objective: &str, why: &str) -> Error {
    Error::Unsupported {
        step: FORMAT,
        what: format!("the objective `{objective}`"),
        why: why.into(),
    }
}

/// Steepness of the sigmoid.
fn sigmoid(line: usize, words: &[&str]) -> Result<f64> {
    let Some(text) = words.iter().find_map(|w| w.strip_prefix("sigmoid:")) else {
        return Ok(1.0);
    };
    match text.parse() {
        Ok(steepness) if steepness > 0.0 && steepness < f64::INFINITY => Ok(steepness),
        _ => Err(fault(line, "`sigmoid:` and a number above 0", text)),
    }
}

/// The objective to write: the one the trees were grown for, or else one with the same link. None
/// is the identity.
pub(super) fn spelling(parts: &EnsembleParts) -> Result<Option<String>> {
    let words: Vec<&str> = parts.objective.split_ascii_whitespace().collect();
    let own = words.join(" ");
    let counts = match words.first() {
        Some(&("multiclass" | "multiclassova")) => {
            own.contains(&format!("num_class:{}", parts.outputs))
        }
        Some(_) => parts.outputs == 1,
        None => false,
    };
    if counts && own != "custom" && link(0, &own).ok() == Some(parts.link) {
        return Ok(Some(own));
    }
    let outputs = parts.outputs;
    Ok(match parts.link {
        Link::Identity => None,
        Link::Exp => Some("poisson".into()),
        Link::Sigmoid(s) if !(s > 0.0 && s < f64::INFINITY) => {
            return Err(Error::Unsupported {
                step: FORMAT,
                what: format!("a sigmoid of steepness {s}"),
                why: "it must be above 0".into(),
            });
        }
        Link::Sigmoid(s) if outputs == 1 => Some(format!("binary sigmoid:{s}")),
        Link::Sigmoid(s) => Some(format!("multiclassova num_class:{outputs} sigmoid:{s}")),
        Link::Softmax => Some(format!("multiclass num_class:{outputs}")),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_follow_the_objective() {
        assert_eq!(link(1, "binary sigmoid:0.5").unwrap(), Link::Sigmoid(0.5));
        assert_eq!(link(1, "multiclass num_class:3").unwrap(), Link::Softmax);
        assert_eq!(link(1, "quantile alpha:0.9").unwrap(), Link::Identity);
        for refused in [
            "regression sqrt",
            "cross_entropy_lambda",
            "binary sigmoid:-1",
            "binary sigmoid:x",
            "surprise",
        ] {
            assert!(link(1, refused).is_err(), "{refused}");
        }
    }
}
