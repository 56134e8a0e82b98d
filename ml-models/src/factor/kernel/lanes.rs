//! Sixteen `f32` lanes, the one vector type every kernel is written in.
//!
//! All implementations add lanes in the same order, so the two x86 ones (both with fused
//! multiply-add) return the same bits, and so does [`Scalar`] where the target has a fused
//! multiply-add.

/// Operations on sixteen lanes.
///
/// # Safety
/// Methods may use instructions of the implementing set: call them only where the processor has it.
/// Pointers must be valid for the lanes read or written; loads and stores need no alignment.
pub(super) trait Lanes: Copy + 'static {
    /// Sixteen lanes.
    type V: Copy;
    /// All lanes zero.
    unsafe fn zero() -> Self::V;
    /// All lanes `x`.
    unsafe fn splat(x: f32) -> Self::V;
    /// Sixteen consecutive values.
    unsafe fn load(p: *const f32) -> Self::V;
    /// Writes sixteen consecutive values.
    unsafe fn store(p: *mut f32, v: Self::V);
    /// `a * b + c`, lane by lane.
    unsafe fn fma(a: Self::V, b: Self::V, c: Self::V) -> Self::V;
    /// `a - b`, lane by lane.
    unsafe fn sub(a: Self::V, b: Self::V) -> Self::V;
    /// `a * b + c` of single values, rounded like [`Lanes::fma`].
    unsafe fn fma1(a: f32, b: f32, c: f32) -> f32;
    /// The sum of the lanes, in the fixed order of [`fold`].
    unsafe fn sum(v: Self::V) -> f32;
    /// For each of four vectors `base + mult * sum(v)`, in all lanes.
    unsafe fn weigh(v: [Self::V; 4], mult: [f32; 4], base: [f32; 4]) -> [Self::V; 4];
    /// A bit for every lane of `a` that is at least `b`.
    unsafe fn at_least(a: Self::V, b: Self::V) -> u16;
    /// Asks for the cache line at `p`; never reads it.
    unsafe fn prefetch(p: *const f32);
}

/// Adds sixteen lanes: halves onto each other down to four, then neighbours.
fn fold(v: &[f32; 16]) -> f32 {
    let eight: [f32; 8] = std::array::from_fn(|i| v[i] + v[i + 8]);
    let four: [f32; 4] = std::array::from_fn(|i| eight[i] + eight[i + 4]);
    (four[0] + four[1]) + (four[2] + four[3])
}

/// Plain arrays: the twin the vector kernels are tested against, and the only path off x86.
///
/// `FUSED` rounds products as a fused multiply-add does. Without the instruction that is a library
/// call, so it is the default only where the target has it.
#[derive(Clone, Copy)]
pub(super) struct Scalar<const FUSED: bool>;

/// Whether a fused multiply-add costs one instruction in code compiled for every processor of this
/// target.
pub(super) const NATIVE_FMA: bool = cfg!(any(target_arch = "aarch64", target_feature = "fma"));

impl<const FUSED: bool> Lanes for Scalar<FUSED> {
    type V = [f32; 16];
    #[inline(always)]
    unsafe fn zero() -> Self::V {
        [0.0; 16]
    }
    #[inline(always)]
    unsafe fn splat(x: f32) -> Self::V {
        [x; 16]
    }
    #[inline(always)]
    unsafe fn load(p: *const f32) -> Self::V {
        // SAFETY: the caller vouches for sixteen values at `p`
        unsafe { p.cast::<[f32; 16]>().read_unaligned() }
    }
    #[inline(always)]
    unsafe fn store(p: *mut f32, v: Self::V) {
        // SAFETY: the caller vouches for sixteen values at `p`
        unsafe { p.cast::<[f32; 16]>().write_unaligned(v) }
    }
    #[inline(always)]
    unsafe fn fma(a: Self::V, b: Self::V, mut c: Self::V) -> Self::V {
        for i in 0..16 {
            c[i] = if FUSED {
                a[i].mul_add(b[i], c[i])
            } else {
                a[i] * b[i] + c[i]
            };
        }
        c
    }
    #[inline(always)]
    unsafe fn sub(mut a: Self::V, b: Self::V) -> Self::V {
        for i in 0..16 {
            a[i] -= b[i];
        }
        a
    }
    #[inline(always)]
    unsafe fn fma1(a: f32, b: f32, c: f32) -> f32 {
        if FUSED { a.mul_add(b, c) } else { a * b + c }
    }
    #[inline(always)]
    unsafe fn sum(v: Self::V) -> f32 {
        fold(&v)
    }
    #[inline(always)]
    unsafe fn weigh(v: [Self::V; 4], mult: [f32; 4], base: [f32; 4]) -> [Self::V; 4] {
        // SAFETY: plain arithmetic
        std::array::from_fn(|t| [unsafe { Self::fma1(mult[t], fold(&v[t]), base[t]) }; 16])
    }
    #[inline(always)]
    unsafe fn at_least(a: Self::V, b: Self::V) -> u16 {
        (0..16).fold(0, |m, i| m | (u16::from(a[i] >= b[i]) << i))
    }
    #[inline(always)]
    unsafe fn prefetch(_: *const f32) {}
}
