//! Covers: how much of the training data came to each part of a tree.

use super::node::Child;
use super::shape::Tree;

/// Shares are at least this: parts that no training row reaches then count for nothing, without
/// divisions by zero.
const LEAST: f64 = 1e-20;

impl Tree {
    /// Whether the rows of the training data were counted; XGBoost's files have sums of hessians
    /// alone.
    pub(crate) fn is_counted(&self) -> bool {
        match self.nodes.first() {
            Some(root) => root.count > 0,
            None => self.leaves.first().is_some_and(|leaf| leaf.count > 0),
        }
    }

    /// The cover of a node or leaf: its rows where they were counted, else its sum of hessians.
    pub(crate) fn cover(&self, child: Child) -> f64 {
        let (count, weight) = match child {
            Child::Node(n) => (self.nodes[n as usize].count, self.nodes[n as usize].weight),
            Child::Leaf(l) => (
                self.leaves[l as usize].count,
                self.leaves[l as usize].weight,
            ),
        };
        if self.is_counted() {
            count as f64
        } else {
            weight
        }
    }

    /// The share of a node's cover that one of its children has; one half where nothing is known.
    pub(crate) fn share(&self, node: usize, child: Child) -> f64 {
        let share = self.cover(child) / self.cover(Child::Node(node as u32));
        if share.is_finite() {
            share.max(LEAST)
        } else {
            0.5
        }
    }
}
