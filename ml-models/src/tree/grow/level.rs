//! The split of a whole level, from the histograms of its leaves.

use rayon::prelude::*;

use super::leaf::{Leaf, TreeContext};
use super::level_gains::{ColumnGains, LevelSplit};
use super::rules::LeafRules;
use super::scan::Scratch;
use super::split::Split;
use ml_data::random::mix;

/// The search for the splits of one tree's levels.
pub(super) struct LevelSearch<'r> {
    context: &'r TreeContext<'r>,
    columns: Vec<ColumnGains>,
    threads: usize,
    /// Number of the level for random draws.
    key: u64,
}

/// Columns that are worth a task of their own.
const TASK: usize = 16;

/// A leaf that may be split: its position, the conditions, and what it gains as it is.
struct Open {
    leaf: usize,
    rules: LeafRules,
    own: f64,
}

impl<'r> LevelSearch<'r> {
    /// Of a tree with this root; none if that can not be split.
    pub(super) fn new(
        context: &'r TreeContext<'r>,
        root: &mut Leaf<'_>,
        threads: usize,
    ) -> Option<Self> {
        let (layout, rules) = (context.source.layout, &context.rules);
        let leaf = rules.leaf(&root.stats())?;
        if root.may_split(context) && root.histogram.is_none() {
            root.count_rows(context, threads, None);
        }
        let hist = root.histogram.as_deref()?;
        let of = |column: usize| ColumnGains::new(column, layout, rules, &leaf, hist);
        let columns = match context.columns {
            Some(columns) => columns.iter().map(|&c| of(c as usize)).collect(),
            None => (0..layout.columns.len()).map(of).collect(),
        };
        Some(Self {
            context,
            columns,
            threads,
            key: root.key,
        })
    }

    /// The best split of a level, if it gains enough: what it makes of each leaf, none where one
    /// stays whole.
    pub(super) fn splits(&mut self, leaves: &mut [Leaf<'_>]) -> Option<Vec<Option<Split>>> {
        let (context, key) = (self.context, self.key);
        self.key = mix(key);
        let mut open = Vec::new();
        for (at, leaf) in leaves.iter().enumerate() {
            if leaf.may_split(context)
                && let Some(rules) = context.rules.leaf(&leaf.stats())
            {
                let own = rules.parent_gain();
                open.push(Open {
                    leaf: at,
                    rules,
                    own,
                });
            }
        }
        if open.is_empty() {
            return None;
        }
        self.columns.iter_mut().for_each(ColumnGains::clear);
        let drawn = self.drawn(key);
        let held = open.iter().all(|o| leaves[o.leaf].histogram.is_some());
        let chunk = if held { open.len() } else { self.threads };
        for open in open.chunks(chunk.max(1)) {
            self.count(open, leaves);
            self.add(open, leaves, drawn.as_deref());
            self.release_histograms(open, leaves);
        }
        let best = self.best(key, drawn.as_deref())?;
        let own = open.iter().fold(0.0, |sum, o| sum + o.own);
        context.rules.accepted(best.gain, own)?;
        let mut splits = vec![None; leaves.len()];
        let mut scratch = Scratch::default();
        for o in &open {
            let o = std::slice::from_ref(o);
            self.count(o, leaves);
            splits[o[0].leaf] = self.split(&o[0], leaves, &best, &mut scratch);
            self.release_histograms(o, leaves);
        }
        Some(splits)
    }

    /// Whether each column is drawn for the level; all without a list.
    fn drawn(&self, key: u64) -> Option<Vec<bool>> {
        let params = self.context.params;
        (params.feature_fraction_bynode < 1.0).then(|| {
            let all = (0..self.columns.len() as u32).collect();
            let mut drawn = vec![false; self.columns.len()];
            for column in params.draw_columns(all, key) {
                drawn[column as usize] = true;
            }
            drawn
        })
    }

    /// Fills the histograms that were given up.
    fn count(&self, open: &[Open], leaves: &mut [Leaf<'_>]) {
        let threads = (self.threads / open.len().max(1)).max(1);
        let missing = |leaf: &&mut Leaf<'_>| leaf.histogram.is_none();
        let (Some(first), Some(last)) = (open.first(), open.last()) else {
            return;
        };
        let listed: Vec<usize> = open.iter().map(|o| o.leaf).collect();
        let leaves = leaves[first.leaf..=last.leaf].iter_mut().enumerate();
        let leaves: Vec<&mut Leaf<'_>> = leaves
            .filter(|(at, _)| listed.binary_search(&(first.leaf + at)).is_ok())
            .map(|(_, leaf)| leaf)
            .filter(missing)
            .collect();
        let each = |leaf: &mut Leaf<'_>| leaf.count_rows(self.context, threads, None);
        leaves.into_par_iter().for_each(each);
    }

    /// Adds the gains of some leaves.
    fn add(&mut self, open: &[Open], leaves: &[Leaf<'_>], drawn: Option<&[bool]>) {
        let (context, threads) = (self.context, self.threads);
        let layout = context.source.layout;
        let each = |scratch: &mut Scratch, (k, gains): (usize, &mut ColumnGains)| {
            if drawn.is_some_and(|drawn| !drawn[k]) {
                return;
            }
            let source = layout.columns[gains.column()].source;
            for Open { leaf, rules, own } in open {
                let leaf = &leaves[*leaf];
                match &leaf.histogram {
                    Some(hist) if leaf.may_meet(context.params, source) => {
                        gains.add(rules, *own, hist, layout, scratch);
                    }
                    _ => gains.add_whole(*own),
                }
            }
        };
        let columns = &mut self.columns;
        if threads == 1 {
            let columns = columns.iter_mut().enumerate();
            context
                .pool
                .with_search(|scratch| columns.for_each(|column| each(scratch, column)));
        } else {
            let columns = columns.par_iter_mut().enumerate().with_min_len(TASK);
            columns.for_each_init(Scratch::default, each);
        }
    }

    /// Gives histograms back where memory is short.
    fn release_histograms(&self, open: &[Open], leaves: &mut [Leaf<'_>]) {
        let pool = self.context.pool;
        for o in open {
            if pool.crowded() {
                leaves[o.leaf].release_histogram(pool);
            }
        }
    }

    /// The split with the highest sum of gains, of equal ones that of the first column.
    fn best(&self, key: u64, drawn: Option<&[bool]>) -> Option<LevelSplit> {
        let draw_by = self.context.params.extra_trees.then_some(key);
        let mut best: Option<LevelSplit> = None;
        for (at, column) in self.columns.iter().enumerate() {
            if drawn.is_none_or(|drawn| drawn[at])
                && let Some(found) = column.best(at, draw_by)
                && best.as_ref().is_none_or(|b| found.gain > b.gain)
            {
                best = Some(found);
            }
        }
        best
    }

    /// The split of a leaf by the split of its level; none if it stays whole.
    fn split(
        &self,
        Open { leaf, rules, own }: &Open,
        leaves: &[Leaf<'_>],
        level: &LevelSplit,
        scratch: &mut Scratch,
    ) -> Option<Split> {
        let (leaf, layout) = (&leaves[*leaf], self.context.source.layout);
        let column = &self.columns[level.at];
        let source = layout.columns[column.column()].source;
        if !leaf.may_meet(self.context.params, source) {
            return None;
        }
        let hist = leaf.histogram.as_deref()?;
        let mut split = column.split(level, rules, *own, hist, layout, scratch)?;
        split.gain = self.context.rules.gain(split.gain);
        Some(split)
    }
}
