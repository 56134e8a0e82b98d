//! Filling a row-major matrix by blocks of rows, on as many threads as there are: rows do not
//! depend on each other, so the result has the same bits for any thread count.

use super::{CellFn, CodeColumn, PerColumn};
use ml_data::repr::{Dense, Float, Repr};
use ml_data::{Error, Result};
use rayon::prelude::*;

/// Rows worked on at once: a block of all columns stays in the second-level cache.
const BLOCK: usize = 512;
/// Rows handed to a thread.
const CHUNK: usize = 8 * BLOCK;

/// Calls `fill(first_row, rows, out)` on blocks of a zeroed `n x width` matrix. Of several errors,
/// the one of the first block is returned, with its row counted from the start of the matrix.
pub(crate) fn spread<F: Float>(
    n: usize,
    width: usize,
    fill: impl Fn(usize, usize, &mut [F]) -> Result<()> + Sync,
) -> Result<Vec<F>> {
    let mut values = vec![F::default(); n * width];
    let blocks = |start: usize, out: &mut [F]| -> Result<()> {
        for (b, out) in out.chunks_mut(BLOCK * width).enumerate() {
            let first = start + b * BLOCK;
            fill(first, out.len() / width, out).map_err(|e| shift(e, first))?;
        }
        Ok(())
    };
    if width == 0 {
        // Nothing to write, but a block may still refuse its rows.
        for first in (0..n).step_by(BLOCK) {
            fill(first, BLOCK.min(n - first), &mut []).map_err(|e| shift(e, first))?;
        }
    } else if n <= CHUNK {
        blocks(0, &mut values)?;
    } else {
        let done: Vec<Result<()>> = values
            .par_chunks_mut(CHUNK * width)
            .enumerate()
            .map(|(c, out)| blocks(c * CHUNK, out))
            .collect();
        done.into_iter().collect::<Result<()>>()?;
    }
    Ok(values)
}

/// Counts the row of a cell error from further up.
fn shift(error: Error, by: usize) -> Error {
    match error {
        Error::Cell {
            column,
            row,
            expected,
            found,
        } => Error::Cell {
            column,
            row: row + by,
            expected,
            found,
        },
        other => other,
    }
}

/// A fitted step of some columns with its training matrix of `n` rows, whose `values` are not those
/// of the step itself: each row's come from other rows.
pub(crate) fn cross_fitted<C: CellFn>(
    positions: &[usize],
    columns: &[CodeColumn<'_>],
    learned: impl Iterator<Item = C>,
    n: usize,
    values: Vec<f64>,
) -> Result<(PerColumn<C>, Dense<f64>)> {
    let named = positions.iter().zip(columns).zip(learned);
    let fitted = PerColumn::new(named.map(|((p, column), cell)| (*p, column.name.into(), cell)));
    let out = if columns.is_empty() {
        // Values alone would not tell the number of rows.
        Repr::collect(fitted.names(), n, &mut |_, _| Ok(()))?
    } else {
        Dense::new(fitted.names(), values)?
    };
    Ok((fitted, out))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_error_wins_and_counts_rows_from_the_top() {
        let e = spread::<f64>(20_000, 1, |first, rows, _| {
            if first + rows > 6_000 {
                Err(Error::cell("c", 3, "a", "b"))
            } else {
                Ok(())
            }
        });
        let first = (6_000 / BLOCK) * BLOCK;
        assert_eq!(
            e.unwrap_err().to_string(),
            format!("column `c`, row {}: expected a, found b", first + 3)
        );
    }
}
