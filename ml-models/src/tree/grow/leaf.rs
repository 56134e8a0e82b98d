//! A leaf that may still be split, and splitting it.

use rayon::prelude::*;

use super::decision::Decision;
use super::histograms::{Groups, Source};
use super::params::TreeParams;
use super::pool::Pool;
use super::quantise::Gradients;
use super::rules::{LeafStats, SplitRules};
use super::split::Split;
use crate::tree::kernel::{self, Rows};
use crate::tree::weights::Weights;
use ml_data::random::mix;

/// The context of the growth of one tree.
pub(super) struct TreeContext<'r> {
    pub(super) params: &'r TreeParams,
    pub(super) source: Source<'r>,
    pub(super) gradients: &'r Gradients,
    pub(super) weights: &'r Weights,
    pub(super) columns: Option<&'r [u32]>,
    pub(super) groups: Groups<'r>,
    pub(super) rules: SplitRules,
    /// Number of the tree, for random draws.
    pub(super) tree: u64,
    /// Whether each leaf looks for a best split of its own.
    pub(super) leaf_search: bool,
    pub(super) pool: &'r Pool,
}

/// Rows of a tree that come to one leaf.
#[derive(Debug)]
pub(super) struct Leaf<'s> {
    /// Ascending.
    pub(super) rows: &'s mut [u32],
    /// As long as `rows`.
    pub(super) spare: &'s mut [u32],
    /// Packed sum of its rows.
    pub(super) total: u64,
    /// Rows, repeats included.
    pub(super) count: u64,
    pub(super) depth: usize,
    /// Least and largest value of the leaves below.
    pub(super) value_bounds: [f64; 2],
    /// The value of the node above, not shrunk, where leaf values are drawn to it.
    pub(super) parent_output: Option<f64>,
    /// Its own value, not shrunk, where it matters.
    output: f64,
    /// Number of the leaf for random draws.
    pub(super) key: u64,
    /// Columns of the feature matrix on the way here, where it matters.
    path: Vec<u32>,
    pub(super) histogram: Option<Vec<u64>>,
    /// Known once the leaf is open; none if it can not be split.
    pub(super) best: Option<Split>,
    pub(super) open: bool,
}

/// Rows worth splitting on several threads.
const TASK: usize = 1 << 15;

impl<'s> Leaf<'s> {
    fn new(
        rows: &'s mut [u32],
        spare: &'s mut [u32],
        total: u64,
        count: u64,
        depth: usize,
    ) -> Self {
        Self {
            rows,
            spare,
            total,
            count,
            depth,
            value_bounds: [f64::NEG_INFINITY, f64::INFINITY],
            parent_output: None,
            output: 0.0,
            key: 0,
            path: Vec::new(),
            histogram: None,
            best: None,
            open: false,
        }
    }

    /// The leaf of all rows, open. `whole` says that these are all rows of the matrix.
    pub(super) fn root(
        context: &TreeContext<'_>,
        rows: &'s mut [u32],
        spare: &'s mut [u32],
        whole: bool,
        threads: usize,
    ) -> Self {
        let packed = &context.gradients.packed;
        let sum = |rows: &[u32]| {
            rows.iter()
                .fold(0_u64, |s, &i| s.wrapping_add(packed[i as usize]))
        };
        let total = rows
            .par_chunks(TASK)
            .map(sum)
            .reduce(|| 0, u64::wrapping_add);
        let count = context.count(rows);
        let mut leaf = Self::new(rows, spare, total, count, 0);
        leaf.key = mix(context.params.seed ^ context.tree);
        leaf.output = context.value(&leaf, leaf.value_bounds, 0.0);
        if leaf.may_split(context) {
            let all = Rows::Range(0, leaf.rows.len());
            leaf.count_rows(context, threads, whole.then_some(all));
            leaf.search(context);
        }
        leaf.open = true;
        leaf
    }

    pub(super) fn may_split(&self, context: &TreeContext<'_>) -> bool {
        self.count >= 2 * context.params.min_data_in_leaf.max(1) as u64
            && context.params.max_depth.is_none_or(|d| self.depth < d)
    }

    /// Fills a histogram.
    pub(super) fn count_rows(
        &mut self,
        context: &TreeContext<'_>,
        threads: usize,
        rows: Option<Rows<'_>>,
    ) {
        let mut histogram = context.pool.take();
        let rows = rows.unwrap_or(Rows::List(self.rows));
        let (source, pool) = (context.source, context.pool);
        context
            .groups
            .build(source, rows, threads, pool, &mut histogram);
        self.histogram = Some(histogram);
    }

