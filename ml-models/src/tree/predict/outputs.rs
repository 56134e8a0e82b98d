//! Scores of a row with several outputs.

/// Adds values to the outputs in turn.
#[inline(always)]
pub(super) fn add_in_turn(out: &mut [f64], values: impl Iterator<Item = f64>) {
    if let [out] = out {
        *out = values.fold(*out, |sum, v| sum + v);
        return;
    }
    let mut k = 0;
    for value in values {
        out[k] += value;
        k = if k + 1 == out.len() { 0 } else { k + 1 };
    }
}
