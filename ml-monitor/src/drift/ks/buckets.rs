//! Equal-width buckets: a cheap way to put values into rough order.

use ml_data::simd::widest;

use super::statistic::key;

/// Cells of width `1 / scale` from `low` upwards, the first and last open-ended.
///
/// The cell of a value never falls as the value rises, whatever the rounding: subtraction,
/// multiplication, clamping and rounding are monotone. That is all that exactness rests on; where
/// the cells lie only decides the speed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Buckets {
    low: f64,
    scale: f64,
    last: f64,
}

/// Adding 2^52 to a number below it leaves its nearest whole number in the low bits.
const WHOLE: f64 = 4_503_599_627_370_496.0;

/// Values whose cells are found together, and stay in the first-level cache.
const BLOCK: usize = 2048;
/// Values of which one look says whether any lies in a marked cell.
const LOOK: usize = 32;
/// Values looked at per sample to place the cells.
const LOOKS: usize = 2048;

impl Buckets {
    /// `cells` buckets (at most 2^16) over the middle of a look at both samples; none when they
    /// hardly vary.
    pub(crate) fn covering(a: &[f64], b: &[f64], cells: usize) -> Option<Self> {
        let look = |v: &[f64]| {
            v.iter()
                .step_by((v.len() / LOOKS).max(1))
                .copied()
                .collect::<Vec<f64>>()
        };
        let mut seen = [look(a), look(b)].concat();
        seen.retain(|x| x.is_finite());
        seen.sort_unstable_by(f64::total_cmp);
        Self::over_sorted(&seen, cells)
    }

    /// The same over the middle of values already sorted; a few outliers must not stretch the
    /// cells.
    pub(crate) fn over_sorted(sorted: &[f64], cells: usize) -> Option<Self> {
        let outer = sorted.len() / 500;
        let (low, high) = (*sorted.get(outer)?, *sorted.get(sorted.len() - 1 - outer)?);
        let scale = cells as f64 / (high - low);
        let last = (cells - 1) as f64;
        (scale.is_finite() && scale > 0.0).then_some(Self { low, scale, last })
    }

    /// The cell of a value; NaN gets one too.
    #[inline]
    pub(crate) fn of(&self, x: f64) -> usize {
        let cell = (x - self.low) * self.scale;
        // Plain comparisons, so that NaN goes to 0 and each is one instruction.
        let cell = if cell > 0.0 { cell } else { 0.0 };
        let cell = if cell < self.last { cell } else { self.last };
        usize::from((cell + WHOLE).to_bits() as u16)
    }

    /// Calls `f` with each block of values and their cells; NaN gets one too.
    pub(crate) fn each_block(&self, values: &[f64], mut f: impl FnMut(&[f64], &[u16])) {
        let mut cells = [0u16; BLOCK];
        for values in values.chunks(BLOCK) {
            let cells = &mut cells[..values.len()];
            widest(
                #[inline(always)]
                || {
                    for (cell, &x) in cells.iter_mut().zip(values) {
                        *cell = self.of(x) as u16;
                    }
                },
            );
            f(values, cells);
        }
    }

    /// Keys of the values in marked cells, ascending, NaN left out.
    pub(crate) fn sorted_keys(&self, values: &[f64], marked: &[bool]) -> Vec<u64> {
        let mut keys = Vec::new();
        let is_marked = |cell: &u16| marked.get(usize::from(*cell)) == Some(&true);
        self.each_block(values, |values, cells| {
            for (cells, values) in cells.chunks(LOOK).zip(values.chunks(LOOK)) {
                if cells.iter().fold(false, |any, c| any | is_marked(c)) {
                    let both = cells.iter().zip(values);
                    let kept = both.filter(|(c, x)| is_marked(c) && !x.is_nan());
                    keys.extend(kept.map(|(_, &x)| key(x)));
                }
            }
        });
        keys.sort_unstable();
        keys
    }

    /// Values per cell, NaN left out.
    pub(crate) fn count(&self, values: &[f64]) -> Vec<u32> {
        let mut counts = vec![0u32; self.last as usize + 1];
        for &x in values {
            counts[self.of(x)] += u32::from(!x.is_nan());
        }
        counts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_rise_with_the_values() {
        let values: Vec<f64> = (0..5000).map(|i| f64::from(i).sqrt()).collect();
        let bins = Buckets::covering(&values, &[f64::NAN, f64::INFINITY], 1 << 16).unwrap();
        assert!(values.windows(2).all(|w| bins.of(w[0]) <= bins.of(w[1])));
        assert_eq!(
            [f64::NEG_INFINITY, -1e300, 1e300, f64::INFINITY].map(|x| bins.of(x)),
            [0, 0, 65_535, 65_535]
        );
        assert_eq!(bins.count(&values).iter().sum::<u32>(), 5000);
    }

    #[test]
    fn no_cells_without_an_extent() {
        assert!(Buckets::covering(&[1.0; 9], &[1.0], 16).is_none());
        assert!(Buckets::covering(&[f64::NAN], &[], 16).is_none());
        assert!(Buckets::covering(&[-f64::MAX, f64::MAX], &[0.0], 16).is_none());
    }
}