    /// The leaf in numbers.
    pub(super) fn stats(&self) -> LeafStats {
        LeafStats {
            total: self.total,
            count: self.count,
            value_bounds: self.value_bounds,
            output: self.output,
            key: self.key,
        }
    }

    /// Sets the best split; a leaf without one gives its histogram back, and so does any where
    /// memory is short.
    fn search(&mut self, context: &TreeContext<'_>) {
        if let Some(histogram) = &self.histogram
            && context.leaf_search
        {
            let about = self.stats();
            let columns = self.columns(context);
            let columns = columns.as_deref().or(context.columns);
            let layout = context.source.layout;
            self.best = context.pool.with_search(|scratch| {
                let rules = &context.rules;
                rules.best_split(histogram, layout, columns, &about, scratch)
            });
        }
        if context.leaf_search && self.best.is_none() || context.pool.crowded() {
            self.release_histogram(context.pool);
        }
    }

    /// The columns to look at, where nodes differ in that.
    fn columns(&self, context: &TreeContext<'_>) -> Option<Vec<u32>> {
        let (params, layout) = (context.params, context.source.layout);
        let share = params.feature_fraction_bynode;
        if params.interactions.is_empty() && share >= 1.0 {
            return None;
        }
        let mut columns = match context.columns {
            Some(columns) => columns.to_vec(),
            None => (0..layout.columns.len() as u32).collect(),
        };
        if !params.interactions.is_empty() {
            let source = |c: u32| layout.columns[c as usize].source;
            let sets = self.sets(params);
            columns.retain(|&c| sets.iter().any(|set| set.contains(&source(c))));
        }
        if share < 1.0 {
            columns = params.draw_columns(columns, self.key);
        }
        Some(columns)
    }

    /// The sets of columns that hold all columns on the way here.
    fn sets<'p>(&self, params: &'p TreeParams) -> Vec<&'p Vec<u32>> {
        let met = |set: &&Vec<u32>| self.path.iter().all(|f| set.contains(f));
        params.interactions.iter().filter(met).collect()
    }

    /// Whether a column of the feature matrix may meet those on the way here.
    pub(super) fn may_meet(&self, params: &TreeParams, source: u32) -> bool {
        let with = |set: &Vec<u32>| set.contains(&source);
        params.interactions.is_empty() || self.sets(params).into_iter().any(with)
    }

    /// Gives the histogram back.
    pub(super) fn release_histogram(&mut self, pool: &Pool) {
        if let Some(histogram) = self.histogram.take() {
            pool.give_back(histogram);
        }
    }

    /// Splits the leaf in two on at most `threads` threads. The children are opened if `open`:
    /// their own best splits found.
    pub(super) fn split(
        mut self,
        context: &TreeContext<'_>,
        split: &Split,
        threads: usize,
        open: bool,
    ) -> [Self; 2] {
        let lefts = self.partition(context, split, threads);
        let rights = self.rows.len() - lefts;
        let histogram = self.histogram.take();
        let above = Inherited {
            value_bounds: self.value_bounds,
            output: self.output,
            key: self.key,
            path: std::mem::take(&mut self.path),
        };
        // Rows on the right are in the spare part: rows and spare part change places.
        let (left_rows, right_spare) = self.rows.split_at_mut(lefts);
        let (right_rows, left_spare) = self.spare.split_at_mut(rights);
        let left_count = if lefts <= rights {
            context.count(left_rows)
        } else {
            self.count - context.count(right_rows)
        };
        let right_total = self.total.wrapping_sub(split.left);
        let (depth, right_count) = (self.depth + 1, self.count - left_count);
        let mut children = [
            Self::new(left_rows, left_spare, split.left, left_count, depth),
            Self::new(right_rows, right_spare, right_total, right_count, depth),
        ];
        above.pass_on(context, split, &mut children);
        if open {
            Self::open(context, histogram, &mut children, threads);
        } else if let Some(histogram) = histogram {
            context.pool.give_back(histogram);
        }
        children
    }

    /// Finds the best splits of two leaves whose parent's histogram is given, unless it was lost.
    pub(super) fn open(
        context: &TreeContext<'_>,
        whole: Option<Vec<u64>>,
        children: &mut [Self; 2],
        threads: usize,
    ) {
        let [left, right] = children;
        let (smaller, larger) = if left.rows.len() <= right.rows.len() {
            (left, right)
        } else {
            (right, left)
        };
        let (small, large) = (smaller.may_split(context), larger.may_split(context));
        (smaller.open, larger.open) = (true, true);
        if small || large {
            smaller.count_rows(context, threads, None);
        }
        match (whole, &smaller.histogram) {
            (Some(mut whole), Some(part)) => {
                kernel::subtract(&mut whole, part);
                larger.histogram = Some(whole);
            }
            (whole, _) => {
                if let Some(whole) = whole {
                    context.pool.give_back(whole);
                }
                if large {
                    larger.count_rows(context, threads, None);
                }
            }
        }
        for (leaf, may_split) in [(smaller, small), (larger, large)] {
            if may_split {
                leaf.search(context);
            } else {
                leaf.release_histogram(context.pool);
            }
        }
    }

    /// Moves the rows that go left to the front of `rows` and the others to the front of `spare`;
    /// returns how many go left.
    fn partition(&mut self, context: &TreeContext<'_>, split: &Split, threads: usize) -> usize {
        let Source { layout, cells, .. } = context.source;
        let decision = Decision::of_split(split, layout, cells);
        let (rows, spare) = (&mut *self.rows, &mut *self.spare);
        let tasks = (rows.len() / TASK).clamp(1, threads.max(1));
        if tasks == 1 {
            return decision.partition(cells, rows, spare);
        }
        let chunk = rows.len().div_ceil(tasks);
        let lefts: Vec<usize> = rows
            .par_chunks_mut(chunk)
            .zip(spare.par_chunks_mut(chunk))
            .map(|(rows, spare)| decision.partition(cells, rows, spare))
            .collect();
        let (mut left, mut right) = (0, 0);
        for (k, &count) in lefts.iter().enumerate() {
            let from = k * chunk;
            rows.copy_within(from..from + count, left);
            left += count;
            let rest = chunk.min(rows.len() - from) - count;
            spare.copy_within(from..from + rest, right);
            right += rest;
        }
        left
    }
}

