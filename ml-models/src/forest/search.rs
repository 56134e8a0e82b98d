//! The best split of a node.
//!
//! The drawn columns get histograms of the node's rows, several at a time. In a node of few rows
//! only the bins that a row fell into are visited and cleared, so that it is cheap, whatever the
//! number of bins.

use ml_data::random::{RngExt, Xoshiro256PlusPlus};

use super::binned::Binned;
use super::impurity::Impurity;

/// A row of a tree: which, and its label and weight.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry<I> {
    pub(super) row: u32,
    pub(super) item: I,
}

/// A node cut in two: bins up to `bin` go left.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Cut<S> {
    /// Column of the binned matrix.
    pub(super) column: usize,
    pub(super) bin: u8,
    /// None sends only missing values right.
    pub(super) threshold: Option<f64>,
    /// Where missing values go; none if the node has none in this column.
    pub(super) missing_left: Option<bool>,
    /// Score of the two sides together.
    pub(super) score: f64,
    /// Sums of the left side.
    pub(super) left: S,
}

/// Constraints of a search for a split.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wanted {
    /// Columns to look at.
    pub(super) columns: usize,
    /// Least rows of a side.
    pub(super) min_samples_leaf: usize,
    /// One threshold a column, drawn.
    pub(super) random_thresholds: bool,
}

/// Most bins of a column, the one of missing values included.
const BINS: usize = 256;

/// Numbers of the histograms that are filled together: they stay in the nearest cache.
const TOGETHER: usize = 2560;
/// Most columns of a pass.
const COLUMNS: usize = 6;

/// Buffers of the search.
#[derive(Debug)]
pub(super) struct Search<'a, I: Impurity> {
    binned: &'a Binned,
    impurity: &'a I,
    wanted: Wanted,
    /// All columns; the drawn ones come to the front.
    order: Vec<u32>,
    /// Histograms of the columns of a pass.
    sums: Vec<i64>,
    /// Bins of each that rows fell into, in nodes of few rows.
    seen: [Seen; COLUMNS],
    /// Columns of a pass.
    group: usize,
    /// Sums of the left side, a cut after the other.
    lefts: Vec<i64>,
    /// The same with missing values.
    with_missing: Vec<i64>,
    scores: [f64; BINS],
    /// Bins of the node, ascending, without that of missing values.
    touched: Vec<u8>,
}

/// A bit a bin.
type Seen = [u64; BINS / 64];

/// Statistics of a node before it is split.
#[derive(Debug, Clone, Copy)]
struct Total<'a> {
    rows: usize,
    sums: &'a [i64],
}

impl<'a, I: Impurity> Search<'a, I> {
    pub(super) fn new(binned: &'a Binned, impurity: &'a I, wanted: Wanted) -> Self {
        let width = impurity.width();
        let columns = binned.layout.columns.len();
        let group = (TOGETHER / (BINS * width)).clamp(1, COLUMNS);
        Self {
            binned,
            impurity,
            wanted,
            order: (0..columns as u32).collect(),
            sums: vec![0; group * BINS * width],
            seen: [[0; BINS / 64]; COLUMNS],
            group,
            lefts: vec![0; BINS * width],
            with_missing: Vec::new(),
            scores: [0.0; BINS],
            touched: Vec::with_capacity(BINS),
        }
    }

    /// The best split over columns drawn at random; of equally good ones the first column's lowest.
    /// If none of them can split the node, more are drawn.
    pub(super) fn best(
        &mut self,
        entries: &[Entry<I::Item>],
        sums: &[i64],
        rng: &mut Xoshiro256PlusPlus,
    ) -> Option<Cut<I::Sums>> {
        let all = self.order.len();
        let drawn = self.wanted.columns < all;
        let total = Total {
            rows: entries.len(),
            sums,
        };
        let mut best: Option<Found<I::Sums>> = None;
        let mut from = 0;
        while from < all {
            let size = match self.wanted.columns.checked_sub(from) {
                // Constant columns are left out, so there may be fewer than wanted.
                Some(rest @ 1..) => rest.min(self.group).min(all - from),
                _ if best.is_some() => break,
                _ => 1,
            };
            if drawn {
                for k in from..from + size {
                    self.order.swap(k, rng.random_range(k..all));
                }
            }
            match size {
                1 => self.fill::<1>(from, entries),
                2 => self.fill::<2>(from, entries),
                3 => self.fill::<3>(from, entries),
                4 => self.fill::<4>(from, entries),
                5 => self.fill::<5>(from, entries),
                _ => self.fill::<COLUMNS>(from, entries),
            }
            for place in 0..size {
                let column = self.order[from + place] as usize;
                let found = self.column(place, column, total, rng);
                if let Some(found) = found
                    && best.as_ref().is_none_or(|b| found.score > b.score)
                {
                    best = Some(found);
                }
            }
            from += size;
        }
        best.map(|found| self.threshold(found))
    }

