//! Rounding gradients to few levels by chance.

use ml_data::random::hash;

use super::dispatch;

/// Adding this rounds a number to an integer, which fills the low bits of the mantissa.
const ROUND: f64 = super::running_sums::ROUND;

dispatch! {
    /// Gradient and hessian of each row times its scale, rounded up or down with chances that make
    /// up for it on average; gradients in the high halves. Chances depend on the seed and the row's
    /// number, from `first` on.
    pub(crate) fn round_by_chance(
        pairs: &[[f32; 2]],
        scales: [f64; 2],
        seed: u64,
        first: u64,
        packed: &mut [u64],
    ) = body;
}

#[inline(always)]
fn body(pairs: &[[f32; 2]], scales: [f64; 2], seed: u64, first: u64, packed: &mut [u64]) {
    for ((packed, pair), row) in packed.iter_mut().zip(pairs).zip(first..) {
        let chance = hash(seed, row);
        let g = by_chance(pair[0], scales[0], (chance >> 32) as u32);
        let h = by_chance(pair[1], scales[1], chance as u32);
        *packed = u64::from(g) << 32 | u64::from(h);
    }
}

/// `x * scale` rounded up or down: up where `chance` (of 2^32) is below what is cut off.
#[inline(always)]
fn by_chance(x: f32, scale: f64, chance: u32) -> u32 {
    let exact = f64::from(x) * scale;
    let near = (exact + ROUND) - ROUND;
    let down = if near > exact { near - 1.0 } else { near };
    let share = f64::from(chance) * (1.0 / 4_294_967_296.0);
    let up = if share < exact - down { 1.0 } else { 0.0 };
    (down + up + ROUND).to_bits() as u32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::kernel::{InstructionSet, forced::at};

    #[test]
    fn every_instruction_set_gives_the_scalar_bits_and_rounds_to_a_neighbour() {
        let pair = |i: i32| {
            [
                (i * 7919 % 2003 - 1000) as f32 * 0.013,
                (i % 101) as f32 * 0.01,
            ]
        };
        let pairs: Vec<[f32; 2]> = (0..1_003).map(pair).collect();
        let (scales, mut a) = ([1.7, 3.1], vec![0; pairs.len()]);
        body(&pairs, scales, 7, 55, &mut a);
        for isa in InstructionSet::available() {
            let mut b = vec![0; pairs.len()];
            at(isa, || round_by_chance(&pairs, scales, 7, 55, &mut b));
            assert_eq!(b, a, "{isa:?}");
        }
        for (packed, pair) in a.iter().zip(&pairs) {
            for (half, (x, scale)) in [(packed >> 32) as i32, *packed as i32]
                .into_iter()
                .zip(pair.iter().zip(scales))
            {
                let exact = f64::from(*x) * scale;
                let (half, whole) = (f64::from(half), exact.floor());
                assert!(half == whole || half == whole + 1.0 && exact > whole);
            }
        }
    }
}
