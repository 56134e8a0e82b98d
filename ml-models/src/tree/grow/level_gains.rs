//! Gains of the splits on one column, summed over the leaves of a level.

use std::sync::Arc;

use super::rules::{LeafRules, SplitRules};
use super::scan::{Candidates, Scratch, draw};
use super::split::Split;
use crate::tree::bin::Layout;
use crate::tree::kernel;

/// Sums of the gains of all splits on a column.
///
/// A leaf that a split must not part adds what it gains as it is, so that sums over the same leaves
/// compare.
#[derive(Debug)]
pub(super) struct ColumnGains {
    column: usize,
    /// 1 if values may only rise with the column, -1 if they may only fall.
    direction: i8,
    /// The sets of categories to choose from.
    sets: Vec<Arc<[u32]>>,
    /// Penalty of splits on sets besides `lambda_l2`.
    extra_l2: f64,
    /// By threshold with missing values on the left, or by set.
    with: Vec<f64>,
    /// By threshold with missing values on the right, where some are missing.
    without: Vec<f64>,
}

/// A split of a whole level.
#[derive(Debug, Clone)]
pub(super) struct LevelSplit {
    /// Sum of the gains of the leaves, in packed units and with their own parts.
    pub(super) gain: f64,
    /// Position among the columns that are searched.
    pub(super) at: usize,
    place: Place,
}

/// The threshold or set that a column is split at.
#[derive(Debug, Clone, Copy)]
enum Place {
    Threshold { bin: usize, missing_left: bool },
    Set(usize),
}

impl ColumnGains {
    /// Of a column of the binned matrix; `root` and its histogram give categories their order.
    pub(super) fn new(
        column: usize,
        layout: &Layout,
        rules: &SplitRules,
        root: &LeafRules,
        hist: &[u64],
    ) -> Self {
        let about = &layout.columns[column];
        let direction = rules.monotone.get(about.source as usize).copied();
        let (sets, extra_l2) = if about.is_categorical() {
            let mut bins = Vec::new();
            let bins = layout.bins_of(column, hist, root.constants.total, &mut bins);
            root.sets_of_root(bins, &rules.categorical)
        } else {
            (Vec::new(), 0.0)
        };
        let (with, without) = match about.is_categorical() {
            true => (sets.len(), 0),
            false if about.missing => (about.values() - 1, about.values()),
            false => (about.values() - 1, 0),
        };
        Self {
            column,
            direction: direction.unwrap_or(0),
            sets,
            extra_l2,
            with: vec![0.0; with],
            without: vec![0.0; without],
        }
    }

    /// The column of the binned matrix.
    pub(super) fn column(&self) -> usize {
        self.column
    }

    /// Forgets the leaves of the level before.
    pub(super) fn clear(&mut self) {
        self.with.fill(0.0);
        self.without.fill(0.0);
    }

    /// Adds a leaf that no split on this column may part.
    pub(super) fn add_whole(&mut self, own: f64) {
        self.with.iter_mut().for_each(|gain| *gain += own);
        self.without.iter_mut().for_each(|gain| *gain += own);
    }

    /// Adds a leaf, which gains `own` as it is.
    pub(super) fn add(
        &mut self,
        leaf: &LeafRules,
        own: f64,
        hist: &[u64],
        layout: &Layout,
        scratch: &mut Scratch,
    ) {
        if self.with.is_empty() && self.without.is_empty() {
            return;
        }
        if self.is_categorical() {
            let bins = self.bins(leaf, hist, layout, &mut scratch.bins);
            for (sum, set) in self.with.iter_mut().zip(&self.sets) {
                *sum += (leaf.set_gain(bins, set, self.extra_l2)).map_or(own, |(_, gain)| gain);
            }
            return;
        }
        let (candidates, gains) = leaf.candidates(hist, layout, self.column, scratch);
        let sums = [&mut self.with, &mut self.without];
        for (candidates, sums) in candidates.iter().zip(sums) {
            if sums.is_empty() {
                continue;
            }
            leaf.threshold_gains(candidates, self.direction, own, gains);
            for (sum, gain) in sums.iter_mut().zip(gains.iter()) {
                *sum += gain;
            }
        }
    }

