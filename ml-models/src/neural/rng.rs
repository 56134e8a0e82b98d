//! Random draws: one independent generator for each (seed, stage, index), so that no draw depends on the number of
//! threads or on what was drawn before.

use ml_data::random::{Rng, RngExt, Xoshiro256PlusPlus, generator};

/// Streams of random draws.
#[derive(Debug, Clone, Copy)]
pub(super) enum Stage {
    /// Initial weights; the index is the table or layer.
    Init,
    /// Order of the rows; the index is the epoch.
    Shuffle,
    /// Dropped units and dropped ids; the index is the step and the shard.
    Drop,
}

/// The generator of one stage and index.
pub(super) fn stream(seed: u64, stage: Stage, index: u64) -> Xoshiro256PlusPlus {
    let name = match stage {
        Stage::Init => "neural.init",
        Stage::Shuffle => "neural.shuffle",
        Stage::Drop => "neural.drop",
    };
    generator(seed, name, index)
}

/// `order` shuffled in place (Fisher and Yates).
pub(super) fn shuffle(order: &mut [u32], rng: &mut impl Rng) {
    for i in (1..order.len()).rev() {
        order.swap(i, rng.random_range(0..=i));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shuffle_is_a_permutation() {
        let mut order: Vec<u32> = (0..100).collect();
        shuffle(&mut order, &mut stream(1, Stage::Shuffle, 0));
        assert_ne!(order, (0..100).collect::<Vec<_>>());
        order.sort_unstable();
        assert_eq!(order, (0..100).collect::<Vec<_>>());
    }
}
