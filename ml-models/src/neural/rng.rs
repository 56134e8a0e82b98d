//! Random draws: one independent generator for each (seed, stage, index), so that no draw depends
//! on the number of threads or on what was drawn before.

use ml_data::random::{Xoshiro256PlusPlus, generator};

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
