//! What each row counts for.

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

impl Weights {
    /// Whole numbers are repeats, anything else scales.
    pub(crate) fn new(weights: Vec<f64>) -> Self {
        if weights.iter().all(|&w| w == 1.0) {
            Self::Unit
        } else if weights.iter().all(|w| w.fract() == 0.0)
            && weights.iter().sum::<f64>() <= MOST_REPEATS
        {
            Self::Repeats(weights.into_iter().map(|w| w as u32).collect())
        } else {
            Self::Real(weights)
        }
    }

    /// What row `i` counts for.
    pub(crate) fn of(&self, i: usize) -> f64 {
        match self {
            Self::Unit => 1.0,
            Self::Repeats(repeats) => f64::from(repeats[i]),
            Self::Real(weights) => weights[i],
        }
    }

    /// How many rows each row stands for, if not one.
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
}
