//! A freshly grown tree, still in terms of bins.

use rayon::prelude::*;

use super::params::Growth;
use crate::tree::bin::{Cells, Layout};
use crate::tree::kernel::Rule;
use crate::tree::math::PIECE;
use crate::tree::{Child, Leaf, Missing, Test, Tree};

/// A split; a child is the index of a node, or `!leaf`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Node {
    pub(crate) column: u32,
    pub(crate) bin: u8,
    pub(crate) missing_left: bool,
    pub(crate) left: i32,
    pub(crate) right: i32,
    pub(crate) gain: f64,
    /// Rows that came here, repeats included.
    pub(crate) count: u64,
}

/// Splits in the order they were made; node 0 is the root. Without nodes there is one leaf.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Sprout {
    pub(crate) nodes: Vec<Node>,
    /// Rows of each leaf, repeats included.
    pub(crate) counts: Vec<u64>,
    /// Sums of gradients and hessians of each leaf.
    pub(crate) sums: Vec<[f64; 2]>,
    /// What each leaf adds to the score.
    pub(crate) values: Vec<f64>,
}

impl Sprout {
    /// The leaf of a row of bins.
    #[inline]
    pub(crate) fn leaf(&self, row: &[u8], rules: &[Rule]) -> usize {
        let mut at = if self.nodes.is_empty() { !0 } else { 0 };
        while at >= 0 {
            let node = &self.nodes[at as usize];
            let left = rules[at as usize].left(row[node.column as usize]);
            at = if left { node.left } else { node.right };
        }
        !at as usize
    }

    /// Turns bins into values.
    pub(crate) fn tree(&self, layout: &Layout, params: &Growth) -> Tree {
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
        let nodes = self.nodes.iter().zip(&sums).map(|(n, &sums)| {
            let column = &layout.columns[n.column as usize];
            crate::tree::Node {
                feature: column.source,
                test: column
                    .bounds
                    .get(n.bin as usize)
                    .map_or(Test::Present, |&b| Test::Threshold(b)),
                missing: Missing::Nan,
                missing_left: n.missing_left,
                left: child(n.left),
                right: child(n.right),
                gain: n.gain,
                value: params.value(sums),
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

    /// The comparison of each node.
    pub(crate) fn rules(&self, layout: &Layout) -> Vec<Rule> {
        let rule = |n: &Node| {
            Rule::new(
                n.bin,
                layout.columns[n.column as usize].values() as u8,
                n.missing_left,
            )
        };
        self.nodes.iter().map(rule).collect()
    }

    /// Adds each row's leaf value to its score.
    pub(crate) fn add_to(&self, scores: &mut [f64], cells: &Cells, layout: &Layout) {
        let rules = self.rules(layout);
        scores
            .par_chunks_mut(PIECE)
            .enumerate()
            .for_each(|(piece, scores)| {
                for (k, score) in scores.iter_mut().enumerate() {
                    *score += self.values[self.leaf(cells.row(piece * PIECE + k), &rules)];
                }
            });
    }
}
