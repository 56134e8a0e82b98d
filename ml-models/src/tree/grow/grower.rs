//! Growing trees over one binned matrix.

use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use rayon::prelude::*;

use super::binned_tree::BinnedTree;
use super::histograms::{Groups, Source};
use super::leaf::{Leaf, TreeContext};
use super::params::TreeParams;
use super::pool::Pool;
use super::quantise::Gradients;
use super::route::Route;
use super::rules::SplitRules;
use super::strategy::{Grown, Strategy};
use super::strategy_of;
use crate::tree::bin::{Cells, Layout};
use crate::tree::math::PIECE;
use crate::tree::weights::Weights;

/// Grows trees, and keeps the buffers between them.
#[derive(Debug)]
pub(crate) struct Grower<'a> {
    params: &'a TreeParams,
    strategy: &'static dyn Strategy,
    layout: &'a Layout,
    cells: &'a Cells,
    weights: &'a Weights,
    pool: Pool,
    /// Rows in use; each leaf owns a stretch of them, ascending.
    rows: Vec<u32>,
    /// Room for rows that go right.
    spare: Vec<u32>,
    /// The leaf of each row in the last tree.
    leaf_of: Vec<AtomicU32>,
}

/// Of a row whose leaf is not known yet.
const UNKNOWN: u32 = u32::MAX;
/// Cells that are worth more than one thread.
const SMALL: usize = 1 << 16;

impl<'a> Grower<'a> {
    pub(crate) fn new(
        params: &'a TreeParams,
        layout: &'a Layout,
        cells: &'a Cells,
        weights: &'a Weights,
    ) -> Self {
        let threads = rayon::current_num_threads();
        let strategy = strategy_of(params.policy);
        Self {
            params,
            strategy,
            layout,
            cells,
            weights,
            pool: Pool::new(layout.bins(), strategy.most_leaves(params), threads),
            rows: Vec::new(),
            spare: Vec::new(),
            leaf_of: (0..cells.rows).map(|_| AtomicU32::new(0)).collect(),
        }
    }

    /// Grows tree number `tree` on the rows of `bag` (all without one), looking at the listed
    /// columns only (all without a list).
    pub(crate) fn grow(
        &mut self,
        tree: u64,
        gradients: &Gradients,
        bag: Option<&[u32]>,
        columns: Option<&[u32]>,
    ) -> BinnedTree {
        self.rows.clear();
        match bag {
            Some(bag) => self.rows.extend_from_slice(bag),
            None => self.rows.extend(0..self.cells.rows as u32),
        }
        self.spare.resize(self.rows.len(), 0);
        let threads = if self.rows.len() * self.layout.columns.len() < SMALL {
            1
        } else {
            rayon::current_num_threads()
        };
        let context = TreeContext {
            params: self.params,
            source: Source {
                layout: self.layout,
                cells: self.cells,
                packed: &gradients.packed,
            },
            gradients,
            weights: self.weights,
            columns,
            groups: Groups::new(self.layout, columns),
            rules: SplitRules::new(
                self.params,
                gradients.gradient_scale,
                gradients.hessian_scale,
            ),
            pool: &self.pool,
            tree,
            leaf_search: self.strategy.leaf_search(),
        };
        let (rows, spare) = (&mut self.rows[..], &mut self.spare[..]);
        let root = Leaf::root(&context, rows, spare, bag.is_none(), threads);
        let Grown { mut tree, rows } = self.strategy.grow(&context, root, threads);
        if bag.is_some() {
            self.leaf_of.par_chunks_mut(PIECE).for_each(|labels| {
                labels.iter_mut().for_each(|l| *l.get_mut() = UNKNOWN);
            });
        }
        rows.par_iter().enumerate().for_each(|(label, parts)| {
            for &i in parts.iter().flat_map(|part| part.iter()) {
                self.leaf_of[i as usize].store(label as u32, Relaxed);
            }
        });
        if bag.is_some() {
            self.find_leaves(&tree);
        }
        tree.sums = self.leaf_sums(gradients, bag, tree.counts.len());
        let (params, extra_l2) = (self.params, tree.extra_l2().1);
        let value = |leaf: usize| {
            let (sums, rows) = (tree.sums[leaf], tree.counts[leaf]);
            let (parent_output, bounds) = (tree.parent_output[leaf], tree.value_bounds[leaf]);
            params.value_within(sums, extra_l2[leaf], rows, parent_output, bounds)
        };
        tree.values = (0..tree.counts.len()).map(value).collect();
        tree
    }

