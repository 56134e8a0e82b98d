//! Bins and cells of rows of mostly zeros: by the values that are stored, zeros are never looked at
//! one by one.

use rayon::prelude::*;

use super::bundle::{SparseColumn, bundles};
use super::cells::Cells;
use super::fill::{BLOCK, Block, Filler};
use super::keys::{key, tally};
use super::layout::Layout;
use super::learn::{Binning, column};
use crate::tree::sampling::lowest;
use ml_data::repr::{Float, Sparse, View};

/// The stored values of the sampled rows, column after column.
struct Stored {
    /// Beginning of each column, and the end.
    starts: Vec<usize>,
    /// Position in the sample, and value.
    cells: Vec<(u32, f64)>,
}

impl Stored {
    fn of<F: Float>(x: View<'_, Sparse<F>>, sample: &[u32]) -> Self {
        let mut starts = vec![0; x.data().names().len() + 1];
        let rows = || sample.iter().map(|&i| x.row(i as usize));
        for row in rows() {
            row.indices
                .iter()
                .for_each(|&c| starts[c as usize + 1] += 1);
        }
        (1..starts.len()).for_each(|c| starts[c] += starts[c - 1]);
        let mut next = starts.clone();
        let mut cells = vec![(0, 0.0); starts[starts.len() - 1]];
        for (at, row) in (0..).zip(rows()) {
            for (&c, value) in row.indices.iter().zip(row.values) {
                cells[next[c as usize]] = (at, value.f64());
                next[c as usize] += 1;
            }
        }
        Self { starts, cells }
    }

    fn column(&self, c: usize) -> &[(u32, f64)] {
        &self.cells[self.starts[c]..self.starts[c + 1]]
    }
}

impl Layout {
    /// Learns the bins that [`Layout::learn`] would learn from the same rows with their zeros.
    pub(crate) fn learn_sparse<F: Float>(
        x: View<'_, Sparse<F>>,
        counts: Option<&[u32]>,
        params: &Binning,
    ) -> Self {
        let missing = columns_with_missing(x);
        let sample = lowest(x.len(), params.bin_construct_sample_cnt, params.seed);
        let stored = Stored::of(x, &sample);
        let count = |at: u32| counts.map_or(1, |counts| counts[sample[at as usize] as usize]);
        let rows: u64 = (0..sample.len() as u32)
            .map(|at| u64::from(count(at)))
            .sum();
        let learn = |c: usize| {
            let cells = stored.column(c);
            let there = cells.iter().filter(|cell| !cell.1.is_nan());
            let keys = there.clone().map(|cell| key(cell.1)).collect();
            let numbers = there.map(|cell| count(cell.0));
            let mut values = tally(keys, counts.map_or_else(Vec::new, |_| numbers.collect()));
            let others: u64 = cells.iter().map(|cell| u64::from(count(cell.0))).sum();
            add_zeros(&mut values, rows - others);
            column(&values, c, missing[c], rows as f64, params)
        };
        let mut layout = Self::new(
            (0..missing.len())
                .into_par_iter()
                .filter_map(learn)
                .collect(),
        );
        if params.enable_bundle {
            layout.bundle_stored(&stored, sample.len());
        }
        layout
    }

    /// Lets columns that are 0 nearly everywhere, and do not meet in the sampled rows, share bytes.
    fn bundle_stored(&mut self, stored: &Stored, rows: usize) {
        let filler = Filler::new(self);
        let sparse = self.sparse_columns().into_par_iter().map(|column| {
            let c = column as usize;
            let zero = filler.bin(c, 0.0);
            let cells = stored.column(self.columns[c].source as usize);
            let others = cells.iter().filter(|cell| filler.bin(c, cell.1) != zero);
            SparseColumn {
                column,
                bins: self.columns[c].bins(),
                usual: zero as u8,
                rows: others.map(|cell| cell.0).collect(),
            }
        });
        let sparse = sparse.filter(|column| column.is_sparse(rows)).collect();
        self.bundle(&bundles(sparse, rows));
    }
}

