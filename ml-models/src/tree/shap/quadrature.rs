//! Integrals of polynomials from 0 to 1.

/// Points and weights of the Gauss-Legendre rule, which is exact for polynomials of degree up to `2
/// n - 1`.
pub(super) fn gauss_legendre(n: usize) -> Vec<(f64, f64)> {
    (0..n)
        .map(|k| {
            // The k-th root of the Legendre polynomial, by Newton's method.
            let mut x = (std::f64::consts::PI * (k as f64 + 0.75) / (n as f64 + 0.5)).cos();
            for _ in 0..20 {
                let (value, slope) = legendre(n, x);
                let step = value / slope;
                x -= step;
                if step.abs() < 1e-16 {
                    break;
                }
            }
            let (_, slope) = legendre(n, x);
            let weight = 1.0 / ((1.0 - x * x) * slope * slope);
            ((x + 1.0) / 2.0, weight)
        })
        .collect()
}

/// The Legendre polynomial of degree `n` and its derivative.
fn legendre(n: usize, x: f64) -> (f64, f64) {
    let (mut before, mut value) = (1.0, x);
    for k in 2..=n {
        let next = ((2 * k - 1) as f64 * x * value - (k - 1) as f64 * before) / k as f64;
        (before, value) = (value, next);
    }
    (value, n as f64 * (x * value - before) / (x * x - 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn polynomials_are_integrated_exactly() {
        for n in 1..=40 {
            let rule = gauss_legendre(n);
            for degree in 0..2 * n {
                let sum: f64 = rule.iter().map(|(t, w)| w * t.powi(degree as i32)).sum();
                let want = 1.0 / (degree + 1) as f64;
                assert!((sum - want).abs() < 1e-14, "{n} {degree} {sum}");
            }
        }
    }
}
