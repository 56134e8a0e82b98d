//! Binning of rows of either kind, dense or sparse.

use super::cells::Cells;
use super::fill::Filler;
use super::layout::Layout;
use super::learn::Binning;
use ml_data::for_any;
use ml_data::repr::AnyView;

/// The bins of every column; `counts` says how many rows each row stands for.
pub(crate) fn learn_layout(x: AnyView<'_>, counts: Option<&[u32]>, params: &Binning) -> Layout {
    for_any!(AnyView, x, x => Layout::learn(x, counts, params), Layout::learn_sparse(x, counts, params))
}

/// Writes the cells of all rows; the first of them is row `first` of the cells.
pub(super) fn fill_cells(x: AnyView<'_>, filler: &Filler<'_>, cells: &mut Cells, first: usize) {
    for_any!(AnyView, x, x => filler.fill(cells, first, x), filler.fill_sparse(cells, first, x));
}

impl Layout {
    /// Bins every row of `x`, each column in a place of its own.
    pub(crate) fn cells<'a>(&self, x: impl Into<AnyView<'a>>) -> Cells {
        let x = x.into();
        let mut cells = Cells::new(self.slots_alone(), x.len());
        fill_cells(x, &Filler::new(self), &mut cells, 0);
        cells
    }

    /// Cells of training rows, to be filled.
    pub(crate) fn empty_cells(&self, rows: usize) -> Cells {
        Cells::new(self.slots.clone(), rows)
    }

    /// Bins every training row. Columns that share a byte but meet in some row get places of their
    /// own.
    pub(crate) fn training_cells<'a>(&mut self, x: impl Into<AnyView<'a>>) -> Cells {
        let x = x.into();
        loop {
            let mut cells = self.empty_cells(x.len());
            let filler = Filler::new(self);
            fill_cells(x, &filler, &mut cells, 0);
            let met = filler.met();
            if met.is_empty() {
                return cells;
            }
            self.separate(&met);
        }
    }
}