/// Adds rows of zeros to what a column holds.
fn add_zeros(values: &mut Vec<(u64, u32)>, rows: u64) {
    let rows = u32::try_from(rows).unwrap_or(u32::MAX);
    if rows == 0 {
        return;
    }
    match values.binary_search_by_key(&key(0.0), |v| v.0) {
        Ok(at) => values[at].1 = values[at].1.saturating_add(rows),
        Err(at) => values.insert(at, (key(0.0), rows)),
    }
}

/// For each column, whether any row stores a missing value.
fn columns_with_missing<F: Float>(x: View<'_, Sparse<F>>) -> Vec<bool> {
    let mut missing = vec![false; x.data().names().len()];
    for row in x.iter() {
        for (&c, value) in row.indices.iter().zip(row.values) {
            missing[c as usize] |= value.f64().is_nan();
        }
    }
    missing
}

/// The cells of a row without stored values, and where the others go.
struct Template<'a> {
    filler: &'a Filler<'a>,
    row: Vec<u8>,
    /// The column of the layout for each column of the matrix, or [`NONE`].
    columns: Vec<u32>,
}

/// Of a column that is not in the layout.
const NONE: u32 = u32::MAX;

impl<'a> Template<'a> {
    fn new(filler: &'a Filler<'a>, cells: &Cells, width: usize) -> Self {
        let mut columns = vec![NONE; width];
        let mut row = vec![0; cells.stride];
        for (c, column) in filler.layout.columns.iter().enumerate() {
            columns[column.source as usize] = c as u32;
            let (place, zero) = (cells.slots.place(c), filler.bin(c, 0.0));
            let at = cells.slots.at(place.slot as usize);
            match place.share {
                // A column whose usual bin is not that of 0 would meet all others of its byte.
                Some(share) if share.code(zero) != 0 => filler.meets(c),
                Some(_) => {}
                None if cells.slots.is_narrow(place.slot as usize) => row[at] = zero as u8,
                None => row[at..at + 2].copy_from_slice(&zero.to_le_bytes()),
            }
        }
        Self {
            filler,
            row,
            columns,
        }
    }

    /// Writes a row of a block.
    fn write(
        &self,
        to: &mut Block<'_>,
        at: usize,
        indices: &[u32],
        values: impl Iterator<Item = f64>,
    ) {
        let (stride, slots) = (to.stride, to.slots);
        let line = &mut to.bytes[at * stride..][..stride];
        line.copy_from_slice(&self.row);
        for (slot, again) in to.by_slot.iter_mut().enumerate() {
            again[at] = self.row[slot];
        }
        for (&source, value) in indices.iter().zip(values) {
            let c = self.columns[source as usize];
            if c == NONE {
                continue;
            }
            let (place, bin) = (slots.place(c as usize), self.filler.bin(c as usize, value));
            let slot = place.slot as usize;
            let begin = slots.at(slot);
            let Some(again) = to.by_slot.get_mut(slot) else {
                line[begin..begin + 2].copy_from_slice(&bin.to_le_bytes());
                continue;
            };
            let code = match place.share {
                Some(share) => share.code(bin),
                None => bin as u8,
            };
            if place.share.is_some() && code != 0 && line[begin] != 0 {
                self.filler.meets(c as usize);
            }
            if place.share.is_none() || code != 0 {
                (line[begin], again[at]) = (code, code);
            }
        }
    }
}