    /// Notes the leaf of each row outside the bag.
    fn find_leaves(&mut self, tree: &BinnedTree) {
        let route = Route::new(tree, self.layout, self.cells);
        self.leaf_of
            .par_chunks_mut(Route::ROWS)
            .enumerate()
            .for_each(|(chunk, labels)| {
                let first = chunk * Route::ROWS;
                // Every row is written, and stays if its leaf is unknown: whether it is, no branch
                // could guess.
                let (mut rows, mut count) = (vec![0; labels.len() + 1], 0);
                for (row, label) in (first as u32..).zip(&mut *labels) {
                    rows[count] = row;
                    count += usize::from(*label.get_mut() == UNKNOWN);
                }
                rows.truncate(count);
                route.leaves(rows, |leaf, rows| {
                    for &row in rows {
                        *labels[row as usize - first].get_mut() = leaf as u32;
                    }
                });
            });
    }

    /// The leaf of a row in the last tree.
    fn leaf(&self, row: usize) -> usize {
        self.leaf_of[row].load(Relaxed) as usize
    }

    /// Adds the last tree's leaf values to the scores of all rows.
    pub(crate) fn add_to(&self, tree: &BinnedTree, scores: &mut [f64]) {
        scores
            .par_chunks_mut(PIECE)
            .zip(self.leaf_of.par_chunks(PIECE))
            .for_each(|(scores, leaves)| {
                for (score, leaf) in scores.iter_mut().zip(leaves) {
                    *score += tree.values[leaf.load(Relaxed) as usize];
                }
            });
    }

    /// The rows of each leaf of the last tree, those of the bag only.
    pub(crate) fn rows_of_leaves(&self, leaves: usize, bag: Option<&[u32]>) -> Vec<Vec<u32>> {
        let mut rows = vec![Vec::new(); leaves];
        let mut put = |i: u32| rows[self.leaf(i as usize)].push(i);
        match bag {
            Some(bag) => bag.iter().for_each(|&i| put(i)),
            None => (0..self.cells.rows as u32).for_each(put),
        }
        rows
    }

    /// Sums of gradients and hessians of each leaf, in `f64` over pieces of rows in their order.
    fn leaf_sums(
        &self,
        gradients: &Gradients,
        bag: Option<&[u32]>,
        leaves: usize,
    ) -> Vec<[f64; 2]> {
        let repeats = self.weights.repeats();
        let n = bag.map_or(self.cells.rows, <[u32]>::len);
        let piece = (8 * PIECE).max(16 * leaves);
        let sums: Vec<Vec<[f64; 2]>> = (0..n.div_ceil(piece))
            .into_par_iter()
            .map(|p| {
                let mut sums = vec![[0.0; 2]; leaves];
                for k in p * piece..n.min((p + 1) * piece) {
                    let i = bag.map_or(k, |b| b[k] as usize);
                    let [g, h] = gradients.pairs[i];
                    let r = repeats.map_or(1.0, |r| f64::from(r[i]));
                    let sum = &mut sums[self.leaf(i)];
                    *sum = [sum[0] + r * f64::from(g), sum[1] + r * f64::from(h)];
                }
                sums
            })
            .collect();
        let total = |leaf: usize| {
            sums.iter()
                .fold([0.0; 2], |a, s| [a[0] + s[leaf][0], a[1] + s[leaf][1]])
        };
        (0..leaves).map(total).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::bin::Binning;
    use crate::tree::grow::GrowPolicy;
    use ml_data::repr::{Dense, View};

    #[test]
    fn trees_do_not_depend_on_the_memory_for_histograms() {
        let (n, cols) = (3000, 5);
        let x = (0..n * cols).map(|i| match i * 2_654_435_761 % 1013 {
            hole if hole % 29 == 0 => f64::NAN,
            value => (value % 61) as f64,
        });
        let x = Dense::from_rows(cols, x.collect()).unwrap();
        let layout = Layout::learn(View::all(&x), None, &Binning::default());
        let cells = layout.cells(View::all(&x));
        let mut gradients = Gradients::new(n);
        for (i, pair) in gradients.pairs.iter_mut().enumerate() {
            *pair = [(i * 7919 % 211) as f32 - 100.0, 1.0];
        }
        assert!(gradients.quantise(&Weights::Unit, true, None));
        for policy in [
            GrowPolicy::Lossguide,
            GrowPolicy::Depthwise,
            GrowPolicy::SymmetricTree,
        ] {
            let params = TreeParams {
                policy,
                min_data_in_leaf: 5,
                ..TreeParams::default()
            };
            for threads in [1, 3] {
                let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
                pool.build().unwrap().install(|| {
                    let mut grower = Grower::new(&params, &layout, &cells, &Weights::Unit);
                    let roomy = grower.grow(0, &gradients, None, None);
                    assert!(roomy.nodes.len() > 20, "{policy:?}");
                    for limit in [0, 3] {
                        grower.pool = Pool::with_limit(layout.bins(), limit);
                        let tight = grower.grow(0, &gradients, None, None);
                        assert_eq!(tight, roomy, "{policy:?} {limit}");
                        // Beyond the limit only what a few leaves are searched by at a time.
                        let held = grower.pool.most_held();
                        assert!(
                            held <= limit + 4 * threads,
                            "{policy:?} {limit} {threads}: {held}"
                        );
                    }
                });
            }
        }
    }
}
