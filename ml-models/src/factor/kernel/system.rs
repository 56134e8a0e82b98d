//! The linear system of one row, and its solution by conjugate gradients.
//!
//! Written once over [`Lanes`], as [`gram`](super::gram) and [`scan`](super::scan) are. Every
//! function is inlined into an entry point compiled for one instruction set.
//!
//! Matrices are row-major with `nv` vectors of sixteen lanes a row; lanes past the true number of
//! factors are zero.

use super::lanes::Lanes;

/// The linear system of one row: `(gram + sum_i (c_i - 1) y_i y_i^T) x = sum_i c_i y_i`, `c_i =
/// alpha * value_i`.
#[derive(Clone, Copy)]
pub(super) struct System<'a> {
    /// `Y^T Y + regularization I`, `16 nv` rows.
    pub(super) gram: *const f32,
    /// The fixed factors `Y`.
    pub(super) y: *const f32,
    /// Vectors a row.
    pub(super) nv: usize,
    /// Rows of `Y` this row interacted with, all inside `Y`.
    pub(super) ids: &'a [u32],
    /// One value each.
    pub(super) values: &'a [f32],
    /// Confidence of a value of one.
    pub(super) alpha: f32,
    /// Rows of `Y` to ask the cache for meanwhile; never read.
    pub(super) next: &'a [u32],
}

/// The pointer to row `id`.
#[inline(always)]
pub(super) unsafe fn row(s: &System<'_>, id: u32) -> *const f32 {
    // SAFETY: `id` is a row of `Y`
    unsafe { s.y.add(id as usize * s.nv * 16) }
}

/// Four confidences as the `(multiplier, base)` of their dot products: `(c - 1) d` for a product
/// with the matrix, `c - (c - 1) d` for the residual.
#[inline(always)]
fn weights<const RESIDUAL: bool>(alpha: f32, v: [f32; 4]) -> ([f32; 4], [f32; 4]) {
    let c = v.map(|v| alpha * v);
    if RESIDUAL {
        (c.map(|c| 1.0 - c), c)
    } else {
        (c.map(|c| c - 1.0), [0.0; 4])
    }
}

/// Asks the cache for some rows.
#[inline(always)]
unsafe fn fetch<L: Lanes>(s: &System<'_>, ids: &[u32]) {
    for &id in ids {
        for j in 0..s.nv {
            let at = s.y.wrapping_add((id as usize * s.nv + j) * 16);
            // SAFETY: prefetching never faults
            unsafe { L::prefetch(at) };
        }
    }
}

