//! A tree as edges, each with the share of the training rows that follow its feature's edges down
//! to it.

use crate::tree::{Child, Tree};

/// A way from a node to a child.
#[derive(Debug, Clone, Copy)]
pub(super) struct Edge {
    pub(super) node: usize,
    /// The left one.
    pub(super) left: bool,
    pub(super) child: Child,
    /// Edges above.
    pub(super) depth: usize,
    pub(super) feature: u32,
    /// The nearest edge of the same feature above.
    pub(super) above: Option<usize>,
    /// Product of the shares of rows that take this edge and those of the same feature above.
    pub(super) share: f64,
}

/// Calls for each edge, parents first, each with its number; those of a left child come before
/// those of its right sibling. When all edges below one are done, it is called with its number once
/// more, and with `true`.
pub(super) fn visit(tree: &Tree, mut each: impl FnMut(usize, &Edge, bool)) {
    let mut edges: Vec<Edge> = Vec::new();
    // Edges on the way to the node at hand.
    let mut path: Vec<usize> = Vec::new();
    enum Task {
        Go { node: usize, left: bool },
        Done(usize),
    }
    let both = |node: usize| {
        [
            Task::Go { node, left: false },
            Task::Go { node, left: true },
        ]
    };
    let mut tasks: Vec<Task> = Vec::new();
    if !tree.nodes.is_empty() {
        tasks.extend(both(0));
    }
    while let Some(task) = tasks.pop() {
        match task {
            Task::Done(edge) => {
                path.pop();
                each(edge, &edges[edge], true);
            }
            Task::Go { node, left } => {
                let at = &tree.nodes[node];
                let child = if left { at.left } else { at.right };
                let same = |&&e: &&usize| edges[e].feature == at.feature;
                let above = path.iter().rev().find(same).copied();
                let edge = Edge {
                    node,
                    left,
                    child,
                    depth: path.len(),
                    feature: at.feature,
                    above,
                    share: tree.share(node, child) * above.map_or(1.0, |e| edges[e].share),
                };
                let number = edges.len();
                edges.push(edge);
                each(number, &edge, false);
                if let Child::Node(child) = child {
                    path.push(number);
                    tasks.push(Task::Done(number));
                    tasks.extend(both(child as usize));
                }
            }
        }
    }
}

/// The mean leaf value of the training rows.
pub(super) fn expected(tree: &Tree) -> f64 {
    // What share of all rows reach the edge at each depth.
    let mut shares = vec![1.0];
    let mut sum = 0.0;
    visit(tree, |_, edge, done| {
        if done {
            return;
        }
        shares.truncate(edge.depth + 1);
        let here = shares[edge.depth] * tree.share(edge.node, edge.child);
        shares.push(here);
        if let Child::Leaf(l) = edge.child {
            sum += here * tree.leaves[l as usize].value;
        }
    });
    match tree.nodes.is_empty() {
        true => tree.leaves.first().map_or(0.0, |l| l.value),
        false => sum,
    }
}

/// Different features on one way down, at most.
pub(super) fn most_features(tree: &Tree) -> usize {
    let (mut most, mut counts) = (0, vec![0]);
    visit(tree, |_, edge, done| {
        if !done {
            counts.truncate(edge.depth + 1);
            let here = counts[edge.depth] + usize::from(edge.above.is_none());
            counts.push(here);
            most = most.max(here);
        }
    });
    most
}
