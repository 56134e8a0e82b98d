//! The best threshold of one column.

use std::ops::Range;

use super::rules::{LeafRules, SplitRules};
use super::split::{Split, better};
use crate::tree::bin::Layout;
use crate::tree::kernel::{self, Allowed, Room};
use ml_data::random::mix;

/// Buffers of the search for a leaf's best split.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    /// Rough gains of a leaf's columns.
    pub(super) rough: Vec<f32>,
    /// The column's own, where it shares a byte.
    pub(super) bins: Vec<u64>,
    room: Room,
    prefix: Vec<u64>,
    rows: Vec<u32>,
    pub(super) gains: Vec<f64>,
}

impl Scratch {
    /// Makes room for so many bins.
    pub(super) fn reserve(&mut self, bins: usize) {
        if self.prefix.len() < bins {
            let bins = bins.max(256);
            self.prefix.resize(bins, 0);
            self.rows.resize(bins, 0);
            self.gains.resize(bins, 0.0);
        }
    }
}

impl LeafRules {
    /// Conditions on a threshold, if rough gains are of use: not where values are bounded or
    /// thresholds drawn.
    pub(super) fn allowed(&self) -> Option<Allowed> {
        let free = self.limits.is_none() && self.draw.is_none();
        let number = |n: i64| u32::try_from(n).ok().filter(|&n| n <= i32::MAX as u32);
        (free && self.constants.fits_singles()).then_some(Allowed {
            least: self.least,
            count: number(self.count)?,
            min_data: number(self.min_data)?,
            rows_per_hessian: self.rows_per_hessian,
        })
    }

    /// The highest gain on one column, roughly: in truth at most [`kernel::ABOVE`] times as high.
    pub(super) fn rough(
        &self,
        hist: &[u64],
        layout: &Layout,
        column: usize,
        allowed: &Allowed,
        scratch: &mut Scratch,
    ) -> f32 {
        let about = &layout.columns[column];
        if about.is_categorical() {
            return f32::INFINITY;
        }
        let values = about.values();
        let bins = layout.bins_of(column, hist, self.constants.total, &mut scratch.bins);
        let missing = if about.missing { bins[values] } else { 0 };
        let room = &mut scratch.room;
        kernel::rough_gain(&bins[..values], missing, allowed, &self.constants, room)
    }

    /// The best split on one column, its gain in packed units and with the leaf's own part.
    pub(super) fn scan(
        &self,
        hist: &[u64],
        layout: &Layout,
        column: usize,
        scratch: &mut Scratch,
        rules: &SplitRules,
    ) -> Option<Split> {
        let about = &layout.columns[column];
        if about.is_categorical() {
            let bins = layout.bins_of(column, hist, self.constants.total, &mut scratch.bins);
            return self.scan_categories(bins, column, &rules.categorical);
        }
        let ([with, without], gains) = self.candidates(hist, layout, column, scratch);
        let direction = rules.monotone.get(about.source as usize).copied();
        let side = Side {
            column,
            direction: direction.unwrap_or(0),
        };
        let split = |(gain, bin): (f64, usize), missing_left: bool, extra: u64| Split {
            gain,
            column: column as u32,
            bin: bin as u32,
            missing_left,
            left: without.prefix[bin].wrapping_add(extra),
            set: None,
            extra_l2: 0.0,
        };
        // Missing values to the left, from the highest threshold down.
        let best = self.best_of(&with, false, side, gains);
        let best = best.map(|found| split(found, true, with.extra));
        if with.extra == 0 {
            return best;
        }
        let other = self.best_of(&without, true, side, gains);
        better(best, other.map(|found| split(found, false, 0)))
    }

