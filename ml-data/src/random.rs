//! Seeded randomness: every draw comes from a generator named by (seed, stage, index), so results
//! never depend on how work was divided among threads.

pub use rand::{Rng, RngExt, SeedableRng};
pub use rand_xoshiro::Xoshiro256PlusPlus;

/// The generator for one piece of work: `stage` names the purpose, `index` the row block, tree,
/// fold or user.
///
/// ```
/// use ml_data::random::{generator, RngExt};
/// let a: u64 = generator(7, "bagging", 3).random();
/// let b: u64 = generator(7, "bagging", 3).random();
/// let c: u64 = generator(7, "bagging", 4).random();
/// assert_eq!(a, b);
/// assert_ne!(a, c);
/// ```
pub fn generator(seed: u64, stage: &str, index: u64) -> Xoshiro256PlusPlus {
    let mut key = mix(seed ^ 0x9e37_79b9_7f4a_7c15);
    for byte in stage.bytes() {
        key = mix(key ^ u64::from(byte));
    }
    Xoshiro256PlusPlus::seed_from_u64(mix(key ^ mix(index)))
}

/// A 64-bit hash of (seed, key) with full avalanche: splits rows by identity, not by position.
#[inline]
pub fn hash(seed: u64, key: u64) -> u64 {
    mix(mix(seed ^ 0x9e37_79b9_7f4a_7c15) ^ mix(key))
}

/// A permutation of `0..n`.
pub fn permutation(n: usize, rng: &mut impl Rng) -> Vec<u32> {
    let mut order: Vec<u32> = (0..n as u32).collect();
    shuffle(&mut order, rng);
    order
}

/// Brings values into a random order, each with the same chance (Fisher and Yates; Durstenfeld
/// 1964, doi:10.1145/364520.364540).
pub fn shuffle<T>(values: &mut [T], rng: &mut impl Rng) {
    for i in (1..values.len()).rev() {
        values.swap(i, rng.random_range(0..=i));
    }
}

/// A 64-bit number with full avalanche: one step of SplitMix64 from the state `x` (Steele, Lea,
/// Flood 2014, doi:10.1145/2660193.2660195).
#[inline]
#[must_use]
pub fn mix(x: u64) -> u64 {
    let x = x.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn permutation_holds_every_index_once() {
        let mut p = permutation(1000, &mut generator(1, "t", 0));
        assert_ne!(p[..10], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
        p.sort_unstable();
        assert!(p.iter().enumerate().all(|(i, &v)| i as u32 == v));
    }

    #[test]
    fn stages_are_independent() {
        let a: u64 = generator(1, "a", 0).random();
        let b: u64 = generator(1, "b", 0).random();
        assert_ne!(a, b);
    }
}