    /// The split with the highest sum. Of equal ones missing values go left, then at the highest
    /// threshold, else at the lowest. `draw_by` is set where thresholds are drawn.
    pub(super) fn best(&self, at: usize, draw_by: Option<u64>) -> Option<LevelSplit> {
        let drawn = |n: usize| match draw_by {
            Some(key) => draw(key, self.column, n).map_or(0..0, |k| k..k + 1),
            None => 0..n,
        };
        let highest = |range: std::ops::Range<usize>, gains: &[f64], last_wins: bool| {
            range.map(|k| (gains[k], k)).reduce(|best, found| {
                let wins = found.0 > best.0 || found.0 == best.0 && last_wins;
                if wins { found } else { best }
            })
        };
        let split = |(gain, place)| LevelSplit { gain, at, place };
        if self.is_categorical() {
            let best = highest(0..self.sets.len(), &self.with, false);
            return best.map(|(gain, set)| split((gain, Place::Set(set))));
        }
        let threshold = |(gain, bin), missing_left| {
            let place = Place::Threshold { bin, missing_left };
            split((gain, place))
        };
        let with = highest(drawn(self.with.len()), &self.with, true);
        let without = highest(drawn(self.without.len()), &self.without, false);
        match (with, without) {
            (Some(with), Some(without)) if without.0 > with.0 => Some(threshold(without, false)),
            (Some(with), _) => Some(threshold(with, true)),
            (None, without) => without.map(|without| threshold(without, false)),
        }
    }

    /// The split of a leaf by the split of its level; it gains `own` as it is; none if it stays
    /// whole.
    pub(super) fn split(
        &self,
        level: &LevelSplit,
        leaf: &LeafRules,
        own: f64,
        hist: &[u64],
        layout: &Layout,
        scratch: &mut Scratch,
    ) -> Option<Split> {
        let column = self.column as u32;
        match level.place {
            Place::Set(set) => {
                let set = &self.sets[set];
                let bins = self.bins(leaf, hist, layout, &mut scratch.bins);
                let (left, gain) = leaf.set_gain(bins, set, self.extra_l2)?;
                Some(Split {
                    gain: gain - own,
                    column,
                    bin: 0,
                    missing_left: false,
                    left,
                    set: Some(set.clone()),
                    extra_l2: self.extra_l2,
                })
            }
            Place::Threshold { bin, missing_left } => {
                let ([with, without], _) = leaf.candidates(hist, layout, self.column, scratch);
                let candidates = if missing_left { with } else { without };
                let gain = leaf.threshold_gain(&candidates, bin, self.direction)?;
                Some(Split {
                    gain: gain - own,
                    column,
                    bin: bin as u32,
                    missing_left,
                    left: candidates.left(bin, leaf).0,
                    set: None,
                    extra_l2: 0.0,
                })
            }
        }
    }

    fn is_categorical(&self) -> bool {
        self.without.is_empty() && !self.sets.is_empty()
    }

    fn bins<'a>(
        &self,
        leaf: &LeafRules,
        hist: &'a [u64],
        layout: &Layout,
        scratch: &'a mut Vec<u64>,
    ) -> &'a [u64] {
        layout.bins_of(self.column, hist, leaf.constants.total, scratch)
    }
}

impl LeafRules {
    /// Writes the gain at each threshold; where the leaf must not be split, what it gains as it is.
    fn threshold_gains(
        &self,
        candidates: &Candidates<'_>,
        direction: i8,
        own: f64,
        gains: &mut [f64],
    ) {
        let prefix = candidates.prefix;
        let gains = &mut gains[..prefix.len()];
        let range = self.allowed_range(candidates);
        let Some(allowed) = prefix.get(range.clone()) else {
            gains.fill(own);
            return;
        };
        gains[..range.start].fill(own);
        gains[range.end..].fill(own);
        if self.limits.is_none() {
            kernel::gains(
                allowed,
                candidates.extra,
                &self.constants,
                &mut gains[range],
            );
            return;
        }
        for at in range {
            gains[at] = self.gain_at(candidates, at, direction).unwrap_or(own);
        }
    }

    /// The gain at a threshold; none if the leaf must not be split there.
    fn threshold_gain(&self, candidates: &Candidates<'_>, at: usize, direction: i8) -> Option<f64> {
        let allowed = self.allowed_range(candidates).contains(&at);
        allowed.then(|| self.gain_at(candidates, at, direction))?
    }

    fn gain_at(&self, candidates: &Candidates<'_>, at: usize, direction: i8) -> Option<f64> {
        let (left, rows) = candidates.left(at, self);
        match &self.limits {
            Some(limits) => self.bounded_gain(left, rows, direction, limits),
            None => {
                let mut gain = [0.0];
                kernel::gains(&[left], 0, &self.constants, &mut gain);
                Some(gain[0])
            }
        }
    }

    /// The packed sum of the rows in a set of bins, and the gain of sending them left; none if the
    /// leaf must not be split so.
    fn set_gain(&self, bins: &[u64], set: &[u32], extra_l2: f64) -> Option<(u64, f64)> {
        let (mut left, mut rows) = (0_u64, 0);
        for &bin in set {
            left = left.wrapping_add(bins[bin as usize]);
            rows += self.rows_of(bins[bin as usize]);
        }
        let allowed = self.allows(left, rows);
        allowed.then(|| (left, self.gain(left, rows, extra_l2)))
    }
}
