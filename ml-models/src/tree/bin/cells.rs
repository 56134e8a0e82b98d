//! The binned matrix: one byte a cell, rows side by side.

use rayon::prelude::*;

use super::bounds::Distinct;
use crate::tree::kernel::{Search, WIDTH as LANES};
use crate::tree::sampling::choose;
use ml_data::repr::{Dense, Float, View};

/// How bins are learned, under LightGBM's names.
#[derive(Debug, Clone)]
pub(crate) struct Binning {
    pub(crate) max_bin: usize,
    pub(crate) min_data_in_bin: usize,
    pub(crate) bin_construct_sample_cnt: usize,
    pub(crate) seed: u64,
}

impl Default for Binning {
    fn default() -> Self {
        Self {
            max_bin: 255,
            min_data_in_bin: 3,
            bin_construct_sample_cnt: 200_000,
            seed: 0,
        }
    }
}

/// One column of the binned matrix.
#[derive(Debug, Clone)]
pub(crate) struct Column {
    /// Position of the column in the matrix it was learned from.
    pub(crate) source: u32,
    /// Upper boundaries of the bins, the last bin's (infinity) left out.
    pub(crate) bounds: Vec<f64>,
    /// Whether training had missing values here: if so, the bin after the last one is theirs.
    pub(crate) missing: bool,
}

impl Column {
    /// Number of bins that hold values; also the number of the bin of missing values.
    pub(crate) fn values(&self) -> usize {
        self.bounds.len() + 1
    }
}

/// The columns worth splitting on, and where the bins of each begin in a histogram.
#[derive(Debug, Clone)]
pub(crate) struct Layout {
    pub(crate) columns: Vec<Column>,
    /// `offsets[c]..offsets[c + 1]` are the bins of column `c`.
    pub(crate) offsets: Vec<u32>,
}

/// Bins of a matrix, row after row, each padded to `stride` bytes. A cell of column `c` is at most
/// `columns[c].values()`, which stands for a missing value.
#[derive(Debug)]
pub(crate) struct Cells {
    pub(crate) bytes: Vec<u8>,
    pub(crate) stride: usize,
    pub(crate) rows: usize,
}

/// Rows binned by one task.
const BLOCK: usize = 1024;

impl Layout {
    /// Learns the bins of every column of `x`; `counts` says how many rows each row stands for.
    pub(crate) fn learn<F: Float>(
        x: View<'_, Dense<F>>,
        counts: Option<&[u32]>,
        params: &Binning,
    ) -> Self {
        let missing = columns_with_missing(x);
        let sample = choose(
            x.len(),
            params.bin_construct_sample_cnt,
            params.seed,
            "boost bins",
            0,
        );
        let columns: Vec<Column> = (0..x.data().width().div_ceil(LANES))
            .into_par_iter()
            .flat_map_iter(|group| {
                let first = group * LANES;
                let group = first..x.data().width().min(first + LANES);
                gather(x, group.clone(), &sample, counts)
                    .into_iter()
                    .zip(group)
                    .collect::<Vec<_>>()
            })
            .filter_map(|(mut values, c)| {
                values.sort_unstable();
                let distinct = Distinct::from_sorted(
                    values
                        .into_iter()
                        .map(|(key, rows)| (from_key(key), f64::from(rows))),
                );
                let max_bin = params.max_bin - usize::from(missing[c]);
                let constant = distinct.values.len() + usize::from(missing[c]) < 2;
                let bounds = if distinct.values.len() < 2 {
                    Vec::new()
                } else {
                    distinct.bounds(max_bin, params.min_data_in_bin)
                };
                (!constant).then(|| Column {
                    source: c as u32,
                    bounds,
                    missing: missing[c],
                })
            })
            .collect();
        let mut offsets = vec![0];
        for c in &columns {
            offsets.push(offsets[offsets.len() - 1] + (c.values() + usize::from(c.missing)) as u32);
        }
        Self { columns, offsets }
    }

    /// Number of bins of all columns together.
    pub(crate) fn bins(&self) -> usize {
        self.offsets[self.columns.len()] as usize
    }

