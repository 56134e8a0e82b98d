//! A freshly grown tree, still in terms of bins.

use rayon::prelude::*;

use crate::boost::bin::{Cells, Layout};
use crate::boost::kernel::Rule;
use crate::boost::math::PIECE;

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