/// `out = A q`, or with `RESIDUAL` `out = b - A q`, in `NV` vectors that stay in registers; four
/// rows a step.
///
/// # Safety
/// `q` and `out` hold `16 NV` values and `s.nv == NV`.
#[inline(always)]
pub(super) unsafe fn product<L: Lanes, const NV: usize, const RESIDUAL: bool>(
    s: &System<'_>,
    q: *const f32,
    out: *mut f32,
) {
    // SAFETY: pointers stay inside `gram`, `Y`, `q` and `out` as the caller vouches
    unsafe {
        let mut acc = [L::zero(); NV];
        for k in 0..16 * NV {
            let qk = L::splat(*q.add(k));
            for (j, a) in acc.iter_mut().enumerate() {
                *a = L::fma(L::load(s.gram.add(16 * (k * NV + j))), qk, *a);
            }
        }
        if RESIDUAL {
            acc = acc.map(|a| L::sub(L::zero(), a));
        }
        let mut qv = [L::zero(); NV];
        for (j, v) in qv.iter_mut().enumerate() {
            *v = L::load(q.add(16 * j));
        }
        let steps = s.ids.len() / 4;
        let ahead = (s.next.len() / (steps + 1) + 1).min(8);
        let mut ahead = s.next.chunks(ahead);
        for (ids, values) in s
            .ids
            .as_chunks::<4>()
            .0
            .iter()
            .zip(s.values.as_chunks::<4>().0)
        {
            if let Some(ids) = ahead.next() {
                fetch::<L>(s, ids);
            }
            let y = [
                row(s, ids[0]),
                row(s, ids[1]),
                row(s, ids[2]),
                row(s, ids[3]),
            ];
            let mut dots = [L::zero(); 4];
            for (j, &v) in qv.iter().enumerate() {
                for t in 0..4 {
                    dots[t] = L::fma(L::load(y[t].add(16 * j)), v, dots[t]);
                }
            }
            let (mult, base) = weights::<RESIDUAL>(s.alpha, *values);
            let w = L::weigh(dots, mult, base);
            for (j, a) in acc.iter_mut().enumerate() {
                for t in 0..4 {
                    *a = L::fma(L::load(y[t].add(16 * j)), w[t], *a);
                }
            }
        }
        for (&id, &value) in s
            .ids
            .as_chunks::<4>()
            .1
            .iter()
            .zip(s.values.as_chunks::<4>().1)
        {
            let y = row(s, id);
            let mut dot = L::zero();
            for (j, &v) in qv.iter().enumerate() {
                dot = L::fma(L::load(y.add(16 * j)), v, dot);
            }
            let (mult, base) = weights::<RESIDUAL>(s.alpha, [value; 4]);
            let w = L::splat(L::fma1(mult[0], L::sum(dot), base[0]));
            for (j, a) in acc.iter_mut().enumerate() {
                *a = L::fma(L::load(y.add(16 * j)), w, *a);
            }
        }
        for (j, a) in acc.into_iter().enumerate() {
            L::store(out.add(16 * j), a);
        }
    }
}

/// [`product`] for any number of vectors, with `out` as the accumulator: the same operations in the
/// same order.
///
/// # Safety
/// `q` and `out` hold `16 nv` values.
#[inline(always)]
pub(super) unsafe fn product_long<L: Lanes, const RESIDUAL: bool>(
    s: &System<'_>,
    q: *const f32,
    out: *mut f32,
) {
    let nv = s.nv;
    // SAFETY: pointers stay inside `gram`, `Y`, `q` and `out` as the caller vouches
    unsafe {
        for j in 0..nv {
            let mut a = L::zero();
            for k in 0..16 * nv {
                a = L::fma(
                    L::load(s.gram.add(16 * (k * nv + j))),
                    L::splat(*q.add(k)),
                    a,
                );
            }
            L::store(
                out.add(16 * j),
                if RESIDUAL { L::sub(L::zero(), a) } else { a },
            );
        }
        let steps = s.ids.len() / 4;
        let ahead = (s.next.len() / (steps + 1) + 1).min(8);
        let mut ahead = s.next.chunks(ahead);
        for (ids, values) in s
            .ids
            .as_chunks::<4>()
            .0
            .iter()
            .zip(s.values.as_chunks::<4>().0)
        {
            if let Some(ids) = ahead.next() {
                fetch::<L>(s, ids);
            }
            let y = [
                row(s, ids[0]),
                row(s, ids[1]),
                row(s, ids[2]),
                row(s, ids[3]),
            ];
            let mut dots = [L::zero(); 4];
            for j in 0..nv {
                let v = L::load(q.add(16 * j));
                for t in 0..4 {
                    dots[t] = L::fma(L::load(y[t].add(16 * j)), v, dots[t]);
                }
            }
            let (mult, base) = weights::<RESIDUAL>(s.alpha, *values);
            let w = L::weigh(dots, mult, base);
            for j in 0..nv {
                let mut a = L::load(out.add(16 * j));
                for t in 0..4 {
                    a = L::fma(L::load(y[t].add(16 * j)), w[t], a);
                }
                L::store(out.add(16 * j), a);
            }
        }
        for (&id, &value) in s
            .ids
            .as_chunks::<4>()
            .1
            .iter()
            .zip(s.values.as_chunks::<4>().1)
        {
            let y = row(s, id);
            let mut dot = L::zero();
            for j in 0..nv {
                dot = L::fma(L::load(y.add(16 * j)), L::load(q.add(16 * j)), dot);
            }
            let (mult, base) = weights::<RESIDUAL>(s.alpha, [value; 4]);
            let w = L::splat(L::fma1(mult[0], L::sum(dot), base[0]));
            for j in 0..nv {
                let a = L::load(out.add(16 * j));
                L::store(out.add(16 * j), L::fma(L::load(y.add(16 * j)), w, a));
            }
        }
    }
}

