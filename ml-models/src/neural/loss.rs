//! Losses of the network's one output.

use serde::{Deserialize, Serialize};

use super::activation::sigmoid;

/// Loss of one row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Loss {
    /// `ln(1 + exp(z)) - y z` for a label `y` in `[0, 1]`.
    Logistic,
    /// `(z - y)²`.
    Squared,
}

impl Loss {
    /// The loss and its derivative by the output.
    pub(super) fn at(self, z: f32, y: f32) -> (f32, f32) {
        match self {
            Self::Logistic => (
                z.max(0.0) - z * y + (-z.abs()).exp().ln_1p(),
                sigmoid(z) - y,
            ),
            Self::Squared => ((z - y) * (z - y), 2.0 * (z - y)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logistic_is_stable_and_right() {
        let (l, g) = Loss::Logistic.at(0.3, 1.0);
        assert!((l - 0.554_355_3).abs() < 1e-6);
        assert!((g + 0.425_557_5).abs() < 1e-6);
        assert_eq!(Loss::Logistic.at(1000.0, 0.0), (1000.0, 1.0));
        assert_eq!(Loss::Logistic.at(-1000.0, 0.0), (0.0, 0.0));
        assert_eq!(Loss::Squared.at(3.0, 1.0), (4.0, 4.0));
    }
}
