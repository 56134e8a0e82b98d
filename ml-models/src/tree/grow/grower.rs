//! Leaf-wise growth: always split the leaf that gains most.

use rayon::prelude::*;

use super::decision::Decision;
use super::histograms::{Histograms, Slot, Source};
use super::params::Growth;
use super::quantise::Gradients;
use super::split::{Rules, Split};
use super::sprout::{Node, Sprout};
use crate::tree::bin::{Cells, Layout};
use crate::tree::kernel::Rows;
use crate::tree::math::PIECE;
use crate::tree::weights::Weights;

/// Grows trees over one binned matrix, and keeps the buffers between them.
#[derive(Debug)]
pub(crate) struct Grower<'a> {
    params: &'a Growth,
    layout: &'a Layout,
    cells: &'a Cells,
    weights: &'a Weights,
    histograms: Histograms,
    /// Rows in use; each leaf owns a stretch of them, ascending.
    rows: Vec<u32>,
    /// Where rows that go right wait.
    spare: Vec<u32>,
    /// The leaf of each row in the last tree.
    leaf_of: Vec<u32>,
}

/// A leaf that may still be split.
#[derive(Debug)]
struct Leaf {
    begin: usize,
    end: usize,
    /// Packed sum of its rows.
    total: u64,
    /// Rows, repeats included.
    count: u64,
    depth: usize,
    slot: Option<Slot>,
    best: Option<Split>,
    /// The node above, and whether this is its left child.
    above: Option<(usize, bool)>,
}

/// What the growth of one tree shares.
#[derive(Clone, Copy)]
struct Round<'r> {
    gradients: &'r Gradients,
    columns: Option<&'r [u32]>,
    rules: &'r Rules,
}

/// Rows worth splitting on several threads.
const TASK: usize = 1 << 16;

impl<'a> Grower<'a> {
    pub(crate) fn new(
        params: &'a Growth,
        layout: &'a Layout,
        cells: &'a Cells,
        weights: &'a Weights,
    ) -> Self {
        Self {
            params,
            layout,
            cells,
            weights,
            histograms: Histograms::new(layout.bins(), params.num_leaves),
            rows: Vec::new(),
            spare: Vec::new(),
            leaf_of: vec![0; cells.rows],
        }
    }

    /// Grows a tree on the rows of `bag` (all without one), looking at the listed columns only (all without a list).
    pub(crate) fn grow(
        &mut self,
        gradients: &Gradients,
        bag: Option<&[u32]>,
        columns: Option<&[u32]>,
    ) -> Sprout {
        let rules = Rules::new(
            self.params,
            gradients.gradient_scale,
            gradients.hessian_scale,
        );
        let round = Round {
            gradients,
            columns,
            rules: &rules,
        };
        self.rows.clear();
        match bag {
            Some(bag) => self.rows.extend_from_slice(bag),
            None => self.rows.extend(0..self.cells.rows as u32),
        }
        self.spare.resize(self.rows.len(), 0);
        let mut leaves = vec![self.root(round, bag.is_some())];
        let mut sprout = Sprout::default();
        while leaves.len() < self.params.num_leaves {
            let Some(chosen) = best_leaf(&leaves) else {
                break;
            };
            self.split(round, &mut leaves, chosen, &mut sprout);
        }
        leaves
            .iter_mut()
            .filter_map(|l| l.slot.take())
            .for_each(|s| self.histograms.give_back(s));
        sprout.counts = leaves.iter().map(|l| l.count).collect();
        self.label_rows(&leaves, &sprout, bag.is_some());
        sprout.sums = self.leaf_sums(gradients, bag, leaves.len());
        let sums = sprout.sums.iter().zip(sprout.extra_l2().1);
        sprout.values = sums.map(|(&s, l2)| self.params.value(s, l2)).collect();
        sprout
    }

    /// Adds the last tree's leaf values to the scores of all rows.
    pub(crate) fn add_to(&self, sprout: &Sprout, scores: &mut [f64]) {
        scores
            .par_chunks_mut(PIECE)
            .zip(self.leaf_of.par_chunks(PIECE))
            .for_each(|(scores, leaves)| {
                for (score, &leaf) in scores.iter_mut().zip(leaves) {
                    *score += sprout.values[leaf as usize];
                }
            });
    }

    /// The rows of each leaf of the last tree, those of the bag only.
    pub(crate) fn rows_of_leaves(&self, leaves: usize, bag: Option<&[u32]>) -> Vec<Vec<u32>> {
        let mut rows = vec![Vec::new(); leaves];
        let mut put = |i: u32| rows[self.leaf_of[i as usize] as usize].push(i);
        match bag {
            Some(bag) => bag.iter().for_each(|&i| put(i)),
            None => (0..self.cells.rows as u32).for_each(put),
        }
        rows
    }

