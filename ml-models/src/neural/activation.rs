//! Activation functions of hidden units.

use serde::{Deserialize, Serialize};

use super::kernel;

/// Activation function of the hidden layers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Activation {
    /// `max(0, z)`: the default, and the fastest.
    #[default]
    Relu,
    /// `tanh(z)`.
    Tanh,
    /// `1 / (1 + exp(-z))`.
    Logistic,
    /// `z`: no activation; hidden layers then only factor a linear model.
    Identity,
}

impl Activation {
    /// `z = f(z + bias)`, rows as long as `bias`.
    pub(super) fn forward(self, z: &mut [f32], bias: &[f32]) {
        match self {
            Self::Relu => kernel::add_bias_relu(z, bias),
            _ => {
                kernel::add_bias(z, bias);
                self.plain(z);
            }
        }
    }

    /// `z = f(z)`, for sums that include the bias.
    pub(super) fn plain(self, z: &mut [f32]) {
        match self {
            Self::Relu => z
                .iter_mut()
                .for_each(|z| *z = if *z > 0.0 { *z } else { 0.0 }),
            Self::Tanh => z.iter_mut().for_each(|z| *z = z.tanh()),
            Self::Logistic => z.iter_mut().for_each(|z| *z = sigmoid(*z)),
            Self::Identity => {}
        }
    }

    /// `delta *= f'(z)`, from the outputs. With dropout `out` holds `mask * f(z)` with `mask` 0 or
    /// `1 / keep`, and the factor becomes `mask * f'(z)`.
    pub(super) fn backward(self, delta: &mut [f32], out: &[f32], mask: Option<&[f32]>) {
        match self {
            Self::Relu => kernel::relu_backward(delta, out),
            Self::Tanh => slope(delta, out, mask, |h| 1.0 - h * h),
            Self::Logistic => slope(delta, out, mask, |h| h * (1.0 - h)),
            Self::Identity => {}
        }
        if let Some(mask) = mask {
            kernel::multiply(delta, mask);
        }
    }
}

/// Multiplies each delta by the slope at the output before dropout; dropped units are cleared by
/// the caller.
fn slope(delta: &mut [f32], out: &[f32], mask: Option<&[f32]>, f: impl Fn(f32) -> f32) {
    match mask {
        None => delta.iter_mut().zip(out).for_each(|(d, h)| *d *= f(*h)),
        Some(mask) => {
            for ((d, h), m) in delta.iter_mut().zip(out).zip(mask) {
                if *m > 0.0 {
                    *d *= f(h / m);
                }
            }
        }
    }
}

/// Logistic function that does not overflow.
pub(super) fn sigmoid(z: f32) -> f32 {
    let e = (-z.abs()).exp();
    if z >= 0.0 {
        1.0 / (1.0 + e)
    } else {
        e / (1.0 + e)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_and_slopes() {
        for (f, at, slope) in [
            (Activation::Relu, 0.5f32, 1.0f32),
            (Activation::Tanh, 0.462_117_16, 0.786_447_74),
            (Activation::Logistic, 0.622_459_33, 0.235_003_71),
            (Activation::Identity, 0.5, 1.0),
        ] {
            let mut z = [0.25f32];
            f.forward(&mut z, &[0.25]);
            assert!((z[0] - at).abs() < 1e-6, "{f:?}");
            let mut d = [2.0f32];
            f.backward(&mut d, &z, None);
            assert!((d[0] - 2.0 * slope).abs() < 1e-6, "{f:?}");
            // Kept by a dropout of 0.5, then dropped.
            let (mut kept, mut dropped) = ([2.0f32], [2.0f32]);
            f.backward(&mut kept, &[2.0 * z[0]], Some(&[2.0]));
            f.backward(&mut dropped, &[0.0], Some(&[0.0]));
            assert!((kept[0] - 4.0 * slope).abs() < 1e-5, "{f:?}");
            assert_eq!(dropped[0], 0.0, "{f:?}");
        }
        assert_eq!(sigmoid(-200.0), 0.0);
        assert_eq!(sigmoid(200.0), 1.0);
    }
}
