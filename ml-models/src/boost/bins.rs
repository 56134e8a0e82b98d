//! Training rows as bins.

use std::sync::Arc;

use ml_data::repr::{AnyView, Names, RowSet};
use ml_data::{Error, Result};

use super::params::STEP;
use crate::tree::bin::learn_layout;
use crate::tree::bin::{Binning, Cells, Layout};
use crate::tree::weights::Weights;

/// Rows of a byte or two a cell.
#[derive(Debug)]
pub(crate) struct Bins {
    pub(crate) names: Names,
    pub(crate) layout: Arc<Layout>,
    pub(crate) cells: Arc<Cells>,
    pub(super) binning: Binning,
}

impl Bins {
    /// Layout and cells, if they were made as is wanted.
    pub(crate) fn of(&self, binning: &Binning) -> Result<(Arc<Layout>, Arc<Cells>)> {
        if *binning != self.binning {
            return Err(Error::Unsupported {
                step: STEP,
                what: format!("fitting with {binning:?} on rows in bins"),
                why: format!("they were made with {:?}", self.binning),
            });
        }
        Ok((self.layout.clone(), self.cells.clone()))
    }
}

/// The bins of the rows that count, by their positions in the sample.
pub(super) fn bins(
    x: AnyView<'_>,
    kept: &[u32],
    weights: &Weights,
    binning: &Binning,
) -> (Arc<Layout>, Arc<Cells>) {
    let list: Vec<u32> = kept
        .iter()
        .map(|&i| x.rows().get(i as usize) as u32)
        .collect();
    let x = x.with_rows(RowSet::List(&list));
    let mut layout = learn_layout(x, weights.repeats(), binning);
    let cells = layout.training_cells(x);
    (Arc::new(layout), Arc::new(cells))
}
