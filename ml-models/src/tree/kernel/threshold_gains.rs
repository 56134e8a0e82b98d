//! The gain of every threshold of a column.

use super::dispatch;

/// Constants in the gain of a split besides the sums of its sides; all in the units of the packed
/// sums.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Constants {
    /// Packed sum of the leaf.
    pub(crate) total: u64,
    pub(crate) lambda_l1: f64,
    pub(crate) lambda_l2: f64,
}

/// The highest gain of sending everything up to entry `i` of `prefix`, with `extra` on top, to the
/// left: the gain and `i`; none unless it is above 0. Equal gains go to the last entry, or the
/// first where `first_wins`. The parent's part is not subtracted. `gains` is scratch of at least
/// the same length.
pub(crate) fn best_of(
    prefix: &[u64],
    extra: u64,
    constants: &Constants,
    first_wins: bool,
    gains: &mut [f64],
) -> Option<(f64, usize)> {
    let gains = &mut gains[..prefix.len()];
    let best = fill(prefix, extra, constants, gains);
    if best <= 0.0 {
        return None;
    }
    let at = if first_wins {
        gains.iter().position(|&g| g >= best)
    } else {
        gains.iter().rposition(|&g| g >= best)
    };
    at.map(|at| (best, at))
}

/// Writes the gain of sending everything up to each entry of `prefix`, with `extra` on top, to the
/// left.
pub(crate) fn gains(prefix: &[u64], extra: u64, constants: &Constants, gains: &mut [f64]) {
    fill(prefix, extra, constants, &mut gains[..prefix.len()]);
}

dispatch! {
    /// Writes all gains and returns the highest, 0 for none.
    fn fill(prefix: &[u64], extra: u64, constants: &Constants, gains: &mut [f64]) -> f64 = body;
}

impl Constants {
    /// Whether gains have their rough values in single precision: with `lambda_l1`, differences of
    /// like numbers would not.
    pub(crate) fn fits_singles(&self) -> bool {
        self.lambda_l1 == 0.0 && self.lambda_l2 < 1e12
    }
}

const LANES: usize = 8;

#[inline(always)]
fn body(prefix: &[u64], extra: u64, constants: &Constants, gains: &mut [f64]) -> f64 {
    let mut highest = [0.0_f64; LANES];
    let (blocks, rest) = prefix.as_chunks::<LANES>();
    let (out, out_rest) = gains.as_chunks_mut::<LANES>();
    for (block, out) in blocks.iter().zip(out) {
        for k in 0..LANES {
            let gain = gain(block[k].wrapping_add(extra), constants);
            out[k] = gain;
            highest[k] = if gain > highest[k] { gain } else { highest[k] };
        }
    }
    for (&left, out) in rest.iter().zip(out_rest) {
        *out = gain(left.wrapping_add(extra), constants);
        highest[0] = if *out > highest[0] { *out } else { highest[0] };
    }
    highest.iter().fold(0.0, |a, &b| if b > a { b } else { a })
}

/// Sum over both sides of max(|gradient| - l1, 0)^2 / (hessian + l2), with a single division.
#[inline(always)]
fn gain(left: u64, c: &Constants) -> f64 {
    let (left_g, left_h) = unpack(left);
    let (right_g, right_h) = unpack(c.total.wrapping_sub(left));
    let (left_h, right_h) = (left_h + c.lambda_l2, right_h + c.lambda_l2);
    let (left_g, right_g) = (shrink(left_g, c.lambda_l1), shrink(right_g, c.lambda_l1));
    (left_g * left_g * right_h + right_g * right_g * left_h) / (left_h * right_h)
}

/// Sums of gradients and hessians as numbers; both halves fit 31 bits and a sign.
#[inline(always)]
pub(crate) fn unpack(packed: u64) -> (f64, f64) {
    (f64::from((packed >> 32) as i32), f64::from(packed as i32))
}

#[inline(always)]
pub(crate) fn shrink(gradient: f64, l1: f64) -> f64 {
    let size = gradient.abs() - l1;
    if size > 0.0 { size } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::kernel::{InstructionSet, forced::at};

    fn pack(g: i64, h: i64) -> u64 {
        ((g << 32) + h) as u64
    }

    #[test]
    fn every_instruction_set_gives_the_scalar_bits_and_the_textbook_gain() {
        let mut prefix = vec![0_u64];
        for i in 1..203_i64 {
            prefix.push(
                prefix[i as usize - 1]
                    .wrapping_add(pack((i * 7919 % 2001 - 1000) * 37, i * 31 % 101 + 1)),
            );
        }
        let c = Constants {
            total: prefix[202].wrapping_add(pack(-70_000, 999)),
            lambda_l1: 40.0,
            lambda_l2: 2.5,
        };
        let (extra, mut a) = (pack(123, 45), vec![0.0; 203]);
        let highest = body(&prefix, extra, &c, &mut a);
        for isa in InstructionSet::available() {
            let mut b = vec![0.0; 203];
            let got = at(isa, || fill(&prefix, extra, &c, &mut b));
            assert_eq!((got, &b), (highest, &a), "{isa:?}");
        }
        let (tg, th) = unpack(c.total);
        for (i, &p) in prefix.iter().enumerate() {
            let (g, h) = unpack(p.wrapping_add(extra));
            let part = |g: f64, h: f64| (g.abs() - 40.0).max(0.0).powi(2) / (h + 2.5);
            let want = part(g, h) + part(tg - g, th - h);
            assert!((a[i] - want).abs() <= 1e-12 * want, "{i}");
        }
        let best = a.iter().copied().fold(0.0, f64::max);
        let found = best_of(&prefix, extra, &c, false, &mut a);
        assert_eq!(found.map(|x| x.0), Some(best));
    }

    #[test]
    fn ties_go_to_the_asked_end() {
        let prefix = [pack(5, 2); 20];
        let c = Constants {
            total: pack(-3, 9),
            lambda_l1: 0.0,
            lambda_l2: 0.0,
        };
        let mut gains = [0.0; 20];
        assert_eq!(
            best_of(&prefix, 0, &c, true, &mut gains).map(|x| x.1),
            Some(0)
        );
        assert_eq!(
            best_of(&prefix, 0, &c, false, &mut gains).map(|x| x.1),
            Some(19)
        );
        assert_eq!(best_of(&[], 0, &c, false, &mut gains), None);
    }
}
