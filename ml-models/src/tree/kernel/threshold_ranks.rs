//! Ranks of single numbers among the thresholds of a slot.

use ml_data::repr::Float;

#[cfg(target_arch = "x86_64")]
use super::{InstructionSet, instruction_set};

/// At most 254 sorted boundaries, laid out for two comparisons of 16: of the boundaries that end a
/// block of 16, then of the boundaries of a block.
///
/// A number counts the boundaries that it is not at most: those below it, and for `NaN` all of
/// them, infinity beyond the last one, too, so that the count is beyond 254.
#[derive(Debug, Clone)]
pub(crate) struct Thresholds {
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

impl Thresholds {
    /// At most 254 ascending finite boundaries.
    pub(crate) fn new(bounds: &[f64]) -> Box<Self> {
        Box::new(Self {
            double: Table::new(bounds, f64::INFINITY, |b| b),
            single: Table::new(bounds, f32::INFINITY, |b| {
                let near = b as f32;
                if f64::from(near) > b {
                    near.next_down()
                } else {
                    near
                }
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

/// Number of boundaries below a number.
#[inline(always)]
fn below<T: Copy + PartialOrd>(bounds: &[T; WIDTH], x: T) -> usize {
    let beyond = |&bound| u32::from(!matches!(x.partial_cmp(&bound), Some(o) if o.is_le()));
    bounds.iter().map(beyond).sum::<u32>() as usize
}

/// The ranks that a column of some rows has among thresholds; 255 for `NaN`.
pub(crate) fn ranks_of_column<F: Float>(
    thresholds: &Thresholds,
    rows: &[&[F]],
    column: usize,
    out: &mut [u8],
) {
    #[cfg(target_arch = "x86_64")]
    match instruction_set() {
        // SAFETY: `instruction_set` found the features the function is compiled for.
        InstructionSet::Avx512 => return unsafe { x86::column_512(thresholds, rows, column, out) },
        // SAFETY: as above.
        InstructionSet::Avx2 => return unsafe { x86::column_256(thresholds, rows, column, out) },
        InstructionSet::Baseline => {}
    }
    column_body(thresholds, rows, column, out);
}

#[inline(always)]
fn column_body<F: Float>(thresholds: &Thresholds, rows: &[&[F]], column: usize, out: &mut [u8]) {
    for (row, out) in rows.iter().zip(out) {
        *out = thresholds.rank(row[column]);
    }
}

/// The rank of each number of a row among its own thresholds; 255 for `NaN`. Thresholds come with
/// their column.
pub(crate) fn ranks_of_row<F: Float>(
    slots: &[(usize, Box<Thresholds>)],
    row: &[F],
    out: &mut [u8],
) {
    #[cfg(target_arch = "x86_64")]
    match instruction_set() {
        // SAFETY: `instruction_set` found the features the function is compiled for.
        InstructionSet::Avx512 => return unsafe { x86::row_512(slots, row, out) },
        // SAFETY: as above.
        InstructionSet::Avx2 => return unsafe { x86::row_256(slots, row, out) },
        InstructionSet::Baseline => {}
    }
    row_body(slots, row, out);
}

#[inline(always)]
fn row_body<F: Float>(slots: &[(usize, Box<Thresholds>)], row: &[F], out: &mut [u8]) {
    for ((column, thresholds), out) in slots.iter().zip(out) {
        *out = thresholds.rank(row[*column]);
    }
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use std::arch::x86_64::*;

    use super::{Float, NOT_A_NUMBER, Table, Thresholds, WIDTH};

    #[target_feature(enable = "avx2,popcnt")]
    pub(super) fn column_256<F: Float>(
        thresholds: &Thresholds,
        rows: &[&[F]],
        column: usize,
        out: &mut [u8],
    ) {
        super::column_body(thresholds, rows, column, out);
    }

    #[target_feature(enable = "avx2,popcnt")]
    pub(super) fn row_256<F: Float>(slots: &[(usize, Box<Thresholds>)], row: &[F], out: &mut [u8]) {
        super::row_body(slots, row, out);
    }

    #[target_feature(enable = "avx512f,popcnt")]
    pub(super) fn column_512<F: Float>(
        thresholds: &Thresholds,
        rows: &[&[F]],
        column: usize,
        out: &mut [u8],
    ) {
        for (row, out) in rows.iter().zip(out) {
            *out = rank(thresholds, row[column]);
        }
    }

    #[target_feature(enable = "avx512f,popcnt")]
    pub(super) fn row_512<F: Float>(slots: &[(usize, Box<Thresholds>)], row: &[F], out: &mut [u8]) {
        for ((column, thresholds), out) in slots.iter().zip(out) {
            *out = rank(thresholds, row[*column]);
        }
    }

    #[target_feature(enable = "avx512f,popcnt")]
    #[inline]
    fn rank<F: Float>(thresholds: &Thresholds, x: F) -> u8 {
        if size_of::<F>() == size_of::<f32>() {
            let x = _mm512_set1_ps(x.f32());
            two_steps(&thresholds.single, |bounds| below_single(bounds, x))
        } else {
            let x = _mm512_set1_pd(x.f64());
            two_steps(&thresholds.double, |bounds| below_double(bounds, x))
        }
    }

    #[inline(always)]
    fn two_steps<T>(table: &Table<T>, below: impl Fn(&[T; WIDTH]) -> u32) -> u8 {
        let block = below(&table.coarse);
        let rank = block * WIDTH as u32 + below(&table.blocks[block as usize]);
        rank.min(u32::from(NOT_A_NUMBER)) as u8
    }

    #[target_feature(enable = "avx512f,popcnt")]
    #[inline]
    fn below_single(bounds: &[f32; WIDTH], x: __m512) -> u32 {
        // SAFETY: the 16 numbers are read.
        let bounds = unsafe { _mm512_loadu_ps(bounds.as_ptr()) };
        u32::from(_mm512_cmp_ps_mask::<_CMP_NLE_UQ>(x, bounds)).count_ones()
    }

    #[target_feature(enable = "avx512f,popcnt")]
    #[inline]
    fn below_double(bounds: &[f64; WIDTH], x: __m512d) -> u32 {
        // SAFETY: both halves of the 16 numbers are read.
        let (a, b) = unsafe {
            (
                _mm512_loadu_pd(bounds.as_ptr()),
                _mm512_loadu_pd(bounds.as_ptr().add(8)),
            )
        };
        let a = _mm512_cmp_pd_mask::<_CMP_NLE_UQ>(x, a);
        let b = _mm512_cmp_pd_mask::<_CMP_NLE_UQ>(x, b);
        (u32::from(a) | u32::from(b) << 8).count_ones()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::kernel::{InstructionSet, forced::at};
    use proptest::prelude::*;

    fn agree<F: Float>(bounds: &[f64], x: &[F]) -> Result<(), TestCaseError> {
        let plain: Vec<u8> = (x.iter())
            .map(|x| match x.f64() {
                x if x.is_nan() => 255,
                x => bounds.iter().filter(|&&b| b < x).count() as u8,
            })
            .collect();
        let thresholds = Thresholds::new(bounds);
        let rows: Vec<&[F]> = x.chunks(1).collect();
        let slots: Vec<_> = (0..x.len()).map(|k| (k, thresholds.clone())).collect();
        for isa in InstructionSet::available() {
            let (mut column, mut row) = (vec![9; x.len()], vec![9; x.len()]);
            at(isa, || ranks_of_column(&thresholds, &rows, 0, &mut column));
            at(isa, || ranks_of_row(&slots, x, &mut row));
            prop_assert_eq!((&column, &row), (&plain, &plain), "{:?}", isa);
        }
        Ok(())
    }

    proptest! {
        #[test]
        fn every_instruction_set_equals_a_plain_count(mut bounds in prop::collection::vec(-5.0..5.0_f64, 0..255), mut x in prop::collection::vec(-6.0..6.0_f64, 20)) {
            const FAR: [f64; 8] = [1e300, -1e300, 1e-300, -1e-300, 0.0, -0.0, 1e-40, 0.1];
            for (bound, far) in bounds.iter_mut().zip(FAR) {
                *bound = far;
            }
            bounds.sort_unstable_by(f64::total_cmp);
            x.extend(FAR);
            x.extend([f64::INFINITY, f64::NEG_INFINITY, f64::NAN, f64::from(f32::MAX), f64::from(0.1_f32)]);
            x.extend(bounds.first());
            agree(&bounds, &x)?;
            let x: Vec<f32> = x.iter().map(|&x| x as f32).chain(bounds.iter().map(|&b| b as f32)).collect();
            agree(&bounds, &x)?;
        }
    }
}