    fn root(&mut self, round: Round<'_>, bagged: bool) -> Leaf {
        let packed = &round.gradients.packed;
        let n = self.rows.len();
        let sum = |rows: &[u32]| {
            rows.iter()
                .fold(0_u64, |s, &i| s.wrapping_add(packed[i as usize]))
        };
        let total = self
            .rows
            .par_chunks(PIECE)
            .map(sum)
            .reduce(|| 0, u64::wrapping_add);
        let mut leaf = Leaf {
            begin: 0,
            end: n,
            total,
            count: self.count(0, n),
            depth: 0,
            slot: None,
            best: None,
            above: None,
        };
        if self.may_split(&leaf) {
            leaf.slot = self.histograms.take();
            if let Some(slot) = leaf.slot {
                let rows = if bagged {
                    Rows::List(&self.rows)
                } else {
                    Rows::Range(0, n)
                };
                self.histograms
                    .build(slot, self.source(packed), round.columns, rows);
            }
            self.search(round, &mut leaf);
        }
        leaf
    }

    /// Splits leaf `chosen`: the left child takes its place, the right one comes last.
    fn split(
        &mut self,
        round: Round<'_>,
        leaves: &mut Vec<Leaf>,
        chosen: usize,
        sprout: &mut Sprout,
    ) {
        let last = leaves.len() + 1 == self.params.num_leaves;
        let (new, node) = (leaves.len(), sprout.nodes.len());
        let parent = &mut leaves[chosen];
        let Some(split) = parent.best.take() else {
            return;
        };
        let (slot, above) = (parent.slot.take(), parent.above.take());
        let (begin, end, depth) = (parent.begin, parent.end, parent.depth + 1);
        let (total, count) = (parent.total, parent.count);
        let middle = begin + self.partition(begin, end, &split);
        let left_count = if middle - begin <= end - middle {
            self.count(begin, middle)
        } else {
            count - self.count(middle, end)
        };
        let child = |begin, end, total, count, is_left| Leaf {
            begin,
            end,
            total,
            count,
            depth,
            slot: None,
            best: None,
            above: Some((node, is_left)),
        };
        let mut left = child(begin, middle, split.left, left_count, true);
        let mut right = child(
            middle,
            end,
            total.wrapping_sub(split.left),
            count - left_count,
            false,
        );
        if let Some((above, is_left)) = above {
            let link = &mut sprout.nodes[above];
            *(if is_left {
                &mut link.left
            } else {
                &mut link.right
            }) = node as i32;
        }
        let learned = self.layout.columns[split.column as usize].missing;
        sprout.nodes.push(Node {
            column: split.column,
            bin: split.bin,
            set: split.set.clone(),
            extra_l2: split.extra_l2,
            missing_left: if learned {
                split.missing_left
            } else {
                2 * left_count >= count
            },
            left: !(chosen as i32),
            right: !(new as i32),
            gain: split.gain,
            count,
        });
        if last {
            slot.into_iter().for_each(|s| self.histograms.give_back(s));
        } else {
            self.open(round, slot, &mut left, &mut right, leaves);
        }
        leaves[chosen] = left;
        leaves.push(right);
    }

    /// Finds the best splits of two new leaves whose parent's histogram is in `slot`.
    fn open(
        &mut self,
        round: Round<'_>,
        slot: Option<Slot>,
        left: &mut Leaf,
        right: &mut Leaf,
        others: &mut [Leaf],
    ) {
        let (smaller, larger) = if left.end - left.begin <= right.end - right.begin {
            (left, right)
        } else {
            (right, left)
        };
        let (small, large) = (self.may_split(smaller), self.may_split(larger));
        if !small && !large {
            slot.into_iter().for_each(|s| self.histograms.give_back(s));
            return;
        }
        smaller.slot = self.take_slot(others);
        if let Some(slot) = smaller.slot {
            self.count_rows(round, slot, smaller);
        }
        if let (Some(whole), Some(part)) = (slot, smaller.slot) {
            self.histograms.subtract(whole, part);
            larger.slot = Some(whole);
        } else if large {
            larger.slot = slot.or_else(|| self.take_slot(others));
            if let Some(slot) = larger.slot {
                self.count_rows(round, slot, larger);
            }
        }
        for (leaf, open) in [(smaller, small), (larger, large)] {
            if open {
                self.search(round, leaf);
            } else if let Some(slot) = leaf.slot.take() {
                self.histograms.give_back(slot);
            }
        }
    }

