//! The question of a split about a row of bins.

use super::split::Split;
use crate::tree::bin::{Cells, Layout, Share};
use crate::tree::kernel::{self, Rule};

/// The place of a row's cell, and the cells that go left.
#[derive(Debug, Clone)]
pub(crate) struct Decision {
    /// Position in the row's bytes.
    pub(crate) at: usize,
    pub(crate) side: Side,
}

/// The bins that go left.
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
        let place = cells.slots.place(column as usize);
        let slot = place.slot as usize;
        let wide = !cells.slots.is_narrow(slot);
        let missing = layout.columns[column as usize].values();
        let side = match set {
            Some(bins) => Side::of_set(bins.iter().map(|&bin| bin as usize), missing + 1, wide),
            None if wide => Side::Wide {
                limit: bin as u16,
                missing: missing_left.then_some(missing as u16),
            },
            None => Side::Narrow(Rule::new(bin as u8, missing as u8, missing_left)),
        };
        let side = match place.share {
            Some(share) => side.in_shared(layout.columns[column as usize].bins(), share),
            None => side,
        };
        Self {
            at: cells.slots.at(slot),
            side,
        }
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
        let wide = match self.side {
            Side::Narrow(_) => false,
            Side::Wide { .. } => true,
            Side::Set { wide, .. } => wide,
        };
        let cell = if wide {
            u16::from_le_bytes([row[self.at], row[self.at + 1]])
        } else {
            u16::from(row[self.at])
        };
        self.side.left(cell)
    }
}

impl Side {
    /// A set of cells below `end`.
    fn of_set(cells: impl Iterator<Item = usize>, end: usize, wide: bool) -> Self {
        let mut bits = vec![0; end.div_ceil(32)];
        cells.for_each(|cell| bits[cell / 32] |= 1 << (cell % 32));
        Self::Set {
            bits: bits.into(),
            wide,
        }
    }

    /// Whether a cell goes left.
    #[inline]
    fn left(&self, cell: u16) -> bool {
        match self {
            Self::Narrow(rule) => rule.left(cell as u8),
            Self::Wide { limit, missing } => cell <= *limit || Some(cell) == *missing,
            Self::Set { bits, .. } => bits[usize::from(cell) / 32] >> (cell % 32) & 1 == 1,
        }
    }

    /// The same for a column that shares a byte: its bins become codes, and codes of others mean
    /// its usual bin.
    fn in_shared(&self, bins: usize, share: Share) -> Self {
        let mut lefts = [self.left(u16::from(share.usual)); 256];
        for bin in 0..bins as u16 {
            if bin != u16::from(share.usual) {
                lefts[usize::from(share.code(bin))] = self.left(bin);
            }
        }
        match Rule::of(&lefts) {
            Some(rule) => Self::Narrow(rule),
            None => Self::of_set((0..256).filter(|&code| lefts[code]), 256, false),
        }
    }
}

impl Decision {
    /// Moves the rows that go left to the front of `rows` and the others to the front of `right`,
    /// each in their old order; returns the number of the former. The rest of both is left
    /// undefined.
    pub(crate) fn partition(&self, cells: &Cells, rows: &mut [u32], right: &mut [u32]) -> usize {
        if let Side::Narrow(rule) = self.side {
            return kernel::partition(cells.slot(self.at), rule, rows, right);
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
