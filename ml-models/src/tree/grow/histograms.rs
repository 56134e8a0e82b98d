//! Histograms of leaves: a pool of buffers, and the ways to fill one on several threads.

use std::ops::Range;

use rayon::prelude::*;

use crate::tree::bin::{Cells, Layout};
use crate::tree::kernel::{self, Bins, Columns, Rows, SLACK};

/// A buffer of the pool.
pub(crate) type Slot = usize;

/// Memory that histograms may take, in entries of 8 bytes.
const POOL: usize = 64 << 20;
/// Cells that are worth a task of their own.
const TASK: usize = 1 << 16;

/// Buffers for the histograms of open leaves. When it runs out, a leaf gives its buffer up and is counted anew later.
#[derive(Debug)]
pub(crate) struct Histograms {
    buffers: Vec<Vec<u64>>,
    free: Vec<Slot>,
    bins: usize,
    limit: usize,
    /// Partial sums of the tasks that share a leaf.
    partial: Vec<Vec<u64>>,
}

impl Histograms {
    /// For trees of at most `leaves` leaves over `bins` bins.
    pub(crate) fn new(bins: usize, leaves: usize) -> Self {
        let limit = (POOL / bins.max(1)).clamp(2, leaves.max(2));
        Self {
            buffers: Vec::new(),
            free: Vec::new(),
            bins,
            limit,
            partial: Vec::new(),
        }
    }

    /// A buffer with undefined content, or `None` when all are taken.
    pub(crate) fn take(&mut self) -> Option<Slot> {
        if self.free.is_empty() && self.buffers.len() < self.limit {
            self.buffers.push(vec![0; self.bins + SLACK]);
            return Some(self.buffers.len() - 1);
        }
        self.free.pop()
    }

    pub(crate) fn give_back(&mut self, slot: Slot) {
        self.free.push(slot);
    }

    pub(crate) fn get(&self, slot: Slot) -> &[u64] {
        &self.buffers[slot][..self.bins]
    }

    /// Counts the rows into the buffer; of all columns, or those listed.
    pub(crate) fn build(
        &mut self,
        slot: Slot,
        source: Source<'_>,
        columns: Option<&[u32]>,
        rows: Rows<'_>,
    ) {
        let mut hist = std::mem::take(&mut self.buffers[slot]);
        hist.fill(0);
        let groups = Groups::new(source.layout, source.cells, columns);
        let tasks = rows.len() * groups.columns / TASK;
        let tasks = tasks.clamp(1, rayon::current_num_threads());
        if tasks > 1 && self.bins > 2 * rows.len() && groups.list.len() >= tasks {
            self.by_columns(tasks, source, &groups, rows, &mut hist);
        } else {
            self.by_rows(tasks, source, &groups, rows, &mut hist);
        }
        self.buffers[slot] = hist;
    }

    /// Each task counts part of the rows; integer sums make the parts' order irrelevant.
    fn by_rows(
        &mut self,
        tasks: usize,
        source: Source<'_>,
        groups: &Groups<'_>,
        rows: Rows<'_>,
        hist: &mut [u64],
    ) {
        if tasks == 1 {
            return groups.count(source, rows, hist);
        }
        let others = self.partial(tasks - 1).iter_mut();
        let mut buffers: Vec<&mut [u64]> = std::iter::once(&mut *hist)
            .chain(others.map(Vec::as_mut_slice))
            .collect();
        buffers.par_iter_mut().enumerate().for_each(|(t, buffer)| {
            if t > 0 {
                buffer.fill(0);
            }
            groups.count(source, rows.part(t, tasks), buffer);
        });
        for partial in &self.partial[..tasks - 1] {
            kernel::add(hist, partial);
        }
    }

    /// Each task counts all rows in part of the columns: for many columns and few rows.
    fn by_columns(
        &mut self,
        tasks: usize,
        source: Source<'_>,
        groups: &Groups<'_>,
        rows: Rows<'_>,
        hist: &mut [u64],
    ) {
        let each = groups.list.len().div_ceil(tasks);
        let parts: Vec<&[Group]> = groups.list.chunks(each).collect();
        let buffers = self.partial(parts.len());
        parts.par_iter().zip(buffers).for_each(|(part, buffer)| {
            for group in *part {
                buffer[group.bins.clone()].fill(0);
                groups.count_group(group, source, rows, buffer);
            }
        });
        for (part, buffer) in parts.iter().zip(&self.partial) {
            for group in *part {
                hist[group.bins.clone()].copy_from_slice(&buffer[group.bins.clone()]);
            }
        }
    }

    /// So many spare buffers, with undefined content.
    fn partial(&mut self, count: usize) -> &mut [Vec<u64>] {
        let size = self.bins + SLACK;
        let grown = self.partial.len().max(count);
        self.partial.resize_with(grown, || vec![0; size]);
        &mut self.partial[..count]
    }

    /// Turns the parent's histogram into that of the larger child.
    pub(crate) fn subtract(&mut self, parent: Slot, smaller: Slot) {
        let small = std::mem::take(&mut self.buffers[smaller]);
        kernel::subtract(&mut self.buffers[parent], &small);
        self.buffers[smaller] = small;
    }
}

/// What histograms are counted from.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Source<'a> {
    pub(crate) layout: &'a Layout,
    pub(crate) cells: &'a Cells,
    pub(crate) packed: &'a [u64],
}