    /// The thresholds of a column of numbers, with missing values on the left and on the right, and
    /// room for as many gains.
    pub(super) fn candidates<'a>(
        &self,
        hist: &[u64],
        layout: &Layout,
        column: usize,
        scratch: &'a mut Scratch,
    ) -> ([Candidates<'a>; 2], &'a mut [f64]) {
        let about = &layout.columns[column];
        let values = about.values();
        scratch.reserve(values);
        let Scratch {
            bins,
            prefix,
            rows,
            gains,
            ..
        } = scratch;
        let bins = layout.bins_of(column, hist, self.constants.total, bins);
        kernel::running_sums(&bins[..values], self.rows_per_hessian, prefix, rows);
        let missing = if about.missing { bins[values] } else { 0 };
        let with = Candidates {
            prefix: &prefix[..values - 1],
            rows,
            extra: missing,
            // The right side has the rows that are not missing.
            besides: self.count - i64::from(rows[values - 1]),
        };
        let without = Candidates {
            prefix: &prefix[..values],
            rows,
            extra: 0,
            besides: 0,
        };
        ([with, without], gains)
    }

    /// The thresholds that leave enough on both sides.
    pub(super) fn allowed_range(&self, candidates: &Candidates<'_>) -> Range<usize> {
        let Candidates {
            prefix,
            rows,
            extra,
            besides,
        } = *candidates;
        let hessian = |p: u64| p.wrapping_add(extra) as u32;
        let total = self.constants.total as u32;
        let mut from = prefix.partition_point(|&p| hessian(p) < self.least);
        let mut to = prefix.partition_point(|&p| total - hessian(p) >= self.least);
        if self.rows_per_hessian.is_some() {
            let rows = &rows[..prefix.len()];
            let left = |r: u32| i64::from(r) + besides;
            from = from.max(rows.partition_point(|&r| left(r) < self.min_data));
            to = to.min(rows.partition_point(|&r| self.count - left(r) >= self.min_data));
        }
        from..to
    }

    /// The best allowed threshold: gain and bin.
    fn best_of(
        &self,
        candidates: &Candidates<'_>,
        first_wins: bool,
        side: Side,
        gains: &mut [f64],
    ) -> Option<(f64, usize)> {
        let Candidates { prefix, extra, .. } = *candidates;
        let Range {
            start: mut from,
            end: mut to,
        } = self.allowed_range(candidates);
        if let Some(key) = self.draw {
            let drawn = draw(key, side.column, prefix.len())?;
            (from, to) = (from.max(drawn), to.min(drawn + 1));
        }
        let range = prefix.get(from..to)?;
        if self.limits.is_some() {
            let estimated = self.rows_per_hessian.is_some();
            let lefts = |at: usize| estimated.then(|| candidates.estimated_rows(from + at));
            let best = self.best_bounded(range, lefts, extra, side.direction, first_wins);
            return best.map(|(gain, at)| (gain, from + at));
        }
        kernel::best_of(range, extra, &self.constants, first_wins, gains)
            .map(|(gain, at)| (gain, from + at))
    }
}

/// A column and its monotone constraint.
#[derive(Clone, Copy)]
struct Side {
    column: usize,
    /// 1 if values may only rise with it, -1 if they may only fall.
    direction: i8,
}

/// A random position below `n`.
pub(super) fn draw(key: u64, column: usize, n: usize) -> Option<usize> {
    (n > 0).then(|| (mix(key ^ mix(column as u64)) % n as u64) as usize)
}

/// Thresholds of a column with missing values on one side.
#[derive(Clone, Copy)]
pub(super) struct Candidates<'a> {
    /// Packed sums, and estimated rows, up to each threshold.
    pub(super) prefix: &'a [u64],
    rows: &'a [u32],
    /// Packed sum, and estimated rows, that go left whatever the threshold.
    pub(super) extra: u64,
    besides: i64,
}

impl Candidates<'_> {
    /// The estimated rows that go left at a threshold.
    fn estimated_rows(&self, at: usize) -> i64 {
        i64::from(self.rows[at]) + self.besides
    }

    /// The packed sum, and the rows, that go left at a threshold.
    pub(super) fn left(&self, at: usize, leaf: &LeafRules) -> (u64, i64) {
        let sum = self.prefix[at].wrapping_add(self.extra);
        match leaf.rows_per_hessian {
            Some(_) => (sum, self.estimated_rows(at)),
            None => (sum, i64::from(sum as u32)),
        }
    }
}
