//! From trees to text.

use std::fmt::{Display, Write as _};

use ml_data::{Error, Result};

use super::FORMAT;
use super::counts::counts;
use super::objective;
use super::tree::{CATEGORICAL, MISSING_LEFT, NAN, ZERO};
use crate::interchange::base_score::with_base_score;
use crate::limits::ModelLimits;
use crate::tree::{Child, Combine, Condition, Ensemble, EnsembleParts, MissingType, Node, Tree};
use ml_data::validate::within_limit;

/// Writes a model as LightGBM 4 saves its own. Numbers are the shortest that read back as the same
/// bits.
///
/// The objective is the model's own where LightGBM knows it, else one with the same link; scores
/// without a link (YetiRank's, a custom objective's) go without an objective, as those of
/// LightGBM's custom ones.
///
/// The starting scores become part of the first round's trees, which leaves every sum as it was.
/// LightGBM divides by counts of rows; a tree with a count of 0, as all from XGBoost's files, or
/// with one beyond 32 bits is written with counts of the same proportions instead, those of its
/// covers, so that `pred_contrib` gives there what [`Explainer`](crate::tree::Explainer) gives
/// here.
///
/// # Errors
/// [`Error::Unsupported`], naming tree and node, where a categorical split sends missing values
/// left: LightGBM sends them right; [`Error::Limit`] where the codes of categories are so high that
/// their sets, for which LightGBM writes a bit for every code from 0 up, have more words than
/// [`ModelLimits::category_words`].
pub fn to_string(ensemble: &Ensemble) -> Result<String> {
    to_string_within(ensemble, ModelLimits::default())
}

/// Writes a model as [`to_string`] does, with other limits.
///
/// # Errors
/// As [`to_string`].
pub fn to_string_within(ensemble: &Ensemble, limits: ModelLimits) -> Result<String> {
    let parts = ensemble.parts();
    check_sets(parts, limits)?;
    let trees = with_base_score(FORMAT, parts)?
        .iter()
        .enumerate()
        .map(|(i, t)| tree_text(i, t))
        .collect::<Result<Vec<String>>>()?;
    let mut out = header(parts, &trees)?;
    for tree in &trees {
        out.push_str(tree);
    }
    out.push_str("end of trees\n\nfeature_importances:\n");
    let names = names(parts);
    let mut importance: Vec<_> = ensemble.split_importance().into_iter().zip(names).collect();
    importance.retain(|i| i.0 > 0);
    importance.sort_by_key(|i| std::cmp::Reverse(i.0));
    for (splits, name) in importance {
        line(&mut out, &name, splits);
    }
    out.push_str("\nparameters:\nend of parameters\n\npandas_categorical:null\n");
    Ok(out)
}

/// Refuses sets that would take too much text, naming the first node beyond the limit.
fn check_sets(parts: &EnsembleParts, limits: ModelLimits) -> Result<()> {
    let mut words = 0;
    for (t, tree) in parts.trees.iter().enumerate() {
        for (n, node) in tree.nodes().iter().enumerate() {
            let Condition::Categories(set) = &node.test else {
                continue;
            };
            words += set.span() as u64;
            let name = parts.names.get(node.feature as usize);
            let highest = set.iter().last().unwrap_or(0);
            within_limit(
                &format!(
                    "LightGBM: tree {t}, node {n}: a bit for every code of `{name}` up to {highest}"
                ),
                "category_words",
                limits.category_words,
                words,
                || {
                    "`ModelLimits::category_words`, given to `to_string_within`, or number the categories from 0".into()
                },
            )?;
        }
    }
    Ok(())
}

fn header(parts: &EnsembleParts, trees: &[String]) -> Result<String> {
    let Some(last) = parts.names.len().checked_sub(1) else {
        return Err(Error::Unsupported {
            step: FORMAT,
            what: "a model without features".into(),
            why: "its files name the last one".into(),
        });
    };
    let mut out = String::from("tree\nversion=v4\n");
    line(&mut out, "num_class", parts.outputs);
    line(&mut out, "num_tree_per_iteration", parts.outputs);
    line(&mut out, "label_index", 0);
    line(&mut out, "max_feature_idx", last);
    if let Some(objective) = objective::spelling(parts)? {
        line(&mut out, "objective", objective);
    }
    if parts.combine == Combine::Mean {
        out.push_str("average_output\n");
    }
    list(&mut out, "feature_names", names(parts));
    list(&mut out, "feature_infos", infos(parts));
    // LightGBM cuts the text by these.
    list(&mut out, "tree_sizes", trees.iter().map(String::len));
    out.push('\n');
    Ok(out)
}

/// The names, without the blanks that separate them.
fn names(parts: &EnsembleParts) -> Vec<String> {
    let blank = |c: char| c.is_whitespace() || c.is_control();
    let named = (0..).zip(parts.names.iter()).map(|(i, name)| match name {
        "" => format!("Column_{i}"),
        name => name.replace(blank, "_"),
    });
    named.collect()
}

