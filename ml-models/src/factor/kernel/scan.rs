//! Scores: dot products of rows, and scans over panels of items.

use super::lanes::Lanes;
use super::system::dot;

/// The dot products of `q` with chosen rows, sixteen partial sums each.
///
/// # Safety
/// `q` holds `16 nv` values, `out` has the length of `ids`, which are rows of `y`.
#[inline(always)]
pub(super) unsafe fn dots<L: Lanes>(
    y: *const f32,
    nv: usize,
    ids: &[u32],
    q: *const f32,
    out: &mut [f32],
) {
    for (&id, o) in ids.iter().zip(out) {
        // SAFETY: `id` is a row of `y`
        *o = unsafe { dot::<L>(y.add(16 * nv * id as usize), q, nv) };
    }
}

/// The scores of chosen rows, one sum each in the order of the factors: the bits of [`scan`].
///
/// # Safety
/// `q` holds `depth` values, rows have `stride`, `out` has the length of `ids`, which are rows of
/// `y`.
#[inline(always)]
pub(super) unsafe fn scores<L: Lanes>(
    y: *const f32,
    stride: usize,
    depth: usize,
    ids: &[u32],
    q: *const f32,
    out: &mut [f32],
) {
    // one chain waits for its own last sum; eight of them fill the wait
    for (ids, out) in ids.chunks(8).zip(out.chunks_mut(8)) {
        let mut acc = [0.0f32; 8];
        // SAFETY: ids are rows of `y`; unused slots repeat the first
        unsafe {
            let rows: [*const f32; 8] = std::array::from_fn(|t| {
                y.add(stride * ids[if t < ids.len() { t } else { 0 }] as usize)
            });
            for k in 0..depth {
                let qk = *q.add(k);
                for t in 0..8 {
                    acc[t] = L::fma1(*rows[t].add(k), qk, acc[t]);
                }
            }
        }
        out.copy_from_slice(&acc[..out.len()]);
    }
}

/// Scores of `U` users and `P` consecutive panels of sixteen items; returns a bit for every lane
/// that reaches the user's threshold, and stores the scores of panels that have one, at `out + (u *
/// stride + p) * 16`.
///
/// # Safety
/// Users hold `depth` values; panels are `depth` vectors each; `out` has room.
#[inline(always)]
pub(super) unsafe fn scan<L: Lanes, const U: usize, const P: usize>(
    users: [*const f32; U],
    thresholds: [f32; U],
    panels: *const f32,
    depth: usize,
    out: *mut f32,
    stride: usize,
) -> [[u16; P]; U] {
    // SAFETY: as the caller vouches
    unsafe {
        let mut acc = [[L::zero(); P]; U];
        for k in 0..depth {
            let mut items = [L::zero(); P];
            for (p, i) in items.iter_mut().enumerate() {
                *i = L::load(panels.add(16 * (p * depth + k)));
            }
            for (u, acc) in acc.iter_mut().enumerate() {
                let x = L::splat(*users[u].add(k));
                for (p, a) in acc.iter_mut().enumerate() {
                    *a = L::fma(items[p], x, *a);
                }
            }
        }
        // constant bounds here: a run-time one would force the accumulators into memory inside the
        // loop above
        let mut masks = [[0; P]; U];
        for (u, acc) in acc.into_iter().enumerate() {
            let t = L::splat(thresholds[u]);
            for (p, a) in acc.into_iter().enumerate() {
                masks[u][p] = L::at_least(a, t);
                if masks[u][p] != 0 {
                    L::store(out.add(16 * (u * stride + p)), a);
                }
            }
        }
        masks
    }
}