/// The dot product of two vectors of `nv` lanes.
#[inline(always)]
pub(super) unsafe fn dot<L: Lanes>(a: *const f32, b: *const f32, nv: usize) -> f32 {
    // SAFETY: both hold `16 nv` values
    unsafe {
        let mut acc = L::zero();
        for j in 0..nv {
            acc = L::fma(L::load(a.add(16 * j)), L::load(b.add(16 * j)), acc);
        }
        L::sum(acc)
    }
}

/// `b = a * w + b`.
#[inline(always)]
unsafe fn axpy<L: Lanes>(w: f32, a: *const f32, b: *mut f32, nv: usize) {
    // SAFETY: both hold `16 nv` values
    unsafe {
        let w = L::splat(w);
        for j in 0..nv {
            L::store(
                b.add(16 * j),
                L::fma(L::load(a.add(16 * j)), w, L::load(b.add(16 * j))),
            );
        }
    }
}

/// A product of the system with a vector; `true` asks for the residual.
pub(super) type Product = unsafe fn(&System<'_>, *const f32, *mut f32, bool);

/// `steps` steps of conjugate gradients from the `x` given.
///
/// # Safety
/// `x` holds `16 nv` values, `work` three times as many, and `product` fits `s.nv`.
#[inline(always)]
pub(super) unsafe fn conjugate_gradient<L: Lanes>(
    s: &System<'_>,
    steps: usize,
    x: *mut f32,
    work: *mut f32,
    product: Product,
) {
    let nv = s.nv;
    // SAFETY: as the caller vouches
    unsafe {
        let (r, p, ap) = (work, work.add(16 * nv), work.add(32 * nv));
        // the rows of the next system are asked for in equal parts, one a pass
        let part = s.next.len().div_ceil(steps + 1).max(1);
        let mut parts = s.next.chunks(part);
        let mut pass = |q: *const f32, out: *mut f32, residual: bool| {
            let now = System {
                next: parts.next().unwrap_or_default(),
                ..*s
            };
            product(&now, q, out, residual);
        };
        pass(x, r, true);
        std::ptr::copy_nonoverlapping(r, p, 16 * nv);
        let mut old = dot::<L>(r, r, nv);
        for _ in 0..steps {
            if old < 1e-20 {
                break;
            }
            pass(p, ap, false);
            let a = old / dot::<L>(p, ap, nv);
            axpy::<L>(a, p, x, nv);
            axpy::<L>(-a, ap, r, nv);
            let new = dot::<L>(r, r, nv);
            let beta = L::splat(new / old);
            for j in 0..nv {
                let v = L::fma(L::load(p.add(16 * j)), beta, L::load(r.add(16 * j)));
                L::store(p.add(16 * j), v);
            }
            old = new;
        }
    }
}

/// `out += sum_i c_i y_i`.
///
/// # Safety
/// `out` holds `16 nv` values.
#[inline(always)]
pub(super) unsafe fn right_side<L: Lanes>(s: &System<'_>, out: *mut f32) {
    for (&id, &value) in s.ids.iter().zip(s.values) {
        // SAFETY: `id` is a row of `Y`
        unsafe { axpy::<L>(s.alpha * value, row(s, id), out, s.nv) };
    }
}
