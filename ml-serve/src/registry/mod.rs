//! A model registry in a local folder: numbered, immutable, checksummed versions; aliases that move atomically and back.
//!
//! ```text
//! DIR/recommender/versions/v1/artifact.bin     the bytes that were published
//!                            /manifest.json    metrics, gate decision, lineage
//!                            /SHA256SUMS       digests of both (`sha256sum -c` reads it)
//! DIR/recommender/aliases.json                 where the aliases point, where they pointed, who moved them when
//! DIR/recommender/.last                        the highest number ever given out, so that none is given out twice
//! DIR/recommender/.lock                        held while an alias moves; the system frees it when a process dies
//! ```
//!
//! A version is written into a hidden folder, synced and renamed into place, so it is there whole
//! or not at all. All alias state, history included, is one file replaced by one rename: readers
//! see the old or the new, never a mixture, and need no lock. An alias keeps the digests of what it
//! was pointed at, and serves those bytes or none. Links, pipes and other things that are no
//! regular files are refused. A folder mounted read-only can be loaded from.

mod aliases;
mod checks;
mod files;
mod manifest;
mod numbers;
mod store;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod tests_kept;

pub use aliases::{AliasMove, AliasMoveKind};
pub use manifest::{GateOutcome, Lineage, Manifest, Metadata, Version, VersionSelector};
pub use store::{Published, Registry};
