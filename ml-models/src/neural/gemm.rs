//! The three matrix products of a dense layer, on row-major slices.
//!
//! One thread each: a network this size gains more from splitting rows and weight blocks between
//! threads than from splitting one product.

use faer::linalg::matmul::matmul;
use faer::{Accum, MatMut, MatRef, Par};

/// `c[n × p] = a[n × k] · b[k × p]`.
pub(super) fn product(c: &mut [f32], a: &[f32], b: &[f32], n: usize, k: usize, p: usize) {
    matmul(
        MatMut::from_row_major_slice_mut(c, n, p),
        Accum::Replace,
        MatRef::from_row_major_slice(a, n, k),
        MatRef::from_row_major_slice(b, k, p),
        1.0,
        Par::Seq,
    );
}

/// `c[n × k] = d[n × p] · bᵀ`, with `b[k × p]`: deltas sent back through a layer.
pub(super) fn product_bt(c: &mut [f32], d: &[f32], b: &[f32], n: usize, k: usize, p: usize) {
    matmul(
        MatMut::from_row_major_slice_mut(c, n, k),
        Accum::Replace,
        MatRef::from_row_major_slice(d, n, p),
        MatRef::from_row_major_slice(b, k, p).transpose(),
        1.0,
        Par::Seq,
    );
}

/// Rows `from..from + k` of `aᵀ · d`, replacing or adding to `c[k × p]`; `a` is `n × stride`, `d`
/// is `n × p`.
pub(super) fn product_at(
    c: &mut [f32],
    first: bool,
    a: &[f32],
    stride: usize,
    (from, k): (usize, usize),
    d: &[f32],
    p: usize,
) {
    let n = d.len() / p.max(1);
    matmul(
        MatMut::from_row_major_slice_mut(c, k, p),
        if first { Accum::Replace } else { Accum::Add },
        MatRef::from_row_major_slice(a, n, stride)
            .subcols(from, k)
            .transpose(),
        MatRef::from_row_major_slice(d, n, p),
        1.0,
        Par::Seq,
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_equal_their_definitions() {
        // Small whole numbers: every sum is exact, so the comparison is for equality.
        let (n, k, p) = (5, 4, 3);
        let a: Vec<f32> = (0..n * k).map(|i| (i % 7) as f32 - 3.0).collect();
        let b: Vec<f32> = (0..k * p).map(|i| (i % 5) as f32 - 2.0).collect();
        let mut c = vec![9.0; n * p];
        product(&mut c, &a, &b, n, k, p);
        for (i, row) in c.chunks(p).enumerate() {
            for (j, got) in row.iter().enumerate() {
                let want: f32 = (0..k).map(|t| a[i * k + t] * b[t * p + j]).sum();
                assert_eq!(*got, want);
            }
        }
        let mut back = vec![9.0; n * k];
        product_bt(&mut back, &c, &b, n, k, p);
        for (i, row) in back.chunks(k).enumerate() {
            for (t, got) in row.iter().enumerate() {
                let want: f32 = (0..p).map(|j| c[i * p + j] * b[t * p + j]).sum();
                assert_eq!(*got, want);
            }
        }
        let mut grad = vec![9.0; 2 * p];
        for first in [true, false] {
            product_at(&mut grad, first, &a, k, (1, 2), &c, p);
        }
        for (t, row) in grad.chunks(p).enumerate() {
            for (j, got) in row.iter().enumerate() {
                let want: f32 = (0..n).map(|i| a[i * k + t + 1] * c[i * p + j]).sum();
                assert_eq!(*got, 2.0 * want);
            }
        }
    }
}
