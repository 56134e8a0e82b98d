//! The bin of a value.

use super::layout::{Bins, Column};
use crate::tree::Categories;
use crate::tree::kernel::{Search, WIDTH as LANES};

/// The bins of one column, ready to look values up.
#[derive(Debug)]
pub(super) enum Find<'a> {
    /// Boundaries of at most 256 bins.
    Few(Search),
    Many(&'a [f64]),
    Categories(Lookup),
}

/// From categories to bins.
#[derive(Debug)]
pub(super) enum Lookup {
    /// By category; unknown ones are beyond the end or have the missing bin.
    Table(Vec<u16>),
    /// Sorted pairs of category and bin.
    Sorted(Vec<(u32, u16)>),
}

/// Categories up to this one are looked up in a table.
const TABLE: u32 = 1 << 16;

impl Lookup {
    fn new(categories: &[u32]) -> Self {
        let missing = categories.len() as u16;
        match categories.iter().max() {
            Some(&most) if most >= TABLE => {
                let mut sorted: Vec<(u32, u16)> = categories.iter().copied().zip(0..).collect();
                sorted.sort_unstable();
                Self::Sorted(sorted)
            }
            most => {
                let mut table = vec![missing; most.map_or(0, |&m| m as usize + 1)];
                for (&category, bin) in categories.iter().zip(0..) {
                    table[category as usize] = bin;
                }
                Self::Table(table)
            }
        }
    }

    fn find(&self, value: f64) -> Option<u16> {
        let category = Categories::of(value)?;
        match self {
            Self::Table(table) => table.get(category as usize).copied(),
            Self::Sorted(sorted) => sorted
                .binary_search_by_key(&category, |p| p.0)
                .ok()
                .map(|at| sorted[at].1),
        }
    }
}

impl<'a> Find<'a> {
    pub(super) fn new(column: &'a Column) -> Self {
        match &column.bins {
            Bins::Numbers(bounds) if bounds.len() < 256 => Self::Few(Search::new(bounds)),
            Bins::Numbers(bounds) => Self::Many(bounds),
            Bins::Categories(categories) => Self::Categories(Lookup::new(categories)),
        }
    }

    /// The bin of one value of the column.
    pub(super) fn bin(&self, column: &Column, value: f64) -> u16 {
        let missing = column.values() as u16;
        match (self, &column.bins) {
            (Self::Categories(lookup), _) => lookup.find(value).unwrap_or(missing),
            (_, Bins::Numbers(bounds)) if !value.is_nan() => {
                bounds.partition_point(|b| *b < value) as u16
            }
            _ => missing,
        }
    }

    /// The bins of some values; missing ones get `missing`.
    #[inline]
    pub(super) fn bins(&self, values: &[f64; LANES], missing: u16, out: &mut [u16; LANES]) {
        match self {
            Self::Few(search) => {
                let mut ranks = [0; LANES];
                search.ranks(values, &mut ranks);
                for ((out, rank), value) in out.iter_mut().zip(ranks).zip(values) {
                    *out = if value.is_nan() {
                        missing
                    } else {
                        u16::from(rank)
                    };
                }
            }
            Self::Many(bounds) => {
                for (out, value) in out.iter_mut().zip(values) {
                    let rank = bounds.partition_point(|b| b < value) as u16;
                    *out = if value.is_nan() { missing } else { rank };
                }
            }
            Self::Categories(lookup) => {
                for (out, &value) in out.iter_mut().zip(values) {
                    *out = lookup.find(value).unwrap_or(missing);
                }
            }
        }
    }
}