    /// Bins every row of `x`.
    pub(crate) fn cells<F: Float>(&self, x: View<'_, Dense<F>>) -> Cells {
        let stride = stride(self.columns.len());
        let searches: Vec<Search> = self
            .columns
            .iter()
            .map(|c| Search::new(&c.bounds))
            .collect();
        let mut bytes = vec![0; x.len() * stride];
        bytes
            .par_chunks_mut(BLOCK * stride)
            .enumerate()
            .for_each(|(block, bytes)| {
                for (lanes, bytes) in bytes.chunks_mut(LANES * stride).enumerate() {
                    let first = block * BLOCK + lanes * LANES;
                    let (mut values, mut ranks) = ([0.0; LANES], [0; LANES]);
                    for (c, (column, search)) in self.columns.iter().zip(&searches).enumerate() {
                        for (k, value) in values[..bytes.len() / stride].iter_mut().enumerate() {
                            *value = x.row(first + k)[column.source as usize].f64();
                        }
                        search.ranks(&values, &mut ranks);
                        for ((row, rank), value) in bytes.chunks_mut(stride).zip(ranks).zip(values)
                        {
                            row[c] = if value.is_nan() {
                                column.values() as u8
                            } else {
                                rank
                            };
                        }
                    }
                }
            });
        Cells {
            bytes,
            stride,
            rows: x.len(),
        }
    }
}

impl Cells {
    /// The bins of row `i`, padding included.
    #[inline]
    pub(crate) fn row(&self, i: usize) -> &[u8] {
        &self.bytes[i * self.stride..(i + 1) * self.stride]
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

/// For each column, whether any row lacks a value.
fn columns_with_missing<F: Float>(x: View<'_, Dense<F>>) -> Vec<bool> {
    (0..x.len().div_ceil(BLOCK))
        .into_par_iter()
        .fold(
            || vec![false; x.data().width()],
            |mut any, block| {
                for i in block * BLOCK..x.len().min((block + 1) * BLOCK) {
                    for (any, value) in any.iter_mut().zip(x.row(i)) {
                        *any |= value.f64().is_nan();
                    }
                }
                any
            },
        )
        .reduce(
            || vec![false; x.data().width()],
            |a, b| a.iter().zip(&b).map(|(a, b)| a | b).collect(),
        )
}

/// The present values of some columns in the sampled rows, as sortable keys with their row counts.
fn gather<F: Float>(
    x: View<'_, Dense<F>>,
    columns: std::ops::Range<usize>,
    sample: &[u32],
    counts: Option<&[u32]>,
) -> Vec<Vec<(u64, u32)>> {
    let mut out = vec![Vec::with_capacity(sample.len()); columns.len()];
    for &i in sample {
        let row = &x.row(i as usize)[columns.clone()];
        let rows = counts.map_or(1, |c| c[i as usize]);
        for (out, value) in out.iter_mut().zip(row) {
            let value = value.f64();
            if !value.is_nan() {
                out.push((key(value), rows));
            }
        }
    }
    out
}

/// Unsigned integers in the order of the numbers.
fn key(value: f64) -> u64 {
    let bits = value.to_bits();
    if bits >> 63 == 0 {
        bits | 1 << 63
    } else {
        !bits
    }
}

fn from_key(key: u64) -> f64 {
    f64::from_bits(if key >> 63 == 0 {
        !key
    } else {
        key & !(1 << 63)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_sort_like_numbers() {
        let sorted = [
            f64::NEG_INFINITY,
            -3.5,
            -1e-300,
            0.0,
            1e-300,
            2.0,
            f64::INFINITY,
        ];
        assert!(sorted.windows(2).all(|w| key(w[0]) < key(w[1])));
        assert!(sorted.iter().all(|&v| from_key(key(v)) == v));
    }

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
        assert_eq!(cells.bytes, layout.cells(View::all(&narrow)).bytes);
        for i in 0..n {
            for (c, column) in layout.columns.iter().enumerate() {
                let value = View::all(&x).row(i)[column.source as usize];
                let bin = cells.row(i)[c] as usize;
                if value.is_nan() {
                    assert_eq!(bin, column.values());
                } else {
                    assert!(bin == 0 || column.bounds[bin - 1] < value);
                    assert!(bin == column.bounds.len() || value <= column.bounds[bin]);
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
    fn counts_stand_for_repeated_rows() {
        let x: Vec<f64> = (0..400).map(|i| f64::from(i * i % 97)).collect();
        let counts: Vec<u32> = (0..400).map(|i| i % 4 + 1).collect();
        let repeated: Vec<f64> = x
            .iter()
            .zip(&counts)
            .flat_map(|(&v, &c)| vec![v; c as usize])
            .collect();
        let params = Binning {
            max_bin: 16,
            ..Binning::default()
        };
        let (x, repeated) = (
            Dense::from_rows(1, x).unwrap(),
            Dense::from_rows(1, repeated).unwrap(),
        );
        let a = Layout::learn(View::all(&x), Some(&counts), &params);
        let b = Layout::learn(View::all(&repeated), None, &params);
        assert_eq!(a.columns[0].bounds, b.columns[0].bounds);
    }
}