    /// The cut with its threshold: the drawn one, or the middle of the gap.
    fn threshold(&self, found: Found<I::Sums>) -> Cut<I::Sums> {
        let edges = &self.binned.edges[found.column];
        let threshold = found.next.map(|next| {
            let high = edges[usize::from(found.bin)][1];
            let low = edges[usize::from(next)][0];
            match found.drawn {
                Some(t) if high <= t && t < low => t,
                _ => between(high, low),
            }
        });
        Cut {
            column: found.column,
            bin: found.bin,
            threshold,
            missing_left: found.missing_left,
            score: found.score,
            left: found.left,
        }
    }

    /// Histograms of `N` columns.
    fn fill<const N: usize>(&mut self, from: usize, entries: &[Entry<I::Item>]) {
        if entries.len() < BINS {
            self.sum::<N, true>(from, entries);
        } else {
            self.sum::<N, false>(from, entries);
        }
    }

    /// The same, with the bins that rows fall into if they are `FEW`.
    fn sum<const N: usize, const FEW: bool>(&mut self, from: usize, entries: &[Entry<I::Item>]) {
        let (grid, impurity) = (self.binned.grid(), self.impurity);
        let width = impurity.width();
        let at: [usize; N] = std::array::from_fn(|k| self.order[from + k] as usize * grid.column);
        let mut seen = [[0; BINS / 64]; N];
        // One after the other in memory, of a length that is known in the loop.
        let sums = &mut self.sums[..N * BINS * width];
        for entry in entries {
            let row = entry.row as usize * grid.row;
            for k in 0..N {
                let bin = usize::from(grid.bytes[row + at[k]]);
                if FEW {
                    seen[k][bin / 64] |= 1 << (bin % 64);
                }
                let first = (k * BINS + bin) * width;
                impurity.add(&entry.item, &mut sums[first..first + width]);
            }
        }
        if FEW {
            self.seen[..N].copy_from_slice(&seen);
        }
    }

    /// The best cut of a histogram, which is cleared.
    fn column(
        &mut self,
        place: usize,
        column: usize,
        total: Total<'_>,
        rng: &mut Xoshiro256PlusPlus,
    ) -> Option<Found<I::Sums>> {
        let width = self.impurity.width();
        let last = self.binned.layout.columns[column].values();
        let first = place * BINS * width;
        let few = total.rows < BINS;
        // A place for each bin, so that each is written without a look whether it counts.
        self.touched.resize(BINS + 1, 0);
        let mut count = 0;
        if few {
            for (word, mut bits) in self.seen[place].into_iter().enumerate() {
                while bits != 0 {
                    self.touched[count] = (word * 64) as u8 + bits.trailing_zeros() as u8;
                    count += 1;
                    bits &= bits - 1;
                }
            }
        } else {
            let bins = self.sums[first..].chunks_exact(width).take(last + 1);
            for (bin, sums) in bins.enumerate() {
                self.touched[count] = bin as u8;
                count += usize::from(sums[0] != 0);
            }
        }
        self.touched.truncate(count);
        let missing = self.touched.last() == Some(&(last as u8)) && last < BINS;
        if missing {
            self.touched.pop();
        }
        let best = self.cut(place, column, total, missing, rng);
        if few {
            let missing = missing.then_some(last as u8);
            for bin in self.touched.iter().copied().chain(missing) {
                let at = first + usize::from(bin) * width;
                self.sums[at..at + width].fill(0);
            }
        } else {
            let past = first + BINS.min(last + 1) * width;
            self.sums[first..past].fill(0);
        }
        best
    }

