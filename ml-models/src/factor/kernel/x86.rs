//! The two x86 instruction sets.

use super::lanes::Lanes;
use std::arch::x86_64::*;

/// AVX-512F: one register of sixteen lanes.
#[derive(Clone, Copy)]
pub(super) struct Avx512;

/// AVX2 and FMA: two registers of eight lanes.
#[derive(Clone, Copy)]
pub(super) struct Avx2;

// SAFETY (whole file): every method is called only from functions compiled for, and dispatched on,
// the set that it needs; memory is vouched for by the caller, as the trait demands.

impl Lanes for Avx512 {
    type V = __m512;
    #[inline(always)]
    unsafe fn zero() -> Self::V {
        unsafe { _mm512_setzero_ps() }
    }
    #[inline(always)]
    unsafe fn splat(x: f32) -> Self::V {
        unsafe { _mm512_set1_ps(x) }
    }
    #[inline(always)]
    unsafe fn load(p: *const f32) -> Self::V {
        unsafe { _mm512_loadu_ps(p) }
    }
    #[inline(always)]
    unsafe fn store(p: *mut f32, v: Self::V) {
        unsafe { _mm512_storeu_ps(p, v) }
    }
    #[inline(always)]
    unsafe fn fma(a: Self::V, b: Self::V, c: Self::V) -> Self::V {
        unsafe { _mm512_fmadd_ps(a, b, c) }
    }
    #[inline(always)]
    unsafe fn sub(a: Self::V, b: Self::V) -> Self::V {
        unsafe { _mm512_sub_ps(a, b) }
    }
    #[inline(always)]
    unsafe fn fma1(a: f32, b: f32, c: f32) -> f32 {
        unsafe { _mm_cvtss_f32(_mm_fmadd_ss(_mm_set_ss(a), _mm_set_ss(b), _mm_set_ss(c))) }
    }
    #[inline(always)]
    unsafe fn sum(v: Self::V) -> f32 {
        unsafe {
            let low = _mm512_castps512_ps256(v);
            let high = _mm512_castps512_ps256(_mm512_shuffle_f32x4::<0xEE>(v, v));
            sum8(_mm256_add_ps(low, high))
        }
    }
    #[inline(always)]
    unsafe fn weigh(v: [Self::V; 4], mult: [f32; 4], base: [f32; 4]) -> [Self::V; 4] {
        unsafe {
            // halves onto each other, two vectors at a time, then quarters: block t now holds the
            // four sums of v[t]
            let halves = |a, b| {
                _mm512_add_ps(
                    _mm512_shuffle_f32x4::<0x44>(a, b),
                    _mm512_shuffle_f32x4::<0xEE>(a, b),
                )
            };
            let (ab, cd) = (halves(v[0], v[1]), halves(v[2], v[3]));
            let q = _mm512_add_ps(
                _mm512_shuffle_f32x4::<0x88>(ab, cd),
                _mm512_shuffle_f32x4::<0xDD>(ab, cd),
            );
            let q = _mm512_add_ps(q, _mm512_permute_ps::<0xB1>(q));
            let q = _mm512_add_ps(q, _mm512_permute_ps::<0x4E>(q));
            let spread = _mm512_setr_epi32(0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3);
            let wide = |x: &[f32; 4]| {
                _mm512_permutexvar_ps(spread, _mm512_castps128_ps512(_mm_loadu_ps(x.as_ptr())))
            };
            let c = _mm512_fmadd_ps(wide(&mult), q, wide(&base));
            [
                _mm512_shuffle_f32x4::<0x00>(c, c),
                _mm512_shuffle_f32x4::<0x55>(c, c),
                _mm512_shuffle_f32x4::<0xAA>(c, c),
                _mm512_shuffle_f32x4::<0xFF>(c, c),
            ]
        }
    }
    #[inline(always)]
    unsafe fn at_least(a: Self::V, b: Self::V) -> u16 {
        unsafe { _mm512_cmp_ps_mask::<_CMP_GE_OQ>(a, b) }
    }
    #[inline(always)]
    unsafe fn prefetch(p: *const f32) {
        unsafe { _mm_prefetch::<_MM_HINT_T1>(p.cast()) }
    }
}