    fn count_rows(&mut self, round: Round<'_>, slot: Slot, leaf: &Leaf) {
        let rows = Rows::List(&self.rows[leaf.begin..leaf.end]);
        let packed = &round.gradients.packed;
        self.histograms
            .build(slot, self.source(packed), round.columns, rows);
    }

    fn source<'s>(&self, packed: &'s [u64]) -> Source<'s>
    where
        'a: 's,
    {
        Source {
            layout: self.layout,
            cells: self.cells,
            packed,
        }
    }

    /// A free buffer, if need be that of the open leaf that will be split last.
    fn take_slot(&mut self, others: &mut [Leaf]) -> Option<Slot> {
        self.histograms.take().or_else(|| {
            let gain = |l: &Leaf| l.best.as_ref().map_or(f64::INFINITY, |b| b.gain);
            let holders = others.iter_mut().filter(|l| l.slot.is_some());
            holders
                .min_by(|a, b| gain(a).total_cmp(&gain(b)))
                .and_then(|l| l.slot.take())
        })
    }

    /// Sets the leaf's best split; a leaf without one gives its buffer back.
    fn search(&mut self, round: Round<'_>, leaf: &mut Leaf) {
        let Some(slot) = leaf.slot else { return };
        let hist = self.histograms.get(slot);
        leaf.best =
            round
                .rules
                .best_split(hist, self.layout, round.columns, leaf.total, leaf.count);
        if leaf.best.is_none() {
            self.histograms.give_back(slot);
            leaf.slot = None;
        }
    }

    fn may_split(&self, leaf: &Leaf) -> bool {
        leaf.count >= 2 * self.params.min_data_in_leaf.max(1) as u64
            && self.params.max_depth.is_none_or(|d| leaf.depth < d)
    }

    /// Reorders a stretch of rows, those that go left first; returns how many go left.
    fn partition(&mut self, begin: usize, end: usize, split: &Split) -> usize {
        let decision = Decision::of_split(split, self.layout, self.cells);
        let (rows, spare) = (&mut self.rows[begin..end], &mut self.spare[begin..end]);
        let threads = (rows.len() / TASK).clamp(1, rayon::current_num_threads());
        let chunk = rows.len().div_ceil(threads).max(1);
        let lefts: Vec<usize> = rows
            .par_chunks_mut(chunk)
            .zip(spare.par_chunks_mut(chunk))
            .map(|(rows, spare)| decision.partition(self.cells, rows, spare))
            .collect();
        let mut at = 0;
        for (k, &left) in lefts.iter().enumerate() {
            rows.copy_within(k * chunk..k * chunk + left, at);
            at += left;
        }
        let total = at;
        for (k, &left) in lefts.iter().enumerate() {
            let right = chunk.min(rows.len() - k * chunk) - left;
            rows[at..at + right].copy_from_slice(&spare[k * chunk..k * chunk + right]);
            at += right;
        }
        total
    }

    /// Rows in a stretch, repeats included.
    fn count(&self, begin: usize, end: usize) -> u64 {
        match self.weights.repeats() {
            Some(repeats) => self.rows[begin..end]
                .iter()
                .map(|&i| u64::from(repeats[i as usize]))
                .sum(),
            None => (end - begin) as u64,
        }
    }

    /// Notes the leaf of each row, of rows outside the bag too.
    fn label_rows(&mut self, leaves: &[Leaf], sprout: &Sprout, bagged: bool) {
        if bagged {
            let decisions = sprout.decisions(self.layout, self.cells);
            self.leaf_of
                .par_chunks_mut(PIECE)
                .enumerate()
                .for_each(|(piece, labels)| {
                    for (k, label) in labels.iter_mut().enumerate() {
                        *label = sprout.leaf(self.cells.row(piece * PIECE + k), &decisions) as u32;
                    }
                });
        } else {
            for (label, leaf) in leaves.iter().enumerate() {
                for &i in &self.rows[leaf.begin..leaf.end] {
                    self.leaf_of[i as usize] = label as u32;
                }
            }
        }
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
                    let sum = &mut sums[self.leaf_of[i] as usize];
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

/// The leaf whose split gains most, of equals the one on the first column, then the oldest.
fn best_leaf(leaves: &[Leaf]) -> Option<usize> {
    let mut best: Option<(usize, &Split)> = None;
    for (i, split) in leaves
        .iter()
        .enumerate()
        .filter_map(|(i, l)| l.best.as_ref().map(|b| (i, b)))
    {
        let wins = best.is_none_or(|(_, b)| {
            split.gain > b.gain || (split.gain == b.gain && split.column < b.column)
        });
        if wins {
            best = Some((i, split));
        }
    }
    best.map(|b| b.0)
}
