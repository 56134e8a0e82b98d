//! The elementwise loops of training and of the single row, compiled once per instruction set.
//!
//! Every kernel is one plain safe body. The dispatcher runs the copy compiled for the widest
//! vectors this processor has; the copies differ in speed only: none reorders a sum or fuses a
//! multiply with an add, so the bits are those of the portable copy, which is the scalar twin the
//! tests compare with.
#![allow(unsafe_code)]

use ml_data::simd::dispatch;

/// Constants of one Adam step, with the bias corrections folded in.
#[derive(Debug, Clone, Copy)]
pub(super) struct AdamStep {
    /// Decay of the first moment.
    pub(super) beta_1: f32,
    /// Decay of the second moment.
    pub(super) beta_2: f32,
    /// Step size divided by `1 - beta_1^t`.
    pub(super) rate: f32,
    /// `1 / sqrt(1 - beta_2^t)`.
    pub(super) scale: f32,
    /// Added to the denominator.
    pub(super) epsilon: f32,
    /// Factor on the weight before the step (decoupled weight decay); 1 for none.
    pub(super) keep: f32,
}

/// Defines the function that runs the body compiled for the instruction set in use, and a module
/// with the plain body.
macro_rules! kernel {
    ($(#[$doc:meta])* fn $name:ident($($arg:ident: $ty:ty),* $(,)?) $body:block) => {
        mod $name {
            #[allow(unused_imports)] // only some bodies use the shared constants
            use super::*;

            #[inline(always)]
            pub(super) fn portable($($arg: $ty),*) $body
        }

        dispatch! {
            $(#[$doc])*
            pub(super) fn $name($($arg: $ty),*) = $name::portable;
        }
    };
}

/// Outputs of a layer held in registers while the single row walks over the inputs.
const BLOCK: usize = 64;
/// Partial sums of a dot product.
const LANES: usize = 16;

/// Dot product with sixteen partial sums, added up in a fixed order.
#[inline(always)]
fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut lanes = [0.0f32; LANES];
    let (a16, a_rest) = a.as_chunks::<LANES>();
    let (b16, b_rest) = b.as_chunks::<LANES>();
    for (a, b) in a16.iter().zip(b16) {
        for i in 0..LANES {
            lanes[i] += a[i] * b[i];
        }
    }
    let mut width = LANES / 2;
    while width > 0 {
        for i in 0..width {
            lanes[i] += lanes[i + width];
        }
        width /= 2;
    }
    let mut sum = lanes[0];
    for (a, b) in a_rest.iter().zip(b_rest) {
        sum += a * b;
    }
    sum
}

kernel! {
    /// `z[r][j] += bias[j]`; `z` is row-major with rows as long as `bias`.
    fn add_bias(z: &mut [f32], bias: &[f32]) {
        for row in z.chunks_exact_mut(bias.len().max(1)) {
            for (z, b) in row.iter_mut().zip(bias) {
                *z += b;
            }
        }
    }
}

kernel! {
    /// `z[r][j] = max(0, z[r][j] + bias[j])`.
    fn add_bias_relu(z: &mut [f32], bias: &[f32]) {
        for row in z.chunks_exact_mut(bias.len().max(1)) {
            for (z, b) in row.iter_mut().zip(bias) {
                let s = *z + b;
                *z = if s > 0.0 { s } else { 0.0 };
            }
        }
    }
}

kernel! {
    /// Clears the deltas of units that ReLU (or dropout) switched off: those whose output is not
    /// positive.
    fn relu_backward(delta: &mut [f32], out: &[f32]) {
        for (d, h) in delta.iter_mut().zip(out) {
            *d = if *h > 0.0 { *d } else { 0.0 };
        }
    }
}

kernel! {
    /// `a[i] *= b[i]`.
    fn multiply(a: &mut [f32], b: &[f32]) {
        for (a, b) in a.iter_mut().zip(b) {
            *a *= b;
        }
    }
}

kernel! {
    /// `a[i] += s * b[i]`.
    fn add_scaled(a: &mut [f32], s: f32, b: &[f32]) {
        for (a, b) in a.iter_mut().zip(b) {
            *a += s * b;
        }
    }
}

kernel! {
    /// `sums[j] += Σ_r z[r][j]`, row after row.
    fn add_column_sums(sums: &mut [f32], z: &[f32]) {
        for row in z.chunks_exact(sums.len().max(1)) {
            for (s, z) in sums.iter_mut().zip(row) {
                *s += z;
            }
        }
    }
}

kernel! {
    /// One output unit over many rows: `out[r] = bias + h[r] · w`.
    fn head(h: &[f32], w: &[f32], bias: f32, out: &mut [f32]) {
        for (out, h) in out.iter_mut().zip(h.chunks_exact(w.len().max(1))) {
            *out = bias + dot(h, w);
        }
    }
}

kernel! {
    /// `delta[r][j] = dz[r] * w[j]`: what one output unit sends back.
    fn head_backward(dz: &[f32], w: &[f32], delta: &mut [f32]) {
        for (row, dz) in delta.chunks_exact_mut(w.len().max(1)).zip(dz) {
            for (d, w) in row.iter_mut().zip(w) {
                *d = dz * w;
            }
        }
    }
}

kernel! {
    /// `grad[j] += Σ_r dz[r] * h[r][j]`, row after row.
    fn head_gradient(dz: &[f32], h: &[f32], grad: &mut [f32]) {
        for (row, dz) in h.chunks_exact(grad.len().max(1)).zip(dz) {
            for (g, h) in grad.iter_mut().zip(row) {
                *g += dz * h;
            }
        }
    }
}

kernel! {
    /// Adam with decoupled weight decay on one run of parameters.
    fn adam(w: &mut [f32], m: &mut [f32], v: &mut [f32], grad: &[f32], step: AdamStep) {
        let (rest_1, rest_2) = (1.0 - step.beta_1, 1.0 - step.beta_2);
        for (((w, m), v), &g) in w.iter_mut().zip(m.iter_mut()).zip(v.iter_mut()).zip(grad) {
            *m = step.beta_1 * *m + rest_1 * g;
            *v = step.beta_2 * *v + rest_2 * (g * g);
            *w = *w * step.keep - step.rate * *m / (v.sqrt() * step.scale + step.epsilon);
        }
    }
}

kernel! {
    /// One row through one layer: `out[j] = bias[j] + Σ_i x[i] * w[i][j]`, `w` row-major by input.
    fn row_times(x: &[f32], w: &[f32], bias: &[f32], out: &mut [f32]) {
        let width = bias.len();
        let mut from = 0;
        while from + BLOCK <= width {
            let mut sums = [0.0f32; BLOCK];
            sums.copy_from_slice(&bias[from..from + BLOCK]);
            for (x, w) in x.iter().zip(w.chunks_exact(width)) {
                for (s, w) in sums.iter_mut().zip(&w[from..from + BLOCK]) {
                    *s += x * w;
                }
            }
            out[from..from + BLOCK].copy_from_slice(&sums);
            from += BLOCK;
        }
        if from < width {
            let out = &mut out[from..width];
            out.copy_from_slice(&bias[from..]);
            for (x, w) in x.iter().zip(w.chunks_exact(width)) {
                for (s, w) in out.iter_mut().zip(&w[from..]) {
                    *s += x * w;
                }
            }
        }
    }
}

kernel! {
    /// Sets `all` to false if a value is NaN or infinite.
    fn all_finite(x: &[f32], all: &mut bool) {
        let mut bad = 0u32;
        for x in x {
            bad |= u32::from(!x.is_finite());
        }
        *all = bad == 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ml_data::simd::{InstructionSet, at};

    fn noise(n: usize, salt: u32) -> Vec<f32> {
        (0..n as u32)
            .map(|i| {
                ((i.wrapping_mul(2_654_435_761).wrapping_add(salt * 97) >> 8) % 2003) as f32
                    / 1000.0
                    - 1.0
            })
            .collect()
    }

    /// Runs the body with every instruction set, and the dispatcher, on copies of the same input
    /// and asserts equal bits.
    macro_rules! same_bits {
        ($name:ident, $out:expr, |$o:pat_param| ($($arg:expr),*)) => {{
            let start = $out;
            let bits = |copy: &[Vec<f32>]| -> Vec<u32> {
                copy.iter().flatten().map(|x| x.to_bits()).collect()
            };
            let run = |isa: Option<InstructionSet>| {
                let mut copy = start.clone();
                {
                    let $o = &mut copy[..] else { unreachable!() };
                    match isa {
                        Some(isa) => at(isa, #[inline(always)] || $name::portable($($arg),*)),
                        None => $name($($arg),*),
                    }
                }
                bits(&copy)
            };
            let expected = run(Some(InstructionSet::Baseline));
            for isa in InstructionSet::available().map(Some).chain([None]) {
                assert_eq!(run(isa), expected, "{} at {isa:?}", stringify!($name));
            }
            assert_ne!(expected, bits(&start));
        }};
    }

    #[test]
    fn every_instruction_set_gives_the_bits_of_the_plain_body() {
        for width in [1usize, 7, 16, 64, 83, 130] {
            let rows = 5;
            let (z, b, h) = (
                noise(rows * width, 1),
                noise(width, 2),
                noise(rows * width, 3),
            );
            let dz = noise(rows, 4);
            same_bits!(add_bias, vec![z.clone()], |[o]| (o, &b));
            same_bits!(add_bias_relu, vec![z.clone()], |[o]| (o, &b));
            same_bits!(relu_backward, vec![z.clone()], |[o]| (o, &h));
            same_bits!(multiply, vec![z.clone()], |[o]| (o, &h));
            same_bits!(add_scaled, vec![z.clone()], |[o]| (o, 0.3, &h));
            same_bits!(add_column_sums, vec![b.clone()], |[o]| (o, &h));
            same_bits!(head, vec![dz.clone()], |[o]| (&h, &b, 0.1, o));
            same_bits!(head_backward, vec![z.clone()], |[o]| (&dz, &b, o));
            same_bits!(head_gradient, vec![b.clone()], |[o]| (&dz, &h, o));
            let x = noise(9, 5);
            let w = noise(9 * width, 6);
            same_bits!(row_times, vec![vec![9.0; width]], |[o]| (&x, &w, &b, o));
            let step = AdamStep {
                beta_1: 0.9,
                beta_2: 0.999,
                rate: 0.01,
                scale: 1.3,
                epsilon: 1e-8,
                keep: 0.99,
            };
            let second: Vec<f32> = noise(width, 8).iter().map(|x| x * x).collect();
            same_bits!(
                adam,
                vec![b.clone(), noise(width, 7), second.clone()],
                |[w, m, v]| (w, m, v, &h[..width], step)
            );
        }
    }

    #[test]
    fn finite_check_sees_each_bad_value() {
        for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
            for at in [0, 15, 16, 66] {
                let mut x = noise(67, 1);
                let mut all = false;
                all_finite(&x, &mut all);
                assert!(all);
                x[at] = bad;
                all_finite(&x, &mut all);
                assert!(!all);
            }
        }
    }
}
