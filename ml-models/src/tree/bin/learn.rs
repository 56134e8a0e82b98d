//! From sampled rows to the bins of each column.

use rayon::prelude::*;

use super::bounds::Distinct;
use super::bundle::{SparseColumn, USUAL, bundles};
use super::categories::frequent;
use super::keys::{from_key, key, tally};
use super::layout::{Bins, Column, Layout};
use crate::tree::Categories;
use crate::tree::kernel::WIDTH as LANES;
use crate::tree::sampling::lowest;
use ml_data::repr::{Dense, Float, RowSet, View};

/// Parameters of bins, under LightGBM's names.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Binning {
    pub(crate) max_bin: usize,
    pub(crate) min_data_in_bin: usize,
    pub(crate) bin_construct_sample_cnt: usize,
    /// Columns of category codes.
    pub(crate) categorical: Vec<usize>,
    /// Whether sparse columns may share a byte.
    pub(crate) enable_bundle: bool,
    pub(crate) seed: u64,
}

impl Default for Binning {
    fn default() -> Self {
        Self {
            max_bin: 255,
            min_data_in_bin: 3,
            bin_construct_sample_cnt: 200_000,
            categorical: Vec::new(),
            enable_bundle: false,
            seed: 0,
        }
    }
}

/// Rows that one task looks through.
const BLOCK: usize = 1024;

impl Layout {
    /// Learns the bins of every column of `x`; `counts` says how many rows each row stands for.
    pub(crate) fn learn<F: Float>(
        x: View<'_, Dense<F>>,
        counts: Option<&[u32]>,
        params: &Binning,
    ) -> Self {
        let missing = columns_with_missing(x);
        let sample = lowest(x.len(), params.bin_construct_sample_cnt, params.seed);
        let counts: Option<Vec<u32>> =
            counts.map(|counts| sample.iter().map(|&i| counts[i as usize]).collect());
        let list: Vec<u32> = sample
            .iter()
            .map(|&i| x.rows().get(i as usize) as u32)
            .collect();
        let sample = View::new(x.data(), RowSet::List(&list));
        Self::of_sample(sample, counts.as_deref(), &missing, params)
    }

    /// The same from the rows of the sample; `missing` says which columns lack values, there or in
    /// other rows.
    pub(super) fn of_sample<F: Float>(
        sample: View<'_, Dense<F>>,
        counts: Option<&[u32]>,
        missing: &[bool],
        params: &Binning,
    ) -> Self {
        let rows = counts.map_or(sample.len() as f64, |counts| {
            counts.iter().map(|&c| f64::from(c)).sum()
        });
        let width = sample.data().width();
        // Neighbours are read together, as they lie in the same cache lines.
        let together = width.div_ceil(rayon::current_num_threads()).clamp(1, LANES);
        let columns = (0..width.div_ceil(together))
            .into_par_iter()
            .flat_map_iter(|group| {
                let group = group * together..width.min((group + 1) * together);
                gather(sample, group.clone(), counts).into_iter().zip(group)
            })
            .filter_map(|(values, c)| {
                let values = tally(values.keys, values.rows);
                column(&values, c, missing[c], rows, params)
            })
            .collect();
        let mut layout = Self::new(columns);
        if params.enable_bundle {
            layout.bundle_sparse(sample);
        }
        layout
    }

    /// Columns of one byte that may share it with others.
    pub(super) fn sparse_columns(&self) -> Vec<u32> {
        let narrow = 0..self.narrow as u32;
        narrow
            .filter(|&c| self.columns[c as usize].sparse)
            .collect()
    }

    /// Lets sparse columns that do not meet in the sampled rows share bytes.
    fn bundle_sparse<F: Float>(&mut self, sample: View<'_, Dense<F>>) {
        let list = self.sparse_columns();
        if list.len() < 2 {
            return;
        }
        let columns = list.iter().map(|&c| self.columns[c as usize].clone());
        let cells = Self::new(columns.collect()).cells(sample);
        let sparse = list.par_iter().enumerate().filter_map(|(k, &column)| {
            let bins = self.columns[column as usize].bins();
            SparseColumn::of(column, bins, cells.slot(k))
        });
        let bundles = bundles(sparse.collect(), sample.len());
        self.bundle(&bundles);
    }
}

/// The bins of a column that holds these values in so many rows each, unless it is constant.
pub(super) fn column(
    values: &[(u64, u32)],
    source: usize,
    missing: bool,
    rows: f64,
    params: &Binning,
) -> Option<Column> {
    if params.categorical.contains(&source) {
        categories(values, source, missing, params)
    } else {
        numbers(values, source, missing, rows, params)
    }
}

