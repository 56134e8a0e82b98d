//! A freshly grown tree, still in terms of bins.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::params::TreeParams;
use crate::tree::bin::{Bins, Column, Layout};
use crate::tree::{Child, Condition, Leaf, MissingType, Tree};

/// A split; a child is the index of a node, or `!leaf`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Node {
    pub(crate) column: u32,
    pub(crate) bin: u32,
    pub(crate) missing_left: bool,
    /// The bins that go left, of a category column.
    pub(crate) set: Option<Arc<[u32]>>,
    /// Penalty of the leaves below, besides `lambda_l2`.
    pub(crate) extra_l2: f64,
    pub(crate) left: i32,
    pub(crate) right: i32,
    pub(crate) gain: f64,
    /// Rows that came here, repeats included.
    pub(crate) count: u64,
    /// The value of the node above, not shrunk, where values are drawn to it.
    pub(crate) parent_output: Option<f64>,
}

/// The two children of a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Left,
    Right,
}

/// Splits in the order they were made; node 0 is the root. Without nodes there is one leaf.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct BinnedTree {
    pub(crate) nodes: Vec<Node>,
    /// Rows of each leaf, repeats included.
    pub(crate) counts: Vec<u64>,
    /// Least and largest value of each leaf, not shrunk.
    pub(crate) value_bounds: Vec<[f64; 2]>,
    /// The value of the node above each leaf, not shrunk, where values are drawn to it.
    pub(crate) parent_output: Vec<Option<f64>>,
    /// Sums of gradients and hessians of each leaf.
    pub(crate) sums: Vec<[f64; 2]>,
    /// The value that each leaf adds to the score.
    pub(crate) values: Vec<f64>,
}

impl BinnedTree {
    /// Whether it is a tree of these columns: false for nonsense from a file.
    pub(crate) fn fits(&self, layout: &Layout) -> bool {
        let leaves = self.nodes.len() + 1;
        let lengths = [
            self.counts.len(),
            self.value_bounds.len(),
            self.parent_output.len(),
            self.sums.len(),
            self.values.len(),
        ];
        let mut seen = (vec![false; self.nodes.len()], vec![false; leaves]);
        let mut first = |at: usize, child: i32| {
            let seen = if child < 0 {
                seen.1.get_mut(!child as usize)
            } else if child as usize > at {
                seen.0.get_mut(child as usize)
            } else {
                None
            };
            seen.is_some_and(|seen| !std::mem::replace(seen, true))
        };
        let known = |n: &Node| {
            let column = layout.columns.get(n.column as usize);
            column.is_some_and(|c| {
                let bins = n.set.as_deref().unwrap_or(&[]);
                c.is_categorical() == n.set.is_some()
                    && bins.iter().all(|&b| (b as usize) < c.values())
                    && n.bin as usize <= c.values()
            })
        };
        lengths.iter().all(|&l| l == leaves)
            && self.values.iter().all(|v| v.is_finite())
            && self
                .nodes
                .iter()
                .enumerate()
                .all(|(i, n)| known(n) && first(i, n.left) && first(i, n.right))
    }

    /// Makes `child` the left or right child of a node, unless it is the root.
    pub(super) fn link(&mut self, above: Option<(usize, Side)>, child: i32) {
        match above {
            Some((node, Side::Left)) => self.nodes[node].left = child,
            Some((node, Side::Right)) => self.nodes[node].right = child,
            None => {}
        }
    }

    /// Turns bins into values.
    pub(crate) fn tree(&self, layout: &Layout, params: &TreeParams) -> Tree {
        let mut sums = vec![[0.0; 2]; self.nodes.len()];
        for (i, node) in self.nodes.iter().enumerate().rev() {
            let of = |c: i32| {
                if c < 0 {
                    self.sums[!c as usize]
                } else {
                    sums[c as usize]
                }
            };
            let (l, r) = (of(node.left), of(node.right));
            sums[i] = [l[0] + r[0], l[1] + r[1]];
        }
        let child = |c: i32| {
            if c < 0 {
                Child::Leaf(!c as u32)
            } else {
                Child::Node(c as u32)
            }
        };
        let above = self.extra_l2();
        let nodes = self.nodes.iter().zip(&sums).zip(&above.0);
        let nodes = nodes.map(|((n, &sums), &extra_l2)| {
            let column = &layout.columns[n.column as usize];
            crate::tree::Node {
                feature: column.source,
                test: test(n, column),
                missing: MissingType::Nan,
                missing_left: n.missing_left,
                left: child(n.left),
                right: child(n.right),
                gain: n.gain,
                value: params.value_below(sums, extra_l2, n.count, n.parent_output),
                weight: sums[1],
                count: n.count,
            }
        });
        let leaves = self.values.iter().zip(&self.counts).zip(&self.sums);
        Tree {
            nodes: nodes.collect(),
            leaves: leaves
                .map(|((&value, &count), sums)| Leaf {
                    value,
                    weight: sums[1],
                    count,
                })
                .collect(),
            shrinkage: params.shrinkage,
        }
    }

    /// The penalty that nodes and leaves have from the split above them.
    pub(crate) fn extra_l2(&self) -> (Vec<f64>, Vec<f64>) {
        let (mut nodes, mut leaves) = (vec![0.0; self.nodes.len()], vec![0.0; self.counts.len()]);
        for node in &self.nodes {
            for child in [node.left, node.right] {
                let below = if child < 0 {
                    &mut leaves[!child as usize]
                } else {
                    &mut nodes[child as usize]
                };
                *below = node.extra_l2;
            }
        }
        (nodes, leaves)
    }
}

/// The question of a node, in the feature's own values.
fn test(node: &Node, column: &Column) -> Condition {
    match &column.bins {
        Bins::Numbers(bounds) => bounds
            .get(node.bin as usize)
            .map_or(Condition::Present, |&b| Condition::Threshold(b)),
        Bins::Categories(of_bin) => {
            let set = node.set.as_deref().unwrap_or_default();
            Condition::Categories(set.iter().map(|&bin| of_bin[bin as usize]).collect())
        }
    }
}
