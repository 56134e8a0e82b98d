//! Running sums of a column's bins.

#[cfg(target_arch = "x86_64")]
use super::{InstructionSet, instruction_set};

/// Adding this rounds a number to an integer, which fills the low bits of the mantissa.
pub(super) const ROUND: f64 = 6_755_399_441_055_744.0; // 1.5 * 2^52

/// Writes the sum up to each bin; with `rows_per_hessian` also of the rows that each bin's hessian
/// stands for, rounded.
pub(crate) fn running_sums(
    bins: &[u64],
    rows_per_hessian: Option<f64>,
    prefix: &mut [u64],
    rows: &mut [u32],
) {
    let (prefix, rows) = (&mut prefix[..bins.len()], &mut rows[..bins.len()]);
    let mut state = State::default();
    #[cfg(target_arch = "x86_64")]
    if instruction_set() == InstructionSet::Avx512 {
        // SAFETY: `instruction_set` found the features the function is compiled for.
        state = unsafe { x86::running_sums(bins, rows_per_hessian, prefix, rows) };
    }
    scalar(bins, rows_per_hessian, prefix, rows, state);
}

/// State of the sums after some bins.
#[derive(Clone, Copy, Default)]
struct State {
    done: usize,
    sum: u64,
    rows: u32,
}

/// Finishes the sums bin by bin.
fn scalar(
    bins: &[u64],
    rows_per_hessian: Option<f64>,
    prefix: &mut [u64],
    rows: &mut [u32],
    state: State,
) {
    let State {
        done,
        mut sum,
        rows: mut count,
    } = state;
    for (prefix, &bin) in prefix[done..].iter_mut().zip(&bins[done..]) {
        sum = sum.wrapping_add(bin);
        *prefix = sum;
    }
    if let Some(each) = rows_per_hessian {
        for (rows, &bin) in rows[done..].iter_mut().zip(&bins[done..]) {
            count += (f64::from(bin as i32) * each + ROUND).to_bits() as u32;
            *rows = count;
        }
    }
}

/// Eight bins at a time: each is added to the next, pairs to the next pair, fours to the next four,
/// and what came before to all.
#[cfg(target_arch = "x86_64")]
mod x86 {
    use std::arch::x86_64::*;

    use super::{ROUND, State};

    #[target_feature(enable = "avx512f,avx512vl")]
    pub(super) fn running_sums(
        bins: &[u64],
        rows_per_hessian: Option<f64>,
        prefix: &mut [u64],
        rows: &mut [u32],
    ) -> State {
        let (bins, prefix) = (bins.as_chunks::<8>().0, prefix.as_chunks_mut::<8>().0);
        let (none, last) = (_mm512_setzero_si512(), _mm512_set1_epi64(7));
        let mut sum = none;
        for (bins, to) in bins.iter().zip(&mut *prefix) {
            // SAFETY: eight bins are read and eight sums written.
            unsafe {
                let v = _mm512_loadu_si512(bins.as_ptr().cast());
                let v = _mm512_add_epi64(v, _mm512_alignr_epi64::<7>(v, none));
                let v = _mm512_add_epi64(v, _mm512_alignr_epi64::<6>(v, none));
                let v = _mm512_add_epi64(v, _mm512_alignr_epi64::<4>(v, none));
                _mm512_storeu_si512(to.as_mut_ptr().cast(), _mm512_add_epi64(v, sum));
                // One addition is all that the next eight wait for.
                sum = _mm512_add_epi64(sum, _mm512_permutexvar_epi64(last, v));
            }
        }
        let mut state = State {
            done: 8 * bins.len(),
            sum: prefix.last().map_or(0, |p| p[7]),
            rows: 0,
        };
        if let Some(each) = rows_per_hessian {
            state.rows = running_rows(bins, each, rows.as_chunks_mut::<8>().0);
        }
        state
    }

    #[target_feature(enable = "avx512f,avx512vl")]
    fn running_rows(bins: &[[u64; 8]], each: f64, rows: &mut [[u32; 8]]) -> u32 {
        let (each, round) = (_mm512_set1_pd(each), _mm512_set1_pd(ROUND));
        let (none, last) = (_mm256_setzero_si256(), _mm256_set1_epi32(7));
        let mut sum = none;
        for (bins, to) in bins.iter().zip(&mut *rows) {
            // SAFETY: eight bins are read and eight sums written.
            unsafe {
                let hessians = _mm512_cvtepi64_epi32(_mm512_loadu_si512(bins.as_ptr().cast()));
                let v = _mm512_mul_pd(_mm512_cvtepi32_pd(hessians), each);
                let v = _mm512_castpd_si512(_mm512_add_pd(v, round));
                let v = _mm512_cvtepi64_epi32(v);
                let v = _mm256_add_epi32(v, _mm256_alignr_epi32::<7>(v, none));
                let v = _mm256_add_epi32(v, _mm256_alignr_epi32::<6>(v, none));
                let v = _mm256_add_epi32(v, _mm256_alignr_epi32::<4>(v, none));
                _mm256_storeu_si256(to.as_mut_ptr().cast(), _mm256_add_epi32(v, sum));
                sum = _mm256_add_epi32(sum, _mm256_permutexvar_epi32(last, v));
            }
        }
        rows.last().map_or(0, |r| r[7])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::kernel::{InstructionSet, forced::at};

    #[test]
    fn every_instruction_set_gives_the_sums() {
        let bins: Vec<u64> = (0..203_u64)
            .map(|i| ((i * 97 % 61).wrapping_sub(30) << 32).wrapping_add(i * 5_003 % 1013))
            .collect();
        for n in [0, 1, 7, 8, 9, 64, 203] {
            for each in [None, Some(0.7), Some(33.3)] {
                let (bins, start) = (&bins[..n], State::default());
                let (mut plain, mut plain_rows) = (vec![0; 210], vec![0; 210]);
                scalar(bins, each, &mut plain[..n], &mut plain_rows[..n], start);
                for isa in InstructionSet::available() {
                    let (mut prefix, mut rows) = (vec![0; 210], vec![0; 210]);
                    at(isa, || running_sums(bins, each, &mut prefix, &mut rows));
                    assert_eq!(
                        (prefix, rows),
                        (plain.clone(), plain_rows.clone()),
                        "{n} {isa:?}"
                    );
                }
            }
        }
        let (mut prefix, mut rows) = (vec![0; 203], vec![0; 203]);
        running_sums(&bins, Some(0.7), &mut prefix, &mut rows);
        assert_eq!(
            prefix[202],
            bins.iter().fold(0, |s: u64, b| s.wrapping_add(*b))
        );
        let rounded = |b: &u64| (f64::from(*b as u32) * 0.7).round_ties_even() as u32;
        assert_eq!(rows[202], bins.iter().map(rounded).sum::<u32>());
    }
}
