//! Gram matrices: sums of outer products of rows.

use super::lanes::Lanes;
use super::system::{System, row};

/// Rows for [`gram`]: all of a block, or chosen and weighted ones.
pub(super) trait Rows {
    /// Whether rows have weights.
    const WEIGHTED: bool;
    /// Their number.
    fn len(&self) -> usize;
    /// The row and its weight.
    ///
    /// # Safety
    /// `i` is less than `len`.
    unsafe fn at(&self, i: usize) -> (*const f32, f32);
}

/// Consecutive rows.
pub(super) struct Block {
    pub(super) first: *const f32,
    pub(super) rows: usize,
    pub(super) nv: usize,
}

impl Rows for Block {
    const WEIGHTED: bool = false;
    #[inline(always)]
    fn len(&self) -> usize {
        self.rows
    }
    #[inline(always)]
    unsafe fn at(&self, i: usize) -> (*const f32, f32) {
        // SAFETY: `i` is a row of the block
        (unsafe { self.first.add(16 * i * self.nv) }, 1.0)
    }
}

impl Rows for System<'_> {
    const WEIGHTED: bool = true;
    #[inline(always)]
    fn len(&self) -> usize {
        self.ids.len()
    }
    #[inline(always)]
    unsafe fn at(&self, i: usize) -> (*const f32, f32) {
        // SAFETY: `i` is in range and the ids are rows of `Y`
        unsafe {
            (
                row(self, *self.ids.get_unchecked(i)),
                self.alpha * *self.values.get_unchecked(i) - 1.0,
            )
        }
    }
}

/// `out += sum_i w_i y_i y_i^T`, vectors at and right of the diagonal only.
///
/// # Safety
/// `out` holds `16 nv` rows of `nv` vectors, every row of `rows` has `nv` vectors.
#[inline(always)]
pub(super) unsafe fn gram<L: Lanes, R: Rows>(rows: &R, nv: usize, out: *mut f32) {
    // a strip of rows stays in the first-level cache while all tiles of the output visit it
    const STRIP: usize = 64;
    let mut from = 0;
    while from < rows.len() {
        let to = (from + STRIP).min(rows.len());
        for k in (0..16 * nv).step_by(4) {
            let mut j = k / 16;
            while j < nv {
                // SAFETY: the tile lies inside `out`
                unsafe {
                    j += match nv - j {
                        1 => tile::<L, R, 1>(rows, from..to, nv, k, j, out),
                        2 => tile::<L, R, 2>(rows, from..to, nv, k, j, out),
                        3 => tile::<L, R, 3>(rows, from..to, nv, k, j, out),
                        _ => tile::<L, R, 4>(rows, from..to, nv, k, j, out),
                    };
                }
            }
        }
        from = to;
    }
}

/// Four rows `k..k + 4` by `JV` vectors from `j` of the output of [`gram`]; returns `JV`.
#[inline(always)]
unsafe fn tile<L: Lanes, R: Rows, const JV: usize>(
    rows: &R,
    range: std::ops::Range<usize>,
    nv: usize,
    k: usize,
    j: usize,
    out: *mut f32,
) -> usize {
    // SAFETY: as the caller vouches
    unsafe {
        let at = |t: usize, v: usize| out.add(16 * ((k + t) * nv + j + v));
        let mut acc = [[L::zero(); JV]; 4];
        for (t, a) in acc.iter_mut().enumerate() {
            for (v, a) in a.iter_mut().enumerate() {
                *a = L::load(at(t, v));
            }
        }
        for i in range {
            let (y, w) = rows.at(i);
            let mut right = [L::zero(); JV];
            for (v, r) in right.iter_mut().enumerate() {
                *r = L::load(y.add(16 * (j + v)));
            }
            for (t, a) in acc.iter_mut().enumerate() {
                let left = *y.add(k + t);
                let left = L::splat(if R::WEIGHTED { w * left } else { left });
                for (v, a) in a.iter_mut().enumerate() {
                    *a = L::fma(left, right[v], *a);
                }
            }
        }
        for (t, a) in acc.into_iter().enumerate() {
            for (v, a) in a.into_iter().enumerate() {
                L::store(at(t, v), a);
            }
        }
        JV
    }
}
