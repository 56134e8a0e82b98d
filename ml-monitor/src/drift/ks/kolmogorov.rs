//! Distribution of the one-sample two-sided Kolmogorov-Smirnov statistic, to the precision of the
//! region it falls in.
//!
//! Four methods, switched as Simard and L'Ecuyer (2011) recommend: a closed form for the smallest
//! `d`, Durbin's matrix for small `n d^2`, twice the one-sided tail for large, the Pelz-Good series
//! between.

use std::f64::consts::PI;

/// `P(D_n >= d)` for a whole number `n >= 1`.
pub(super) fn sf(n: f64, d: f64) -> f64 {
    match Method::of(n, d) {
        Method::Impossible => 0.0,
        Method::Certain => 1.0,
        Method::Product => 1.0 - product(n, d),
        Method::OneSided => 2.0 * one_sided(n, d),
        Method::Durbin => 1.0 - durbin(n, d),
        Method::PelzGood => 1.0 - pelz_good(n, d),
    }
}

/// Computation of a probability.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Method {
    /// 0, or less than the smallest number.
    Impossible,
    /// No sample comes nearer.
    Certain,
    /// The closed form of the smallest distances.
    Product,
    OneSided,
    Durbin,
    PelzGood,
}

impl Method {
    fn of(n: f64, d: f64) -> Self {
        let t = n * d;
        let z2 = t * d;
        if d >= 1.0 {
            Method::Impossible
        } else if t <= 0.5 {
            Method::Certain
        } else if t <= 1.0 {
            Method::Product
        } else if d >= 0.5 {
            Method::OneSided
        } else if n <= 140.0 {
            if z2 <= 4.0 {
                Method::Durbin
            } else {
                Method::OneSided
            }
        } else if z2 >= 370.0 {
            Method::Impossible
        } else if z2 >= 2.2 {
            Method::OneSided
        } else if n <= 100_000.0 && n * d.powf(1.5) <= 1.4 {
            Method::Durbin
        } else {
            Method::PelzGood
        }
    }
}

/// `P(D_n < d)` for `1 / 2 <= n d <= 1`: `n! (2 d - 1 / n)^n`.
fn product(n: f64, d: f64) -> f64 {
    let width = 2.0 * n * d - 1.0;
    (1..=n as u64).map(|i| i as f64 / n * width).product()
}

/// Terms of the one-sided sum computed one by one up to this `n`; above, an even subset of about
/// this many.
const FULL_SUM: f64 = 16_384.0;

/// Every how many-th term of the one-sided sum is computed.
fn stride(n: f64) -> f64 {
    (2.0 * n / FULL_SUM).floor().max(1.0)
}

/// Smirnov's exact one-sided tail `d * sum_j C(n, j) (d + j/n)^(j-1) (1 - d - j/n)^(n-j)`.
///
/// Each term is a binomial probability in saddle-point form, which keeps full relative precision
/// for any `n`. As a function of `j` the terms are a smooth bump that vanishes with all its
/// derivatives at both ends, so for large `n` a sum over every h-th term times h is the same number
/// to rounding (trapezoid rule).
fn one_sided(n: f64, d: f64) -> f64 {
    let stride = stride(n);
    let t = n * d;
    // The term of j = 0, which is nothing beside the others where not every term counts.
    let mut sum = (n * (-d).ln_1p()).exp();
    let whole = stirling_error(n);
    let mut j = stride;
    while n - j > t {
        let r = n - j;
        let exponent = whole - stirling_error(j) - stirling_error(r)
            + j * (t / j).ln_1p()
            + r * (-t / r).ln_1p();
        sum += stride * t / (t + j) * (n / (2.0 * PI * j * r)).sqrt() * exponent.exp();
        j += stride;
    }
    sum
}

/// `ln k! - ln(sqrt(2 pi k) (k / e)^k)` for whole `k >= 1`.
fn stirling_error(k: f64) -> f64 {
    if k < 16.0 {
        let factorial: f64 = (1..=k as u32).map(f64::from).product();
        factorial.ln() - 0.5 * (2.0 * PI * k).ln() - k * k.ln() + k
    } else {
        let q = 1.0 / (k * k);
        (1.0 / 12.0 - q * (1.0 / 360.0 - q * (1.0 / 1260.0 - q * (1.0 / 1680.0 - q / 1188.0)))) / k
    }
}