/// Kind of each column: nothing of unused ones, the categories in splits, or that it has numbers.
fn infos(parts: &EnsembleParts) -> Vec<String> {
    let mut numeric = vec![false; parts.names.len()];
    let mut categories = vec![std::collections::BTreeSet::new(); parts.names.len()];
    for node in parts.trees.iter().flat_map(Tree::nodes) {
        match &node.test {
            Condition::Categories(set) => categories[node.feature as usize].extend(set.iter()),
            _ => numeric[node.feature as usize] = true,
        }
    }
    let info = |(numeric, set): (bool, std::collections::BTreeSet<u32>)| {
        if numeric {
            "[-inf:inf]".into()
        } else if set.is_empty() {
            "none".into()
        } else {
            join(set, ":")
        }
    };
    numeric.into_iter().zip(categories).map(info).collect()
}

fn tree_text(index: usize, tree: &Tree) -> Result<String> {
    let (nodes, leaves) = (tree.nodes(), tree.leaves());
    let split = split(index, nodes)?;
    let mut out = String::new();
    line(&mut out, "Tree", index);
    line(&mut out, "num_leaves", leaves.len());
    line(&mut out, "num_cat", split.bounds.len() - 1);
    list(&mut out, "split_feature", nodes.iter().map(|n| n.feature));
    list(&mut out, "split_gain", nodes.iter().map(|n| Short(n.gain)));
    list(&mut out, "threshold", split.thresholds);
    list(&mut out, "decision_type", split.types);
    list(&mut out, "left_child", nodes.iter().map(|n| child(n.left)));
    list(
        &mut out,
        "right_child",
        nodes.iter().map(|n| child(n.right)),
    );
    list(
        &mut out,
        "leaf_value",
        leaves.iter().map(|l| Short(l.value)),
    );
    list(
        &mut out,
        "leaf_weight",
        leaves.iter().map(|l| Short(l.weight)),
    );
    let (node_rows, leaf_rows) = counts(tree);
    list(&mut out, "leaf_count", leaf_rows);
    list(
        &mut out,
        "internal_value",
        nodes.iter().map(|n| Short(n.value)),
    );
    list(
        &mut out,
        "internal_weight",
        nodes.iter().map(|n| Short(n.weight)),
    );
    list(&mut out, "internal_count", node_rows);
    if split.bounds.len() > 1 {
        list(&mut out, "cat_boundaries", split.bounds);
        list(&mut out, "cat_threshold", split.words);
    }
    line(&mut out, "is_linear", 0);
    line(&mut out, "shrinkage", Short(tree.shrinkage()));
    out.push_str("\n\n");
    Ok(out)
}

/// Thresholds and decision types of a tree, and its sets of categories one after the other.
struct Split {
    thresholds: Vec<Short>,
    types: Vec<u8>,
    bounds: Vec<usize>,
    words: Vec<u32>,
}

fn split(index: usize, nodes: &[Node]) -> Result<Split> {
    let mut split = Split {
        thresholds: Vec::new(),
        types: Vec::new(),
        bounds: vec![0],
        words: Vec::new(),
    };
    for (i, node) in nodes.iter().enumerate() {
        let (threshold, mut kind) = match &node.test {
            Condition::Threshold(threshold) => (*threshold, 0),
            Condition::Present => (f64::INFINITY, 0),
            Condition::Categories(_) if node.missing_left => return Err(missing_left(index, i)),
            Condition::Categories(set) => {
                let number = split.bounds.len() - 1;
                // A set of nothing needs a word, too.
                split.words.extend(set.words());
                if set.span() == 0 {
                    split.words.push(0);
                }
                split.bounds.push(split.words.len());
                (number as f64, CATEGORICAL)
            }
        };
        kind |= match node.missing {
            MissingType::Never => 0,
            MissingType::Zero => ZERO,
            MissingType::Nan => NAN,
        };
        if node.missing_left {
            kind |= MISSING_LEFT;
        }
        split.thresholds.push(Short(threshold));
        split.types.push(kind);
    }
    Ok(split)
}

fn missing_left(tree: usize, node: usize) -> Error {
    Error::Unsupported {
        step: FORMAT,
        what: format!("tree {tree}, node {node}: missing categories that go left"),
        why: "LightGBM sends them right".into(),
    }
}

fn child(child: Child) -> i64 {
    match child {
        Child::Node(n) => i64::from(n),
        Child::Leaf(l) => -1 - i64::from(l),
    }
}

/// The shortest spelling that reads back as the same bits.
struct Short(f64);

impl Display for Short {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let size = self.0.abs();
        if size == 0.0 || (1e-5..1e17).contains(&size) || !size.is_finite() {
            write!(f, "{}", self.0)
        } else {
            write!(f, "{:e}", self.0)
        }
    }
}

fn line(out: &mut String, key: &str, value: impl Display) {
    let _ = writeln!(out, "{key}={value}"); // a String takes everything
}

fn list<T: Display>(out: &mut String, key: &str, values: impl IntoIterator<Item = T>) {
    line(out, key, join(values, " "));
}

fn join<T: Display>(values: impl IntoIterator<Item = T>, by: &str) -> String {
    let mut out = String::new();
    for value in values {
        if !out.is_empty() {
            out.push_str(by);
        }
        let _ = write!(out, "{value}");
    }
    out
}
