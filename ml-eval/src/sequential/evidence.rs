//! Evidence of an always-valid test.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Evidence against a hypothesis: the present value of an e-process, kept as its logarithm.
///
/// # Formula
/// `p = min(1, 1 / e)`; the hypothesis is rejected at level `alpha` when `e >= 1 / alpha`, at any
/// time (Ville's inequality).
///
/// ```
/// use ml_eval::sequential::Evidence;
/// let evidence = Evidence::from_log_e(1000.0_f64.ln());
/// assert!((evidence.p_value() - 0.001).abs() < 1e-12);
/// assert!(evidence.rejects(0.001) && !evidence.rejects(0.0009));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Serialize, Deserialize)]
pub struct Evidence {
    log_e: f64,
}

impl Evidence {
    /// No evidence at all: e = 1, p = 1.
    pub const NONE: Self = Self { log_e: 0.0 };

    /// Evidence of this natural logarithm of the e-value; NaN is no evidence.
    pub fn from_log_e(log_e: f64) -> Self {
        Self {
            log_e: if log_e.is_nan() { 0.0 } else { log_e },
        }
    }
    /// Natural logarithm of the e-value.
    pub fn log_e(self) -> f64 {
        self.log_e
    }
    /// The e-value: at most 1 on average under the hypothesis, at every stopping time.
    pub fn e_value(self) -> f64 {
        self.log_e.exp()
    }
    /// The always-valid p-value, min(1, 1 / e).
    pub fn p_value(self) -> f64 {
        (-self.log_e).exp().min(1.0)
    }
    /// Whether the hypothesis is rejected at this level: e >= 1 / alpha. Under the hypothesis that
    /// this is ever so, at any of the looks, has probability at most alpha.
    pub fn rejects(self, alpha: f64) -> bool {
        self.log_e >= -alpha.ln()
    }
    /// The stronger of two looks at the *same* process: over all looks so far, the p-value is then
    /// the least of 1 / e.
    #[must_use]
    pub fn strongest(self, other: Self) -> Self {
        Self {
            log_e: self.log_e.max(other.log_e),
        }
    }
    /// The weaker of two tests of the same hypothesis: valid where either of them is.
    #[must_use]
    pub fn weakest(self, other: Self) -> Self {
        Self {
            log_e: self.log_e.min(other.log_e),
        }
    }
}

impl fmt::Display for Evidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "p = {:.2e}", self.p_value())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn e_and_p_are_inverse_and_p_never_exceeds_one() {
        assert_eq!(Evidence::NONE.p_value(), 1.0);
        assert_eq!(Evidence::from_log_e(-3.0).p_value(), 1.0);
        assert_eq!(Evidence::from_log_e(f64::NAN), Evidence::NONE);
        let e = Evidence::from_log_e(20f64.ln());
        assert!((e.e_value() - 20.0).abs() < 1e-12 && (e.p_value() - 0.05).abs() < 1e-15);
        assert!(e.rejects(0.0501) && !e.rejects(0.0499));
        let at = Evidence::from_log_e(-0.05f64.ln());
        assert!(at.rejects(0.05), "1 / alpha itself rejects");
        assert_eq!((at.log_e(), Evidence::NONE.e_value()), (-0.05f64.ln(), 1.0));
        assert_eq!(e.to_string(), "p = 5.00e-2");
        assert_eq!(e.strongest(Evidence::NONE), e);
        assert_eq!(Evidence::NONE.strongest(e), e);
        assert_eq!(e.weakest(Evidence::NONE), Evidence::NONE);
        assert_eq!(Evidence::NONE.weakest(e), Evidence::NONE);
    }
}
