//! Which columns are worth splitting on, and the bins of each.

use rayon::prelude::*;

use super::bounds::Distinct;
use super::bundle::{Sparse, USUAL, bundles};
use super::categories::frequent;
use super::keys::{from_key, key, tally};
use super::slots::{Bundle, Slots};
use crate::tree::Categories;
use crate::tree::kernel::WIDTH as LANES;
use crate::tree::sampling::choose;
use ml_data::repr::{Dense, Float, RowSet, Rows, View};

/// How bins are learned, under LightGBM's names.
#[derive(Debug, Clone)]
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

/// One column of the binned matrix.
#[derive(Debug, Clone)]
pub(crate) struct Column {
    /// Position of the column in the matrix it was learned from.
    pub(crate) source: u32,
    pub(crate) bins: Bins,
    /// Whether the bin after the last one is in use: for values that were missing in training, and for rare categories.
    pub(crate) missing: bool,
    /// Whether most sampled rows have one value.
    pub(crate) sparse: bool,
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
    pub(crate) fn bins(&self) -> usize {
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
    /// Where the training cells are in a row.
    pub(crate) slots: Slots,
    /// Where the bins of each slot begin in a histogram, and where the last one's end. Slots of one byte whose bins are mostly
    /// in use begin [`NARROW`] apart, so that counting need not look their beginnings up.
    pub(crate) offsets: Vec<u32>,
}

/// Rows that one task looks through.
const BLOCK: usize = 1024;

impl Layout {
    pub(crate) fn new(mut columns: Vec<Column>) -> Self {
        columns.sort_by_key(Column::is_wide);
        let narrow = columns.partition_point(|c| !c.is_wide());
        let mut layout = Self {
            slots: Slots::default(),
            narrow,
            columns,
            offsets: Vec::new(),
        };
        layout.bundle(&[]);
        layout
    }

    /// Gives each bundle of columns one byte and makes room for all bins.
    pub(super) fn bundle(&mut self, bundles: &[Bundle]) {
        let bins: Vec<usize> = self.columns.iter().map(Column::bins).collect();
        self.slots = Slots::new(&bins, self.narrow, bundles);
        let mut used = vec![0; self.slots.len()];
        for (place, bins) in self.slots.iter().zip(bins) {
            let used = &mut used[place.slot as usize];
            *used += match place.share {
                Some(_) => bins - usize::from(*used > 0),
                None => bins,
            };
        }
        let narrow = used.len() - self.slots.wide;
        let spaced = 2 * used[..narrow].iter().sum::<usize>() >= narrow * NARROW;
        if spaced {
            used[..narrow].fill(NARROW);
        }
        self.offsets = std::iter::once(0)
            .chain(used.iter().scan(0, |end, &bins| {
                *end += bins as u32;
                Some(*end)
            }))
            .collect();
    }

    /// A slot for every column.
    pub(super) fn slots_alone(&self) -> Slots {
        let bins: Vec<usize> = self.columns.iter().map(Column::bins).collect();
        Slots::new(&bins, self.narrow, &[])
    }

    /// Takes some columns out of their bundles.
    pub(super) fn separate(&mut self, columns: &[u32]) {
        let mut bundles: Vec<Bundle> = vec![Vec::new(); self.slots.len()];
        for (column, place) in (0..).zip(self.slots.iter()) {
            if let Some(share) = place.share
                && !columns.contains(&column)
            {
                bundles[place.slot as usize].push((column, share.usual));
            }
        }
        bundles.retain(|b| b.len() > 1);
        self.bundle(&bundles);
    }

    /// The bins of a column in a histogram of rows whose sum is `total`; put together in `scratch` where it shares a byte.
    pub(crate) fn bins_of<'a>(
        &self,
        column: usize,
        hist: &'a [u64],
        total: u64,
        scratch: &'a mut Vec<u64>,
    ) -> &'a [u64] {
        let place = self.slots.place(column);
        let bins = self.columns[column].bins();
        let hist = &hist[self.offsets[place.slot as usize] as usize..];
        let Some(share) = place.share else {
            return &hist[..bins];
        };
        scratch.clear();
        scratch.extend((0..bins as u16).map(|bin| hist[usize::from(share.code(bin))]));
        let usual = usize::from(share.usual);
        scratch[usual] = 0;
        let others = scratch
            .iter()
            .fold(0, |sum: u64, bin| sum.wrapping_add(*bin));
        scratch[usual] = total.wrapping_sub(others);
        scratch
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
        let count = |&i: &u32| counts.map_or(1.0, |c| f64::from(c[i as usize]));
        let rows: f64 = sample.iter().map(count).sum();
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
                    numbers(&values, c, missing[c], rows, params)
                }
            })
            .collect();
        let mut layout = Self::new(columns);
        if params.enable_bundle {
            layout.bundle_sparse(View::new(x.data(), RowSet::List(&in_matrix(x, &sample))));
        }
        layout
    }

    /// Lets sparse columns that do not meet in the sampled rows share bytes.
    fn bundle_sparse<F: Float>(&mut self, sample: View<'_, Dense<F>>) {
        let narrow = 0..self.narrow as u32;
        let list: Vec<u32> = narrow
            .filter(|&c| self.columns[c as usize].sparse)
            .collect();
        if list.len() < 2 {
            return;
        }
        let columns = list.iter().map(|&c| self.columns[c as usize].clone());
        let cells = Self::new(columns.collect()).cells(sample);
        let sparse = list.par_iter().enumerate().filter_map(|(k, &column)| {
            let bins = self.columns[column as usize].bins();
            Sparse::of(column, bins, cells.slot(k))
        });
        let bundles = bundles(sparse.collect(), sample.len());
        self.bundle(&bundles);
    }

    /// Entries of a histogram.
    pub(crate) fn bins(&self) -> usize {
        self.offsets[self.slots.len()] as usize
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

/// Positions of some rows of a view in the matrix behind it.
fn in_matrix<R: Rows>(x: View<'_, R>, rows: &[u32]) -> Vec<u32> {
    rows.iter()
        .map(|&i| x.rows().get(i as usize) as u32)
        .collect()
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
