//! A fitted tree, in terms of the features' own values.

use serde::{Deserialize, Serialize};

use super::bin::Layout;
use super::grow::Sprout;

/// Where a split sends a row: on to another node, or to a leaf.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Child {
    /// Index of a node of the tree, always above the parent's.
    Node(u32),
    /// Index of a leaf.
    Leaf(u32),
}

/// A split: values up to the threshold go left, greater ones right.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Node {
    /// Column of the feature matrix.
    pub feature: u32,
    /// The threshold; `None` where all values go left and only missing ones right.
    pub threshold: Option<f64>,
    /// Whether a missing value goes left.
    pub missing_left: bool,
    /// Where values up to the threshold go.
    pub left: Child,
    /// Where greater values go.
    pub right: Child,
    /// How much the split lowered the training loss (LightGBM's split gain).
    pub gain: f64,
    /// Training rows that came here.
    pub count: u64,
}

/// One tree of an ensemble.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Tree {
    pub(crate) nodes: Vec<Node>,
    pub(crate) values: Vec<f64>,
    pub(crate) counts: Vec<u64>,
}

impl Tree {
    /// Turns bins into values; `shrunk` is already in the leaf values.
    pub(crate) fn from_sprout(sprout: &Sprout, layout: &Layout) -> Self {
        let child = |c: i32| {
            if c < 0 {
                Child::Leaf(!c as u32)
            } else {
                Child::Node(c as u32)
            }
        };
        let nodes = sprout.nodes.iter().map(|n| {
            let column = &layout.columns[n.column as usize];
            Node {
                feature: column.source,
                threshold: column.bounds.get(n.bin as usize).copied(),
                missing_left: n.missing_left,
                left: child(n.left),
                right: child(n.right),
                gain: n.gain,
                count: n.count,
            }
        });
        Self {
            nodes: nodes.collect(),
            values: sprout.values.clone(),
            counts: sprout.counts.clone(),
        }
    }

    /// The splits, the root first; empty where the tree is a single leaf.
    #[must_use]
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// What each leaf adds to the score, learning rate included.
    #[must_use]
    pub fn leaf_values(&self) -> &[f64] {
        &self.values
    }

    /// Training rows of each leaf.
    #[must_use]
    pub fn leaf_counts(&self) -> &[u64] {
        &self.counts
    }

    /// The leaf of a row: the definition that compiled trees are tested against.
    #[cfg(test)]
    pub(crate) fn leaf(&self, value: impl Fn(usize) -> f64) -> usize {
        let mut at = if self.nodes.is_empty() {
            Child::Leaf(0)
        } else {
            Child::Node(0)
        };
        loop {
            match at {
                Child::Leaf(leaf) => return leaf as usize,
                Child::Node(node) => {
                    let node = &self.nodes[node as usize];
                    let value = value(node.feature as usize);
                    let left = if value.is_nan() {
                        node.missing_left
                    } else {
                        node.threshold.is_none_or(|t| value <= t)
                    };
                    at = if left { node.left } else { node.right };
                }
            }
        }
    }

    /// What is wrong with a tree that was read from a file, if anything.
    pub(crate) fn flaw(&self, features: usize) -> Option<&'static str> {
        if self.values.len() != self.nodes.len() + 1 || self.counts.len() != self.values.len() {
            return Some("a tree must have one leaf more than nodes");
        }
        let mut seen = (
            vec![false; self.nodes.len()],
            vec![false; self.values.len()],
        );
        for (i, node) in self.nodes.iter().enumerate() {
            if node.feature as usize >= features {
                return Some("a node reads a feature that the model does not have");
            }
            if node.threshold.is_some_and(|t| !t.is_finite()) {
                return Some("a threshold is not finite");
            }
            for child in [node.left, node.right] {
                let first = match child {
                    Child::Node(c) if c as usize > i => seen.0.get_mut(c as usize),
                    Child::Node(_) => None,
                    Child::Leaf(c) => seen.1.get_mut(c as usize),
                };
                match first {
                    Some(seen) if !*seen => *seen = true,
                    _ => return Some("the nodes of a tree do not form a tree"),
                }
            }
        }
        if self.values.iter().any(|v| !v.is_finite()) {
            return Some("a leaf value is not finite");
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stump() -> Tree {
        let node = Node {
            feature: 1,
            threshold: Some(2.0),
            missing_left: false,
            left: Child::Leaf(0),
            right: Child::Leaf(1),
            gain: 1.0,
            count: 9,
        };
        Tree {
            nodes: vec![node],
            values: vec![-1.0, 1.0],
            counts: vec![4, 5],
        }
    }

    #[test]
    fn values_up_to_the_threshold_go_left() {
        let leaf = |v: f64| stump().leaf(|f| if f == 1 { v } else { f64::NAN });
        assert_eq!(
            [2.0, f64::NEG_INFINITY, 2.0_f64.next_up(), f64::NAN].map(leaf),
            [0, 0, 1, 1]
        );
    }

    #[test]
    fn broken_trees_are_named() {
        assert_eq!(stump().flaw(2), None);
        assert!(stump().flaw(1).is_some());
        let broken = |change: fn(&mut Tree)| {
            let mut t = stump();
            change(&mut t);
            t.flaw(2).is_some()
        };
        assert!(broken(|t| t.nodes[0].left = Child::Node(0)));
        assert!(broken(|t| t.nodes[0].left = Child::Leaf(1)));
        assert!(broken(|t| t.nodes[0].right = Child::Leaf(7)));
        assert!(broken(|t| t.values[0] = f64::NAN));
        assert!(broken(|t| t.nodes[0].threshold = Some(f64::INFINITY)));
        assert!(broken(|t| {
            t.values.pop();
        }));
    }
}