/// The bins of a column of numbers, unless it is constant.
fn numbers(
    values: &[(u64, u32)],
    source: usize,
    missing: bool,
    rows: f64,
    params: &Binning,
) -> Option<Column> {
    let values = values
        .iter()
        .map(|&(key, rows)| (from_key(key), f64::from(rows)));
    let distinct = Distinct::from_sorted(values);
    let lacking = rows - distinct.counts.iter().sum::<f64>();
    let most = distinct.counts.iter().copied().fold(lacking, f64::max);
    let constant = distinct.values.len() + usize::from(missing) < 2;
    let bounds = if distinct.values.len() < 2 {
        Vec::new()
    } else {
        distinct.bounds(
            params.max_bin - usize::from(missing),
            params.min_data_in_bin,
        )
    };
    (!constant).then_some(Column {
        source: source as u32,
        bins: Bins::Numbers(bounds),
        missing,
        sparse: most >= USUAL * rows,
    })
}

/// The bins of a column of category codes, unless it is constant.
fn categories(
    values: &[(u64, u32)],
    source: usize,
    missing: bool,
    params: &Binning,
) -> Option<Column> {
    let mut counts: Vec<(u32, f64)> = Vec::new();
    let mut unusable = missing;
    for &(key, rows) in values {
        match (Categories::of(from_key(key)), counts.last_mut()) {
            (Some(category), Some((last, count))) if *last == category => *count += f64::from(rows),
            (Some(category), _) => counts.push((category, f64::from(rows))),
            (None, _) => unusable = true,
        }
    }
    let seen = counts.len();
    let kept = frequent(counts, unusable, params.max_bin, params.min_data_in_bin);
    (seen + usize::from(unusable) > 1).then_some(Column {
        source: source as u32,
        bins: Bins::Categories(kept),
        missing: true,
        sparse: false,
    })
}

/// For each column, whether any row lacks a value.
pub(super) fn columns_with_missing<F: Float>(x: View<'_, Dense<F>>) -> Vec<bool> {
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

/// Values of a column in the sampled rows, missing values left out.
struct Values {
    /// The values as sortable keys.
    keys: Vec<u64>,
    /// Number of rows that each stands for; empty where that is one.
    rows: Vec<u32>,
}

/// The values of some columns.
fn gather<F: Float>(
    x: View<'_, Dense<F>>,
    columns: std::ops::Range<usize>,
    counts: Option<&[u32]>,
) -> Vec<Values> {
    let empty = || Values {
        keys: Vec::with_capacity(x.len()),
        rows: Vec::with_capacity(counts.map_or(0, <[u32]>::len)),
    };
    let mut all: Vec<Values> = columns.clone().map(|_| empty()).collect();
    for (i, row) in x.iter().enumerate() {
        for (column, value) in all.iter_mut().zip(&row[columns.clone()]) {
            let value = value.f64();
            if !value.is_nan() {
                column.keys.push(key(value));
                column.rows.extend(counts.map(|counts| counts[i]));
            }
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn categories_are_kept_by_frequency() {
        let x: Vec<f64> = (0..600)
            .map(|i| match i % 6 {
                0..=2 => 7.0,
                3 | 4 => 2.5,
                _ if i % 4 == 1 => -3.0,
                _ => 900.0,
            })
            .collect();
        let x = Dense::from_rows(1, x).unwrap();
        let binning = Binning {
            categorical: vec![0],
            ..Binning::default()
        };
        let layout = Layout::learn(View::all(&x), None, &binning);
        let column = &layout.columns[0];
        assert!(matches!(&column.bins, Bins::Categories(c) if c[..] == [7, 2, 900]));
        assert!(column.missing && layout.narrow == 1);
    }

    #[test]
    fn many_categories_make_a_wide_column() {
        let x: Vec<f64> = (0..4000).map(|i| f64::from(i % 1000)).collect();
        let x = Dense::from_rows(2, x.iter().flat_map(|&v| [v, v]).collect()).unwrap();
        let binning = Binning {
            categorical: vec![0],
            ..Binning::default()
        };
        let layout = Layout::learn(View::all(&x), None, &binning);
        assert_eq!(layout.narrow, 1);
        assert_eq!(
            layout.columns.iter().map(|c| c.source).collect::<Vec<_>>(),
            [1, 0]
        );
        assert!(layout.columns[1].values() > 900);
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
        let bounds = |l: &Layout| match &l.columns[0].bins {
            Bins::Numbers(bounds) => bounds.clone(),
            Bins::Categories(_) => Vec::new(),
        };
        assert!(bounds(&a).len() > 8);
        assert_eq!(bounds(&a), bounds(&b));
    }
}
