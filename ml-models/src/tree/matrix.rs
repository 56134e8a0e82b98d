//! What trees are learned from and predict: rows of numbers, with or without their zeros.

use super::bin::{Binning, Cells, Filler, Layout};
use super::predict::{Compiled, Scratch};
use ml_data::repr::{Dense, Float, Names, Repr, RowSet, Sparse, SparseRow, View};
use ml_data::{Error, Result};
use rayon::prelude::*;
use sealed::Columns;

/// Rows of numbers that trees take: [`Dense`], and [`Sparse`], whose zeros are not stored. Both give the same trees and
/// predictions, bit by bit.
#[diagnostic::on_unimplemented(
    message = "boosting does not learn from `{Self}` rows, nor predict them",
    label = "neither `Dense` nor `Sparse` rows",
    note = "the steps before it must produce the rows it reads: `Dense` or `Sparse`"
)]
pub trait Matrix: Columns {}

impl<F: Float> Matrix for Dense<F> {}
impl<F: Float> Matrix for Sparse<F> {}

pub(crate) mod sealed {
    use super::*;

    /// What differs between the two.
    pub trait Columns: Repr<Header = Names> {
        /// The bins of every column; `counts` says how many rows each row stands for.
        fn learn(x: View<'_, Self>, counts: Option<&[u32]>, params: &Binning) -> Layout;
        /// Writes the cells of all rows; the first of them is row `first` of the cells.
        fn fill(x: View<'_, Self>, filler: &Filler<'_>, cells: &mut Cells, first: usize);
        /// A number of a row.
        fn value(row: Self::Row<'_>, column: usize) -> f64;
        /// Appends what tells a row from others.
        fn bytes(row: Self::Row<'_>, to: &mut Vec<u8>);
        /// Refuses a row of other columns than so many.
        fn check_row(row: Self::Row<'_>, width: usize) -> Result<()>;
        /// The scores of a row of so many columns.
        fn add_row(
            model: &Compiled,
            row: Self::Row<'_>,
            width: usize,
            scratch: &mut Scratch,
            out: &mut [f64],
        );
        /// The scores of all rows, row after row.
        fn scores(model: &Compiled, x: View<'_, Self>) -> Result<Vec<f64>>;
        /// The leaf of every row in every tree, row after row.
        fn leaves(model: &Compiled, x: View<'_, Self>) -> Result<Vec<u32>>;
    }
}

impl<F: Float> Columns for Dense<F> {
    fn learn(x: View<'_, Self>, counts: Option<&[u32]>, params: &Binning) -> Layout {
        Layout::learn(x, counts, params)
    }

    fn fill(x: View<'_, Self>, filler: &Filler<'_>, cells: &mut Cells, first: usize) {
        filler.fill(cells, first, x);
    }

    #[inline]
    fn value(row: &[F], column: usize) -> f64 {
        row[column].f64()
    }

    fn bytes(row: &[F], to: &mut Vec<u8>) {
        to.extend(row.iter().flat_map(|v| v.f64().to_bits().to_le_bytes()));
    }

    fn check_row(row: &[F], width: usize) -> Result<()> {
        Error::check_len("features of a row", width, row.len())
    }

    fn add_row(model: &Compiled, row: &[F], _: usize, scratch: &mut Scratch, out: &mut [f64]) {
        model.row(row, scratch, out);
    }

    fn scores(model: &Compiled, x: View<'_, Self>) -> Result<Vec<f64>> {
        Ok(model.scores(x))
    }

    fn leaves(model: &Compiled, x: View<'_, Self>) -> Result<Vec<u32>> {
        Ok(model.leaves(x))
    }
}

impl<F: Float> Columns for Sparse<F> {
    fn learn(x: View<'_, Self>, counts: Option<&[u32]>, params: &Binning) -> Layout {
        Layout::learn_sparse(x, counts, params)
    }

    fn fill(x: View<'_, Self>, filler: &Filler<'_>, cells: &mut Cells, first: usize) {
        filler.fill_sparse(cells, first, x);
    }

    fn value(row: SparseRow<'_, F>, column: usize) -> f64 {
        let found = row.indices.binary_search(&(column as u32));
        found.map_or(0.0, |at| row.values[at].f64())
    }

    fn bytes(row: SparseRow<'_, F>, to: &mut Vec<u8>) {
        to.extend((row.indices.len() as u32).to_le_bytes());
        for (&c, v) in row.indices.iter().zip(row.values) {
            to.extend(c.to_le_bytes());
            to.extend(v.f64().to_bits().to_le_bytes());
        }
    }

    fn check_row(row: SparseRow<'_, F>, width: usize) -> Result<()> {
        Error::check_len(
            "values of a sparse row",
            row.indices.len(),
            row.values.len(),
        )?;
        match row.indices.iter().find(|&&c| c as usize >= width) {
            None => Ok(()),
            Some(c) => Err(Error::Data(format!(
                "sparse row: expected column numbers below {width}, found {c}"
            ))),
        }
    }

    fn add_row(
        model: &Compiled,
        row: SparseRow<'_, F>,
        width: usize,
        scratch: &mut Scratch,
        out: &mut [f64],
    ) {
        let mut zeros = std::mem::take(&mut scratch.zeros);
        if zeros.len() < width {
            zeros.resize(width, 0.0);
        }
        put(row, &mut zeros);
        model.row(&zeros, scratch, out);
        take_out(row, &mut zeros);
        scratch.zeros = zeros;
    }

    fn scores(model: &Compiled, x: View<'_, Self>) -> Result<Vec<f64>> {
        in_blocks(x, |x| model.scores(x))
    }

    fn leaves(model: &Compiled, x: View<'_, Self>) -> Result<Vec<u32>> {
        in_blocks(x, |x| model.leaves(x))
    }
}

/// Writes a row's values over zeros.
fn put<F: Float>(row: SparseRow<'_, F>, zeros: &mut [f64]) {
    for (&c, v) in row.indices.iter().zip(row.values) {
        zeros[c as usize] = v.f64();
    }
}

/// Makes them zeros again.
fn take_out<F: Float>(row: SparseRow<'_, F>, zeros: &mut [f64]) {
    row.indices.iter().for_each(|&c| zeros[c as usize] = 0.0);
}

/// Numbers of a block with its zeros, and rows of it at most.
const NUMBERS: usize = 1 << 18;
const ROWS: usize = 1 << 12;

/// What `each` says of blocks of rows with their zeros, one block after the other.
fn in_blocks<F: Float, T: Send>(
    x: View<'_, Sparse<F>>,
    each: impl Fn(View<'_, Dense<f64>>) -> Vec<T> + Sync,
) -> Result<Vec<T>> {
    let names = x.data().names();
    let width = names.len();
    let size = (NUMBERS / width.max(1)).clamp(1, ROWS);
    let starts: Vec<usize> = (0..x.len()).step_by(size).collect();
    let blocks: Vec<Vec<T>> = starts
        .into_par_iter()
        .map_init(Vec::new, |zeros: &mut Vec<f64>, from| {
            let rows = from..x.len().min(from + size);
            zeros.resize(size * width, 0.0);
            for (row, zeros) in rows.clone().zip(zeros.chunks_mut(width.max(1))) {
                put(x.row(row), zeros);
            }
            let block = Dense::new(names.clone(), std::mem::take(zeros))?;
            let said = each(View::new(&block, RowSet::Range(0, rows.len())));
            *zeros = block.into_values();
            for (row, zeros) in rows.zip(zeros.chunks_mut(width.max(1))) {
                take_out(x.row(row), zeros);
            }
            Ok(said)
        })
        .collect::<Result<_>>()?;
    Ok(blocks.into_iter().flatten().collect())
}
