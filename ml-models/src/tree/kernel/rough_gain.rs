//! Roughly the highest gain of a column, from which it shows whether the exact gains are worth a
//! look.

use super::threshold_gains::Constants;
#[cfg(target_arch = "x86_64")]
use super::{InstructionSet, instruction_set};
use super::{dispatch, running_sums};

/// The thresholds that a column may be split at.
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

/// Buffers of as many entries as a column has bins, and a square more.
#[derive(Debug, Default)]
pub(crate) struct Room {
    prefix: Vec<u64>,
    rows: Vec<u32>,
    lines: Vec<Line>,
}

/// A cache line.
#[derive(Debug, Clone, Copy)]
#[repr(C, align(64))]
struct Line([u64; 8]);

/// The most that a gain may be above its rough value. Between the two there are an inverse that is
/// off by 2^-14 and 16 roundings of 2^-24 each.
pub(crate) const ABOVE: f64 = 1.0 + 1e-4;

/// Bins that are looked at together.
const LANES: usize = 16;
/// Fewer bins are not worth their turning.
#[cfg(target_arch = "x86_64")]
const FEW: usize = 32;
/// Bins of eight times eight words.
const SQUARE: usize = 64;

/// The highest gain of all allowed thresholds in single precision, with missing values (`missing`
/// is their packed sum) on either side, 0 for none; off by less than a part in ten thousand. Made
/// in half the time of the exact gains.
pub(crate) fn rough_gain(
    bins: &[u64],
    missing: u64,
    allowed: &Allowed,
    constants: &Constants,
    room: &mut Room,
) -> f32 {
    let most = bins.len() + SQUARE;
    if room.rows.len() < most {
        room.rows.resize(most, 0);
        room.prefix.resize(most, 0);
        room.lines.resize(most / 4, Line([0; 8]));
    }
    #[cfg(target_arch = "x86_64")]
    if bins.len() >= FEW && instruction_set() == InstructionSet::Avx512 {
        // SAFETY: `instruction_set` found the features the function is compiled for.
        return unsafe { x86::highest(bins, missing, allowed, constants, room) };
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
    let blocks = n.div_ceil(LANES);
    // The last block is filled up with copies of the last threshold.
    if let (Some(&sum), Some(&count)) = (room.prefix[..n].last(), room.rows[..n].last()) {
        room.prefix[n..blocks * LANES].fill(sum);
        room.rows[n..blocks * LANES].fill(count);
    }
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

/// An eighth of the bins in each lane of a register: sums are running downwards, and at last each
/// lane gets what the lanes before it have. Running sums across lanes would take more moves between
/// lanes than turning squares of bins around does.
#[cfg(target_arch = "x86_64")]
mod x86 {
    use std::arch::x86_64::*;

    use super::{Allowed, Constants, Line, Room, SQUARE};
    use crate::tree::kernel::running_sums::ROUND;

    /// Words of a register.
    const WORDS: usize = 8;

    #[target_feature(enable = "avx512f,avx512dq")]
    pub(super) fn highest(
        bins: &[u64],
        missing: u64,
        allowed: &Allowed,
        constants: &Constants,
        room: &mut Room,
    ) -> f32 {
        // Bins of a lane.
        let length = bins.len().div_ceil(SQUARE) * WORDS;
        let (sums, row_sums) = room.lines.split_at_mut(length);
        let (mut all, mut all_rows) = (_mm512_setzero_si512(), _mm512_setzero_si512());
        let squares = sums.chunks_mut(WORDS).zip(row_sums.chunks_mut(WORDS));
        for (square, (sums, row_sums)) in squares.enumerate() {
            let turned = turned(bins, square * WORDS, length);
            for (pairs, sums) in turned.iter().zip(sums) {
                all = _mm512_add_epi64(all, *pairs);
                put(all, sums);
            }
            if let Some(each) = allowed.rows_per_hessian {
                let each = _mm512_set1_pd(each);
                for (pairs, row_sums) in turned.iter().zip(row_sums) {
                    all_rows = _mm512_add_epi64(all_rows, rows(*pairs, each));
                    put(all_rows, row_sums);
                }
            }
        }
        let estimated = allowed.rows_per_hessian.is_some();
        let total_rows = _mm512_reduce_add_epi64(all_rows) as u32;
        let besides = _mm512_set1_epi32(allowed.count.wrapping_sub(total_rows) as i32);
        let missing_pair = [(missing >> 32) as i32, missing as i32].map(|x| _mm512_set1_epi32(x));
        let (before, before_rows) = (before(all), before(all_rows));
        let limits = Limits::new(allowed, constants);
        let mut highest = _mm512_setzero_ps();
        let (sums, row_sums) = (sums.as_chunks::<2>().0, row_sums.as_chunks::<2>().0);
        for (sums, row_sums) in sums.iter().zip(row_sums) {
            let two = [get(&sums[0]), get(&sums[1])].map(|s| _mm512_add_epi64(s, before));
            let [g, h] = [highs(two), lows(two)];
            let r = estimated.then(|| {
                let two = [get(&row_sums[0]), get(&row_sums[1])];
                lows(two.map(|s| _mm512_add_epi64(s, before_rows)))
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

    /// Eight bins from `at` on in each of eight lanes, which begin `length` bins apart; bins after
    /// the last are empty.
    #[target_feature(enable = "avx512f")]
    #[inline]
    fn turned(bins: &[u64], at: usize, length: usize) -> [__m512i; WORDS] {
        let lane = |k: usize| {
            let from = k * length + at;
            let there = (1_u32 << bins.len().saturating_sub(from).min(WORDS)) - 1;
            // SAFETY: bins that are not there are not read.
            unsafe {
                _mm512_maskz_loadu_epi64(there as u8, bins.as_ptr().wrapping_add(from).cast())
            }
        };
        let pair = |k: usize| {
            let (a, b) = (lane(k), lane(k + 1));
            (_mm512_unpacklo_epi64(a, b), _mm512_unpackhi_epi64(a, b))
        };
        let pairs = [pair(0), pair(2), pair(4), pair(6)];
        let [a, c, e, g] = transpose_4x4(pairs.map(|p| p.0));
        let [b, d, f, h] = transpose_4x4(pairs.map(|p| p.1));
        [a, b, c, d, e, f, g, h]
    }

    /// The transpose of four registers of four quarters each.
    #[target_feature(enable = "avx512f")]
    #[inline]
    fn transpose_4x4([a, b, c, d]: [__m512i; 4]) -> [__m512i; 4] {
        let (even, odd) = (
            [
                _mm512_shuffle_i64x2::<0x88>(a, b),
                _mm512_shuffle_i64x2::<0x88>(c, d),
            ],
            [
                _mm512_shuffle_i64x2::<0xdd>(a, b),
                _mm512_shuffle_i64x2::<0xdd>(c, d),
            ],
        );
        [
            _mm512_shuffle_i64x2::<0x88>(even[0], even[1]),
            _mm512_shuffle_i64x2::<0x88>(odd[0], odd[1]),
            _mm512_shuffle_i64x2::<0xdd>(even[0], even[1]),
            _mm512_shuffle_i64x2::<0xdd>(odd[0], odd[1]),
        ]
    }

    /// The rows that each of eight bins stands for, in the low half of a word.
    #[target_feature(enable = "avx512f,avx512dq")]
    #[inline]
    fn rows(pairs: __m512i, each: __m512d) -> __m512i {
        let hessians = _mm512_and_si512(pairs, _mm512_set1_epi64(0xffff_ffff));
        let rows = _mm512_mul_pd(_mm512_cvtepi64_pd(hessians), each);
        _mm512_castpd_si512(_mm512_add_pd(rows, _mm512_set1_pd(ROUND)))
    }

    /// Sum of the lanes before each lane.
    #[target_feature(enable = "avx512f")]
    #[inline]
    fn before(all: __m512i) -> __m512i {
        let none = _mm512_setzero_si512();
        let v = _mm512_alignr_epi64::<7>(all, none);
        let v = _mm512_add_epi64(v, _mm512_alignr_epi64::<7>(v, none));
        let v = _mm512_add_epi64(v, _mm512_alignr_epi64::<6>(v, none));
        _mm512_add_epi64(v, _mm512_alignr_epi64::<4>(v, none))
    }

    /// The low halves of two registers of words, one after the other.
    #[target_feature(enable = "avx512f")]
    #[inline]
    fn lows([a, b]: [__m512i; 2]) -> __m512i {
        _mm512_mask_blend_epi32(0xaaaa, a, _mm512_slli_epi64::<32>(b))
    }

    /// The high halves of two registers of words, in the same order.
    #[target_feature(enable = "avx512f")]
    #[inline]
    fn highs([a, b]: [__m512i; 2]) -> __m512i {
        _mm512_mask_blend_epi32(0xaaaa, _mm512_srli_epi64::<32>(a), b)
    }

    #[target_feature(enable = "avx512f")]
    #[inline]
    fn put(words: __m512i, to: &mut Line) {
        // SAFETY: eight words are written.
        unsafe { _mm512_storeu_si512(to.0.as_mut_ptr().cast(), words) };
    }

    #[target_feature(enable = "avx512f")]
    #[inline]
    fn get(from: &Line) -> __m512i {
        // SAFETY: eight words are read.
        unsafe { _mm512_loadu_si512(from.0.as_ptr().cast()) }
    }

    /// Conditions on a threshold, in every lane.
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
    use crate::tree::kernel::{InstructionSet, forced::at};

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
    fn rough_gains_are_close_to_the_definition_with_every_instruction_set() {
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
                    for isa in InstructionSet::available() {
                        let rough = || rough_gain(&bins, missing, &allowed, &c, &mut room);
                        let got = f64::from(at(isa, rough));
                        let near = (got - want).abs() <= 7e-5 * want;
                        assert!(near, "{n} {seed} {isa:?} {got} {want}");
                    }
                }
            }
        }
    }
}
