//! Numbers as integers: sums of them do not depend on the order of the rows, to the last bit.

/// Sums stay below this power of two, as halves of `i64` do not overflow when they are added or
/// subtracted.
const BITS: i32 = 61;

/// The largest power of two that keeps sums of `count` numbers of at most `largest` in range when
/// they are multiplied by it.
pub(super) fn scale(largest: f64, count: f64) -> f64 {
    let ratio = 2.0_f64.powi(BITS) / (largest.max(f64::MIN_POSITIVE) * count.max(1.0));
    // Of a power of two and of the number above it the mantissa is cut.
    let power = f64::from_bits(ratio.to_bits() & 0xfff0_0000_0000_0000);
    power.clamp(f64::MIN_POSITIVE, 2.0_f64.powi(1000))
}

/// Weights of rows as integers of at least 1, and what they are multiplied by; `draws` bounds how
/// many are summed.
pub(super) fn weights(weights: &[f64], draws: f64) -> (Vec<i64>, f64) {
    // Room for labels, which are multiplied by weights.
    let most = weights.iter().copied().fold(0.0, f64::max);
    let scale = scale(most, draws);
    let whole = |w: &f64| ((w * scale).round() as i64).max(1);
    (weights.iter().map(whole).collect(), scale)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_are_close_and_fit() {
        for largest in [1e-300, 3e-7, 1.0, 255.0, 8e99, 1e300] {
            let scale = scale(largest, 1e6);
            let sum = largest * scale * 1e6;
            assert!(sum <= 2.0_f64.powi(BITS), "{largest}: {sum}");
            assert!(
                largest < 1e-200 || sum > 2.0_f64.powi(BITS - 2),
                "{largest}: {sum}"
            );
        }
        let (whole, scale) = weights(&[1e-30, 0.5, 3.25], 3.0);
        assert_eq!(whole[0], 1);
        assert_eq!(
            [whole[1] as f64 / scale, whole[2] as f64 / scale],
            [0.5, 3.25]
        );
    }
}