/// Properties of a leaf that its children inherit.
struct Inherited {
    value_bounds: [f64; 2],
    output: f64,
    key: u64,
    path: Vec<u32>,
}

impl Inherited {
    fn pass_on(&self, context: &TreeContext<'_>, split: &Split, children: &mut [Leaf<'_>; 2]) {
        let feature = context.source.layout.columns[split.column as usize].source;
        for (side, child) in children.iter_mut().enumerate() {
            child.key = mix(self.key.wrapping_mul(2).wrapping_add(side as u64));
            child.value_bounds = self.value_bounds;
            if context.params.path_smooth > 0.0 {
                child.parent_output = Some(self.output);
                child.output = context.value(child, self.value_bounds, split.extra_l2);
            }
            if !context.params.interactions.is_empty() {
                child.path = [&self.path[..], &[feature]].concat();
            }
        }
        let direction = context.params.monotone.get(feature as usize).copied();
        if let Some(direction @ (1 | -1)) = direction {
            let value = |leaf: &Leaf<'_>| context.value(leaf, self.value_bounds, 0.0);
            let middle = (value(&children[0]) + value(&children[1])) / 2.0;
            let (below, above) = if direction > 0 { (0, 1) } else { (1, 0) };
            children[below].value_bounds[1] = middle;
            children[above].value_bounds[0] = middle;
        }
    }
}

impl TreeContext<'_> {
    /// The value of a leaf within bounds, not shrunk.
    fn value(&self, leaf: &Leaf<'_>, bounds: [f64; 2], extra_l2: f64) -> f64 {
        let (g, h) = kernel::unpack(leaf.total);
        let Gradients {
            gradient_scale,
            hessian_scale,
            ..
        } = self.gradients;
        let sums = [g / gradient_scale, h / hessian_scale];
        let rule = self.params.leaf_value(extra_l2);
        rule.bounded(sums, leaf.count as f64, leaf.parent_output, bounds)
    }

    /// Rows on a list, repeats included.
    fn count(&self, rows: &[u32]) -> u64 {
        match self.weights.repeats() {
            Some(repeats) => rows.iter().map(|&i| u64::from(repeats[i as usize])).sum(),
            None => rows.len() as u64,
        }
    }
}
