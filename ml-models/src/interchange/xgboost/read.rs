//! From a file to trees.

use ml_data::repr::Names;
use ml_data::{Error, Result};

use super::grow;
use super::objective::{self, Objective};
use super::value::{Place, fault};
use super::{FORMAT, json, ubjson};
use crate::tree::{Combine, Ensemble, EnsembleParts, Tree};

/// Features without names, and outputs without trees: bounds, so that nobody asks for more memory
/// than there is.
const MOST: usize = 1 << 20;
const MOST_OUTPUTS: usize = 1 << 16;

/// Reads a model of boosted trees (`gbtree`, `dart`), in JSON or UBJSON. Trees of several classes
/// follow each other round after round, also where `num_parallel_tree` put them in another order.
///
/// # Errors
/// [`Error::Model`] with the byte or the key where the file is not such a model, or ends early;
/// [`Error::Unsupported`] for linear models, vector leaves and `binary:hinge`.
pub fn from_slice(bytes: &[u8]) -> Result<Ensemble> {
    // An object of JSON goes on with a blank, a quote or its end, one of UBJSON with the type of a
    // length.
    let value = match bytes {
        [
            b'{',
            b'i' | b'U' | b'I' | b'l' | b'L' | b'#' | b'$' | b'N',
            ..,
        ] => ubjson::read(bytes)?,
        _ => {
            let text = std::str::from_utf8(bytes);
            let text = text.map_err(|e| {
                fault(
                    format!("byte {}", e.valid_up_to()),
                    "JSON or UBJSON",
                    "neither",
                )
            })?;
            json::read(text)?
        }
    };
    let learner = Place::root(&value).get("learner")?;
    let trees = read_trees(&learner)?;
    let param = learner.get("learner_model_param")?;
    let outputs = outputs(&param, trees.len())?;
    let objective = objective::read(&learner.get("objective")?, outputs)?;
    let parts = EnsembleParts {
        names: names(&learner, &param)?,
        outputs,
        base_score: base_score(&param.get("base_score")?, &objective, outputs)?,
        trees: rounds(&learner, trees, outputs)?,
        combine: Combine::Sum,
        link: objective.link,
        objective: objective.name,
    };
    Ensemble::try_from(parts).map_err(|reason| learner.fault("an ensemble", reason))
}

/// Scores a row: one a class or target.
fn outputs(param: &Place<'_>, trees: usize) -> Result<usize> {
    let classes = param.get("num_class")?;
    let targets = match param.find("num_target")? {
        Some(targets) => targets.count()?,
        None => 1,
    };
    let outputs = classes.count()?.max(targets).max(1);
    if outputs > trees.max(MOST_OUTPUTS) {
        return Err(classes.fault("as many trees", format!("{outputs} classes")));
    }
    Ok(outputs)
}

/// All trees with the output each adds to.
fn read_trees(learner: &Place<'_>) -> Result<Vec<(usize, Tree)>> {
    let booster = learner.get("gradient_booster")?;
    let (forest, drops) = match booster.get("name")?.text()? {
        "gbtree" => (booster.clone(), None),
        "dart" => (booster.get("gbtree")?, Some(booster.get("weight_drop")?)),
        other => {
            return Err(Error::Unsupported {
                step: FORMAT,
                what: format!("the booster `{other}`"),
                why: "only trees are read".into(),
            });
        }
    };
    let model = forest.get("model")?;
    let trees = model.get("trees")?;
    let trees = trees.elements()?;
    let info = model.get("tree_info")?;
    info.exactly(trees.len(), info.numbers()?)?;
    let scales = match drops {
        Some(drops) => drops.exactly(trees.len(), drops.numbers()?)?.into_owned(),
        None => vec![1.0; trees.len()],
    };
    let promised = model.get("gbtree_model_param")?.get("num_trees")?;
    if promised.count()? != trees.len() {
        return Err(promised.fault(format!("{}", trees.len()), promised.count()?.to_string()));
    }
    let of = |((tree, output), scale): ((Place<'_>, i64), f64)| {
        let output = usize::try_from(output);
        let output = output.map_err(|_| info.fault("outputs from 0 up", "less"))?;
        Ok((output, grow::read(&tree, scale)?))
    };
    let trees = trees.zip(info.wholes()?).zip(scales).map(of);
    trees.collect()
}

/// The trees with the outputs taking turns.
fn rounds(learner: &Place<'_>, trees: Vec<(usize, Tree)>, outputs: usize) -> Result<Vec<Tree>> {
    let rounds = trees.len() / outputs;
    let mut seen = vec![0; outputs];
    let mut placed = Vec::with_capacity(trees.len());
    for (output, tree) in trees {
        let Some(round) = seen.get_mut(output) else {
            let expected = format!("trees of {outputs} outputs");
            return Err(learner.fault(expected, format!("one of output {output}")));
        };
        placed.push((*round * outputs + output, tree));
        *round += 1;
    }
    if let Some(output) = seen.iter().position(|&s| s != rounds) {
        let expected = format!("{rounds} trees for each of {outputs} outputs");
        return Err(learner.fault(expected, format!("{} for output {output}", seen[output])));
    }
    placed.sort_by_key(|p| p.0);
    Ok(placed.into_iter().map(|p| p.1).collect())
}

fn names(learner: &Place<'_>, param: &Place<'_>) -> Result<Names> {
    let count = param.get("num_feature")?;
    let features = count.count()?;
    let list = learner.find("feature_names")?;
    let names = list.as_ref().map(Place::elements).transpose()?;
    let Some(names) = names.filter(|names| names.len() > 0) else {
        return match features {
            0..=MOST => Ok(Names::numbered(features)),
            _ => Err(count.fault(
                format!("at most {MOST} without names"),
                features.to_string(),
            )),
        };
    };
    if names.len() != features {
        return Err(count.fault(
            format!("the {} of the names", names.len()),
            features.to_string(),
        ));
    }
    let names: Result<Vec<&str>> = names.map(|name| name.text()).collect();
    Ok(Names::new(names?))
}

/// `base_score`: a number, or since 3.1 a list of them, in a text.
fn base_score(place: &Place<'_>, objective: &Objective, outputs: usize) -> Result<Vec<f64>> {
    let text = place.text()?;
    let list = text.trim_start_matches('[').trim_end_matches(']');
    let scores: Option<Vec<f64>> = list
        .split(',')
        .map(|t| {
            let score = objective.base.score(t.trim().parse().ok()?);
            score.is_finite().then_some(score)
        })
        .collect();
    match scores {
        Some(scores) if scores.len() == outputs => Ok(scores),
        Some(scores) if scores.len() == 1 => Ok(vec![scores[0]; outputs]),
        _ => Err(place.fault(format!("1 or {outputs} base scores"), text)),
    }
}
