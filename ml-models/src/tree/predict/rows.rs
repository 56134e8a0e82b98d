//! Prediction of rows of either kind: sparse ones get their zeros back, a block at a time.

use rayon::prelude::*;

use super::{Compiled, Scratch};
use crate::tree::Tree;
use crate::tree::math::PIECE;
use ml_data::for_any;
use ml_data::repr::{AnyRow, AnyView, Dense, Float, RowSet, Sparse, SparseRow, View};
use ml_data::{Error, Result};

/// The scores of all rows, row after row.
pub(in crate::tree) fn scores(model: &Compiled, x: AnyView<'_>) -> Result<Vec<f64>> {
    for_any!(AnyView, x, x => Ok(model.scores(x)), in_blocks(x, |x| model.scores(x)))
}

/// The leaf of every row in every tree, row after row.
pub(in crate::tree) fn leaves(model: &Compiled, x: AnyView<'_>) -> Result<Vec<u32>> {
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
    let all = (0..rows).into_par_iter().with_min_len(PIECE);
    all.map(leaf).collect()
}

/// A number of a sparse row.
fn value<F: Float>(row: SparseRow<'_, F>, column: usize) -> f64 {
    let found = row.indices.binary_search(&(column as u32));
    found.map_or(0.0, |at| row.values[at].f64())
}

/// The scores of a row of `width` columns.
pub(in crate::tree) fn add_row(
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

/// Results of `each` for blocks of rows with their zeros, one block after the other.
pub(in crate::tree) fn in_blocks<F: Float, T: Send>(
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
