//! As text, a line a condition, as scikit-learn's `export_text`.

use std::fmt::Write;

use super::{Printer, cover, depths};
use crate::tree::{Child, Tree};

impl Printer<'_> {
    /// The tree as indented text: under each condition what follows where it holds.
    #[must_use]
    pub fn text(&self, tree: &Tree) -> String {
        let depths = depths(tree);
        let mut out = String::new();
        // What is still to print, last first: conditions that lead to a child, and the depth of it.
        let mut waiting: Vec<(Option<String>, Child, usize)> = vec![(None, tree.root(), 0)];
        while let Some((condition, child, depth)) = waiting.pop() {
            if let Some(condition) = condition {
                line(&mut out, depth - 1, &condition);
            }
            match child {
                Child::Leaf(l) => {
                    let leaf = &tree.leaves[l as usize];
                    let value = self.number(leaf.value);
                    line(
                        &mut out,
                        depth,
                        &format!("value: {value} ({})", cover(tree, child)),
                    );
                }
                Child::Node(n) if depth >= self.max_depth => {
                    let below = depths[n as usize];
                    line(
                        &mut out,
                        depth,
                        &format!("truncated branch of depth {below}"),
                    );
                }
                Child::Node(n) => {
                    let node = &tree.nodes[n as usize];
                    for (left, child) in [(false, node.right), (true, node.left)] {
                        waiting.push((Some(self.condition(node, left)), child, depth + 1));
                    }
                }
            }
        }
        out
    }
}

fn line(out: &mut String, depth: usize, text: &str) {
    // Writing to a String can not fail.
    let _ = writeln!(out, "{}|--- {text}", "|   ".repeat(depth));
}