/// Columns in groups whose histograms fit the cache of a core together.
#[derive(Debug)]
struct Groups<'a> {
    /// Beginnings of all columns' bins.
    offsets: &'a [u32],
    /// Narrow columns with the beginnings of their bins, unless all columns are counted.
    listed: Option<Vec<(u32, u32)>>,
    /// Places of the cells of wide columns with the beginnings of their bins.
    wide: Vec<(u32, u32)>,
    list: Vec<Group>,
    columns: usize,
}

/// Neighbours among the columns that are counted.
#[derive(Debug)]
struct Group {
    wide: bool,
    members: Range<usize>,
    /// Their bins, with any between them.
    bins: Range<usize>,
}

/// Columns of a group.
const GROUP: usize = 64;

impl<'a> Groups<'a> {
    fn new(layout: &'a Layout, cells: &Cells, columns: Option<&[u32]>) -> Self {
        let offsets = &layout.offsets[..];
        let all: Vec<u32> = match columns {
            Some(list) => list.to_vec(),
            None => (0..layout.columns.len() as u32).collect(),
        };
        let (narrow, wide) = all.split_at(all.partition_point(|&c| (c as usize) < layout.narrow));
        let group = |members: &[u32], first: usize, wide: bool| {
            let end = members.last().map_or(0, |&c| c as usize + 1);
            Group {
                wide,
                members: first..first + members.len(),
                bins: offsets[members[0] as usize] as usize..offsets[end] as usize,
            }
        };
        let mut list = Vec::new();
        for (columns, is_wide) in [(narrow, false), (wide, true)] {
            let groups = columns.chunks(GROUP).enumerate();
            list.extend(groups.map(|(k, members)| group(members, k * GROUP, is_wide)));
        }
        let pair = |&c: &u32| (c, offsets[c as usize]);
        Self {
            offsets,
            listed: columns.map(|_| narrow.iter().map(pair).collect()),
            wide: wide
                .iter()
                .map(|&c| (cells.place(c as usize).0 as u32, offsets[c as usize]))
                .collect(),
            list,
            columns: all.len(),
        }
    }

    fn count(&self, source: Source<'_>, rows: Rows<'_>, hist: &mut [u64]) {
        for group in &self.list {
            self.count_group(group, source, rows, hist);
        }
    }

    fn count_group(&self, group: &Group, source: Source<'_>, rows: Rows<'_>, hist: &mut [u64]) {
        let bins = Bins {
            cells: &source.cells.bytes,
            stride: source.cells.stride,
        };
        let members = group.members.clone();
        let columns = match &self.listed {
            _ if group.wide => Columns::Wide(&self.wide[members]),
            Some(listed) => Columns::Listed(&listed[members]),
            None => Columns::From(members.start, &self.offsets[members]),
        };
        kernel::accumulate(bins, columns, rows, source.packed, hist);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::bin::Binning;
    use ml_data::repr::{Dense, View};

    #[test]
    fn every_way_of_sharing_the_work_gives_the_same_sums() {
        let (n, cols) = (4_000, 150);
        let x = (0..n * cols).map(|i| ((i * 2_654_435_761) % 1009) as f32);
        let x = Dense::from_rows(cols, x.collect()).unwrap();
        let layout = Layout::learn(
            View::all(&x),
            None,
            &Binning {
                max_bin: 60,
                ..Binning::default()
            },
        );
        let cells = layout.cells(View::all(&x));
        let pair = |i: i64| (((i * 97 % 61 - 30) << 32) + i * 5 % 13) as u64;
        let packed: Vec<u64> = (0..n as i64).map(pair).collect();
        let source = Source {
            layout: &layout,
            cells: &cells,
            packed: &packed,
        };
        let list: Vec<u32> = (0..n as u32).filter(|i| i % 3 != 0).collect();
        let some: Vec<u32> = (0..cols as u32).filter(|c| c % 7 != 2).collect();
        for (rows, columns) in [
            (Rows::Range(0, n), None),
            (Rows::List(&list), None),
            (Rows::List(&list), Some(&some[..])),
        ] {
            let groups = Groups::new(&layout, &cells, columns);
            let mut want = vec![0; layout.bins() + SLACK];
            groups.count(source, rows, &mut want);
            let active = columns.map_or(cols, <[u32]>::len) as u64;
            let each: u64 = want.iter().map(|&e| u64::from(e as u32)).sum();
            let total = (0..rows.len()).map(|k| match rows {
                Rows::Range(..) => packed[k],
                Rows::List(list) => packed[list[k] as usize],
            });
            assert_eq!(
                each,
                active * total.map(|p| u64::from(p as u32)).sum::<u64>()
            );
            for threads in [1, 2, 4] {
                let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
                pool.build().unwrap().install(|| {
                    let mut h = Histograms::new(layout.bins(), 2);
                    let slot = h.take().unwrap();
                    h.build(slot, source, columns, rows);
                    assert_eq!(h.get(slot), &want[..layout.bins()]);
                    let mut hist = vec![0; layout.bins() + SLACK];
                    h.by_columns(3, source, &groups, rows, &mut hist);
                    assert_eq!(hist, want);
                    hist.fill(0);
                    h.by_rows(threads, source, &groups, rows, &mut hist);
                    assert_eq!(hist, want);
                });
            }
        }
    }

    #[test]
    fn the_pool_is_bounded_and_reused() {
        let mut h = Histograms::new(POOL / 3, 100);
        let slots: Vec<_> = std::iter::from_fn(|| h.take()).collect();
        assert_eq!(slots, [0, 1, 2]);
        h.give_back(1);
        assert_eq!((h.take(), h.take()), (Some(1), None));
    }
}
