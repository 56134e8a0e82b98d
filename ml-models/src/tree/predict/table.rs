//! All trees' nodes side by side: a node's right child comes after its left one, and a leaf leads
//! to itself.

use crate::tree::{Child, Tree};

/// Nodes as steps of type `S`, and what the leaves are.
#[derive(Debug, Clone)]
pub(super) struct Table<S> {
    pub(super) steps: Vec<S>,
    pub(super) roots: Vec<u32>,
    /// Value of each leaf, by the position of its node.
    values: Vec<f64>,
    /// Number of each leaf within its tree, by the position of its node.
    leaves: Vec<u32>,
}

impl<S> Table<S> {
    /// `leaf(here)` stays where it is; `step(tree, node, left)` leads to `left` or the one after.
    pub(super) fn new(
        trees: &[Tree],
        leaf: impl Fn(u32) -> S,
        step: impl Fn(usize, usize, u32) -> S,
    ) -> Self {
        let mut table = Self {
            steps: Vec::new(),
            roots: Vec::new(),
            values: Vec::new(),
            leaves: Vec::new(),
        };
        for (t, tree) in trees.iter().enumerate() {
            let root = table.push(&leaf);
            table.roots.push(root as u32);
            let mut waiting = vec![(tree.root(), root)];
            while let Some((child, at)) = waiting.pop() {
                let n = match child {
                    Child::Leaf(leaf) => {
                        table.values[at] = tree.leaves[leaf as usize].value;
                        table.leaves[at] = leaf;
                        continue;
                    }
                    Child::Node(n) => n as usize,
                };
                let (left, right) = (table.push(&leaf), table.push(&leaf));
                table.steps[at] = step(t, n, left as u32);
                waiting.extend([(tree.nodes[n].right, right), (tree.nodes[n].left, left)]);
            }
        }
        table
    }

    /// Adds a leaf, and returns where it is.
    fn push(&mut self, leaf: impl Fn(u32) -> S) -> usize {
        let at = self.steps.len();
        self.steps.push(leaf(at as u32));
        self.values.push(0.0);
        self.leaves.push(0);
        at
    }

    /// The value of the leaf at a position.
    #[inline(always)]
    pub(super) fn value(&self, at: u32) -> f64 {
        self.values[at as usize]
    }

    /// The number within its tree of the leaf at a position.
    #[inline(always)]
    pub(super) fn leaf(&self, at: u32) -> u32 {
        self.leaves[at as usize]
    }
}
