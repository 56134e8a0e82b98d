//! Roughly the highest gain of a column, from which it shows whether the exact gains are worth a look.

#[cfg(target_arch = "x86_64")]
use super::Level;
use super::gain::Constants;
use super::{dispatch, running_sums};

/// Which thresholds a column may be split at.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Allowed {
    /// Least packed hessian of a side.
    pub(crate) least: u32,
    /// Rows of the leaf, and the least of a side.
    pub(crate) count: u32,
    pub(crate) min_data: u32,
    /// Set where hessians differ: a bin then counts as so many rows, rounded.
    pub(crate) rows_per_hessian: Option<f64>,
}

/// Buffers of as many entries as a column has bins, and a block more.
#[derive(Debug, Default)]
pub(crate) struct Room {
    prefix: Vec<u64>,
    rows: Vec<u32>,
}

/// The most that a gain may be above its rough value. Between the two there are an inverse that is off by 2^-14 and 16 roundings
/// of 2^-24 each.
pub(crate) const ABOVE: f64 = 1.0 + 1e-4;

/// Bins that are looked at together.
const LANES: usize = 16;

/// The highest gain of all allowed thresholds in single precision, with missing values (`missing` is their packed sum) on either
/// side, 0 for none; off by less than a part in ten thousand. Made in half the time of the exact gains.
pub(crate) fn rough_gain(
    bins: &[u64],
    missing: u64,
    allowed: &Allowed,
    constants: &Constants,
    room: &mut Room,
) -> f32 {
    if room.rows.len() < bins.len() + LANES {
        room.rows.resize(bins.len() + LANES, 0);
        room.prefix.resize(bins.len() + LANES, 0);
    }
    #[cfg(target_arch = "x86_64")]
    if Level::detect() == Level::Avx512 {
        // SAFETY: `detect` found the features the function is compiled for.
        return unsafe { x86::highest(bins, missing, allowed, constants, &mut room.rows) };
    }
    in_two_steps(bins, missing, allowed, constants, room)
}

/// First the sums, then the gains.
fn in_two_steps(
    bins: &[u64],
    missing: u64,
    allowed: &Allowed,
    constants: &Constants,
    room: &mut Room,
) -> f32 {
    let n = bins.len();
    running_sums(
        bins,
        allowed.rows_per_hessian,
        &mut room.prefix[..n],
        &mut room.rows[..n],
    );
    // The last block is filled up with copies of the last threshold.
    if let Some(&last) = room.prefix[..n].last() {
        room.prefix[n..].fill(last);
        let last = room.rows[n - 1];
        room.rows[n..].fill(last);
    }
    let blocks = n.div_ceil(LANES);
    let prefix = &room.prefix.as_chunks::<LANES>().0[..blocks];
    let rows = &room.rows.as_chunks::<LANES>().0[..blocks];
    let estimated = rows.last().map_or(0, |r| r[LANES - 1]);
    let besides = allowed.count.wrapping_sub(estimated);
    let left = highest(prefix, rows, missing, besides, allowed, constants);
    if missing == 0 {
        return left;
    }
    let right = highest(prefix, rows, 0, 0, allowed, constants);
    if right > left { right } else { left }
}

dispatch! {
    /// With what goes left whatever the threshold: a packed sum, and rows.
    fn highest(
        prefix: &[[u64; LANES]],
        rows: &[[u32; LANES]],
        extra: u64,
        besides: u32,
        allowed: &Allowed,
        constants: &Constants,
    ) -> f32 = body;
}

