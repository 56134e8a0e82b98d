//! The one of up to 256 intervals that a number falls into.

/// At most 255 sorted boundaries, laid out for two comparisons of 16.
#[derive(Debug, Clone)]
pub(crate) struct Search {
    /// The boundaries, filled up with infinity to whole blocks of 16.
    bounds: Vec<[f64; WIDTH]>,
    /// The last boundary of each block but the last, then infinity.
    coarse: [f64; WIDTH],
}

/// Boundaries compared together, and numbers searched together.
pub(crate) const WIDTH: usize = 16;

impl Search {
    /// At most 255 ascending boundaries.
    pub(crate) fn new(bounds: &[f64]) -> Self {
        let blocks = (bounds.len() / WIDTH + 1).min(WIDTH);
        let mut table = vec![[f64::INFINITY; WIDTH]; blocks];
        for (i, &bound) in bounds.iter().take(WIDTH * WIDTH - 1).enumerate() {
            table[i / WIDTH][i % WIDTH] = bound;
        }
        let mut coarse = [f64::INFINITY; WIDTH];
        for (coarse, block) in coarse.iter_mut().zip(&table[..blocks - 1]) {
            *coarse = block[WIDTH - 1];
        }
        Self {
            bounds: table,
            coarse,
        }
    }

    /// Number of boundaries below each number; 0 for `NaN`.
    #[inline]
    pub(crate) fn ranks(&self, x: &[f64; WIDTH], out: &mut [u8; WIDTH]) {
        #[cfg(target_arch = "x86_64")]
        if super::instruction_set() == super::InstructionSet::Avx512 {
            // SAFETY: `instruction_set` found the features the function is compiled for.
            unsafe { x86::ranks(self, x, out) };
            return;
        }
        self.scalar(x, out);
    }

    /// The same, one binary search a number, side by side so that one's loads hide another's.
    fn scalar(&self, x: &[f64; WIDTH], out: &mut [u8; WIDTH]) {
        let bounds = self.bounds.as_flattened();
        let last = bounds.len() - 1;
        let mut at = [0_usize; WIDTH];
        let mut step = (last + 1).next_power_of_two() / 2;
        while step > 0 {
            for (at, &x) in at.iter_mut().zip(x) {
                let probe = (*at + step - 1).min(last);
                *at += if bounds[probe] < x { step } else { 0 };
            }
            step /= 2;
        }
        for (out, at) in out.iter_mut().zip(at) {
            *out = at as u8;
        }
    }
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use std::arch::x86_64::*;

    use super::{Search, WIDTH};

    #[target_feature(enable = "avx512f,popcnt")]
    pub(super) fn ranks(search: &Search, x: &[f64; WIDTH], out: &mut [u8; WIDTH]) {
        for (&x, out) in x.iter().zip(out) {
            *out = rank(search, x);
        }
    }

    #[target_feature(enable = "avx512f,popcnt")]
    #[inline]
    fn rank(search: &Search, x: f64) -> u8 {
        let x = _mm512_set1_pd(x);
        let block = below(&search.coarse, x).min(search.bounds.len() - 1);
        (block * WIDTH + below(&search.bounds[block], x)) as u8
    }

    #[target_feature(enable = "avx512f,popcnt")]
    #[inline]
    fn below(bounds: &[f64; WIDTH], x: __m512d) -> usize {
        // SAFETY: both halves of the 16 numbers are read.
        let (a, b) = unsafe {
            (
                _mm512_loadu_pd(bounds.as_ptr()),
                _mm512_loadu_pd(bounds.as_ptr().add(8)),
            )
        };
        let a = _mm512_cmp_pd_mask::<_CMP_LT_OQ>(a, x);
        let b = _mm512_cmp_pd_mask::<_CMP_LT_OQ>(b, x);
        (u32::from(a) | u32::from(b) << 8).count_ones() as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::kernel::{InstructionSet, forced::at};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_instruction_set_equals_a_plain_count(mut bounds in prop::collection::vec(-5.0..5.0_f64, 0..256), x in prop::array::uniform16(-6.0..6.0_f64)) {
            bounds.sort_unstable_by(f64::total_cmp);
            let search = Search::new(&bounds);
            let mut x = x;
            x[0] = f64::INFINITY;
            x[1] = f64::NEG_INFINITY;
            x[2] = bounds.first().copied().unwrap_or(1.0);
            x[3] = f64::NAN;
            let plain = x.map(|x| bounds.iter().filter(|&&b| b < x).count() as u8);
            for isa in InstructionSet::available() {
                let mut got = [9; WIDTH];
                at(isa, || search.ranks(&x, &mut got));
                prop_assert_eq!(got, plain, "{:?}", isa);
            }
        }
    }
}
