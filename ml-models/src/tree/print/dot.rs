//! As a graph for Graphviz.

use std::fmt::Write;

use super::{Printer, cover};
use crate::tree::{Child, Tree};

impl Printer<'_> {
    /// The tree in Graphviz's DOT language: `dot -Tsvg tree.dot`.
    #[must_use]
    pub fn dot(&self, tree: &Tree) -> String {
        let mut out = String::from(
            "digraph tree {\n  node [shape=box, style=rounded, fontname=\"sans-serif\"];\n  edge [fontname=\"sans-serif\"];\n",
        );
        let mut waiting = vec![(tree.root(), 0)];
        while let Some((child, depth)) = waiting.pop() {
            let name = name(child);
            match child {
                Child::Leaf(l) => {
                    let leaf = &tree.leaves[l as usize];
                    let value = self.number(leaf.value);
                    let _ = writeln!(
                        out,
                        "  {name} [label=\"{value}\\n{}\", shape=ellipse];",
                        cover(tree, child)
                    );
                }
                Child::Node(_) if depth >= self.max_depth => {
                    let _ = writeln!(out, "  {name} [label=\"...\", shape=plaintext];");
                }
                Child::Node(n) => {
                    let node = &tree.nodes[n as usize];
                    let _ = writeln!(
                        out,
                        "  {name} [label=\"{}\\ngain {}\\n{}\"];",
                        escape(&self.condition(node, true)),
                        self.number(node.gain),
                        cover(tree, child)
                    );
                    for (child, answer) in [(node.left, "yes"), (node.right, "no")] {
                        let to = self::name(child);
                        let _ = writeln!(out, "  {name} -> {to} [label=\"{answer}\"];");
                    }
                    waiting.extend([(node.right, depth + 1), (node.left, depth + 1)]);
                }
            }
        }
        out + "}\n"
    }
}

fn name(child: Child) -> String {
    match child {
        Child::Node(n) => format!("node{n}"),
        Child::Leaf(l) => format!("leaf{l}"),
    }
}

/// Text within double quotes.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' | '\r' => out.push(' '),
            c => out.push(c),
        }
    }
    out
}
