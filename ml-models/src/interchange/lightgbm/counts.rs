//! Row counts that LightGBM can divide by.

use crate::tree::{Child, Tree};

/// Rows that a tree is said to have where its own counts can not be written.
const ROWS: f64 = (1_u64 << 30) as f64;

/// The row counts of nodes and leaves. LightGBM divides by them for its `pred_contrib`: with a 0
/// among them, contributions are `NaN`, and beyond its 32 bits they would be cut. Such a tree gets
/// counts of at least 1 that have the proportions of its covers, about 2^30 at the root.
pub(super) fn counts(tree: &Tree) -> (Vec<u64>, Vec<u64>) {
    let own = (
        tree.nodes().iter().map(|n| n.count).collect::<Vec<_>>(),
        tree.leaves().iter().map(|l| l.count).collect::<Vec<_>>(),
    );
    let fits = |count: &u64| (1..=i32::MAX as u64).contains(count);
    if tree.nodes().is_empty() || own.0.iter().chain(&own.1).all(fits) {
        return own;
    }
    let (mut nodes, mut leaves) = (vec![0.0; own.0.len()], vec![0; own.1.len()]);
    nodes[0] = ROWS;
    for (i, node) in tree.nodes().iter().enumerate() {
        let sides = [node.left, node.right];
        let shares = sides.map(|child| tree.share(i, child));
        for (child, share) in sides.into_iter().zip(shares) {
            let rows = nodes[i] * (share / (shares[0] + shares[1]));
            match child {
                Child::Node(n) => nodes[n as usize] = rows,
                Child::Leaf(l) => leaves[l as usize] = (rows.round() as u64).max(1),
            }
        }
    }
    // Rounding apart: a node has the rows of its children.
    let mut sums = vec![0; nodes.len()];
    for (i, node) in tree.nodes().iter().enumerate().rev() {
        let rows = |child| match child {
            Child::Node(n) => sums[n as usize],
            Child::Leaf(l) => leaves[l as usize],
        };
        sums[i] = rows(node.left) + rows(node.right);
    }
    (sums, leaves)
}

#[cfg(test)]
mod tests;
