//! The leaves of rows that a tree was not grown on.

use rayon::prelude::*;

use super::binned_tree::BinnedTree;
use super::decision::Decision;
use crate::tree::bin::{Cells, Layout};

/// A tree that many rows go down together: each node parts those that come to it, which takes a
/// tenth of the time of each row going down alone.
pub(crate) struct Route<'a> {
    tree: &'a BinnedTree,
    cells: &'a Cells,
    decisions: Vec<Decision>,
}

impl<'a> Route<'a> {
    /// Rows that should go together: their cells of one column fit the first-level cache.
    pub(crate) const ROWS: usize = 1 << 15;

    pub(crate) fn new(tree: &'a BinnedTree, layout: &Layout, cells: &'a Cells) -> Self {
        let decision = |n: &super::binned_tree::Node| {
            let set = n.set.as_deref();
            Decision::new(n.column, n.bin, n.missing_left, set, layout, cells)
        };
        Self {
            tree,
            cells,
            decisions: tree.nodes.iter().map(decision).collect(),
        }
    }

    /// Calls `each` with every leaf that some of the rows come to, and these.
    pub(crate) fn leaves(&self, mut rows: Vec<u32>, mut each: impl FnMut(usize, &[u32])) {
        let mut spare = vec![0; rows.len()];
        let root = if self.decisions.is_empty() { !0 } else { 0 };
        let mut todo = vec![(root, 0..rows.len())];
        while let Some((at, span)) = todo.pop() {
            let (rows, spare) = (&mut rows[span.clone()], &mut spare[span.clone()]);
            if at < 0 {
                each(!at as usize, rows);
                continue;
            }
            let node = &self.tree.nodes[at as usize];
            let lefts = self.decisions[at as usize].partition(self.cells, rows, spare);
            let rights = rows.len() - lefts;
            rows[lefts..].copy_from_slice(&spare[..rights]);
            let middle = span.start + lefts;
            let children = [
                (node.left, span.start..middle),
                (node.right, middle..span.end),
            ];
            todo.extend(children.into_iter().filter(|c| !c.1.is_empty()));
        }
    }
}

impl BinnedTree {
    /// Adds `factor` times each row's leaf value to its score.
    pub(crate) fn add_to(&self, scores: &mut [f64], factor: f64, cells: &Cells, layout: &Layout) {
        let route = Route::new(self, layout, cells);
        scores
            .par_chunks_mut(Route::ROWS)
            .enumerate()
            .for_each(|(chunk, scores)| {
                let first = chunk * Route::ROWS;
                let rows = (first as u32..).take(scores.len()).collect();
                route.leaves(rows, |leaf, rows| {
                    let value = factor * self.values[leaf];
                    for &row in rows {
                        scores[row as usize - first] += value;
                    }
                });
            });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::bin::Binning;
    use crate::tree::grow::binned_tree::Node;
    use ml_data::repr::{Dense, View};

    /// Numbers of one byte, of two bytes, and categories.
    fn layout() -> (Layout, Cells) {
        let x = (0..3000).flat_map(|i| {
            let missing = if i % 17 == 0 {
                f64::NAN
            } else {
                f64::from(i * 7 % 23)
            };
            [missing, f64::from(i * 11 % 2999), f64::from(i % 9)]
        });
        let x = Dense::from_rows(3, x.collect()).unwrap();
        let binning = Binning {
            max_bin: 500,
            categorical: vec![2],
            ..Binning::default()
        };
        let layout = Layout::learn(View::all(&x), None, &binning);
        let cells = layout.cells(View::all(&x));
        (layout, cells)
    }

    fn node(column: u32, bin: u32, set: Option<&[u32]>, left: i32, right: i32) -> Node {
        Node {
            column,
            bin,
            missing_left: bin.is_multiple_of(2),
            set: set.map(Into::into),
            extra_l2: 0.0,
            left,
            right,
            gain: 1.0,
            count: 1,
            parent_output: None,
        }
    }

    #[test]
    fn rows_that_go_together_find_the_leaves_of_rows_that_go_alone() {
        let (layout, cells) = layout();
        assert_eq!((layout.narrow, layout.columns.len()), (2, 3));
        let tree = BinnedTree {
            nodes: vec![
                node(0, 11, None, 1, 2),
                node(2, 200, None, !0, 3),
                node(1, 0, Some(&[1, 4, 8]), !1, !2),
                node(0, 4, None, !3, !4),
            ],
            ..BinnedTree::default()
        };
        let route = Route::new(&tree, &layout, &cells);
        let rows: Vec<u32> = (0..3000).filter(|i| i % 5 != 3).collect();
        let mut found = vec![None; 3000];
        route.leaves(rows.clone(), |leaf, rows| {
            assert!(!rows.is_empty());
            for &row in rows {
                assert_eq!(found[row as usize].replace(leaf), None);
            }
        });
        for (row, &found) in found.iter().enumerate() {
            let mut at = 0;
            while at >= 0 {
                let node = &tree.nodes[at as usize];
                let left = route.decisions[at as usize].left(cells.row(row));
                at = if left { node.left } else { node.right };
            }
            let want = rows.contains(&(row as u32)).then_some(!at as usize);
            assert_eq!(found, want, "{row}");
        }
        assert!((0..5).all(|leaf| found.contains(&Some(leaf))));
        let alone = BinnedTree::default();
        let mut calls = Vec::new();
        Route::new(&alone, &layout, &cells)
            .leaves(vec![4, 7], |leaf, rows| calls.push((leaf, rows.to_vec())));
        assert_eq!(calls, [(0, vec![4, 7])]);
    }
}
