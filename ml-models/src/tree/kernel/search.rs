//! Which of up to 256 intervals a number falls into.

use ml_data::repr::Float;

#[cfg(target_arch = "x86_64")]
use super::Level;
use super::dispatch;

/// At most 254 sorted boundaries, laid out for two comparisons of 16: of the boundaries that end a block of 16, then of the
/// boundaries of a block.
///
/// A number counts the boundaries that it is not at most: those below it, and for `NaN` all of them, infinity beyond the
/// last one, too, so that the count is beyond 254.
#[derive(Debug, Clone)]
pub(crate) struct Search {
    double: Table<f64>,
    /// The boundaries rounded down, which an `f32` is above of just where it is above the boundary.
    single: Table<f32>,
}

/// Boundaries compared together.
const WIDTH: usize = 16;

#[derive(Debug, Clone)]
#[repr(C, align(64))]
struct Table<T> {
    /// The last boundary of each block but the last, then infinity.
    coarse: [T; WIDTH],
    /// Filled up with infinity; the last block is that of `NaN`.
    blocks: [[T; WIDTH]; WIDTH + 1],
}

/// The rank of `NaN`.
pub(crate) const NOT_A_NUMBER: u8 = 255;

impl Search {
    /// At most 254 ascending finite boundaries.
    pub(crate) fn new(bounds: &[f64]) -> Box<Self> {
        Box::new(Self {
            double: Table::new(bounds, f64::INFINITY, |b| b),
            single: Table::new(bounds, f32::INFINITY, |b| {
                let near = b as f32;
                if f64::from(near) > b { near.next_down() } else { near }
            }),
        })
    }

    /// Number of boundaries below a number.
    #[inline(always)]
    fn rank<F: Float>(&self, x: F) -> u8 {
        if size_of::<F>() == size_of::<f32>() {
            self.single.rank(x.f32())
        } else {
            self.double.rank(x.f64())
        }
    }
}

impl<T: Copy + PartialOrd> Table<T> {
    fn new(bounds: &[f64], infinity: T, of: impl Fn(f64) -> T) -> Self {
        let mut table = Self {
            coarse: [infinity; WIDTH],
            blocks: [[infinity; WIDTH]; WIDTH + 1],
        };
        for (k, &bound) in bounds.iter().take(NOT_A_NUMBER as usize - 1).enumerate() {
            table.blocks[k / WIDTH][k % WIDTH] = of(bound);
        }
        for (coarse, block) in table.coarse.iter_mut().zip(&table.blocks[..WIDTH - 1]) {
            *coarse = block[WIDTH - 1];
        }
        table
    }

    #[inline(always)]
    fn rank(&self, x: T) -> u8 {
        let block = below(&self.coarse, x);
        let rank = block * WIDTH + below(&self.blocks[block], x);
        rank.min(NOT_A_NUMBER as usize) as u8
    }
}

/// How many of the boundaries a number is not at most.
#[inline(always)]
fn below<T: Copy + PartialOrd>(bounds: &[T; WIDTH], x: T) -> usize {
    let beyond = |&bound| u32::from(!matches!(x.partial_cmp(&bound), Some(o) if o.is_le()));
    bounds.iter().map(beyond).sum::<u32>() as usize
}

/// The ranks that a column of some rows has in a search; 255 for `NaN`.
pub(crate) fn ranks_of_column<F: Float>(search: &Search, rows: &[&[F]], column: usize, out: &mut [u8]) {
    #[cfg(target_arch = "x86_64")]
    match Level::detect() {
        // SAFETY: `detect` found the features the function is compiled for.
        Level::Avx512 => return unsafe { x86::column_512(search, rows, column, out) },
        // SAFETY: as above.
        Level::Avx2 => return unsafe { x86::column_256(search, rows, column, out) },
        Level::Baseline => {}
    }
    column_body(search, rows, column, out);
}

#[inline(always)]
fn column_body<F: Float>(search: &Search, rows: &[&[F]], column: usize, out: &mut [u8]) {
    for (row, out) in rows.iter().zip(out) {
        *out = search.rank(row[column]);
    }
}

/// The rank of each number of a row in its own search; 255 for `NaN`. A search comes with its column.
pub(crate) fn ranks_of_row<F: Float>(searches: &[(usize, Box<Search>)], row: &[F], out: &mut [u8]) {
    #[cfg(target_arch = "x86_64")]
    match Level::detect() {
        // SAFETY: `detect` found the features the function is compiled for.
        Level::Avx512 => return unsafe { x86::row_512(searches, row, out) },
        // SAFETY: as above.
        Level::Avx2 => return unsafe { x86::row_256(searches, row, out) },
        Level::Baseline => {}
    }
    row_body(searches, row, out);
}
