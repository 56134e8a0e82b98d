//! Batches: every node of a tree is visited once for a whole block of rows; rows go down the largest trees one by one.

use super::ranks::Questions;
use super::walk::Walk;
use crate::tree::kernel::{self, Ask, Mask, Visit};
use crate::tree::{Child, Tree};

pub(super) use crate::tree::kernel::ROWS;

/// The trees in the order that the kernel visits them.
#[derive(Debug, Clone)]
pub(super) struct Block {
    /// None for trees of more than 256 leaves.
    trees: Vec<Option<Order>>,
    sets: Vec<kernel::Set>,
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

/// Leaves that a byte can tell apart.
const LEAVES: usize = 256;

impl Block {
    pub(super) fn new(trees: &[Tree], questions: &Questions) -> Self {
        let mut depth = 1;
        let trees = (trees.iter().enumerate())
            .map(|(t, tree)| {
                (tree.leaves.len() <= LEAVES).then(|| order(tree, t, questions, &mut depth))
            })
            .collect();
        Self {
            trees,
            sets: questions.sets.iter().map(kernel::Set::new).collect(),
            depth,
        }
    }

    /// Adds every tree's leaf values to the scores of a block whose ranks are in the scratch, `outputs` scores a row.
    pub(super) fn add_scores(
        &self,
        walk: &Walk,
        scratch: &mut Scratch,
        outputs: usize,
        scores: &mut [f64],
    ) {
        self.find(walk, scratch, |t, found| {
            let scores = scores[t % outputs..].iter_mut().step_by(outputs);
            match found {
                Found::Ids(ids, values) => {
                    for (score, &id) in scores.zip(ids) {
                        *score += values[id as usize];
                    }
                }
                Found::At(at) => {
                    for (score, &at) in scores.zip(at) {
                        *score += walk.value(at);
                    }
                }
            }
        });
    }

    /// The leaf of each row of the block in each tree, row after row.
    pub(super) fn leaves(&self, walk: &Walk, scratch: &mut Scratch, out: &mut [u32]) {
        let trees = self.trees.len();
        self.find(walk, scratch, |t, found| {
            let out = out[t..].iter_mut().step_by(trees);
            match found {
                Found::Ids(ids, _) => out.zip(ids).for_each(|(out, &id)| *out = u32::from(id)),
                Found::At(at) => out.zip(at).for_each(|(out, &at)| *out = walk.leaf(at)),
            }
        });
    }

    /// Finds the rows' leaves, tree after tree.
    fn find(&self, walk: &Walk, scratch: &mut Scratch, mut each: impl FnMut(usize, Found<'_>)) {
        scratch.stack.resize(self.depth, [0; ROWS]);
        let (mut ids, mut at) = ([0; ROWS], [0; ROWS]);
        for (t, tree) in self.trees.iter().enumerate() {
            match tree {
                Some(Order { visits, values }) => {
                    let stack = &mut scratch.stack;
                    kernel::leaves(visits, &self.sets, &scratch.ranks, stack, &mut ids);
                    each(t, Found::Ids(&ids, values));
                }
                None => {
                    walk.block(t, &scratch.ranks, &mut at);
                    each(t, Found::At(&at));
                }
            }
        }
    }
}

/// The leaves of a block in a tree.
enum Found<'a> {
    /// Their numbers, and the values of all leaves.
    Ids(&'a Mask, &'a [f64]),
    /// Where they are among the steps of the walk.
    At(&'a [u32; ROWS]),
}

/// A tree's nodes, each before its left subtree and that before its right one.
fn order(tree: &Tree, t: usize, questions: &Questions, depth: &mut usize) -> Order {
    let mut visits = Vec::with_capacity(tree.nodes.len());
    let mut waiting = if tree.nodes.is_empty() {
        Vec::new()
    } else {
        vec![0]
    };
    while let Some(at) = waiting.pop() {
        let (node, asked) = (&tree.nodes[at as usize], questions.trees[t][at as usize]);
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
            slot: asked.slot,
            ask: match (asked.rule(), asked.set()) {
                (Some(rule), _) => Ask::Rule(rule),
                (None, set) => Ask::Set(set.unwrap_or(0)),
            },
            left,
            right,
        });
    }
    Order {
        visits,
        values: tree.leaves.iter().map(|l| l.value).collect(),
    }
}
