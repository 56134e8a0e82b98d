//! The exponential, written so that a loop over it vectorises and gives the same bits on every
//! processor.

use ml_data::sums::block_sums;

/// Adding this to a small number rounds it to an integer, which then fills the low bits of the
/// mantissa.
const ROUND: f64 = 6_755_399_441_055_744.0; // 1.5 * 2^52
const LN2_HIGH: f64 = 0.693_147_180_369_123_8; // the low 32 bits of its mantissa are zero
const LN2_LOW: f64 = 1.908_214_929_270_587_7e-10;
/// 1 / k! for k = 12 down to 2.
const TAYLOR: [f64; 11] = [
    1.0 / 479_001_600.0,
    1.0 / 39_916_800.0,
    1.0 / 3_628_800.0,
    1.0 / 362_880.0,
    1.0 / 40_320.0,
    1.0 / 5_040.0,
    1.0 / 720.0,
    1.0 / 120.0,
    1.0 / 24.0,
    1.0 / 6.0,
    0.5,
];

/// e^x to 3 units in the last place; arguments beyond -708 and 709 count as these.
#[inline(always)]
pub(crate) fn exp(x: f64) -> f64 {
    let x = if x > -708.0 { x } else { -708.0 };
    let x = if x < 709.0 { x } else { 709.0 };
    let shifted = x * std::f64::consts::LOG2_E + ROUND;
    let n = shifted - ROUND;
    let r = (x - n * LN2_HIGH) - n * LN2_LOW;
    let mut p = TAYLOR[0];
    for c in &TAYLOR[1..] {
        p = p * r + c;
    }
    let p = p * r * r + r + 1.0;
    p * f64::from_bits(shifted.to_bits().wrapping_add(1023) << 52)
}

/// Scores become shares that sum to 1.
pub(crate) fn softmax(scores: &mut [f64]) {
    let highest = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let mut sum = 0.0;
    for s in scores.iter_mut() {
        *s = exp(*s - highest);
        sum += *s;
    }
    scores.iter_mut().for_each(|s| *s /= sum);
}

/// ln(1 + e^-x), without overflow.
pub(crate) fn softplus_neg(x: f64) -> f64 {
    exp(-x.abs()).ln_1p() + (-x).max(0.0)
}

/// Weighted mean, pieces summed in their order.
pub(crate) fn weighted_mean(values: &[f64], weights: Option<&[f64]>) -> f64 {
    mean_of(values.len(), weights, |i| values[i])
}

/// Weighted mean of `f(i)`, pieces summed in their order.
pub(crate) fn mean_of(n: usize, weights: Option<&[f64]>, f: impl Fn(usize) -> f64 + Sync) -> f64 {
    let [sum, total] = block_sums(n, PIECE, |rows| {
        rows.fold([0.0; 2], |[sum, total], i| {
            let w = weights.map_or(1.0, |w| w[i]);
            [sum + w * f(i), total + w]
        })
    });
    sum / total
}

/// Rows summed as one piece: sums over pieces in their order are the same for any number of
/// threads.
pub(crate) const PIECE: usize = 8192;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exp_is_accurate_to_a_few_units_in_the_last_place() {
        for i in -70_000..70_000 {
            let x = f64::from(i) * 0.010_1;
            assert!((exp(x) / x.exp() - 1.0).abs() < 8e-16, "{x}");
        }
        assert_eq!(exp(0.0), 1.0);
        assert!(exp(-1e9) > 0.0 && exp(1e9).is_finite());
    }

    #[test]
    fn softplus_holds_at_both_ends() {
        assert!((softplus_neg(0.0) - std::f64::consts::LN_2).abs() < 1e-15);
        assert!((softplus_neg(-1000.0) - 1000.0).abs() < 1e-12);
        assert!(softplus_neg(1000.0) < 1e-300 && softplus_neg(1000.0) >= 0.0);
    }
}