#[inline(always)]
fn body(
    prefix: &[[u64; LANES]],
    rows: &[[u32; LANES]],
    extra: u64,
    besides: u32,
    allowed: &Allowed,
    constants: &Constants,
) -> f32 {
    let l2 = constants.lambda_l2 as f32;
    let (least, min_data) = (allowed.least as i32, allowed.min_data as i32);
    let estimated = allowed.rows_per_hessian.is_some();
    let mut highest = [0.0_f32; LANES];
    for (prefix, rows) in prefix.iter().zip(rows) {
        for k in 0..LANES {
            let left = prefix[k].wrapping_add(extra);
            let right = constants.total.wrapping_sub(left);
            let lefts = rows[k].wrapping_add(besides);
            let rights = allowed.count.wrapping_sub(lefts);
            let enough = (left as i32 >= least)
                & (right as i32 >= least)
                & (!estimated | (lefts as i32 >= min_data) & (rights as i32 >= min_data));
            let [left_g, right_g] = [left, right].map(|p| ((p >> 32) as i32) as f32);
            let [left_h, right_h] = [left, right].map(|p| (p as i32) as f32 + l2);
            let gain =
                (left_g * left_g * right_h + right_g * right_g * left_h) / (left_h * right_h);
            let gain = if enough { gain } else { 0.0 };
            highest[k] = if gain > highest[k] { gain } else { highest[k] };
        }
    }
    highest
        .into_iter()
        .fold(0.0, |a, b| if b > a { b } else { a })
}

/// Sixteen bins at a time, from the bins to the gains in registers. Gradients and hessians are summed apart, which they may
/// be as the sum of hessians never reaches the high half.
#[cfg(target_arch = "x86_64")]
mod x86 {
    use std::arch::x86_64::*;

    use super::{Allowed, Constants, LANES};

    /// Adding this rounds a number to an integer, which fills the low bits of the mantissa.
    const ROUND: f64 = super::super::sums::ROUND;

    #[target_feature(enable = "avx512f")]
    pub(super) fn highest(
        bins: &[u64],
        missing: u64,
        allowed: &Allowed,
        constants: &Constants,
        rows: &mut [u32],
    ) -> f32 {
        let (estimated, total_rows) = match allowed.rows_per_hessian {
            Some(each) => (true, estimate(bins, each, rows)),
            None => (false, 0),
        };
        let limits = Limits::new(allowed, constants);
        let besides = _mm512_set1_epi32(allowed.count.wrapping_sub(total_rows) as i32);
        let missing_pair = [(missing >> 32) as i32, missing as i32].map(|x| _mm512_set1_epi32(x));
        let mut sums = [_mm512_setzero_si512(); 3];
        let mut highest = _mm512_setzero_ps();
        let rows = rows.as_chunks::<LANES>().0;
        for (at, rows) in (0..bins.len()).step_by(LANES).zip(rows) {
            let [g, h] = halves(bins, at);
            let g = running(g, &mut sums[0]);
            let h = running(h, &mut sums[1]);
            let r = estimated.then(|| {
                // SAFETY: sixteen numbers are read.
                let r = unsafe { _mm512_loadu_si512(rows.as_ptr().cast()) };
                running(r, &mut sums[2])
            });
            let left = [
                _mm512_add_epi32(g, missing_pair[0]),
                _mm512_add_epi32(h, missing_pair[1]),
            ];
            let lefts = r.map(|r| _mm512_add_epi32(r, besides));
            highest = limits.higher(left, lefts, highest);
            if missing != 0 {
                highest = limits.higher([g, h], r, highest);
            }
        }
        _mm512_reduce_max_ps(highest)
    }

    /// The high and the low halves of sixteen bins from `at` on; those after the last are empty.
    #[target_feature(enable = "avx512f")]
    #[inline]
    fn halves(bins: &[u64], at: usize) -> [__m512i; 2] {
        let low = _mm512_set_epi32(30, 28, 26, 24, 22, 20, 18, 16, 14, 12, 10, 8, 6, 4, 2, 0);
        let high = _mm512_or_si512(low, _mm512_set1_epi32(1));
        let there = (1_u32 << (bins.len() - at).min(LANES)) - 1;
        let from = bins[at..].as_ptr().cast::<i64>();
        // SAFETY: bins that are not there are not read.
        let (a, b) = unsafe {
            (
                _mm512_maskz_loadu_epi64(there as u8, from),
                _mm512_maskz_loadu_epi64((there >> 8) as u8, from.wrapping_add(8)),
            )
        };
        [
            _mm512_permutex2var_epi32(a, high, b),
            _mm512_permutex2var_epi32(a, low, b),
        ]
    }

