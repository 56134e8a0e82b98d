//! The largest trees: rows go down on their values.
//!
//! Where features have thousands of thresholds, as in forests of full trees, ranking a value among
//! all of them costs more than the few comparisons on the way down. A tree of that size fills a
//! cache, so each goes over many rows before the next.

use rayon::prelude::*;

use super::outputs::add_in_turn;
use super::table::Table;
use crate::tree::{Condition, MissingType, Tree};
use ml_data::repr::{Dense, Float, View};

/// Trees whose nodes only compare.
#[derive(Debug, Clone)]
pub(super) struct Direct(Table<Step>);

/// A row goes left if its value is at most the threshold, or missing and missing ones do.
#[derive(Debug, Clone, Copy)]
struct Step {
    threshold: f64,
    /// Twice the feature, and 1 if missing values go left.
    feature: u32,
    /// Position of the left child; the right one is next.
    left: u32,
}

impl Step {
    fn new(threshold: f64, feature: u32, missing_left: bool, left: u32) -> Self {
        Self {
            threshold,
            feature: 2 * feature + u32::from(missing_left),
            left,
        }
    }

    #[inline(always)]
    fn next<F: Float>(&self, row: &[F]) -> u32 {
        let value = row[self.feature as usize / 2].f64();
        let missing_left = value.is_nan() & (self.feature & 1 == 1);
        self.left + u32::from(!((value <= self.threshold) | missing_left))
    }
}

/// Rows that go down a tree together, and trees that a row goes down together.
const LANES: usize = 16;
/// Rows that a tree goes over before the next one.
const ROWS: usize = 4096;
/// Different thresholds a feature from which on ranks cost more.
const MANY: usize = 8 * 255;

/// Whether there are so many different thresholds; looks no further than it must.
fn many_thresholds(trees: &[Tree]) -> bool {
    let nodes = || trees.iter().flat_map(|t| &t.nodes);
    let mut features: Vec<u32> = nodes().map(|n| n.feature).collect();
    features.sort_unstable();
    features.dedup();
    let many = MANY * features.len();
    let mut seen: Vec<(u32, u64)> = Vec::new();
    for tree in trees {
        let asked = tree.nodes.iter().filter_map(|n| match n.test {
            Condition::Threshold(threshold) => Some((n.feature, threshold.to_bits())),
            _ => None,
        });
        seen.extend(asked);
        if seen.len() > 2 * many {
            seen.sort_unstable();
            seen.dedup();
            if seen.len() > many {
                return true;
            }
        }
    }
    seen.sort_unstable();
    seen.dedup();
    seen.len() > many
}

impl Direct {
    /// For trees of many thresholds whose nodes only compare; none for others.
    pub(super) fn new(trees: &[Tree]) -> Option<Self> {
        let plain = |tree: &Tree| {
            tree.nodes.iter().all(|n| {
                n.missing == MissingType::Nan
                    && n.feature < 1 << 31
                    && !matches!(n.test, Condition::Categories(_))
            })
        };
        (many_thresholds(trees) && trees.iter().all(plain)).then(|| {
            let leaf = |here| Step::new(f64::INFINITY, 0, true, here);
            Self(Table::new(trees, leaf, |t, n, left| {
                let node = &trees[t].nodes[n];
                let threshold = match node.test {
                    Condition::Threshold(threshold) => threshold,
                    _ => f64::INFINITY,
                };
                Step::new(threshold, node.feature, node.missing_left, left)
            }))
        })
    }

    /// Adds the leaf values of a row, trees taking turns over the outputs; `at` is scratch.
    pub(super) fn add<F: Float>(&self, row: &[F], at: &mut Vec<u32>, out: &mut [f64]) {
        at.clear();
        at.extend_from_slice(&self.0.roots);
        for at in at.chunks_mut(LANES) {
            while self.advance(at, |_| row) {}
        }
        add_in_turn(out, at.iter().map(|&a| self.0.value(a)));
    }

    /// Adds the leaf values of all rows to `out`, `outputs` a row.
    pub(super) fn add_all<F: Float>(&self, x: View<'_, Dense<F>>, outputs: usize, out: &mut [f64]) {
        self.all(x, outputs, out, |t, at, out| {
            out[t % outputs] += self.0.value(at);
        });
    }

    /// The leaf of every row in every tree, row after row.
    pub(super) fn leaves<F: Float>(&self, x: View<'_, Dense<F>>, out: &mut [u32]) {
        let trees = self.0.roots.len();
        self.all(x, trees, out, |t, at, out| out[t] = self.0.leaf(at));
    }

    /// Calls with each tree, the position of each row's leaf, and the row's `width` numbers of
    /// `out`.
    fn all<F: Float, T: Send>(
        &self,
        x: View<'_, Dense<F>>,
        width: usize,
        out: &mut [T],
        each: impl Fn(usize, u32, &mut [T]) + Sync,
    ) {
        let tasks = 4 * rayon::current_num_threads();
        let rows = x.len().div_ceil(tasks).next_multiple_of(LANES).min(ROWS);
        out.par_chunks_mut(rows.max(1) * width.max(1))
            .enumerate()
            .for_each(|(block, out)| {
                for (t, &root) in self.0.roots.iter().enumerate() {
                    for (group, out) in out.chunks_mut(LANES * width).enumerate() {
                        let first = block * rows + group * LANES;
                        let (mut at, count) = ([root; LANES], out.len() / width);
                        let mut lines: [&[F]; LANES] = [&[]; LANES];
                        for (k, line) in lines[..count].iter_mut().enumerate() {
                            *line = x.row(first + k);
                        }
                        while self.advance(&mut at[..count], |k| lines[k]) {}
                        for (at, out) in at.into_iter().zip(out.chunks_mut(width)) {
                            each(t, at, out);
                        }
                    }
                }
            });
    }

    /// One step down; false if all were at leaves.
    #[inline(always)]
    fn advance<'a, F: Float>(&self, at: &mut [u32], row: impl Fn(usize) -> &'a [F]) -> bool {
        let mut moved = 0;
        for (k, at) in at.iter_mut().enumerate() {
            let next = self.0.steps[*at as usize].next(row(k));
            moved |= next ^ *at;
            *at = next;
        }
        moved != 0
    }
}