/// Adds eight lanes: halves onto each other, then neighbours.
#[inline(always)]
unsafe fn sum8(v: __m256) -> f32 {
    unsafe {
        let four = _mm_add_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps::<1>(v));
        let two = _mm_hadd_ps(four, four);
        _mm_cvtss_f32(_mm_hadd_ps(two, two))
    }
}

impl Lanes for Avx2 {
    type V = [__m256; 2];
    #[inline(always)]
    unsafe fn zero() -> Self::V {
        unsafe { [_mm256_setzero_ps(); 2] }
    }
    #[inline(always)]
    unsafe fn splat(x: f32) -> Self::V {
        unsafe { [_mm256_set1_ps(x); 2] }
    }
    #[inline(always)]
    unsafe fn load(p: *const f32) -> Self::V {
        unsafe { [_mm256_loadu_ps(p), _mm256_loadu_ps(p.add(8))] }
    }
    #[inline(always)]
    unsafe fn store(p: *mut f32, v: Self::V) {
        unsafe {
            _mm256_storeu_ps(p, v[0]);
            _mm256_storeu_ps(p.add(8), v[1]);
        }
    }
    #[inline(always)]
    unsafe fn fma(a: Self::V, b: Self::V, c: Self::V) -> Self::V {
        unsafe {
            [
                _mm256_fmadd_ps(a[0], b[0], c[0]),
                _mm256_fmadd_ps(a[1], b[1], c[1]),
            ]
        }
    }
    #[inline(always)]
    unsafe fn sub(a: Self::V, b: Self::V) -> Self::V {
        unsafe { [_mm256_sub_ps(a[0], b[0]), _mm256_sub_ps(a[1], b[1])] }
    }
    #[inline(always)]
    unsafe fn fma1(a: f32, b: f32, c: f32) -> f32 {
        unsafe { _mm_cvtss_f32(_mm_fmadd_ss(_mm_set_ss(a), _mm_set_ss(b), _mm_set_ss(c))) }
    }
    #[inline(always)]
    unsafe fn sum(v: Self::V) -> f32 {
        unsafe { sum8(_mm256_add_ps(v[0], v[1])) }
    }
    #[inline(always)]
    unsafe fn weigh(v: [Self::V; 4], mult: [f32; 4], base: [f32; 4]) -> [Self::V; 4] {
        unsafe {
            let e: [__m256; 4] = [
                _mm256_add_ps(v[0][0], v[0][1]),
                _mm256_add_ps(v[1][0], v[1][1]),
                _mm256_add_ps(v[2][0], v[2][1]),
                _mm256_add_ps(v[3][0], v[3][1]),
            ];
            let quarter = |x| _mm_add_ps(_mm256_castps256_ps128(x), _mm256_extractf128_ps::<1>(x));
            let (ab, cd) = (
                _mm_hadd_ps(quarter(e[0]), quarter(e[1])),
                _mm_hadd_ps(quarter(e[2]), quarter(e[3])),
            );
            let sums = _mm_hadd_ps(ab, cd);
            let c = _mm_fmadd_ps(
                _mm_loadu_ps(mult.as_ptr()),
                sums,
                _mm_loadu_ps(base.as_ptr()),
            );
            let all = |x| [_mm256_broadcastss_ps(x); 2];
            [
                all(c),
                all(_mm_permute_ps::<0x55>(c)),
                all(_mm_permute_ps::<0xAA>(c)),
                all(_mm_permute_ps::<0xFF>(c)),
            ]
        }
    }
    #[inline(always)]
    unsafe fn at_least(a: Self::V, b: Self::V) -> u16 {
        unsafe {
            let half =
                |i: usize| _mm256_movemask_ps(_mm256_cmp_ps::<_CMP_GE_OQ>(a[i], b[i])) as u16;
            half(0) | (half(1) << 8)
        }
    }
    #[inline(always)]
    unsafe fn prefetch(p: *const f32) {
        unsafe { _mm_prefetch::<_MM_HINT_T1>(p.cast()) }
    }
}