impl Filler<'_> {
    /// Writes the cells of all rows of `x`; the first of them is row `first` of the cells.
    pub(crate) fn fill_sparse<F: Float>(
        &self,
        cells: &mut Cells,
        first: usize,
        x: View<'_, Sparse<F>>,
    ) {
        let template = Template::new(self, cells, x.data().names().len());
        self.blocks(cells, first, x.len(), |block, mut part| {
            for at in 0..part.bytes.len() / part.stride {
                let row = x.row(block * BLOCK + at);
                let values = row.values.iter().map(|v| v.f64());
                template.write(&mut part, at, row.indices, values);
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ml_data::prelude::*;

    /// The same rows with and without their zeros.
    fn both(width: usize, values: Vec<f64>) -> (Dense, Sparse) {
        let names = Names::numbered(width);
        let sparse = Sparse::collect(names, values.len() / width, &mut |i, buf| {
            for (c, &v) in values[i * width..][..width].iter().enumerate() {
                // Some zeros are stored, too.
                if v != 0.0 || (i + c) % 13 == 0 {
                    buf.indices.push(c as u32);
                    buf.values.push(v);
                }
            }
            Ok(())
        });
        (Dense::from_rows(width, values).unwrap(), sparse.unwrap())
    }

    fn values(n: usize) -> Vec<f64> {
        let cell = |i: usize, c: usize| match c {
            0 if i.is_multiple_of(3) => (i % 19) as f64 - 9.0,
            1 => 5.0 + (i % 4) as f64,
            2 if i.is_multiple_of(31) => f64::NAN,
            2 if i.is_multiple_of(7) => -0.0,
            3 if i.is_multiple_of(2) => (i % 700) as f64,
            4 if i.is_multiple_of(10) => 1.0,
            5 if i % 10 == 3 => (i % 6) as f64,
            6 if i % 10 == 7 => 2.5,
            7 => (i % 5) as f64,
            _ => 0.0,
        };
        (0..n)
            .flat_map(|i| (0..9).map(move |c| cell(i, c)))
            .collect()
    }

    #[test]
    fn bins_and_cells_are_those_of_the_rows_with_their_zeros() {
        let (dense, sparse) = both(9, values(6000));
        let counts: Vec<u32> = (0..6000).map(|i| 1 + i % 3).collect();
        for (enable_bundle, max_bin, counts) in [
            (false, 255, None),
            (true, 255, None),
            (true, 500, Some(&counts[..])),
            (false, 9, Some(&counts[..])),
        ] {
            let params = Binning {
                enable_bundle,
                max_bin,
                bin_construct_sample_cnt: 5000,
                categorical: vec![7],
                ..Binning::default()
            };
            let mut a = Layout::learn(View::all(&dense), counts, &params);
            let mut b = Layout::learn_sparse(View::all(&sparse), counts, &params);
            assert_eq!(format!("{:?}", a.columns), format!("{:?}", b.columns));
            let (x, y) = (a.cells(View::all(&dense)), b.cells(View::all(&sparse)));
            assert!(x.bytes[..] == y.bytes[..] && x.by_slot == y.by_slot);
            let x = a.training_cells(View::all(&dense));
            let y = b.training_cells(View::all(&sparse));
            assert_eq!(enable_bundle, a.slots.len() < a.columns.len());
            assert!(format!("{:?}", a.slots) == format!("{:?}", b.slots));
            assert!(x.bytes[..] == y.bytes[..] && x.by_slot == y.by_slot);
        }
    }

    #[test]
    fn columns_that_meet_in_a_row_beyond_the_sample_are_parted() {
        let mut values = vec![0.0; 3 * 4000];
        for i in 0..4000 {
            values[3 * i + i % 3] = f64::from(u8::from(i % 5 == 0));
        }
        values[3 * 3990] = 1.0;
        values[3 * 3990 + 1] = 1.0;
        let (_, sparse) = both(3, values);
        let params = Binning {
            enable_bundle: true,
            bin_construct_sample_cnt: 500,
            ..Binning::default()
        };
        let mut layout = Layout::learn_sparse(View::all(&sparse), None, &params);
        assert_eq!(layout.slots.len(), 1);
        layout.training_cells(View::all(&sparse));
        assert_eq!(layout.slots.len(), 2);
    }
}
