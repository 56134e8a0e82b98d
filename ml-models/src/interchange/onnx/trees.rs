//! Trees as the attributes of a `TreeEnsembleRegressor`.

use ml_data::{Error, Result};

use super::FORMAT;
use super::graph::Attribute;
use crate::interchange::single;
use crate::tree::{Categories, Child, Condition, EnsembleParts, Node, Tree, ZERO};

/// Above this, whole numbers of single precision have gaps.
const MOST_CATEGORIES: u32 = 1 << 24;

/// The columns of all nodes of all trees.
#[derive(Default)]
pub(super) struct Columns {
    /// Column of the graph's features that holds the categories of a feature of ours.
    whole: Vec<i64>,
    trees: Vec<i64>,
    ids: Vec<i64>,
    features: Vec<i64>,
    modes: Vec<&'static str>,
    values: Vec<f32>,
    yes: Vec<i64>,
    no: Vec<i64>,
    missing_yes: Vec<i64>,
    leaf_trees: Vec<i64>,
    leaf_ids: Vec<i64>,
    outputs: Vec<i64>,
    weights: Vec<f32>,
}

/// A question, and the numbers of the nodes that follow.
struct Ask {
    mode: &'static str,
    value: f32,
    missing_yes: bool,
    yes: i64,
    no: i64,
}

impl Columns {
    /// All trees; `whole` says which column holds each feature's categories.
    pub(super) fn new(parts: &EnsembleParts, whole: Vec<i64>) -> Result<Self> {
        let mut columns = Self {
            whole,
            ..Self::default()
        };
        for (t, tree) in parts.trees.iter().enumerate() {
            columns.tree(t, tree, t % parts.outputs)?;
        }
        Ok(columns)
    }

    fn tree(&mut self, t: usize, tree: &Tree, output: usize) -> Result<()> {
        // A split may need several nodes, so each gets a range of numbers; leaves come after them.
        let mut starts = Vec::with_capacity(tree.nodes().len());
        let mut next = 0;
        for node in tree.nodes() {
            starts.push(next);
            next += nodes_of(node) as i64;
        }
        let id = |child| match child {
            Child::Node(n) => starts[n as usize],
            Child::Leaf(l) => next + i64::from(l),
        };
        for (i, node) in tree.nodes().iter().enumerate() {
            let asks = asks(node, starts[i], id(node.left), id(node.right));
            let asks = asks.map_err(|category| Error::Unsupported {
                step: FORMAT,
                what: format!("tree {t}, node {i}: category {category}"),
                why: "single precision has not all whole numbers above 16777216".into(),
            })?;
            let feature = match node.test {
                Condition::Categories(_) => self.whole[node.feature as usize],
                _ => i64::from(node.feature),
            };
            for (k, ask) in asks.into_iter().enumerate() {
                self.node(t, starts[i] + k as i64, feature, &ask);
            }
        }
        for (l, leaf) in tree.leaves().iter().enumerate() {
            let weight = leaf.value as f32;
            if !weight.is_finite() {
                return Err(Error::Unsupported {
                    step: FORMAT,
                    what: format!("tree {t}, leaf {l}: the value {}", leaf.value),
                    why: "it overflows in single precision".into(),
                });
            }
            self.leaf(t, next + l as i64, output, weight);
        }
        Ok(())
    }

    fn node(&mut self, tree: usize, id: i64, feature: i64, ask: &Ask) {
        self.trees.push(tree as i64);
        self.ids.push(id);
        self.features.push(feature);
        self.modes.push(ask.mode);
        self.values.push(ask.value);
        self.yes.push(ask.yes);
        self.no.push(ask.no);
        self.missing_yes.push(i64::from(ask.missing_yes));
    }

    fn leaf(&mut self, tree: usize, id: i64, output: usize, weight: f32) {
        let leaf = Ask {
            mode: "LEAF",
            value: 0.0,
            missing_yes: false,
            yes: 0,
            no: 0,
        };
        self.node(tree, id, 0, &leaf);
        self.leaf_trees.push(tree as i64);
        self.leaf_ids.push(id);
        self.outputs.push(output as i64);
        self.weights.push(weight);
    }

    /// The attributes of the operator.
    pub(super) fn attributes(&self) -> Vec<(&'static str, Attribute<'_>)> {
        vec![
            ("nodes_treeids", Attribute::Ints(&self.trees)),
            ("nodes_nodeids", Attribute::Ints(&self.ids)),
            ("nodes_featureids", Attribute::Ints(&self.features)),
            ("nodes_modes", Attribute::Texts(&self.modes)),
            ("nodes_values", Attribute::Floats(&self.values)),
            ("nodes_truenodeids", Attribute::Ints(&self.yes)),
            ("nodes_falsenodeids", Attribute::Ints(&self.no)),
            (
                "nodes_missing_value_tracks_true",
                Attribute::Ints(&self.missing_yes),
            ),
            ("target_treeids", Attribute::Ints(&self.leaf_trees)),
            ("target_nodeids", Attribute::Ints(&self.leaf_ids)),
            ("target_ids", Attribute::Ints(&self.outputs)),
            ("target_weights", Attribute::Floats(&self.weights)),
        ]
    }
}

/// Number of nodes that a split becomes.
fn nodes_of(node: &Node) -> usize {
    match &node.test {
        Condition::Categories(set) => set.len().max(1),
        _ if single::missing_left(node).is_none() => 3,
        _ => 1,
    }
}

/// The nodes of a split, numbered from `at` on; or the category that has no number.
fn asks(node: &Node, at: i64, left: i64, right: i64) -> Result<Vec<Ask>, u32> {
    let threshold = match &node.test {
        Condition::Categories(set) => return chain(node, set, at, left, right),
        Condition::Present => f32::INFINITY,
        Condition::Threshold(threshold) => single::at_most(*threshold),
    };
    let usual = |missing_yes| Ask {
        mode: "BRANCH_LEQ",
        value: threshold,
        missing_yes,
        yes: left,
        no: right,
    };
    if let Some(missing_yes) = single::missing_left(node) {
        return Ok(vec![usual(missing_yes)]);
    }
    // Zero is missing and goes its own way: below it, at it, and the usual question. The last node
    // is the one that two others lead to; onnxruntime wants the way of no to be new.
    let zero = ZERO as f32;
    let below = Ask {
        mode: "BRANCH_LT",
        value: -zero,
        missing_yes: false,
        yes: at + 2,
        no: at + 1,
    };
    let missing = Ask {
        mode: "BRANCH_LEQ",
        value: zero,
        missing_yes: true,
        yes: if node.missing_left { left } else { right },
        no: at + 2,
    };
    Ok(vec![below, missing, usual(false)])
}

/// One node a category, all with the same way of yes.
fn chain(node: &Node, set: &Categories, at: i64, left: i64, right: i64) -> Result<Vec<Ask>, u32> {
    let ask = |value: f32, no: i64| Ask {
        mode: "BRANCH_EQ",
        value,
        missing_yes: node.missing_left,
        yes: left,
        no,
    };
    let categories: Vec<u32> = set.iter().collect();
    let Some(last) = categories.len().checked_sub(1) else {
        return Ok(vec![ask(0.5, right)]); // no whole number is one half
    };
    if categories[last] > MOST_CATEGORIES {
        return Err(categories[last]);
    }
    let no = |k: usize| if k == last { right } else { at + k as i64 + 1 };
    let asks = categories.iter().enumerate();
    Ok(asks.map(|(k, &c)| ask(c as f32, no(k))).collect())
}
