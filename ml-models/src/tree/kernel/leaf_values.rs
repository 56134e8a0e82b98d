//! Adding the values of leaves to the scores of a block of rows.

use super::byte_questions::{Bytes, ROWS};
#[cfg(target_arch = "x86_64")]
use super::{InstructionSet, instruction_set};

/// Values of a tree's leaves, filled up to 64 or to 256.
pub(crate) type Few = [f64; 64];
pub(crate) type Many = [f64; 256];

/// Adds to each row's score the value that its byte, below 64, stands for.
pub(crate) fn add_few(values: &Few, ids: &Bytes, scores: &mut [f64; ROWS]) {
    #[cfg(target_arch = "x86_64")]
    if instruction_set() == InstructionSet::Avx512 {
        // SAFETY: `instruction_set` found the features the function is compiled for.
        unsafe { x86::add_few(values, ids, scores) };
        return;
    }
    for (score, &id) in scores.iter_mut().zip(ids) {
        *score += values[id as usize % 64];
    }
}

/// Adds to each row's score the value that its byte stands for.
pub(crate) fn add_many(values: &Many, ids: &Bytes, scores: &mut [f64; ROWS]) {
    for (score, &id) in scores.iter_mut().zip(ids) {
        *score += values[id as usize];
    }
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use std::arch::x86_64::*;

    use super::{Bytes, Few, ROWS};

    /// Eight values a register; two registers are looked up at a time.
    #[target_feature(enable = "avx512f,avx512bw,avx512vl")]
    pub(super) fn add_few(values: &Few, ids: &Bytes, scores: &mut [f64; ROWS]) {
        // SAFETY: eight times 8 of the 64 values are read.
        let table: [__m512d; 8] =
            std::array::from_fn(|k| unsafe { _mm512_loadu_pd(values.as_ptr().add(8 * k)) });
        let (ids, _) = ids.as_chunks::<8>();
        for (ids, scores) in ids.iter().zip(scores.as_chunks_mut::<8>().0) {
            let id = _mm512_cvtepu8_epi64(_mm_cvtsi64_si128(i64::from_le_bytes(*ids)));
            let pick = |k: usize| _mm512_permutex2var_pd(table[2 * k], id, table[2 * k + 1]);
            let upper = _mm512_test_epi64_mask(id, _mm512_set1_epi64(16));
            let low = _mm512_mask_blend_pd(upper, pick(0), pick(1));
            let high = _mm512_mask_blend_pd(upper, pick(2), pick(3));
            let highest = _mm512_test_epi64_mask(id, _mm512_set1_epi64(32));
            let value = _mm512_mask_blend_pd(highest, low, high);
            // SAFETY: the 8 scores are read and written.
            unsafe {
                let sum = _mm512_add_pd(_mm512_loadu_pd(scores.as_ptr()), value);
                _mm512_storeu_pd(scores.as_mut_ptr(), sum);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::kernel::{InstructionSet, forced::at};

    #[test]
    fn every_byte_finds_its_value() {
        let ids: Bytes = std::array::from_fn(|i| (i * 37 % 256) as u8);
        let mut scores = [0.5; ROWS];
        let many: Many = std::array::from_fn(|i| i as f64);
        add_many(&many, &ids, &mut scores);
        assert_eq!(scores, ids.map(|id| 0.5 + f64::from(id)));
        let ids = ids.map(|id| id % 64);
        let few: Few = std::array::from_fn(|i| i as f64 * 0.1);
        for isa in InstructionSet::available() {
            let mut scores = [0.5; ROWS];
            at(isa, || add_few(&few, &ids, &mut scores));
            assert_eq!(scores, ids.map(|id| 0.5 + few[id as usize]), "{isa:?}");
        }
    }
}
