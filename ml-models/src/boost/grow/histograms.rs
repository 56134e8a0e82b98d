//! Histograms of leaves: a pool of buffers, and the ways to fill one on several threads.

use rayon::prelude::*;

use crate::boost::bin::{Cells, Layout};
use crate::boost::kernel::{self, Rows};

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
            self.buffers.push(vec![0; self.bins]);
            return Some(self.buffers.len() - 1);
        }
        self.free.pop()
    }

    pub(crate) fn give_back(&mut self, slot: Slot) {
        self.free.push(slot);
    }

    pub(crate) fn get(&self, slot: Slot) -> &[u64] {
        &self.buffers[slot]
    }

    /// Counts the rows into the buffer; of all columns, or those listed.
    pub(crate) fn build(
        &mut self,
        slot: Slot,
        layout: &Layout,
        cells: &Cells,
        columns: Option<&[u32]>,
        rows: Rows<'_>,
        packed: &[u64],
    ) {
        let mut hist = std::mem::take(&mut self.buffers[slot]);
        hist.fill(0);
        let count = rows.len();
        let active = columns.map_or(layout.columns.len(), <[u32]>::len);
        let tasks = (count * active / TASK).clamp(1, rayon::current_num_threads());
        if let Some(columns) = columns {
            let listed: Vec<(u32, u32)> = columns
                .iter()
                .map(|&c| (c, layout.offsets[c as usize]))
                .collect();
            self.by_rows(tasks, rows, &mut hist, |rows, hist| {
                kernel::accumulate_listed(&cells.bytes, cells.stride, &listed, rows, packed, hist);
            });
        } else if tasks > 1 && self.bins > 2 * count {
            by_columns(tasks, layout, cells, rows, packed, &mut hist);
        } else {
            let offsets = &layout.offsets[..layout.columns.len()];
            self.by_rows(tasks, rows, &mut hist, |rows, hist| {
                kernel::accumulate(&cells.bytes, cells.stride, 0, offsets, rows, packed, hist);
            });
        }
        self.buffers[slot] = hist;
    }

    /// Each task counts part of the rows; integer sums make the parts' order irrelevant.
    fn by_rows(
        &mut self,
        tasks: usize,
        rows: Rows<'_>,
        hist: &mut [u64],
        count: impl Fn(Rows<'_>, &mut [u64]) + Sync,
    ) {
        if tasks == 1 {
            return count(rows, hist);
        }
        self.partial
            .resize_with(self.partial.len().max(tasks - 1), || vec![0; self.bins]);
        let others = self.partial[..tasks - 1].iter_mut().map(Vec::as_mut_slice);
        let mut buffers: Vec<&mut [u64]> = std::iter::once(&mut *hist).chain(others).collect();
        buffers.par_iter_mut().enumerate().for_each(|(t, buffer)| {
            if t > 0 {
                buffer.fill(0);
            }
            count(rows.part(t, tasks), buffer);
        });
        for partial in &self.partial[..tasks - 1] {
            kernel::add(hist, partial);
        }
    }

    /// Turns the parent's histogram into that of the larger child.
    pub(crate) fn subtract(&mut self, parent: Slot, smaller: Slot) {
        let small = std::mem::take(&mut self.buffers[smaller]);
        kernel::subtract(&mut self.buffers[parent], &small);
        self.buffers[smaller] = small;
    }
}

/// Each task counts all rows in part of the columns: for many columns and few rows.
fn by_columns(
    tasks: usize,
    layout: &Layout,
    cells: &Cells,
    rows: Rows<'_>,
    packed: &[u64],
    hist: &mut [u64],
) {
    let each = layout.columns.len().div_ceil(tasks);
    let mut parts = Vec::with_capacity(tasks);
    let mut rest = hist;
    for first in (0..layout.columns.len()).step_by(each) {
        let end = layout.columns.len().min(first + each);
        let base = layout.offsets[first];
        let (part, after) = rest.split_at_mut((layout.offsets[end] - base) as usize);
        let offsets: Vec<u32> = layout.offsets[first..end]
            .iter()
            .map(|o| o - base)
            .collect();
        parts.push((first, offsets, part));
        rest = after;
    }
    parts.into_par_iter().for_each(|(first, offsets, part)| {
        kernel::accumulate(
            &cells.bytes,
            cells.stride,
            first,
            &offsets,
            rows,
            packed,
            part,
        );
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::boost::Boost;
    use ml_data::repr::{Dense, View};

    #[test]
    fn every_way_of_sharing_the_work_gives_the_same_sums() {
        let (n, cols) = (40_000, 5);
        let x: Vec<f32> = (0..n * cols)
            .map(|i| ((i * 2_654_435_761) % 1009) as f32)
            .collect();
        let x = Dense::from_rows(cols, x).unwrap();
        let layout = Layout::learn(View::all(&x), None, &Boost::new());
        let cells = layout.cells(View::all(&x));
        let packed: Vec<u64> = (0..n as i64)
            .map(|i| (((i * 97 % 61 - 30) << 32) + i * 5 % 13) as u64)
            .collect();
        let list: Vec<u32> = (0..n as u32).filter(|i| i % 3 != 0).collect();
        for rows in [Rows::Range(0, n), Rows::List(&list)] {
            let mut want = vec![0; layout.bins()];
            kernel::accumulate(
                &cells.bytes,
                cells.stride,
                0,
                &layout.offsets[..cols],
                rows,
                &packed,
                &mut want,
            );
            for threads in [1, 2, 4] {
                let pool = rayon::ThreadPoolBuilder::new()
                    .num_threads(threads)
                    .build()
                    .unwrap();
                pool.install(|| {
                    let mut h = Histograms::new(layout.bins(), 2);
                    let slot = h.take().unwrap();
                    h.build(slot, &layout, &cells, None, rows, &packed);
                    assert_eq!(h.get(slot), want);
                    let mut columns = vec![0; layout.bins()];
                    by_columns(3, &layout, &cells, rows, &packed, &mut columns);
                    assert_eq!(columns, want);
                    h.build(slot, &layout, &cells, Some(&[1, 3]), rows, &packed);
                    for c in 0..cols {
                        let bins = layout.offsets[c] as usize..layout.offsets[c + 1] as usize;
                        let zero = h.get(slot)[bins.clone()].iter().all(|&e| e == 0);
                        assert!(if c % 2 == 1 {
                            h.get(slot)[bins.clone()] == want[bins]
                        } else {
                            zero
                        });
                    }
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