    /// The best cut of the histogram.
    fn cut(
        &mut self,
        place: usize,
        column: usize,
        total: Total<'_>,
        missing: bool,
        rng: &mut Xoshiro256PlusPlus,
    ) -> Option<Found<I::Sums>> {
        // All present values against the missing ones is a cut, too.
        let cuts = match self.touched.len() {
            0 => return None,
            n if missing => n,
            n => n - 1,
        };
        if cuts == 0 {
            return None;
        }
        let drawn = self
            .wanted
            .random_thresholds
            .then(|| self.draw(column, rng));
        let width = self.impurity.width();
        let sums = &self.sums[place * BINS * width..][..BINS * width];
        running(&self.touched[..cuts], sums, &mut self.lefts, width);
        let judge = Judge {
            impurity: self.impurity,
            least: self.wanted.min_samples_leaf,
            total,
        };
        // Of random thresholds there is one.
        let among = drawn.map_or(0..cuts, |(at, _)| at..at + 1);
        let mut found = judge.best(&self.lefts, among.clone(), &mut self.scores);
        let mut missing_left = false;
        let (from, to) = (among.start, among.end.min(self.touched.len() - 1));
        if missing && from < to {
            let last = self.binned.layout.columns[column].values();
            let of_missing = &sums[last * width..][..width];
            self.with_missing.clone_from(&self.lefts);
            for left in self.with_missing[..to * width].chunks_exact_mut(width) {
                add(left, of_missing);
            }
            let other = judge.best(&self.with_missing, from..to, &mut self.scores);
            let better = |(score, at)| {
                found.is_none_or(|(s, a): (f64, usize)| score > s || (score == s && at < a))
            };
            if other.is_some_and(better) {
                (found, missing_left) = (other, true);
            }
        }
        let (score, at) = found?;
        let lefts = if missing_left {
            &self.with_missing
        } else {
            &self.lefts
        };
        let mut left = self.impurity.zero();
        left.as_mut().copy_from_slice(&lefts[at * width..][..width]);
        Some(Found {
            column,
            bin: self.touched[at],
            next: self.touched.get(at + 1).copied(),
            drawn: drawn.map(|d| d.1),
            missing_left: missing.then_some(missing_left),
            score,
            left,
        })
    }

    /// A threshold drawn between the node's least and largest value, and the bin below it, as a
    /// position in `touched`.
    fn draw(&self, column: usize, rng: &mut Xoshiro256PlusPlus) -> (usize, f64) {
        let edges = &self.binned.edges[column];
        let edge = |at: usize, side: usize| edges[usize::from(self.touched[at])][side];
        let last = self.touched.len() - 1;
        if last == 0 {
            return (0, edge(0, 1));
        }
        let (low, high) = (edge(0, 0), edge(last, 1));
        let u = rng.random::<f64>();
        let threshold = low * (1.0 - u) + high * u;
        let below = self
            .touched
            .partition_point(|&bin| edges[usize::from(bin)][1] <= threshold);
        (below.clamp(1, last) - 1, threshold)
    }
}

/// A cut before its threshold is worked out.
#[derive(Debug, Clone)]
struct Found<S> {
    column: usize,
    bin: u8,
    /// The next bin of the node.
    next: Option<u8>,
    drawn: Option<f64>,
    missing_left: Option<bool>,
    score: f64,
    left: S,
}

/// Sums of the first bin, of the first two, and so on.
#[inline(always)]
fn running(bins: &[u8], sums: &[i64], out: &mut [i64], width: usize) {
    let mut before = 0;
    for (at, &bin) in bins.iter().enumerate() {
        let own = usize::from(bin) * width;
        for k in 0..width {
            let left = if at == 0 { 0 } else { out[before + k] };
            out[at * width + k] = left.wrapping_add(sums[own + k]);
        }
        before = at * width;
    }
}

/// Judges the two sides of cuts.
struct Judge<'a, I> {
    impurity: &'a I,
    least: usize,
    total: Total<'a>,
}

impl<I: Impurity> Judge<'_, I> {
    /// The first of the cuts that score most and have rows enough on both sides. All are scored
    /// before any are compared: there is nothing to guess, and divisions overlap.
    #[inline(always)]
    fn best(
        &self,
        lefts: &[i64],
        among: std::ops::Range<usize>,
        scores: &mut [f64; BINS],
    ) -> Option<(f64, usize)> {
        let (from, width) = (among.start, self.impurity.width());
        let lefts = &lefts[from * width..among.end * width];
        let scores = &mut scores[..among.len()];
        for (score, left) in scores.iter_mut().zip(lefts.chunks_exact(width)) {
            *score = self.impurity.score(left, self.total.sums);
        }
        if self.least > 1 {
            for (score, left) in scores.iter_mut().zip(lefts.chunks_exact(width)) {
                let rows = self.impurity.rows(left);
                if rows < self.least || self.total.rows - rows < self.least {
                    *score = f64::NEG_INFINITY;
                }
            }
        }
        let (mut most, mut first) = (f64::NEG_INFINITY, 0);
        for (at, &score) in scores.iter().enumerate() {
            let better = score > most;
            most = if better { score } else { most };
            first = if better { at } else { first };
        }
        (most > f64::NEG_INFINITY).then_some((most, from + first))
    }
}

#[inline(always)]
fn add(to: &mut [i64], sums: &[i64]) {
    for (to, sum) in to.iter_mut().zip(sums) {
        *to = to.wrapping_add(*sum);
    }
}

/// The middle of two numbers, never the higher one.
fn between(low: f64, high: f64) -> f64 {
    let middle = low / 2.0 + high / 2.0;
    if middle < high { middle.max(low) } else { low }
}
