//! One tree of ours, as XGBoost writes it.

use std::collections::VecDeque;

use ml_data::{Error, Result};

use super::FORMAT;
use super::grow::MOST_CATEGORIES;
use super::value::Value;
use crate::interchange::single;
use crate::tree::{Child, Condition, Node, Tree};

/// The columns of a tree's nodes, level by level: XGBoost expects the right child just after the
/// left one.
#[derive(Default)]
struct Columns {
    base_weights: Vec<f32>,
    categories: Vec<i32>,
    categories_nodes: Vec<i32>,
    categories_segments: Vec<i64>,
    categories_sizes: Vec<i64>,
    default_left: Vec<u8>,
    left_children: Vec<i32>,
    loss_changes: Vec<f32>,
    parents: Vec<i32>,
    right_children: Vec<i32>,
    split_conditions: Vec<f32>,
    split_indices: Vec<i32>,
    split_type: Vec<u8>,
    sum_hessian: Vec<f32>,
}

/// Tree number `index`, its leaf values multiplied by `scale`.
pub(super) fn write(index: usize, tree: &Tree, features: usize, scale: f64) -> Result<Value> {
    let total = tree.nodes().len() + tree.leaves().len();
    if i32::try_from(total).is_err() {
        return Err(unsupported(
            format!("tree {index}: {total} nodes"),
            "it has 32 bits",
        ));
    }
    let mut columns = Columns {
        parents: vec![i32::MAX; total],
        ..Columns::default()
    };
    let mut queue = VecDeque::from([tree.root()]);
    let mut id = 0;
    while let Some(child) = queue.pop_front() {
        match child {
            Child::Node(i) => {
                let sides = columns.split(id, &tree.nodes()[i as usize], scale);
                queue.extend(sides.map_err(|(what, why)| {
                    unsupported(format!("tree {index}, node {i}: {what}"), why)
                })?);
                let left = id + queue.len() - 1;
                columns.left_children.push(left as i32);
                columns.right_children.push(left as i32 + 1);
                columns.parents[left] = id as i32;
                columns.parents[left + 1] = id as i32;
            }
            Child::Leaf(l) => {
                let leaf = tree.leaves()[l as usize];
                let value = (leaf.value * scale) as f32;
                if !value.is_finite() {
                    let what = format!("tree {index}, leaf {l}: the value {}", leaf.value);
                    return Err(unsupported(what, "it overflows in single precision"));
                }
                columns.leaf(value, leaf.weight as f32);
            }
        }
        id += 1;
    }
    Ok(columns.value(index, features))
}

fn unsupported(what: String, why: &str) -> Error {
    Error::Unsupported {
        step: FORMAT,
        what,
        why: why.into(),
    }
}

impl Columns {
    /// Adds a split; returns what is left and right of it there.
    fn split(
        &mut self,
        id: usize,
        node: &Node,
        scale: f64,
    ) -> Result<[Child; 2], (&'static str, &'static str)> {
        let missing_left = single::missing_left(node).ok_or((
            "zero is missing and goes another way than its value would",
            "only NaN is missing there",
        ))?;
        let mut sides = [node.left, node.right];
        let mut default_left = missing_left;
        let limit = match &node.test {
            Condition::Threshold(threshold) => single::at_most(*threshold).next_up(),
            Condition::Present => f32::INFINITY,
            Condition::Categories(set) => {
                // Categories of the set go left here, and right there.
                sides.reverse();
                default_left = !missing_left;
                let categories: Vec<i32> = set.iter().map(|c| c as i32).collect();
                if categories
                    .iter()
                    .any(|&c| i64::from(c) >= MOST_CATEGORIES || c < 0)
                {
                    return Err(("a category above 16777215", "it ends there"));
                }
                self.categories_nodes.push(id as i32);
                self.categories_segments.push(self.categories.len() as i64);
                self.categories_sizes.push(categories.len() as i64);
                self.categories.extend(categories);
                f32::from_bits(1) // XGBoost's mark of a categorical split
            }
        };
        self.default_left.push(u8::from(default_left));
        self.split_conditions.push(limit);
        self.split_indices.push(node.feature as i32);
        self.split_type
            .push(u8::from(matches!(node.test, Condition::Categories(_))));
        self.base_weights.push((node.value * scale) as f32);
        self.loss_changes.push(node.gain as f32);
        self.sum_hessian.push(node.weight as f32);
        Ok(sides)
    }

    fn leaf(&mut self, value: f32, weight: f32) {
        self.left_children.push(-1);
        self.right_children.push(-1);
        self.default_left.push(0);
        self.split_conditions.push(value);
        self.split_indices.push(0);
        self.split_type.push(0);
        self.base_weights.push(value);
        self.loss_changes.push(0.0);
        self.sum_hessian.push(weight);
    }

    fn value(self, index: usize, features: usize) -> Value {
        let text = |n: usize| Value::Text(n.to_string());
        let param = [
            ("num_deleted", text(0)),
            ("num_feature", text(features)),
            ("num_nodes", text(self.parents.len())),
            ("size_leaf_vector", text(1)),
        ];
        map([
            ("base_weights", Value::Floats(self.base_weights)),
            ("categories", Value::Ints(self.categories)),
            ("categories_nodes", Value::Ints(self.categories_nodes)),
            (
                "categories_segments",
                Value::Longs(self.categories_segments),
            ),
            ("categories_sizes", Value::Longs(self.categories_sizes)),
            ("default_left", Value::Bytes(self.default_left)),
            ("id", Value::Number(index as f64)),
            ("left_children", Value::Ints(self.left_children)),
            ("loss_changes", Value::Floats(self.loss_changes)),
            ("parents", Value::Ints(self.parents)),
            ("right_children", Value::Ints(self.right_children)),
            ("split_conditions", Value::Floats(self.split_conditions)),
            ("split_indices", Value::Ints(self.split_indices)),
            ("split_type", Value::Bytes(self.split_type)),
            ("sum_hessian", Value::Floats(self.sum_hessian)),
            ("tree_param", map(param)),
        ])
    }
}

/// An object.
pub(super) fn map<const N: usize>(entries: [(&str, Value); N]) -> Value {
    Value::Map(entries.map(|(k, v)| (k.to_owned(), v)).into())
}
