//! The byte of a row that holds a column: mostly one or two of its own. Columns of which at most
//! one differs from its usual bin in any row share a byte.

/// Places of all columns in a row of cells.
#[derive(Debug, Clone, Default)]
pub(crate) struct Slots {
    places: Vec<Place>,
    /// Slots of one byte; those of two follow.
    pub(super) narrow: usize,
    pub(super) wide: usize,
}

/// Place of a column's cell.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Place {
    pub(crate) slot: u32,
    /// Set where the slot is shared with other columns.
    pub(crate) share: Option<Share>,
}

/// A column's part of the codes of a shared byte. Code 0 says that every column in it has its usual
/// bin.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Share {
    /// Code of the first bin that is not the usual one.
    pub(super) first: u8,
    pub(crate) usual: u8,
}

impl Share {
    /// The code of a bin.
    #[inline]
    pub(crate) fn code(self, bin: u16) -> u8 {
        let usual = u16::from(self.usual);
        match bin.cmp(&usual) {
            std::cmp::Ordering::Less => self.first + bin as u8,
            std::cmp::Ordering::Equal => 0,
            std::cmp::Ordering::Greater => self.first + (bin - 1) as u8,
        }
    }
}

/// Columns that share a byte, and the usual bin of each.
pub(super) type Bundle = Vec<(u32, u8)>;

impl Slots {
    /// One slot for each bundle, after those of the other columns of one byte. `bins` has the
    /// number of bins of each column, the `narrow` ones of one byte first.
    pub(super) fn new(bins: &[usize], narrow: usize, bundles: &[Bundle]) -> Self {
        let mut places: Vec<Option<Place>> = vec![None; bins.len()];
        let bundled: usize = bundles.iter().map(Vec::len).sum();
        let alone = narrow - bundled;
        for (slot, bundle) in (alone as u32..).zip(bundles) {
            let mut first = 1;
            for &(column, usual) in bundle {
                let share = Some(Share { first, usual });
                places[column as usize] = Some(Place { slot, share });
                first = first.wrapping_add((bins[column as usize] - 1) as u8);
            }
        }
        let free = (0..alone as u32).chain((alone + bundles.len()) as u32..);
        let mut free = free.map(|slot| Place { slot, share: None });
        Self {
            places: places
                .into_iter()
                .filter_map(|place| place.or_else(|| free.next()))
                .collect(),
            narrow: alone + bundles.len(),
            wide: bins.len() - narrow,
        }
    }

    #[inline]
    pub(crate) fn place(&self, column: usize) -> Place {
        self.places[column]
    }

    /// Number of slots.
    pub(crate) fn len(&self) -> usize {
        self.narrow + self.wide
    }

    /// The slot of each column.
    pub(crate) fn iter(&self) -> impl Iterator<Item = Place> + '_ {
        self.places.iter().copied()
    }

    /// Whether a slot has one byte.
    pub(crate) fn is_narrow(&self, slot: usize) -> bool {
        slot < self.narrow
    }

    /// Beginning of the slots of two bytes in a row.
    #[inline]
    pub(super) fn first_wide(&self) -> usize {
        self.narrow.next_multiple_of(2)
    }

    /// Position of a slot in a row.
    #[inline]
    pub(crate) fn at(&self, slot: usize) -> usize {
        if slot < self.narrow {
            slot
        } else {
            self.first_wide() + 2 * (slot - self.narrow)
        }
    }

    /// Bytes of a row: small rows never straddle a cache line, long ones waste little.
    pub(super) fn stride(&self) -> usize {
        let bytes = match self.wide {
            0 => self.narrow,
            wide => self.first_wide() + 2 * wide,
        };
        if bytes <= 64 {
            bytes.max(1).next_power_of_two()
        } else {
            bytes.next_multiple_of(16)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bundles_come_after_the_others_and_codes_never_meet() {
        let bins = [10, 3, 4, 200, 2, 300];
        let slots = Slots::new(&bins, 5, &[vec![(2, 1), (4, 0)], vec![(1, 2)]]);
        assert_eq!((slots.narrow, slots.wide, slots.len()), (4, 1, 5));
        let places: Vec<u32> = slots.iter().map(|p| p.slot).collect();
        assert_eq!(places, [0, 3, 2, 1, 2, 4]);
        let codes = |c: usize| -> Vec<u8> {
            let share = slots.place(c).share.unwrap();
            (0..bins[c] as u16).map(|b| share.code(b)).collect()
        };
        assert_eq!(codes(2), [1, 0, 2, 3]);
        assert_eq!(codes(4), [0, 4]);
        assert_eq!(codes(1), [1, 2, 0]);
        assert_eq!((slots.at(3), slots.at(4), slots.stride()), (3, 4, 8));
    }
}
