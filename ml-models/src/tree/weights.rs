//! Weights of rows.

/// Weights of the rows in training; all positive, as rows of weight 0 are dropped before.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Weights {
    /// Every row counts once.
    Unit,
    /// Row `i` stands for so many equal rows.
    Repeats(Vec<u32>),
    /// Row `i`'s gradient and hessian are scaled.
    Real(Vec<f64>),
}

/// Largest total of repeats: sums of as many rounded gradients still fit 31 bits.
const MOST_REPEATS: f64 = (1_u64 << 29) as f64;

/// The range of largest weights that gradients in `f32` and their sums in `f64` hold.
const HELD: std::ops::RangeInclusive<f64> = 1.0 / HUGE..=HUGE;
const HUGE: f64 = (1_u128 << 64) as f64;
/// Weights that are all smaller than this are small.
const SMALL: f64 = 1.0 / (1 << 20) as f64;

/// Whether weights are numbers of repeats.
pub(crate) fn are_repeats(weights: &[f64]) -> bool {
    weights.iter().all(|w| w.fract() == 0.0) && weights.iter().sum::<f64>() <= MOST_REPEATS
}

/// Weights divided by their largest where it is out of the range that sums hold, or where all are
/// small and sum to less than `least`, which is what anything can be learned from; ordinary weights
/// as they are, to the last bit.
pub(crate) fn held(mut weights: Vec<f64>, least: f64) -> Vec<f64> {
    let largest = weights.iter().copied().fold(0.0, f64::max);
    let too_small = || largest < SMALL && weights.iter().sum::<f64>() < least;
    if largest > 0.0 && (!HELD.contains(&largest) || too_small()) {
        weights.iter_mut().for_each(|w| *w /= largest);
    }
    weights
}

impl Weights {
    /// Whole numbers are repeats, anything else scales.
    pub(crate) fn new(weights: Vec<f64>) -> Self {
        if weights.iter().all(|&w| w == 1.0) {
            Self::Unit
        } else if are_repeats(&weights) {
            Self::Repeats(weights.into_iter().map(|w| w as u32).collect())
        } else {
            Self::Real(weights)
        }
    }

    /// Weight of row `i`.
    pub(crate) fn of(&self, i: usize) -> f64 {
        match self {
            Self::Unit => 1.0,
            Self::Repeats(repeats) => f64::from(repeats[i]),
            Self::Real(weights) => weights[i],
        }
    }

    /// Number of rows that each row stands for, if not one.
    pub(crate) fn repeats(&self) -> Option<&[u32]> {
        match self {
            Self::Repeats(repeats) => Some(repeats),
            _ => None,
        }
    }

    /// The factor of each row, if not one.
    pub(crate) fn factors(&self) -> Option<Vec<f64>> {
        match self {
            Self::Unit => None,
            Self::Repeats(repeats) => Some(repeats.iter().map(|&r| f64::from(r)).collect()),
            Self::Real(weights) => Some(weights.clone()),
        }
    }

    /// Number of rows, repeats included, among `n`.
    pub(crate) fn total(&self, n: usize) -> u64 {
        match self {
            Self::Repeats(repeats) => repeats.iter().map(|&r| u64::from(r)).sum(),
            _ => n as u64,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers_repeat_and_fractions_scale() {
        assert_eq!(Weights::new(vec![1.0, 1.0]), Weights::Unit);
        assert_eq!(Weights::new(vec![1.0, 3.0]), Weights::Repeats(vec![1, 3]));
        assert_eq!(Weights::new(vec![1.0, 0.5]), Weights::Real(vec![1.0, 0.5]));
        assert_eq!(
            Weights::new(vec![1.0, 1e12]),
            Weights::Real(vec![1.0, 1e12])
        );
        assert_eq!(Weights::Repeats(vec![2, 3]).total(2), 5);
    }

    #[test]
    fn only_weights_that_sums_do_not_hold_are_divided_by_their_largest() {
        for ordinary in [
            vec![1.0, 3.0],
            vec![0.1, 1e-300],
            vec![1e19, 1.0],
            vec![1e-7; 30_000],
        ] {
            assert_eq!(held(ordinary.clone(), 2e-3), ordinary);
        }
        for far in [1e300, f64::MAX, 1e20, 1e-20, 1e-30, 5e-324] {
            assert_eq!(held(vec![far; 3], 0.0), [1.0; 3], "{far}");
        }
        assert_eq!(held(vec![1e300, 5e299], 0.0), [1.0, 0.5]);
        // Nothing could be learned from these, which parameters may want, or not.
        assert_eq!(held(vec![1e-7; 10_000], 2e-3), [1.0; 10_000]);
        assert_eq!(held(vec![1e-7; 10_000], 0.0), [1e-7; 10_000]);
        assert_eq!(held(vec![0.5; 4], 1e3), [0.5; 4]);
        assert_eq!(held(vec![0.0; 2], 0.0), [0.0; 2]);
    }
}