    /// Sums up to each lane, with all that came before.
    #[target_feature(enable = "avx512f")]
    #[inline]
    fn running(v: __m512i, before: &mut __m512i) -> __m512i {
        let none = _mm512_setzero_si512();
        let v = _mm512_add_epi32(v, _mm512_alignr_epi32::<15>(v, none));
        let v = _mm512_add_epi32(v, _mm512_alignr_epi32::<14>(v, none));
        let v = _mm512_add_epi32(v, _mm512_alignr_epi32::<12>(v, none));
        let v = _mm512_add_epi32(v, _mm512_alignr_epi32::<8>(v, none));
        let sums = _mm512_add_epi32(v, *before);
        let last = _mm512_permutexvar_epi32(_mm512_set1_epi32(15), v);
        *before = _mm512_add_epi32(*before, last);
        sums
    }

    /// Writes the rows that each bin stands for; returns their number.
    #[target_feature(enable = "avx512f")]
    fn estimate(bins: &[u64], each: f64, rows: &mut [u32]) -> u32 {
        let (each, round) = (_mm512_set1_pd(each), _mm512_set1_pd(ROUND));
        let low = _mm512_set_epi32(30, 28, 26, 24, 22, 20, 18, 16, 14, 12, 10, 8, 6, 4, 2, 0);
        let mut sum = _mm512_setzero_si512();
        let rows = rows.as_chunks_mut::<LANES>().0;
        for (at, rows) in (0..bins.len()).step_by(LANES).zip(rows) {
            let [_, h] = halves(bins, at);
            let rounded = |h: __m256i| {
                let rows = _mm512_mul_pd(_mm512_cvtepi32_pd(h), each);
                _mm512_castpd_si512(_mm512_add_pd(rows, round))
            };
            let a = rounded(_mm512_castsi512_si256(h));
            let b = rounded(_mm512_extracti64x4_epi64::<1>(h));
            let v = _mm512_permutex2var_epi32(a, low, b);
            sum = _mm512_add_epi32(sum, v);
            // SAFETY: sixteen numbers are written.
            unsafe { _mm512_storeu_si512(rows.as_mut_ptr().cast(), v) };
        }
        _mm512_reduce_add_epi32(sum) as u32
    }

    /// What a threshold is held to, in every lane.
    struct Limits {
        total: [__m512i; 2],
        least: __m512i,
        count: __m512i,
        min_data: __m512i,
        l2: __m512,
    }

    impl Limits {
        #[target_feature(enable = "avx512f")]
        fn new(allowed: &Allowed, constants: &Constants) -> Self {
            let all = |x: u32| _mm512_set1_epi32(x as i32);
            Self {
                total: [
                    all((constants.total >> 32) as u32),
                    all(constants.total as u32),
                ],
                least: all(allowed.least),
                count: all(allowed.count),
                min_data: all(allowed.min_data),
                l2: _mm512_set1_ps(constants.lambda_l2 as f32),
            }
        }

