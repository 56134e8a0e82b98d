//! From trees to a file.

use ml_data::Result;

use super::plant::{self, map};
use super::value::Value;
use super::{FORMAT, json, objective, ubjson};
use crate::interchange::base_score::with_base_score;
use crate::tree::{Combine, Condition, Ensemble, EnsembleParts, Link, Tree};

/// Writes a model as XGBoost's `save_model` writes `model.json`.
///
/// The starting scores become part of the first round's trees. The means of a forest become sums of
/// smaller leaves.
///
/// # Errors
/// [`Error::Unsupported`](ml_data::Error::Unsupported), naming tree and node, for splits that take
/// zero for missing and send it elsewhere than its value would go, categories above 16777215 and
/// leaf values beyond `f32`; and for a sigmoid of another steepness than 1.
pub fn to_json(ensemble: &Ensemble) -> Result<String> {
    Ok(json::write(&model(ensemble.parts())?))
}

/// Writes a model as XGBoost's `save_model` writes `model.ubj`; otherwise as [`to_json`].
///
/// # Errors
/// As [`to_json`].
pub fn to_ubjson(ensemble: &Ensemble) -> Result<Vec<u8>> {
    Ok(ubjson::write(&model(ensemble.parts())?))
}

fn text(text: impl ToString) -> Value {
    Value::Text(text.to_string())
}

fn model(parts: &EnsembleParts) -> Result<Value> {
    let (name, base_score) = objective::spelling(parts)?;
    let classes = if parts.link == Link::Softmax {
        parts.outputs
    } else {
        0
    };
    let targets = if classes == 0 { parts.outputs } else { 1 };
    let param = map([
        ("base_score", text(base_score)),
        ("boost_from_average", text(0)),
        ("num_class", text(classes)),
        ("num_feature", text(parts.names.len())),
        ("num_target", text(targets)),
    ]);
    let learner = map([
        ("attributes", map([])),
        ("feature_names", list(parts.names.iter().map(text))),
        ("feature_types", list(types(parts).map(text))),
        ("gradient_booster", booster(parts)?),
        ("learner_model_param", param),
        ("objective", objective(name, classes)),
    ]);
    let version = list([3.0, 2.0, 0.0].map(Value::Number));
    Ok(map([("learner", learner), ("version", version)]))
}

/// `c` for categories, `q` for quantities.
fn types(parts: &EnsembleParts) -> impl Iterator<Item = &'static str> {
    let mut kinds = vec!["q"; parts.names.len()];
    for node in parts.trees.iter().flat_map(Tree::nodes) {
        if matches!(node.test, Condition::Categories(_)) {
            kinds[node.feature as usize] = "c";
        }
    }
    kinds.into_iter()
}

fn booster(parts: &EnsembleParts) -> Result<Value> {
    let trees = with_base_score(FORMAT, parts)?;
    let rounds = trees.len() / parts.outputs;
    let scale = match parts.combine {
        Combine::Sum => 1.0,
        Combine::Mean => 1.0 / rounds.max(1) as f64,
    };
    let number = |n: usize| Value::Number(n as f64);
    let param = map([
        ("num_parallel_tree", text(1)),
        ("num_trees", text(trees.len())),
    ]);
    let written: Result<Vec<Value>> = trees
        .iter()
        .enumerate()
        .map(|(t, tree)| plant::write(t, tree, parts.names.len(), scale))
        .collect();
    let model = map([
        ("gbtree_model_param", param),
        (
            "iteration_indptr",
            list((0..=rounds).map(|r| number(r * parts.outputs))),
        ),
        (
            "tree_info",
            list((0..trees.len()).map(|t| number(t % parts.outputs))),
        ),
        ("trees", Value::List(written?)),
    ]);
    Ok(map([("model", model), ("name", text("gbtree"))]))
}

/// The objective with the parameters that XGBoost insists on, at its defaults.
fn objective(name: &str, classes: usize) -> Value {
    let (key, parameter, value) = match name {
        "multi:softprob" => ("softmax_multiclass_param", "num_class", classes.to_string()),
        "count:poisson" => ("poisson_regression_param", "max_delta_step", "0.7".into()),
        "reg:tweedie" => (
            "tweedie_regression_param",
            "tweedie_variance_power",
            "1.5".into(),
        ),
        "reg:pseudohubererror" => ("pseudo_huber_param", "huber_slope", "1".into()),
        "rank:ndcg" => ("lambdarank_param", "lambdarank_pair_method", "topk".into()),
        "reg:absoluteerror" => return map([("name", text(name))]),
        _ => ("reg_loss_param", "scale_pos_weight", "1".into()),
    };
    map([("name", text(name)), (key, map([(parameter, text(value))]))])
}

fn list(values: impl IntoIterator<Item = Value>) -> Value {
    Value::List(values.into_iter().collect())
}