/// `P(D_n < d)` from the n-th power of Durbin's matrix (Marsaglia, Tsang and Wang 2003).
fn durbin(n: f64, d: f64) -> f64 {
    let t = n * d;
    let k = t.ceil() as usize;
    let h = k as f64 - t;
    let size = 2 * k - 1;
    let mut base = vec![0.0; size * size];
    for i in 0..size {
        for j in 0..size.min(i + 2) {
            base[i * size + j] = 1.0;
        }
    }
    for i in 0..size {
        let power = h.powi(i as i32 + 1);
        base[i * size] -= power;
        base[(size - 1) * size + size - 1 - i] -= power;
    }
    base[(size - 1) * size] += (2.0 * h - 1.0).max(0.0).powi(size as i32);
    for i in 0..size {
        let mut factor = 1.0;
        for j in (0..=i).rev() {
            factor *= (i - j + 1) as f64;
            base[i * size + j] /= factor;
        }
    }
    let middle = (k - 1) * size + k - 1;
    let (power, mut exponent) = matrix_power(&base, size, n as u64, middle);
    let mut value = power[middle];
    for i in 1..=n as u64 {
        value *= i as f64 / n;
        if value < 1e-140 {
            value *= 1e140;
            exponent -= 140;
        }
    }
    (value * 10f64.powi(exponent)).clamp(0.0, 1.0)
}

/// `base^n`, and a decimal exponent split off to keep this cell in range.
fn matrix_power(base: &[f64], size: usize, n: u64, middle: usize) -> (Vec<f64>, i32) {
    let (mut result, mut exponent) = (base.to_vec(), 0);
    // The bits of n below the highest one, which the start stands for.
    for bit in (0..n.ilog2()).rev() {
        result = multiply(&result, &result, size);
        exponent *= 2;
        if n >> bit & 1 == 1 {
            result = multiply(&result, base, size);
        }
        if result[middle] > 1e140 {
            result.iter_mut().for_each(|x| *x *= 1e-140);
            exponent += 140;
        }
    }
    (result, exponent)
}

fn multiply(a: &[f64], b: &[f64], size: usize) -> Vec<f64> {
    let mut out = vec![0.0; size * size];
    for (row, to) in a.chunks(size).zip(out.chunks_mut(size)) {
        for (x, line) in row.iter().zip(b.chunks(size)) {
            to.iter_mut().zip(line).for_each(|(o, y)| *o += x * y);
        }
    }
    out
}

/// Terms of the Pelz-Good sums: where they are used, `n d^2` is below 2.2, and the next one is
/// `exp(-94)`.
const TERMS: i32 = 6;

/// `P(D_n < d)` by the series of Pelz and Good (1976): the Kolmogorov limit and three corrections
/// in `1 / sqrt(n)`.
fn pelz_good(n: f64, d: f64) -> f64 {
    let z = n.sqrt() * d;
    let (z2, z4) = (z * z, z.powi(4));
    let (z6, z8) = (z4 * z2, z4 * z4);
    let (mut k0, mut k1, mut k2, mut k3) = (0.0, 0.0, 0.0, 0.0);
    for k in 0..TERMS {
        let a = PI * PI * (f64::from(k) + 0.5).powi(2);
        let e = (-a / (2.0 * z2)).exp();
        k0 += e;
        k1 += (a - z2) * e;
        k2 += (6.0 * z6 + 2.0 * z4 + a * (2.0 * z4 - 5.0 * z2) + a * a * (1.0 - 2.0 * z2)) * e;
        let cubic = a * (135.0 * z4 - 96.0 * z6)
            + a * a * (212.0 * z4 - 60.0 * z2)
            + a.powi(3) * (5.0 - 30.0 * z2);
        k3 += (cubic - 30.0 * z6 - 90.0 * z8) * e;
    }
    let (mut k2_whole, mut k3_whole) = (0.0, 0.0);
    for k in 1..TERMS {
        let a = PI * PI * f64::from(k).powi(2);
        let e = (-a / (2.0 * z2)).exp();
        k2_whole += a * e;
        k3_whole += (3.0 * a * z2 - a * a) * e;
    }
    // Every sum above runs over half of a symmetric series, hence the factor 2.
    let root = (PI / 2.0).sqrt() * 2.0;
    let first = root * k1 / (6.0 * z4);
    let second = root * (k2 / (72.0 * z6 * z) - k2_whole / (36.0 * z2 * z));
    let third = root * (k3 / (6480.0 * z8 * z2) + k3_whole / (216.0 * z6));
    let limit = root * k0 / z;
    (limit + first / n.sqrt() + second / n + third / (n * n.sqrt())).clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests;
