//! Losses of the network's outputs.

use serde::{Deserialize, Serialize};

use super::activation::sigmoid;

/// Loss of one row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Loss {
    /// `ln(1 + exp(z)) - y z` for a label `y` in `[0, 1]`.
    Logistic,
    /// `(z - y)²`.
    Squared,
    /// `ln Σ exp(z[k]) - z[y]` for a class `y`, counted from 0: the multinomial loss.
    Softmax,
}

impl Loss {
    /// The loss of one row, whose derivative by each output goes to `slope`.
    pub(super) fn row(self, z: &[f32], y: f32, slope: &mut [f32]) -> f32 {
        if self == Self::Softmax {
            return multinomial(z, y as usize, slope);
        }
        let (loss, by) = self.at(z[0], y);
        slope[0] = by;
        loss
    }

    /// The loss of one output and its derivative by it.
    fn at(self, z: f32, y: f32) -> (f32, f32) {
        match self {
            Self::Logistic => (
                z.max(0.0) - z * y + (-z.abs()).exp().ln_1p(),
                sigmoid(z) - y,
            ),
            // Losses of several outputs are of rows.
            Self::Squared | Self::Softmax => ((z - y) * (z - y), 2.0 * (z - y)),
        }
    }
}

/// Multinomial loss of class `y` and its derivatives `p[k] - [k = y]`, exact for outputs of any
/// size.
fn multinomial(z: &[f32], y: usize, slope: &mut [f32]) -> f32 {
    let largest = z.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let mut sum = 0.0;
    for (s, z) in slope.iter_mut().zip(z) {
        *s = (z - largest).exp();
        sum += *s;
    }
    slope.iter_mut().for_each(|s| *s /= sum);
    slope[y] -= 1.0;
    sum.ln() + (largest - z[y])
}

/// Probabilities of classes from the outputs of a row: `exp(z[k]) / Σ exp(z)`.
pub(super) fn softmax(z: &[f32], p: &mut [f64]) {
    let largest = z.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    for (p, z) in p.iter_mut().zip(z) {
        *p = f64::from(z - largest).exp();
    }
    let sum: f64 = p.iter().sum();
    p.iter_mut().for_each(|p| *p /= sum);
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

    /// By hand: e^0, e^(ln 2), e^(ln 5) are 1, 2 and 5 of 8.
    #[test]
    fn multinomial_is_stable_and_right() {
        let z = [0.0, 2f32.ln(), 5f32.ln()];
        let mut slope = [0.0; 3];
        let loss = Loss::Softmax.row(&z, 1.0, &mut slope);
        assert!((loss - 4f32.ln()).abs() < 1e-6, "{loss}");
        for (slope, want) in slope.iter().zip([0.125, -0.75, 0.625]) {
            assert!((slope - want).abs() < 1e-6, "{slope} {want}");
        }
        let mut p = [0.0; 3];
        softmax(&z, &mut p);
        for (p, want) in p.iter().zip([0.125, 0.25, 0.625]) {
            assert!((p - want).abs() < 1e-7, "{p} {want}");
        }
        // Far from zero on both sides.
        let loss = Loss::Softmax.row(&[1e30, -1e30, 1e30], 0.0, &mut slope);
        assert_eq!((loss, slope), (2f32.ln(), [-0.5, 0.0, 0.5]));
        softmax(&[-1e30, 1e30, -1e30], &mut p);
        assert_eq!(p, [0.0, 1.0, 0.0]);
    }
}
