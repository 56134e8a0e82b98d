//! What a split asks of a row of bins.

use super::split::Split;
use crate::tree::bin::{Cells, Layout};
use crate::tree::kernel::{self, Rule};

/// Where a row's cell is, and which cells go left.
#[derive(Debug, Clone)]
pub(crate) struct Decision {
    /// Position in the row's bytes.
    pub(crate) at: usize,
    pub(crate) side: Side,
}

/// Which bins go left.
#[derive(Debug, Clone)]
pub(crate) enum Side {
    /// Of a column of one byte.
    Narrow(Rule),
    /// Of a column of two bytes: bins up to `limit`, and `missing` if it is set.
    Wide { limit: u16, missing: Option<u16> },
    /// Those of a set, one bit each; cells have two bytes if `wide`.
    Set { bits: Box<[u32]>, wide: bool },
}

impl Decision {
    pub(crate) fn new(
        column: u32,
        bin: u32,
        missing_left: bool,
        set: Option<&[u32]>,
        layout: &Layout,
        cells: &Cells,
    ) -> Self {
        let (at, wide) = cells.place(column as usize);
        let missing = layout.columns[column as usize].values();
        let side = match set {
            Some(bins) => {
                let mut bits = vec![0; missing / 32 + 1];
                for &bin in bins {
                    bits[bin as usize / 32] |= 1 << (bin % 32);
                }
                Side::Set {
                    bits: bits.into(),
                    wide,
                }
            }
            None if wide => Side::Wide {
                limit: bin as u16,
                missing: missing_left.then_some(missing as u16),
            },
            None => Side::Narrow(Rule::new(bin as u8, missing as u8, missing_left)),
        };
        Self { at, side }
    }

    pub(crate) fn of_split(split: &Split, layout: &Layout, cells: &Cells) -> Self {
        let set = split.set.as_deref();
        Self::new(
            split.column,
            split.bin,
            split.missing_left,
            set,
            layout,
            cells,
        )
    }

    /// Whether a row goes left.
    #[inline]
    pub(crate) fn left(&self, row: &[u8]) -> bool {
        match &self.side {
            Side::Narrow(rule) => rule.left(row[self.at]),
            Side::Wide { limit, missing } => {
                let bin = two(row, self.at);
                bin <= *limit || Some(bin) == *missing
            }
            Side::Set { bits, wide } => {
                let bin = if *wide {
                    two(row, self.at)
                } else {
                    u16::from(row[self.at])
                };
                bits[usize::from(bin) / 32] >> (bin % 32) & 1 == 1
            }
        }
    }
}

impl Decision {
    /// Moves the rows that go left to the front of `rows` and the others to the front of `right`, each in their old order;
    /// returns the number of the former. The rest of both is left undefined.
    pub(crate) fn partition(&self, cells: &Cells, rows: &mut [u32], right: &mut [u32]) -> usize {
        if let Side::Narrow(rule) = self.side {
            return kernel::partition(cells.column(self.at), rule, rows, right);
        }
        let (mut lefts, mut rights) = (0, 0);
        for k in 0..rows.len() {
            let row = rows[k];
            let left = self.left(cells.row(row as usize));
            rows[lefts] = row;
            right[rights] = row;
            lefts += usize::from(left);
            rights += usize::from(!left);
        }
        lefts
    }
}

#[inline]
fn two(row: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([row[at], row[at + 1]])
}
