//! Seeds of the generators: one independent stream for each (seed, stage, index), so that no draw depends on the number
//! of threads or on what was drawn before.

use rand::SeedableRng;
use rand::rngs::Xoshiro256PlusPlus;

/// What a stream is drawn for.
#[derive(Debug, Clone, Copy)]
pub(super) enum Stage {
    /// Initial weights; the index is the layer or table.
    Init = 1,
    /// Order of the rows; the index is the epoch.
    Shuffle = 2,
    /// Dropped units and dropped ids; the index is the step and the shard.
    Drop = 3,
}

/// The generator of one stream.
pub(super) fn stream(seed: u64, stage: Stage, index: u64) -> Xoshiro256PlusPlus {
    Xoshiro256PlusPlus::seed_from_u64(mix(mix(mix(seed) ^ stage as u64) ^ index))
}

/// A bijection that spreads every bit (the finaliser of SplitMix64).
fn mix(x: u64) -> u64 {
    let mut z = x.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// `order` shuffled (Fisher and Yates).
pub(super) fn shuffle(order: &mut [u32], rng: &mut impl rand::Rng) {
    use rand::RngExt;
    for i in (1..order.len()).rev() {
        order.swap(i, rng.random_range(0..=i));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::RngExt;

    #[test]
    fn streams_differ_and_repeat() {
        let draw = |s, t, i| stream(s, t, i).random::<u64>();
        assert_eq!(draw(1, Stage::Init, 0), draw(1, Stage::Init, 0));
        let all = [
            draw(1, Stage::Init, 0),
            draw(2, Stage::Init, 0),
            draw(1, Stage::Shuffle, 0),
            draw(1, Stage::Init, 1),
        ];
        assert!((0..4).all(|i| (0..i).all(|j| all[i] != all[j])));
    }

    #[test]
    fn shuffle_is_a_permutation() {
        let mut order: Vec<u32> = (0..100).collect();
        shuffle(&mut order, &mut stream(1, Stage::Shuffle, 0));
        assert_ne!(order, (0..100).collect::<Vec<_>>());
        order.sort_unstable();
        assert_eq!(order, (0..100).collect::<Vec<_>>());
    }
}
