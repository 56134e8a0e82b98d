//! Draws of chance: whether a thing happens, and which of several.

use crate::random::{Rng, RngExt};

/// Whether a thing of probability `p` happens: never for 0, always for 1, and never for `NaN`.
pub(super) fn happens(rng: &mut impl Rng, p: f64) -> bool {
    rng.random::<f64>() < p
}

/// Which of several things happens: the first whose cumulative weight is above `x`, else the last.
pub(super) fn which(x: f64, cumulative: &[f64]) -> usize {
    let found = cumulative.partition_point(|&c| c <= x);
    found.min(cumulative.len().saturating_sub(1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::convert::Infallible;

    /// Draws zero, the least number there is.
    struct Least;

    impl rand::TryRng for Least {
        type Error = Infallible;
        fn try_next_u32(&mut self) -> Result<u32, Infallible> {
            Ok(0)
        }
        fn try_next_u64(&mut self) -> Result<u64, Infallible> {
            Ok(0)
        }
        fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
            bytes.fill(0);
            Ok(())
        }
    }

    #[test]
    fn what_has_no_probability_never_happens() {
        assert!(!happens(&mut Least, 0.0));
        assert!(!happens(&mut Least, f64::NAN));
        assert!(happens(&mut Least, 1e-300));
        let rng = &mut crate::random::generator(1, "happens", 0);
        assert!((0..1000).all(|_| happens(rng, 1.0)));
        let hits = (0..10_000).filter(|_| happens(rng, 0.3)).count();
        assert!((2_817..3_183).contains(&hits), "four sigmas: {hits}");
    }

    #[test]
    fn a_share_ends_before_its_bound() {
        let shares = [0.25, 0.25, 1.0];
        let at = [0.0, 0.24, 0.25, 0.99, 1.0, 2.0].map(|x| which(x, &shares));
        assert_eq!(at, [0, 0, 2, 2, 2, 2]);
        assert_eq!(which(0.5, &[]), 0);
    }
}
