//! Writing cells.

use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use rayon::prelude::*;

use super::cells::Cells;
use super::find::Find;
use super::layout::Layout;
use super::slots::Slots;
use crate::tree::kernel::WIDTH as LANES;
use ml_data::repr::{Dense, Float, View};

/// Rows written by one task.
pub(super) const BLOCK: usize = 4096;

/// Writes cells where the slots say.
#[derive(Debug)]
pub(crate) struct Filler<'a> {
    pub(super) layout: &'a Layout,
    finds: Vec<Find<'a>>,
    /// Whether a column differed from its usual bin in a row where another one in its byte did,
    /// too.
    met: Vec<AtomicBool>,
}

/// Part of the cells.
pub(super) struct Block<'a> {
    pub(super) bytes: &'a mut [u8],
    pub(super) stride: usize,
    pub(super) slots: &'a Slots,
    /// The part of each slot of one byte.
    pub(super) by_slot: Vec<&'a mut [u8]>,
}

impl<'a> Filler<'a> {
    pub(crate) fn new(layout: &'a Layout) -> Self {
        let columns = layout.columns.iter();
        Self {
            layout,
            finds: columns.clone().map(Find::new).collect(),
            met: columns.map(|_| AtomicBool::new(false)).collect(),
        }
    }

    /// Writes the cells of all rows of `x`; the first of them is row `first` of the cells.
    pub(crate) fn fill<F: Float>(&self, cells: &mut Cells, first: usize, x: View<'_, Dense<F>>) {
        self.blocks(cells, first, x.len(), |block, mut part| {
            for from in (0..part.bytes.len() / part.stride).step_by(LANES) {
                let row = |k: usize| x.row(block * BLOCK + from + k);
                self.lines(&mut part, from, |k, c| row(k)[c].f64());
            }
        });
    }

    /// Calls `each` with the number and the cells of each block of `rows` rows, of which the first
    /// is row `first` of the cells.
    pub(super) fn blocks(
        &self,
        cells: &mut Cells,
        first: usize,
        rows: usize,
        each: impl Fn(usize, Block<'_>) + Sync,
    ) {
        let Cells {
            bytes,
            stride,
            rows: all,
            slots,
            by_slot,
        } = cells;
        let (stride, slots) = (*stride, &*slots);
        bytes[first * stride..][..rows * stride]
            .par_chunks_mut(BLOCK * stride)
            .zip(pieces(by_slot, *all, first..first + rows))
            .enumerate()
            .for_each(|(block, (bytes, by_slot))| {
                let part = Block {
                    bytes,
                    stride,
                    slots,
                    by_slot,
                };
                each(block, part);
            });
    }

    /// The bin of a value of a column.
    pub(super) fn bin(&self, column: usize, value: f64) -> u16 {
        self.finds[column].bin(&self.layout.columns[column], value)
    }

    /// Notes that a column met another one in its byte.
    pub(super) fn meets(&self, column: usize) {
        self.met[column].store(true, Relaxed);
    }

    /// The columns that met others in their byte: their cells are of no use.
    pub(crate) fn met(&self) -> Vec<u32> {
        let met = self.met.iter().map(|met| met.load(Relaxed));
        (0..).zip(met).filter(|m| m.1).map(|m| m.0).collect()
    }

    /// Writes at most [`LANES`] rows; `value(k, c)` is the value of the `k`-th of them in column
    /// `c` of the matrix.
    #[inline(always)]
    fn lines(&self, to: &mut Block<'_>, from: usize, value: impl Fn(usize, usize) -> f64) {
        let (stride, slots) = (to.stride, to.slots);
        let count = LANES.min(to.bytes.len() / stride - from);
        let rows = from..from + count;
        let bytes = &mut to.bytes[from * stride..][..count * stride];
        let (mut values, mut bins) = ([0.0; LANES], [0; LANES]);
        let columns = self
            .layout
            .columns
            .iter()
            .zip(&self.finds)
            .zip(slots.iter());
        for (c, ((column, find), place)) in columns.enumerate() {
            let source = column.source as usize;
            for (k, to) in values[..count].iter_mut().enumerate() {
                *to = value(k, source);
            }
            find.bins(&values, column.values() as u16, &mut bins);
            let slot = place.slot as usize;
            let at = slots.at(slot);
            let lines = bytes.chunks_mut(stride).zip(bins);
            let again = to.by_slot.get_mut(slot).map(|slot| &mut slot[rows.clone()]);
            match (again, place.share) {
                (None, _) => lines.for_each(|(line, bin)| {
                    line[at..at + 2].copy_from_slice(&bin.to_le_bytes());
                }),
                (Some(again), None) => lines.zip(again).for_each(|((line, bin), again)| {
                    line[at] = bin as u8;
                    *again = bin as u8;
                }),
                (Some(again), Some(share)) => {
                    for ((line, bin), again) in lines.zip(again) {
                        let code = share.code(bin);
                        if code != 0 && line[at] != 0 {
                            self.meets(c);
                        }
                        line[at] |= code;
                        *again |= code;
                    }
                }
            }
        }
    }
}

/// For each block of some rows, its part of every slot.
fn pieces(by_slot: &mut [u8], all: usize, rows: Range<usize>) -> Vec<Vec<&mut [u8]>> {
    let mut pieces: Vec<Vec<&mut [u8]>> = Vec::new();
    pieces.resize_with(rows.len().div_ceil(BLOCK), Vec::new);
    for slot in by_slot.chunks_mut(all.max(1)) {
        for (piece, part) in pieces.iter_mut().zip(slot[rows.clone()].chunks_mut(BLOCK)) {
            piece.push(part);
        }
    }
    pieces
}
