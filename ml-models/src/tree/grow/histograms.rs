//! Counting rows into histograms, on one thread or several.

use std::ops::Range;

use rayon::prelude::*;

use super::pool::Pool;
use crate::tree::bin::{Cells, Layout};
use crate::tree::kernel::{self, Bins, Columns, Rows};

/// Cells that are worth a task of their own.
const TASK: usize = 1 << 16;

/// Rows that histograms are counted from.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Source<'a> {
    pub(crate) layout: &'a Layout,
    pub(crate) cells: &'a Cells,
    pub(crate) packed: &'a [u64],
}

/// Slots in groups whose histograms fit the cache of a core together.
#[derive(Debug)]
pub(crate) struct Groups<'a> {
    /// Beginnings of all slots' bins.
    offsets: &'a [u32],
    /// Slots of one byte with the beginnings of their bins, unless all slots are counted.
    listed: Option<Vec<(u32, u32)>>,
    /// Places of the cells of two bytes with the beginnings of their bins.
    wide: Vec<(u32, u32)>,
    list: Vec<Group>,
    slots: usize,
}

/// Neighbours among the slots that are counted.
#[derive(Debug)]
struct Group {
    wide: bool,
    members: Range<usize>,
    /// Their bins, with any between them.
    bins: Range<usize>,
}

/// Rows that groups take turns on.
const TURN: usize = 2048;
/// Slots of a group: more of them leave the caches, fewer read rows too often.
const GROUP: usize = 32;

impl<'a> Groups<'a> {
    /// For the listed columns, or all without a list.
    pub(crate) fn new(layout: &'a Layout, columns: Option<&[u32]>) -> Self {
        let (offsets, slots) = (&layout.offsets[..], &layout.slots);
        let all: Vec<u32> = match columns {
            Some(list) => {
                let slot = |&c: &u32| slots.place(c as usize).slot;
                let mut all: Vec<u32> = list.iter().map(slot).collect();
                all.sort_unstable();
                all.dedup();
                all
            }
            None => (0..slots.len() as u32).collect(),
        };
        let (narrow, wide) = all.split_at(all.partition_point(|&s| slots.is_narrow(s as usize)));
        let group = |members: &[u32], first: usize, wide: bool| {
            let end = members.last().map_or(0, |&s| s as usize + 1);
            Group {
                wide,
                members: first..first + members.len(),
                bins: offsets[members[0] as usize] as usize..offsets[end] as usize,
            }
        };
        let mut list = Vec::new();
        for (part, is_wide) in [(narrow, false), (wide, true)] {
            let groups = part.chunks(GROUP).enumerate();
            list.extend(groups.map(|(k, members)| group(members, k * GROUP, is_wide)));
        }
        let pair = |&s: &u32| (slots.at(s as usize) as u32, offsets[s as usize]);
        Self {
            offsets,
            listed: columns.map(|_| narrow.iter().map(pair).collect()),
            wide: wide.iter().map(pair).collect(),
            list,
            slots: all.len(),
        }
    }

    /// Counts the rows into `hist`, whatever was in it; on at most `threads` threads.
    pub(crate) fn build(
        &self,
        source: Source<'_>,
        rows: Rows<'_>,
        threads: usize,
        pool: &Pool,
        hist: &mut [u64],
    ) {
        hist.fill(0);
        let tasks = (rows.len() * self.slots / TASK).clamp(1, threads.max(1));
        if tasks == 1 {
            self.count(source, rows, hist);
        } else if hist.len() > 2 * rows.len() && self.list.len() >= tasks {
            self.by_columns(tasks, source, rows, pool, hist);
        } else {
            self.by_rows(tasks, source, rows, pool, hist);
        }
    }

    /// Each task counts part of the rows; integer sums make the parts' order irrelevant.
    fn by_rows(
        &self,
        tasks: usize,
        source: Source<'_>,
        rows: Rows<'_>,
        pool: &Pool,
        hist: &mut [u64],
    ) {
        pool.with_scratch(tasks - 1, |others| {
            let mut buffers: Vec<&mut [u64]> = std::iter::once(&mut *hist)
                .chain(others.iter_mut().map(Vec::as_mut_slice))
                .collect();
            buffers.par_iter_mut().enumerate().for_each(|(t, buffer)| {
                if t > 0 {
                    buffer.fill(0);
                }
                self.count(source, rows.part(t, tasks), buffer);
            });
            for partial in others {
                kernel::add(hist, partial);
            }
        });
    }

    /// Each task counts all rows in part of the columns: for many columns and few rows.
    fn by_columns(
        &self,
        tasks: usize,
        source: Source<'_>,
        rows: Rows<'_>,
        pool: &Pool,
        hist: &mut [u64],
    ) {
        let parts: Vec<&[Group]> = self.list.chunks(self.list.len().div_ceil(tasks)).collect();
        pool.with_scratch(parts.len(), |buffers| {
            parts
                .par_iter()
                .zip(&mut *buffers)
                .for_each(|(part, buffer)| {
                    for group in *part {
                        buffer[group.bins.clone()].fill(0);
                        self.count_group(group, source, rows, buffer);
                    }
                });
            for (part, buffer) in parts.iter().zip(buffers) {
                for group in *part {
                    hist[group.bins.clone()].copy_from_slice(&buffer[group.bins.clone()]);
                }
            }
        });
    }

    /// Groups take turns on some rows at a time, whose cells then come from memory once.
    fn count(&self, source: Source<'_>, rows: Rows<'_>, hist: &mut [u64]) {
        let parts = match self.list.len() {
            0 | 1 => 1,
            _ => rows.len().div_ceil(TURN).max(1),
        };
        for rows in (0..parts).map(|part| rows.part(part, parts)) {
            for group in &self.list {
                self.count_group(group, source, rows, hist);
            }
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
    use crate::tree::kernel::SLACK;
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
            let groups = Groups::new(&layout, columns);
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
                    let buffers = Pool::new(layout.bins(), 2, threads);
                    let mut hist = vec![7; want.len()];
                    groups.build(source, rows, threads, &buffers, &mut hist);
                    assert_eq!(hist, want);
                    hist.fill(0);
                    groups.by_columns(3, source, rows, &buffers, &mut hist);
                    assert_eq!(hist, want);
                    hist.fill(0);
                    groups.by_rows(threads + 1, source, rows, &buffers, &mut hist);
                    assert_eq!(hist, want);
                });
            }
        }
    }
}
