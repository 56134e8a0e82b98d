//! Batches: every node of a tree is visited once for a whole block of rows.

use super::ranks::Ranks;
use crate::tree::kernel::{self, Mask, Visit};
use crate::tree::{Child, Tree};

pub(super) use crate::tree::kernel::ROWS;

/// The trees in the order that the kernel visits them.
#[derive(Debug, Clone)]
pub(super) struct Block {
    trees: Vec<Order>,
    /// Masks that wait at a time, at most.
    depth: usize,
}

#[derive(Debug, Clone)]
struct Order {
    visits: Vec<Visit>,
    values: Vec<f64>,
}

/// Buffers of one thread.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    pub(super) ranks: Vec<Mask>,
    stack: Vec<Mask>,
}

impl Block {
    /// Trees have at most 256 leaves.
    pub(super) fn new(trees: &[Tree], ranks: &Ranks) -> Self {
        let mut depth = 1;
        let trees = trees.iter().map(|t| order(t, ranks, &mut depth)).collect();
        Self { trees, depth }
    }

    /// Adds every tree's leaf values to the scores of a block whose ranks are in the scratch, `outputs` scores a row.
    pub(super) fn add_scores(&self, scratch: &mut Scratch, outputs: usize, scores: &mut [f64]) {
        scratch.stack.resize(self.depth, [0; ROWS]);
        let mut ids = [0; ROWS];
        for (t, tree) in self.trees.iter().enumerate() {
            kernel::leaves(&tree.visits, &scratch.ranks, &mut scratch.stack, &mut ids);
            let scores = scores[t % outputs..].iter_mut().step_by(outputs);
            for (score, &id) in scores.zip(&ids) {
                *score += tree.values[id as usize];
            }
        }
    }
}

/// A tree's nodes, each before its left subtree and that before its right one.
fn order(tree: &Tree, ranks: &Ranks, depth: &mut usize) -> Order {
    let mut visits = Vec::with_capacity(tree.nodes.len());
    let mut waiting = if tree.nodes.is_empty() {
        Vec::new()
    } else {
        vec![0]
    };
    while let Some(at) = waiting.pop() {
        let node = &tree.nodes[at as usize];
        let (feature, rank) = ranks.compare(node);
        let mut leaf = |child: Child| match child {
            Child::Leaf(leaf) => Some(leaf as u8),
            Child::Node(node) => {
                waiting.push(node);
                None
            }
        };
        let (right, left) = (leaf(node.right), leaf(node.left));
        *depth = waiting.len().max(*depth);
        visits.push(Visit {
            feature: feature as u32,
            rule: rank.rule(),
            left,
            right,
        });
    }
    Order {
        visits,
        values: tree.leaves.iter().map(|l| l.value).collect(),
    }
}
