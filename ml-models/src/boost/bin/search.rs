//! Which of up to 256 intervals a number falls into.

/// Sorted boundaries, padded for a search without branches.
#[derive(Debug, Clone)]
pub(crate) struct Search {
    /// Length 2^steps - 1, filled up with infinity.
    padded: Vec<f64>,
    first_step: usize,
}

/// Numbers searched side by side, so that one search's loads hide another's.
pub(crate) const LANES: usize = 16;

impl Search {
    /// At most 255 ascending boundaries.
    pub(crate) fn new(bounds: &[f64]) -> Self {
        let size = (bounds.len() + 1).next_power_of_two();
        let mut padded = bounds.to_vec();
        padded.resize(size - 1, f64::INFINITY);
        Self {
            padded,
            first_step: size / 2,
        }
    }

    /// Number of boundaries below `x`; 0 for `NaN`.
    #[inline]
    pub(crate) fn rank(&self, x: f64) -> u8 {
        let (mut at, mut step) = (0, self.first_step);
        while step > 0 {
            at += if self.padded[at + step - 1] < x {
                step
            } else {
                0
            };
            step /= 2;
        }
        at as u8
    }

    /// [`rank`](Self::rank) of each number.
    #[inline]
    pub(crate) fn ranks(&self, x: &[f64; LANES]) -> [u8; LANES] {
        let mut at = [0_usize; LANES];
        let mut step = self.first_step;
        while step > 0 {
            for (at, &x) in at.iter_mut().zip(x) {
                *at += if self.padded[*at + step - 1] < x {
                    step
                } else {
                    0
                };
            }
            step /= 2;
        }
        at.map(|a| a as u8)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn equals_a_plain_count(mut bounds in prop::collection::vec(-5.0..5.0_f64, 0..255), x in prop::array::uniform16(-6.0..6.0_f64)) {
            bounds.sort_unstable_by(f64::total_cmp);
            let search = Search::new(&bounds);
            let mut x = x;
            x[0] = f64::INFINITY;
            x[1] = f64::NEG_INFINITY;
            if let Some(&b) = bounds.first() { x[2] = b; }
            let plain = x.map(|x| bounds.iter().filter(|&&b| b < x).count() as u8);
            prop_assert_eq!(search.ranks(&x), plain);
            prop_assert_eq!(x.map(|x| search.rank(x)), plain);
            prop_assert_eq!(search.rank(f64::NAN), 0);
        }
    }
}
