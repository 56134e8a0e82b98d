//! The gain of every threshold of a column.

use super::dispatch;

/// What the gain of a split depends on besides the sums; all in the units of the packed sums.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Constants {
    /// Packed sum of the leaf.
    pub(crate) total: u64,
    pub(crate) lambda_l1: f64,
    pub(crate) lambda_l2: f64,
}

/// The highest gain of sending everything up to entry `i` of `prefix`, with `extra` on top, to the left: the gain and `i`; none
/// unless it is above `bar`. Equal gains go to the last entry, or the first where `first_wins`. The parent's part is not
/// subtracted. `gains` is scratch of at least the same length.
pub(crate) fn best_of(
    prefix: &[u64],
    extra: u64,
    constants: &Constants,
    first_wins: bool,
    bar: f64,
    gains: &mut [f64],
) -> Option<(f64, usize)> {
    if constants.fits_singles() && f64::from(roughly(prefix, extra, constants)) * ABOVE <= bar {
        return None;
    }
    let gains = &mut gains[..prefix.len()];
    let best = fill(prefix, extra, constants, gains);
    if best <= bar {
        return None;
    }
    let at = if first_wins {
        gains.iter().position(|&g| g >= best)
    } else {
        gains.iter().rposition(|&g| g >= best)
    };
    at.map(|at| (best, at))
}

dispatch! {
    /// Writes all gains and returns the highest, 0 for none.
    fn fill(prefix: &[u64], extra: u64, constants: &Constants, gains: &mut [f64]) -> f64 = body;
}

dispatch! {
    /// The highest gain in single precision, which is off by less than a part in a hundred thousand: half the time of all gains,
    /// and most columns of a leaf hold nothing better than what another column has offered.
    fn roughly(prefix: &[u64], extra: u64, constants: &Constants) -> f32 = rough_body;
}

/// The most that a gain may be above its rough value. There are 16 roundings of 2^-24 each between the two.
const ABOVE: f64 = 1.0 + 1e-5;

impl Constants {
    /// Whether gains have their rough values in single precision: with `lambda_l1`, differences of like numbers would not.
    fn fits_singles(&self) -> bool {
        self.lambda_l1 == 0.0 && self.lambda_l2 < 1e12
    }
}

#[inline(always)]
fn rough_body(prefix: &[u64], extra: u64, constants: &Constants) -> f32 {
    const LANES: usize = 16;
    let l2 = constants.lambda_l2 as f32;
    let gain = |left: u64| {
        let right = constants.total.wrapping_sub(left);
        let [left_g, right_g] = [left, right].map(|p| ((p >> 32) as i32) as f32);
        let [left_h, right_h] = [left, right].map(|p| (p as i32) as f32 + l2);
        (left_g * left_g * right_h + right_g * right_g * left_h) / (left_h * right_h)
    };
    let mut highest = [0.0_f32; LANES];
    let mut look = |block: &[u64; LANES]| {
        for k in 0..LANES {
            let gain = gain(block[k].wrapping_add(extra));
            highest[k] = if gain > highest[k] { gain } else { highest[k] };
        }
    };
    prefix.as_chunks().0.iter().for_each(&mut look);
    // Some twice rather than the last ones one by one.
    match (prefix.last_chunk(), prefix) {
        (Some(last), _) => look(last),
        (None, []) => {}
        (None, few) => look(&std::array::from_fn(|k| few[k % few.len()])),
    }
    highest
        .into_iter()
        .fold(0.0, |a, b| if b > a { b } else { a })
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

    fn pack(g: i64, h: i64) -> u64 {
        ((g << 32) + h) as u64
    }

    #[test]
    fn every_level_gives_the_scalar_bits_and_the_textbook_gain() {
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
        let (mut a, mut b) = (vec![0.0; 203], vec![0.0; 203]);
        let extra = pack(123, 45);
        assert_eq!(
            fill(&prefix, extra, &c, &mut a),
            body(&prefix, extra, &c, &mut b)
        );
        assert_eq!(a, b);
        let (tg, th) = unpack(c.total);
        for (i, &p) in prefix.iter().enumerate() {
            let (g, h) = unpack(p.wrapping_add(extra));
            let part = |g: f64, h: f64| (g.abs() - 40.0).max(0.0).powi(2) / (h + 2.5);
            let want = part(g, h) + part(tg - g, th - h);
            assert!((a[i] - want).abs() <= 1e-12 * want, "{i}");
        }
        let best = a.iter().copied().fold(0.0, f64::max);
        assert_eq!(
            best_of(&prefix, extra, &c, false, 0.0, &mut b).map(|x| x.0),
            Some(best)
        );
        assert_eq!(best_of(&prefix, extra, &c, false, best, &mut b), None);
    }

    #[test]
    fn rough_gains_are_close_at_both_ends_of_the_range() {
        for (g, h, l2) in [
            (1 << 29, 1 << 30, 0.0),
            (3, 2, 1e-9),
            (1 << 29, 1, 9e11),
            (0, 1 << 30, 1.0),
        ] {
            let total = pack(g / 3, h);
            let prefix: Vec<u64> = (1..90)
                .map(|i| pack(g / 90 * i + (i * 7919) % (g + 1) / 50, h / 91 * i + 1))
                .collect();
            let c = Constants {
                total: total.wrapping_add(pack(0, 90)),
                lambda_l1: 0.0,
                lambda_l2: l2,
            };
            for extra in [0, pack(-g / 4, 1)] {
                let exact = fill(&prefix, extra, &c, &mut [0.0; 89]);
                let rough = roughly(&prefix, extra, &c);
                assert_eq!(rough, rough_body(&prefix, extra, &c));
                assert!(
                    (f64::from(rough) - exact).abs() <= 2e-6 * exact,
                    "{rough} {exact}"
                );
            }
        }
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
            best_of(&prefix, 0, &c, true, 0.0, &mut gains).map(|x| x.1),
            Some(0)
        );
        assert_eq!(
            best_of(&prefix, 0, &c, false, 0.0, &mut gains).map(|x| x.1),
            Some(19)
        );
        assert_eq!(best_of(&[], 0, &c, false, 0.0, &mut gains), None);
    }
}
