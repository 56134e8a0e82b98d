//! From numbers to bins: where the boundaries lie ([`bounds`]), and the matrix of one byte a cell ([`cells`]).

mod bounds;
mod cells;

#[cfg(test)]
pub(crate) use cells::Column;
pub(crate) use cells::{Binning, Cells, Layout};
