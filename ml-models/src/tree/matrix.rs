//! What trees are learned from and predict: rows of numbers, with or without their zeros.
//!
//! [`Matrix`] is what users see, a bound on rows. Behind it each row type turns into
//! [`AnyView`] or [`AnyRow`], so that binning, training and prediction are compiled here, once for
//! each of the four types, and not again in every program that fits a model.

use super::bin::{Binning, Cells, Filler, Layout};
use super::predict::{Compiled, Scratch};
use super::shape::Tree;
use ml_data::for_any;
use ml_data::repr::{AnyRow, AnyView, Dense, Float, Names, Repr, RowSet, Sparse, SparseRow, View};
use ml_data::{Error, Result};
use rayon::prelude::*;

/// Rows of numbers that trees take: [`Dense`], and [`Sparse`], whose zeros are not stored. Both give the same trees and
/// predictions, bit by bit.
#[diagnostic::on_unimplemented(
    message = "boosting does not learn from `{Self}` rows, nor predict them",
    label = "neither `Dense` nor `Sparse` rows",
    note = "the steps before it must produce the rows it reads: `Dense` or `Sparse`"
)]
pub trait Matrix: sealed::Erase {}

impl<F: Float> Matrix for Dense<F> {}
impl<F: Float> Matrix for Sparse<F> {}

pub(crate) mod sealed {
    use super::*;

    /// Rows whose type can be forgotten.
    pub trait Erase: Repr<Header = Names> {
        fn any_view(x: View<'_, Self>) -> AnyView<'_>;
        fn any_row<'a>(row: Self::Row<'a>) -> AnyRow<'a>;
    }
}

impl<F: Float> sealed::Erase for Dense<F> {
    fn any_view(x: View<'_, Self>) -> AnyView<'_> {
        x.into()
    }

    #[inline]
    fn any_row<'a>(row: Self::Row<'a>) -> AnyRow<'a> {
        row.into()
    }
}

impl<F: Float> sealed::Erase for Sparse<F> {
    fn any_view(x: View<'_, Self>) -> AnyView<'_> {
        x.into()
    }

    #[inline]
    fn any_row<'a>(row: Self::Row<'a>) -> AnyRow<'a> {
        row.into()
    }
}

/// The bins of every column; `counts` says how many rows each row stands for.
pub(crate) fn learn_layout(x: AnyView<'_>, counts: Option<&[u32]>, params: &Binning) -> Layout {
    for_any!(AnyView, x, x => Layout::learn(x, counts, params), Layout::learn_sparse(x, counts, params))
}

/// Writes the cells of all rows; the first of them is row `first` of the cells.
pub(crate) fn fill_cells(x: AnyView<'_>, filler: &Filler<'_>, cells: &mut Cells, first: usize) {
    for_any!(AnyView, x, x => filler.fill(cells, first, x), filler.fill_sparse(cells, first, x));
}

/// The scores of all rows, row after row.
pub(super) fn scores(model: &Compiled, x: AnyView<'_>) -> Result<Vec<f64>> {
    for_any!(AnyView, x, x => Ok(model.scores(x)), in_blocks(x, |x| model.scores(x)))
}

/// The leaf of every row in every tree, row after row.
pub(super) fn leaves(model: &Compiled, x: AnyView<'_>) -> Result<Vec<u32>> {
    for_any!(AnyView, x, x => Ok(model.leaves(x)), in_blocks(x, |x| model.leaves(x)))
}

/// The leaf of every row in a tree that is not compiled.
pub(crate) fn leaves_of_tree(tree: &Tree, x: AnyView<'_>) -> Vec<u32> {
    for_any!(
        AnyView,
        x,
        x => each_row(x.len(), |i| {
            let row = x.row(i);
            tree.leaf_of(|feature| row[feature].f64()) as u32
        }),
        each_row(x.len(), |i| {
            let row = x.row(i);
            tree.leaf_of(|feature| value(row, feature)) as u32
        })
    )
}

fn each_row(rows: usize, leaf: impl Fn(usize) -> u32 + Sync + Send) -> Vec<u32> {
    let all = (0..rows).into_par_iter().with_min_len(super::math::PIECE);
    all.map(leaf).collect()
}

/// A number of a sparse row.
fn value<F: Float>(row: SparseRow<'_, F>, column: usize) -> f64 {
    let found = row.indices.binary_search(&(column as u32));
    found.map_or(0.0, |at| row.values[at].f64())
}

/// Appends the bytes of row `i`, which tell it from others.
pub(crate) fn row_bytes(x: AnyView<'_>, i: usize, to: &mut Vec<u8>) {
    for_any!(
        AnyView,
        x,
        x => to.extend(x.row(i).iter().flat_map(|v| v.f64().to_bits().to_le_bytes())),
        {
            let row = x.row(i);
            to.extend((row.indices.len() as u32).to_le_bytes());
            for (&c, v) in row.indices.iter().zip(row.values) {
                to.extend(c.to_le_bytes());
                to.extend(v.f64().to_bits().to_le_bytes());
            }
        }
    );
}

/// The scores of a row of `width` columns.
pub(super) fn add_row(
    model: &Compiled,
    row: AnyRow<'_>,
    width: usize,
    scratch: &mut Scratch,
    out: &mut [f64],
) -> Result<()> {
    for_any!(
        AnyRow,
        row,
        row => {
            Error::check_len("features of a row", width, row.len())?;
            model.row(row, scratch, out);
        },
        {
            check_sparse(row, width)?;
            let mut zeros = std::mem::take(&mut scratch.zeros);
            if zeros.len() < width {
                zeros.resize(width, 0.0);
            }
            put(row, &mut zeros);
            model.row(&zeros, scratch, out);
            take_out(row, &mut zeros);
            scratch.zeros = zeros;
        }
    );
    Ok(())
}

/// Refuses a row of other columns than so many.
fn check_sparse<F: Float>(row: SparseRow<'_, F>, width: usize) -> Result<()> {
    Error::check_len(
        "values of a sparse row",
        row.indices.len(),
        row.values.len(),
    )?;
    match row.indices.iter().find(|&&c| c as usize >= width) {
        None => Ok(()),
        Some(c) => Err(Error::value(
            "sparse row",
            format!("column numbers below {width}"),
            c,
        )),
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