        /// The higher one of each gain, where it is allowed, and what was the highest.
        #[target_feature(enable = "avx512f")]
        #[inline]
        fn higher(&self, left: [__m512i; 2], lefts: Option<__m512i>, highest: __m512) -> __m512 {
            let right_g = _mm512_sub_epi32(self.total[0], left[0]);
            let right_h = _mm512_sub_epi32(self.total[1], left[1]);
            let smaller = _mm512_min_epi32(left[1], right_h);
            let mut enough = _mm512_cmpge_epi32_mask(smaller, self.least);
            if let Some(lefts) = lefts {
                let fewer = _mm512_min_epi32(lefts, _mm512_sub_epi32(self.count, lefts));
                enough = _mm512_mask_cmpge_epi32_mask(enough, fewer, self.min_data);
            }
            let [left_g, right_g] = [left[0], right_g].map(|g| _mm512_cvtepi32_ps(g));
            let [left_h, right_h] =
                [left[1], right_h].map(|h| _mm512_add_ps(_mm512_cvtepi32_ps(h), self.l2));
            let a = _mm512_mul_ps(_mm512_mul_ps(left_g, left_g), right_h);
            let b = _mm512_mul_ps(_mm512_mul_ps(right_g, right_g), left_h);
            let inverse = _mm512_rcp14_ps(_mm512_mul_ps(left_h, right_h));
            let gain = _mm512_mul_ps(_mm512_add_ps(a, b), inverse);
            _mm512_mask_max_ps(highest, enough, highest, gain)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pack(g: i64, h: i64) -> u64 {
        ((g << 32) + h) as u64
    }

    /// The definition, in double precision.
    fn plain(bins: &[u64], missing: u64, allowed: &Allowed, c: &Constants) -> f64 {
        let each = |h: u64| match allowed.rows_per_hessian {
            Some(each) => (f64::from(h as u32) * each).round_ties_even() as i64,
            None => i64::from(h as u32),
        };
        let rows: i64 = bins.iter().map(|&b| each(b)).sum();
        let count = match allowed.rows_per_hessian {
            Some(_) => i64::from(allowed.count),
            None => i64::from(c.total as u32),
        };
        let mut highest = 0.0_f64;
        for (extra, besides) in [(missing, count - rows), (0, 0)] {
            let (mut left, mut lefts) = (extra, besides);
            for &bin in bins {
                left = left.wrapping_add(bin);
                lefts += each(bin);
                let right = c.total.wrapping_sub(left);
                let hessian = (left as u32).min(right as u32);
                let few = lefts.min(count - lefts) < i64::from(allowed.min_data);
                if hessian < allowed.least || few && allowed.rows_per_hessian.is_some() {
                    continue;
                }
                let part = |p: u64| {
                    let (g, h) = super::super::unpack(p);
                    g * g / (h + c.lambda_l2)
                };
                highest = highest.max(part(left) + part(right));
            }
            if missing == 0 {
                break;
            }
        }
        highest
    }

    #[test]
    fn rough_gains_are_close_to_the_definition_at_every_level() {
        let mut room = Room::default();
        for (n, scale, l2, missing) in [
            (1, 1, 0.0, 0),
            (2, 3, 1.0, pack(-77, 19)),
            (16, 40_000, 0.0, 0),
            (17, 40_000, 1e9, pack(9_999, 70)),
            (255, 80_000, 0.5, pack(-123_456, 999)),
            (255, 9, 1e-9, 0),
            (700, 2_000, 0.0, pack(1, 1)),
        ] {
            for seed in 0..20_i64 {
                let bin = |i: i64| {
                    let z = (i * 7919 + seed * 104_729) % 2003;
                    let empty = z % 5 == 0;
                    pack((z - 1000) * scale, z % 101 * scale) * u64::from(!empty)
                };
                let bins: Vec<u64> = (0..n).map(bin).collect();
                let total = bins.iter().fold(missing, |s, &b| s.wrapping_add(b));
                for rows_per_hessian in [None, Some(0.013), Some(1.7)] {
                    let count = match rows_per_hessian {
                        None => total as u32,
                        Some(each) => (f64::from(total as u32) * each).round() as u32,
                    };
                    let allowed = Allowed {
                        least: 1 + seed as u32 * 7,
                        count,
                        min_data: 1 + seed as u32 * 3,
                        rows_per_hessian,
                    };
                    let c = Constants {
                        total,
                        lambda_l1: 0.0,
                        lambda_l2: l2,
                    };
                    let want = plain(&bins, missing, &allowed, &c);
                    let got = [
                        rough_gain(&bins, missing, &allowed, &c, &mut room),
                        in_two_steps(&bins, missing, &allowed, &c, &mut room),
                    ];
                    for got in got.map(f64::from) {
                        assert!((got - want).abs() <= 7e-5 * want, "{n} {seed} {got} {want}");
                    }
                }
            }
        }
    }
}
