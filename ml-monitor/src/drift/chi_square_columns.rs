//! Chi-square tests of every column of two matrices of category codes.

use super::chi_square::{ChiSquareResult, chi_square_of_codes};
use super::code_counts::{BLOCK, CodeCounts, CodePairs};
use super::few_codes::FewCodes;
use crate::limits;
use ml_data::ndarray::{ArrayView1, ArrayView2, Axis};
use ml_data::{Error, Result};

/// [`chi_square`](crate::drift::chi_square()) of each column of two matrices of category codes,
/// which are counted where they are: all columns in one pass over the rows.
///
/// # Missing values
/// `u32::MAX` ([`MISSING_CODE`](ml_data::schema::MISSING_CODE)) is missing and left out.
///
/// # Errors
/// Another number of columns in `current`, a column without a row that has a category, a code past
/// [`limits::CODES`].
///
/// # Example
/// ```
/// use ml_data::ndarray::array;
/// use ml_monitor::drift::{chi_square, chi_square_columns};
///
/// let reference = array![[0, 7], [0, 7], [1, 8], [1, 7]];
/// let current = array![[1, 7], [1, 7], [0, 8]];
/// let tests = chi_square_columns(reference.view(), current.view(), false)?;
/// assert_eq!(tests[0], chi_square(&[2, 2], &[1, 2], false)?);
/// assert_eq!(tests[1], chi_square(&[3, 1], &[2, 1], false)?);
/// # Ok::<(), ml_data::Error>(())
/// ```
pub fn chi_square_columns(
    reference: ArrayView2<'_, u32>,
    current: ArrayView2<'_, u32>,
    correction: bool,
) -> Result<Vec<ChiSquareResult>> {
    let width = reference.ncols();
    Error::check_len("columns of the current codes", width, current.ncols())?;
    let (before, now) = rayon::join(
        || counted("reference", reference),
        || counted("current", current),
    );
    let pairs = before?.into_iter().zip(now?);
    pairs
        .map(|(a, b)| chi_square_of_codes(a, b, correction))
        .collect()
}

/// Rows of each code of each column.
fn counted(sample: &str, codes: ArrayView2<'_, u32>) -> Result<Vec<Vec<u64>>> {
    let width = codes.ncols();
    let mut columns: Vec<CodeCounts> = (0..width).map(|_| CodeCounts::new(limits::CODES)).collect();
    let mut pairs: Vec<CodePairs> = (0..width / 2).map(|_| CodePairs::default()).collect();
    let mut few = FewCodes::new(width);
    let mut buffer = Vec::with_capacity(BLOCK);
    for (number, rows) in codes.axis_chunks_iter(Axis(0), BLOCK).enumerate() {
        let block = rows.as_slice().map(|b| (b, CodePairs::last_place(b)));
        if block.is_some_and(|(block, last)| few.add(block, last)) {
            continue;
        }
        let low = block.filter(|(_, last)| CodePairs::hold(*last));
        let low = low.map(|(block, _)| block);
        let paired = if low.is_some() { width / 2 * 2 } else { 0 };
        for (at, pair) in pairs.iter_mut().enumerate().take(paired / 2) {
            pair.add(low.unwrap_or_default(), width, 2 * at);
        }
        for (j, counts) in columns.iter_mut().enumerate().skip(paired) {
            one(counts, rows.column(j), &mut buffer).map_err(|(at, code)| {
                let row = number * BLOCK + at;
                let expected = format!("a code below {} (limits::CODES)", limits::CODES);
                Error::cell(
                    format!("column {j} of the {sample} codes"),
                    row,
                    expected,
                    code,
                )
            })?;
        }
    }
    for (pair, columns) in pairs.into_iter().zip(columns.chunks_exact_mut(2)) {
        pair.add_up(columns);
    }
    few.add_up(&mut columns);
    let counts = columns.into_iter().map(|c| c.finish().0).enumerate();
    let known = counts.map(|(j, counts)| match counts.iter().all(|n| *n == 0) {
        true => Err(Error::Empty(format!("column {j} of the {sample} codes"))),
        false => Ok(counts),
    });
    known.collect()
}

/// Counts a column of a block.
fn one(
    counts: &mut CodeCounts,
    column: ArrayView1<'_, u32>,
    buffer: &mut Vec<u32>,
) -> std::result::Result<(), (usize, u32)> {
    buffer.clear();
    buffer.extend(column);
    counts
        .add(buffer)
        .map_err(|outside| (outside.at, outside.code))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::drift::chi_square_2samp;
    use ml_data::ndarray::{Array2, ShapeBuilder};
    use ml_data::random::hash;
    use ml_data::schema::MISSING_CODE;

    /// Even and odd widths, few and many levels, missing rows, both orders of memory: the tests are
    /// those of the columns one by one.
    #[test]
    fn columns_are_tested_as_one_by_one() {
        for (rows, width, levels) in [(5000, 4, 10), (3000, 5, 63), (3000, 3, 64), (40, 2, 3)] {
            let code = |seed: u64| {
                move |(i, j): (usize, usize)| {
                    let draw = hash(seed + j as u64, i as u64);
                    let code = (draw >> 32) as u32 % levels;
                    if draw.is_multiple_of(9) {
                        MISSING_CODE
                    } else {
                        code
                    }
                }
            };
            let a = Array2::from_shape_fn((rows, width), code(1));
            let b = Array2::from_shape_fn((rows + 7, width), code(100));
            let found = chi_square_columns(a.view(), b.view(), true).unwrap();
            for (j, found) in found.iter().enumerate() {
                let column = |x: &Array2<u32>| x.column(j).to_vec();
                let want = chi_square_2samp(column(&a), column(&b), true).unwrap();
                assert_eq!(*found, want, "{rows} {width} {levels} {j}");
            }
            let mut by_columns = Array2::zeros((rows, width).f());
            by_columns.assign(&a);
            let again = chi_square_columns(by_columns.view(), b.view(), true).unwrap();
            assert_eq!(again, found);
        }
    }

    #[test]
    fn a_code_past_the_limit_is_told_with_its_column_and_row() {
        let mut codes = Array2::zeros((BLOCK + 3, 2));
        codes[(BLOCK + 1, 1)] = limits::CODES as u32;
        let fine = Array2::zeros((1, 2));
        let text = chi_square_columns(fine.view(), codes.view(), true)
            .unwrap_err()
            .to_string();
        assert!(text.contains("column 1 of the current codes"), "{text}");
        assert!(text.contains(&format!("row {}", BLOCK + 1)), "{text}");
        let mut missing = Array2::zeros((2, 3));
        missing.column_mut(2).fill(MISSING_CODE);
        let text = chi_square_columns(missing.view(), missing.view(), true)
            .unwrap_err()
            .to_string();
        assert!(text.contains("column 2 of the reference codes"), "{text}");
        let narrow = Array2::zeros((1, 1));
        assert!(chi_square_columns(fine.view(), narrow.view(), true).is_err());
    }
}
