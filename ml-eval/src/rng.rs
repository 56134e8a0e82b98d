//! Random draws that depend on nothing but (seed, stage, index).

use rand::{Rng, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

/// A generator of its own for draw `index` of `stage`, whichever thread asks.
pub(crate) fn generator(seed: u64, stage: &str, index: u64) -> Xoshiro256PlusPlus {
    // FNV-1a over the three, then one round of SplitMix64 so that neighbouring indices share nothing
    let bytes = seed.to_le_bytes().into_iter().chain(stage.bytes()).chain(index.to_le_bytes());
    let hash = bytes.fold(0xcbf2_9ce4_8422_2325u64, |h, b| (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3));
    let mixed = (hash ^ (hash >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    Xoshiro256PlusPlus::seed_from_u64(mixed ^ (mixed >> 27))
}

/// A number below `n` (multiply-shift: the bias is below n / 2^64).
#[inline(always)]
pub(crate) fn below(generator: &mut Xoshiro256PlusPlus, n: usize) -> usize {
    ((u128::from(generator.next_u64()) * n as u128) >> 64) as usize
}
