//! Which columns are worth splitting on, and the bins of each.

use std::ops::Range;

use rayon::prelude::*;

use super::bounds::Distinct;
use super::categories::frequent;
use super::keys::{from_key, key, tally};
use crate::tree::Categories;
use crate::tree::kernel::WIDTH as LANES;
use crate::tree::sampling::choose;
use ml_data::repr::{Dense, Float, View};

/// How bins are learned, under LightGBM's names.
#[derive(Debug, Clone)]
pub(crate) struct Binning {
    pub(crate) max_bin: usize,
    pub(crate) min_data_in_bin: usize,
    pub(crate) bin_construct_sample_cnt: usize,
    /// Columns of category codes.
    pub(crate) categorical: Vec<usize>,
    pub(crate) seed: u64,
}

impl Default for Binning {
    fn default() -> Self {
        Self {
            max_bin: 255,
            min_data_in_bin: 3,
            bin_construct_sample_cnt: 200_000,
            categorical: Vec::new(),
            seed: 0,
        }
    }
}

/// One column of the binned matrix.
#[derive(Debug, Clone)]
pub(crate) struct Column {
    /// Position of the column in the matrix it was learned from.
    pub(crate) source: u32,
    pub(crate) bins: Bins,
    /// Whether the bin after the last one is in use: for values that were missing in training, and for rare categories.
    pub(crate) missing: bool,
}

/// What each bin holds.
#[derive(Debug, Clone)]
pub(crate) enum Bins {
    /// Upper boundaries of the bins, the last bin's (infinity) left out.
    Numbers(Vec<f64>),
    /// The category of each bin, frequent ones first.
    Categories(Vec<u32>),
}

/// Most bins of a column, the missing one included, whose cells take a byte.
pub(crate) const NARROW: usize = 256;

impl Column {
    /// Number of bins that hold values; also the number of the bin of missing values.
    pub(crate) fn values(&self) -> usize {
        match &self.bins {
            Bins::Numbers(bounds) => bounds.len() + 1,
            Bins::Categories(categories) => categories.len(),
        }
    }

    /// Bins in use.
    fn bins(&self) -> usize {
        self.values() + usize::from(self.missing)
    }

    pub(crate) fn is_categorical(&self) -> bool {
        matches!(self.bins, Bins::Categories(_))
    }

    /// Whether a cell needs two bytes. Values not seen in training take the bin after the last one, too.
    fn is_wide(&self) -> bool {
        self.values() >= NARROW
    }
}

/// The columns worth splitting on, and where the bins of each begin in a histogram.
#[derive(Debug, Clone)]
pub(crate) struct Layout {
    /// Those of one byte first.
    pub(crate) columns: Vec<Column>,
    /// How many have one byte.
    pub(crate) narrow: usize,
    /// Where the bins of each column begin, and where the last one's end. Columns of one byte whose bins are mostly in use
    /// begin [`NARROW`] apart, so that counting need not look their beginnings up.
    pub(crate) offsets: Vec<u32>,
}

/// Rows that one task looks through.
const BLOCK: usize = 1024;

impl Layout {
    pub(crate) fn new(mut columns: Vec<Column>) -> Self {
        columns.sort_by_key(Column::is_wide);
        let narrow = columns.partition_point(|c| !c.is_wide());
        let used: usize = columns[..narrow].iter().map(Column::bins).sum();
        let spaced = 2 * used >= narrow * NARROW;
        let mut offsets = vec![0];
        for (c, column) in columns.iter().enumerate() {
            let room = if spaced && c < narrow {
                NARROW
            } else {
                column.bins()
            };
            offsets.push(offsets[c] + room as u32);
        }
        Self {
            narrow,
            columns,
            offsets,
        }
    }

    /// Where the bins of a column are in a histogram.
    pub(crate) fn bins_of(&self, column: usize) -> Range<usize> {
        let from = self.offsets[column] as usize;
        from..from + self.columns[column].bins()
    }

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
        let width = x.data().width();
        let columns = (0..width.div_ceil(LANES))
            .into_par_iter()
            .flat_map_iter(|group| {
                let group = group * LANES..width.min((group + 1) * LANES);
                let values = gather(x, group.clone(), &sample, counts);
                values.into_iter().zip(group).collect::<Vec<_>>()
            })
            .filter_map(|(values, c)| {
                if params.categorical.contains(&c) {
                    categories(&values, c, missing[c], params)
                } else {
                    numbers(&values, c, missing[c], params)
                }
            })
            .collect();
        Self::new(columns)
    }

    /// Entries of a histogram.
    pub(crate) fn bins(&self) -> usize {
        self.offsets[self.columns.len()] as usize
    }
}

/// The bins of a column of numbers, unless it is constant.
fn numbers(
    values: &[(u64, u32)],
    source: usize,
    missing: bool,
    params: &Binning,
) -> Option<Column> {
    let values = values
        .iter()
        .map(|&(key, rows)| (from_key(key), f64::from(rows)));
    let distinct = Distinct::from_sorted(values);
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
    })
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

/// The values of some columns in the sampled rows, each value as a sortable key with its number of rows, ascending; missing
/// ones are left out.
fn gather<F: Float>(
    x: View<'_, Dense<F>>,
    columns: std::ops::Range<usize>,
    sample: &[u32],
    counts: Option<&[u32]>,
) -> Vec<Vec<(u64, u32)>> {
    let mut keys = vec![Vec::with_capacity(sample.len()); columns.len()];
    let mut rows = vec![Vec::new(); columns.len()];
    for &i in sample {
        let row = &x.row(i as usize)[columns.clone()];
        for (column, value) in row.iter().enumerate() {
            let value = value.f64();
            if !value.is_nan() {
                keys[column].push(key(value));
                if let Some(counts) = counts {
                    rows[column].push(counts[i as usize]);
                }
            }
        }
    }
    let both = keys.into_iter().zip(rows);
    both.map(|(keys, rows)| tally(keys, rows)).collect()
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
