//! The binned matrix: one byte a cell, two where a column has many bins; rows side by side.

use rayon::prelude::*;

use super::aligned::Aligned;
use super::layout::{Bins, Layout};
use crate::tree::Categories;
use crate::tree::kernel::{Search, WIDTH as LANES};
use ml_data::repr::{Dense, Float, View};

/// Bins of a matrix, row after row, each padded to `stride` bytes: first the columns of one byte, then those of two. A
/// cell of column `c` is at most `columns[c].values()`, which stands for a missing value.
#[derive(Debug)]
pub(crate) struct Cells {
    pub(crate) bytes: Aligned,
    pub(crate) stride: usize,
    pub(crate) rows: usize,
    /// Columns of one byte.
    narrow: usize,
    /// The columns of one byte again, one after the other: splitting a leaf reads one of them.
    by_column: Vec<u8>,
}

/// Rows binned by one task.
const BLOCK: usize = 4096;

/// How the bin of a value is found.
enum Find<'a> {
    /// Boundaries of at most 256 bins.
    Few(Search),
    Many(&'a [f64]),
    Categories(Lookup),
}

/// From categories to bins.
enum Lookup {
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

impl Find<'_> {
    /// The bins of some values; missing ones get `missing`.
    #[inline]
    fn bins(&self, values: &[f64; LANES], missing: u16, out: &mut [u16; LANES]) {
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

impl Layout {
    /// Bins every row of `x`.
    pub(crate) fn cells<F: Float>(&self, x: View<'_, Dense<F>>) -> Cells {
        let wide = self.columns.len() - self.narrow;
        let stride = stride(self.narrow.next_multiple_of(if wide > 0 { 2 } else { 1 }) + 2 * wide);
        let finds: Vec<Find<'_>> = self
            .columns
            .iter()
            .map(|c| match &c.bins {
                Bins::Numbers(bounds) if bounds.len() < 256 => Find::Few(Search::new(bounds)),
                Bins::Numbers(bounds) => Find::Many(bounds),
                Bins::Categories(categories) => Find::Categories(Lookup::new(categories)),
            })
            .collect();
        let mut cells = Cells {
            bytes: Aligned::zeros(x.len() * stride),
            stride,
            rows: x.len(),
            narrow: self.narrow,
            by_column: vec![0; x.len() * self.narrow],
        };
        let first_wide = cells.first_wide();
        let columns = pieces(&mut cells.by_column, x.len());
        cells
            .bytes
            .par_chunks_mut(BLOCK * stride)
            .zip(columns)
            .enumerate()
            .for_each(|(block, (bytes, mut narrow))| {
                for (lanes, bytes) in bytes.chunks_mut(LANES * stride).enumerate() {
                    let first = block * BLOCK + lanes * LANES;
                    let count = bytes.len() / stride;
                    let (mut values, mut bins) = ([0.0; LANES], [0; LANES]);
                    for (c, (column, find)) in self.columns.iter().zip(&finds).enumerate() {
                        for (k, value) in values[..count].iter_mut().enumerate() {
                            *value = x.row(first + k)[column.source as usize].f64();
                        }
                        find.bins(&values, column.values() as u16, &mut bins);
                        let rows = bytes.chunks_mut(stride).zip(bins);
                        if let Some(narrow) = narrow.get_mut(c) {
                            let to = &mut narrow[lanes * LANES..][..count];
                            rows.zip(to).for_each(|((row, bin), to)| {
                                row[c] = bin as u8;
                                *to = bin as u8;
                            });
                        } else {
                            let at = first_wide + 2 * (c - self.narrow);
                            rows.for_each(|(row, bin)| {
                                row[at..at + 2].copy_from_slice(&bin.to_le_bytes());
                            });
                        }
                    }
                }
            });
        cells
    }
}

/// For each block of rows, its part of every column.
fn pieces(by_column: &mut [u8], rows: usize) -> Vec<Vec<&mut [u8]>> {
    let mut pieces: Vec<Vec<&mut [u8]>> = (0..rows.div_ceil(BLOCK)).map(|_| Vec::new()).collect();
    for column in by_column.chunks_mut(rows.max(1)) {
        for (piece, part) in pieces.iter_mut().zip(column.chunks_mut(BLOCK)) {
            piece.push(part);
        }
    }
    pieces
}

impl Cells {
    /// The bins of row `i`, padding included.
    #[inline]
    pub(crate) fn row(&self, i: usize) -> &[u8] {
        &self.bytes[i * self.stride..(i + 1) * self.stride]
    }

    /// The cells of a column of one byte, one a row.
    #[inline]
    pub(crate) fn column(&self, c: usize) -> &[u8] {
        &self.by_column[c * self.rows..(c + 1) * self.rows]
    }

    /// Where the columns of two bytes begin in a row.
    #[inline]
    pub(crate) fn first_wide(&self) -> usize {
        self.narrow.next_multiple_of(2)
    }

    /// Where the cell of a column is in a row, and whether it has two bytes.
    #[inline]
    pub(crate) fn place(&self, column: usize) -> (usize, bool) {
        if column < self.narrow {
            (column, false)
        } else {
            (self.first_wide() + 2 * (column - self.narrow), true)
        }
    }
}

/// Bytes of a row: small rows never straddle a cache line, wide ones waste little.
fn stride(columns: usize) -> usize {
    if columns <= 64 {
        columns.max(1).next_power_of_two()
    } else {
        columns.next_multiple_of(16)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::bin::Binning;

    #[test]
    fn cells_agree_with_the_boundaries_in_both_types() {
        let n = 3000;
        let wide: Vec<f64> = (0..n * 3)
            .map(|i| match i % 3 {
                0 => f64::from((i as f32 * 0.37).sin()),
                1 => 4.0,
                _ if i % 7 == 0 => f64::NAN,
                _ => (i % 11) as f64 - 5.0,
            })
            .collect();
        let narrow: Vec<f32> = wide.iter().map(|&v| v as f32).collect();
        let params = Binning {
            max_bin: 40,
            ..Binning::default()
        };
        let (x, narrow) = (
            Dense::from_rows(3, wide).unwrap(),
            Dense::from_rows(3, narrow).unwrap(),
        );
        let layout = Layout::learn(View::all(&x), None, &params);
        assert_eq!(
            layout.columns.iter().map(|c| c.source).collect::<Vec<_>>(),
            [0, 2],
            "the constant column is dropped"
        );
        let cells = layout.cells(View::all(&x));
        assert_eq!(cells.bytes[..], layout.cells(View::all(&narrow)).bytes[..]);
        for i in 0..n {
            for (c, column) in layout.columns.iter().enumerate() {
                let value = View::all(&x).row(i)[column.source as usize];
                let bin = cells.row(i)[c] as usize;
                if value.is_nan() {
                    assert_eq!(bin, column.values());
                } else {
                    let Bins::Numbers(bounds) = &column.bins else {
                        panic!("numbers expected")
                    };
                    assert!(bin == 0 || bounds[bin - 1] < value);
                    assert!(bin == bounds.len() || value <= bounds[bin]);
                }
            }
        }
        assert!(
            layout.columns[0].values() == 40
                && layout.columns[1].missing
                && layout.columns[1].values() <= 39
        );
    }

    #[test]
    fn wide_cells_and_categories_are_found_again() {
        let n = 5000;
        let x: Vec<f64> = (0..n)
            .flat_map(|i| {
                [
                    f64::from(i % 700),
                    f64::from(i),
                    f64::from(i % 90) * 1000.0,
                    -1.0,
                ]
            })
            .collect();
        let x = Dense::from_rows(4, x).unwrap();
        let params = Binning {
            categorical: vec![0, 2, 3],
            max_bin: 2000,
            ..Binning::default()
        };
        let layout = Layout::learn(View::all(&x), None, &params);
        assert_eq!((layout.narrow, layout.columns.len()), (1, 3));
        let cells = layout.cells(View::all(&x));
        for i in 0..n as usize {
            for (c, column) in layout.columns.iter().enumerate() {
                let value = View::all(&x).row(i)[column.source as usize];
                let (at, wide) = cells.place(c);
                let row = cells.row(i);
                let high = if wide { usize::from(row[at + 1]) } else { 0 };
                let bin = usize::from(row[at]) + 256 * high;
                match &column.bins {
                    Bins::Categories(of) => match of.get(bin) {
                        Some(&category) => assert_eq!(f64::from(category), value),
                        None => assert!(!of.contains(&(value as u32))),
                    },
                    Bins::Numbers(bounds) => {
                        assert!(bin == 0 || bounds[bin - 1] < value);
                        assert!(bin == bounds.len() || value <= bounds[bin]);
                    }
                }
            }
        }
    }
}
