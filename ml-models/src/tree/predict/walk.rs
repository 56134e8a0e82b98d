//! Down the trees, several at a time, so that one tree's loads hide another's.

use super::ranks::Ranks;
use crate::tree::kernel::Rule;
use crate::tree::{Child, Tree};

/// All trees' nodes in one table; a leaf is a node whose children are itself.
#[derive(Debug, Clone)]
pub(super) struct Walk {
    nodes: Vec<Step>,
    /// Value of each leaf, by the position of its node.
    values: Vec<f64>,
    roots: Vec<u32>,
}

#[derive(Debug, Clone, Copy)]
struct Step {
    feature: u16,
    rule: Rule,
    /// Left and right.
    next: [u32; 2],
}

/// Trees that go down together.
const LANES: usize = 8;

impl Walk {
    pub(super) fn new(trees: &[Tree], ranks: &Ranks) -> Self {
        let (mut nodes, mut values, mut roots) = (Vec::new(), Vec::new(), Vec::new());
        for tree in trees {
            let base = nodes.len() as u32;
            let leaves = base + tree.nodes.len() as u32;
            let at = |c: Child| match c {
                Child::Node(n) => base + n,
                Child::Leaf(l) => leaves + l,
            };
            roots.push(base);
            for node in &tree.nodes {
                let (feature, rank) = ranks.compare(node);
                nodes.push(Step {
                    feature: feature as u16,
                    rule: rank.rule(),
                    next: [at(node.left), at(node.right)],
                });
                values.push(0.0);
            }
            for (l, leaf) in tree.leaves.iter().enumerate() {
                let here = leaves + l as u32;
                nodes.push(Step {
                    feature: 0,
                    rule: Rule::new(0, 1, false),
                    next: [here, here],
                });
                values.push(leaf.value);
            }
        }
        Self {
            nodes,
            values,
            roots,
        }
    }

    /// Adds the leaf values of a row of ranks, trees taking turns over the outputs; `at` is scratch.
    pub(super) fn add(&self, ranks: &[u8], at: &mut Vec<u32>, out: &mut [f64]) {
        at.clear();
        at.extend_from_slice(&self.roots);
        if !ranks.is_empty() {
            let (groups, rest) = at.as_chunks_mut::<LANES>();
            for group in groups {
                while self.advance(ranks, group) {}
            }
            for at in rest {
                while self.advance(ranks, std::array::from_mut(at)) {}
            }
        }
        super::add_in_turn(out, at.iter().map(|&a| self.values[a as usize]));
    }

    /// One step down each tree; false if all were at leaves.
    #[inline]
    fn advance<const N: usize>(&self, ranks: &[u8], at: &mut [u32; N]) -> bool {
        let mut moved = 0;
        for at in at {
            let step = &self.nodes[*at as usize];
            let right = usize::from(!step.rule.left(ranks[step.feature as usize]));
            let next = step.next[right];
            moved |= next ^ *at;
            *at = next;
        }
        moved != 0
    }
}
