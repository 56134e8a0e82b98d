//! The graph around the trees.

use ml_data::{Error, Result};

use super::FORMAT;
use super::graph::{Attribute, Graph};
use super::trees::Columns;
use crate::tree::{Combine, Condition, Ensemble, EnsembleParts, Link, Tree};

/// Writes a model as ONNX, operators of version 15, `ai.onnx.ml` of version 3.
///
/// # Errors
/// [`Error::Unsupported`], naming tree and node or leaf: categories above 2^24 and leaf values
/// beyond `f32`.
pub fn to_bytes(ensemble: &Ensemble) -> Result<Vec<u8>> {
    let parts = ensemble.parts();
    let mut graph = Graph::default();
    let (features, whole) = whole_numbers(parts, &mut graph);
    let trees = Columns::new(parts, whole)?;
    let base_score: Vec<f32> = parts.base_score.iter().map(|&s| s as f32).collect();
    if base_score.iter().any(|s| !s.is_finite()) {
        return Err(Error::Unsupported {
            step: FORMAT,
            what: "the starting scores".into(),
            why: "they overflow in single precision".into(),
        });
    }
    let mut attributes = trees.attributes();
    attributes.push(("n_targets", Attribute::Int(parts.outputs as i64)));
    attributes.push(("base_values", Attribute::Floats(&base_score)));
    attributes.push(("aggregate_function", Attribute::Text("SUM")));
    let operator = ("ai.onnx.ml", "TreeEnsembleRegressor");
    let sums = graph.node(operator, &[features], "sums", &attributes);
    let rounds = (parts.trees.len() / parts.outputs).max(1) as f32;
    let divisor = match parts.combine {
        Combine::Sum => 1.0,
        Combine::Mean => rounds,
    };
    let divisor = graph.number("rounds", divisor);
    let scores = graph.node(("", "Div"), &[sums, divisor], "scores", &[]);
    link(parts.link, scores, &mut graph);
    let outputs = [("scores", parts.outputs), ("predictions", parts.outputs)];
    Ok(graph.model(("x", parts.names.len()), &outputs))
}

/// Appends the columns that are split by category, cut to whole numbers. Returns the name of the
/// matrix, and where each feature's categories are.
fn whole_numbers(parts: &EnsembleParts, graph: &mut Graph) -> (&'static str, Vec<i64>) {
    let mut whole = vec![-1; parts.names.len()];
    let mut columns: Vec<i64> = Vec::new();
    for node in parts.trees.iter().flat_map(Tree::nodes) {
        let at = node.feature as usize;
        if matches!(node.test, Condition::Categories(_)) && whole[at] < 0 {
            whole[at] = (parts.names.len() + columns.len()) as i64;
            columns.push(at as i64);
        }
    }
    if columns.is_empty() {
        return ("x", whole);
    }
    let indices = graph.columns("category_columns", &columns);
    let zero = graph.number("zero", 0.0);
    let axis = || [("axis", Attribute::Int(1))];
    let cells = graph.node(("", "Gather"), &["x", indices], "cells", &axis());
    let down = graph.node(("", "Floor"), &[cells], "down", &[]);
    let up = graph.node(("", "Ceil"), &[cells], "up", &[]);
    let negative = graph.node(("", "Less"), &[cells, zero], "negative", &[]);
    let cut = graph.node(("", "Where"), &[negative, up, down], "categories", &[]);
    let features = graph.node(("", "Concat"), &["x", cut], "features", &axis());
    (features, whole)
}

fn link(link: Link, scores: &str, graph: &mut Graph) {
    let out = "predictions";
    match link {
        Link::Identity => graph.node(("", "Identity"), &[scores], out, &[]),
        Link::Exp => graph.node(("", "Exp"), &[scores], out, &[]),
        Link::Softmax => {
            let axis = [("axis", Attribute::Int(1))];
            graph.node(("", "Softmax"), &[scores], out, &axis)
        }
        Link::Sigmoid(steepness) => {
            let steepness = graph.number("steepness", steepness as f32);
            let steep = graph.node(("", "Mul"), &[scores, steepness], "steep_scores", &[]);
            graph.node(("", "Sigmoid"), &[steep], out, &[])
        }
    };
}
