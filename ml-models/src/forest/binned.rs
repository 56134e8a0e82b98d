//! The training rows in bins.

use ml_data::repr::{Dense, Float, View};
use rayon::prelude::*;

use crate::tree::bin::{Cells, Layout};

/// The training rows in bins, and the values that the bins hold.
#[derive(Debug)]
pub(super) struct Binned {
    pub(super) layout: Layout,
    pub(super) cells: Cells,
    /// Of each column and bin the least and the largest value of a row.
    pub(super) edges: Vec<Vec<[f64; 2]>>,
}

impl Binned {
    pub(super) fn new<F: Float>(x: View<'_, Dense<F>>, layout: Layout) -> Self {
        let cells = layout.cells(x);
        let edges = layout.columns.par_iter().enumerate().map(|(c, column)| {
            let mut edges = vec![[f64::INFINITY, f64::NEG_INFINITY]; column.values() + 1];
            let bins = cells.slot(c);
            for (i, &bin) in bins.iter().enumerate().take(cells.rows) {
                let value = x.row(i)[column.source as usize].f64();
                let value = value.clamp(-f64::MAX, f64::MAX);
                let [low, high] = &mut edges[usize::from(bin)];
                (*low, *high) = (low.min(value), high.max(value));
            }
            edges
        });
        Self {
            edges: edges.collect(),
            layout,
            cells,
        }
    }

    /// The bin of each row in a column.
    pub(super) fn bins(&self, column: usize) -> Grid<'_> {
        let grid = self.grid();
        Grid {
            bytes: &grid.bytes[column * grid.column..],
            ..grid
        }
    }

    /// All bins. Narrow rows lie in a cache line or two, so that all columns of a row cost one
    /// access to memory.
    pub(super) fn grid(&self) -> Grid<'_> {
        if self.cells.stride <= NARROW {
            Grid {
                bytes: &self.cells.bytes,
                row: self.cells.stride,
                column: 1,
            }
        } else {
            Grid {
                bytes: self.cells.slot_bytes(),
                row: 1,
                column: self.cells.rows,
            }
        }
    }
}

/// Rows of at most so many bytes are read side by side.
const NARROW: usize = 64;

/// Bins with the distances between rows and between columns.
#[derive(Debug, Clone, Copy)]
pub(super) struct Grid<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) row: usize,
    pub(super) column: usize,
}

impl Grid<'_> {
    /// The bin of a row in the first column.
    #[inline(always)]
    pub(super) fn bin(&self, row: u32) -> u8 {
        self.bytes[row as usize * self.row]
    }
}
