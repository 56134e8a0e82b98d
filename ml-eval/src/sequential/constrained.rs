//! The likeliest shares of two arms that differ by a given amount.

/// Likeliest share of the first arm (trials, hits) when the second's is that plus `delta`: where
/// the likelihood of both is highest on the border of "they differ by at most delta". The
/// log-likelihood is concave in the share, so its slope is bisected, which stays exact at any
/// counts. Trials and hits may be fractions (effective counts); NaN for a `delta` outside [-1, 1].
///
/// # Formula
/// `argmax_p x0 ln p + (n0 - x0) ln(1 - p) + x1 ln(p + delta) + (n1 - x1) ln(1 - p - delta)`
///
/// ```
/// let pooled = ml_eval::sequential::constrained_share((400.0, 13.0), (100.0, 2.0), 0.0);
/// assert!((pooled - 15.0 / 500.0).abs() < 1e-15);
/// ```
///
/// # References
/// Miettinen, Nurminen 1985, doi:10.1002/sim.4780040211; Farrington, Manning 1990,
/// doi:10.1002/sim.4780091208 (who solve the cubic in closed form, which loses its digits at small
/// shares of many trials).
pub fn constrained_share((n0, x0): (f64, f64), (n1, x1): (f64, f64), delta: f64) -> f64 {
    if !(-1.0..=1.0).contains(&delta) {
        return f64::NAN;
    }
    if delta == 0.0 && n0 + n1 > 0.0 {
        return (x0 + x1) / (n0 + n1);
    }
    let ratio = |a: f64, b: f64| if a == 0.0 { 0.0 } else { a / b };
    let slope = |p: f64| {
        let q = p + delta;
        ratio(x0, p) - ratio(n0 - x0, 1.0 - p) + ratio(x1, q) - ratio(n1 - x1, 1.0 - q)
    };
    let (mut low, mut high) = ((-delta).max(0.0), (1.0 - delta).min(1.0));
    for _ in 0..200 {
        let middle = low + (high - low) / 2.0;
        if middle <= low || middle >= high {
            break;
        }
        if slope(middle) > 0.0 {
            low = middle;
        } else {
            high = middle;
        }
    }
    // At a border of the domain the likelihood may be 0 a hair outside: the inner end is taken.
    if slope(high) >= 0.0 { high } else { low }
}

#[cfg(test)]
mod tests {
    use super::constrained_share;

    /// The root by SciPy's brentq: see `tests/golden/sequential.py`.
    const GOLDEN: [(f64, f64, f64, f64, f64, f64); 8] =
        include!("../../tests/golden/constrained.in");

    #[test]
    fn roots_are_those_of_the_reference() {
        for (n0, x0, n1, x1, delta, p) in GOLDEN {
            let found = constrained_share((n0, x0), (n1, x1), delta);
            assert!((found - p).abs() < 1e-12 * p.max(1e-3), "{found} {p}");
        }
    }

    #[test]
    fn ends_of_the_domain_are_reached() {
        assert!(constrained_share((50.0, 0.0), (50.0, 0.0), 0.1) < 1e-50);
        assert!((constrained_share((50.0, 50.0), (50.0, 50.0), -0.1) - 1.0).abs() < 1e-12);
        assert!((constrained_share((50.0, 50.0), (50.0, 50.0), 0.1) - 0.9).abs() < 1e-12);
        assert!(constrained_share((1.0, 0.0), (1.0, 0.0), 2.0).is_nan());
    }
}
