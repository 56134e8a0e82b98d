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
    use crate::tree::{Combine, Ensemble};
    use ml_data::repr::Names;

    #[test]
    fn objectives_that_lightgbm_does_not_know_are_written_as_their_link() {
        let written = |objective: &str, link, outputs: usize| {
            let parts = EnsembleParts {
                names: Names::numbered(1),
                outputs,
                base_score: vec![0.0; outputs],
                trees: vec![],
                combine: Combine::Sum,
                link,
                objective: objective.into(),
            };
            let text = super::super::to_string(&Ensemble::new(parts).unwrap()).unwrap();
            let line = text.lines().find_map(|l| l.strip_prefix("objective="));
            let read = super::super::from_str(&text).unwrap();
            assert_eq!(read.parts().link, link, "{objective}");
            line.map(str::to_owned)
        };
        assert_eq!(written("yeti_rank", Link::Identity, 1), None);
        assert_eq!(written("custom", Link::Identity, 1), None);
        assert_eq!(
            written("lambdarank", Link::Identity, 1).unwrap(),
            "lambdarank"
        );
        assert_eq!(written("mine", Link::Exp, 1).unwrap(), "poisson");
        assert_eq!(
            written("mine", Link::Softmax, 3).unwrap(),
            "multiclass num_class:3"
        );
    }

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
