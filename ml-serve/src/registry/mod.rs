//! A model registry: numbered, immutable, checksummed versions; aliases that move atomically and
//! back.
//!
//! A [`Registry`] keeps its models in a [`RegistryStore`]: a folder ([`FolderStore`], which
//! [`Registry::open`] opens), memory ([`MemoryStore`]), or a place of your own, which has to pass
//! `ml_serve::testkit::check_registry_store`. In a folder:
//!
//! ```text
//! DIR/recommender/versions/v1/artifact.bin     the bytes that were published
//!                            /manifest.json    metrics, gate decision, lineage
//!                            /SHA256SUMS       digests of both (`sha256sum -c` reads it)
//! DIR/recommender/aliases.json                 where the aliases point and pointed, who moved them
//! DIR/recommender/.last                        the highest number given out: each to one version
//! DIR/recommender/.lock                        held by writers; freed when a process dies
//! ```
//!
//! A version is written into a hidden folder, synced and renamed into place, so it is there whole
//! or not at all. All alias state, history included, is one file replaced by one rename: readers
//! see the old or the new, never a mixture, and need no lock. An alias keeps the digests of what it
//! was pointed at, and serves those bytes or none. Links below DIR, also in the place of a folder,
//! pipes and other things that are no regular files are refused. A folder mounted read-only can be
//! loaded from.

mod aliases;
mod checks;
mod files;
mod manifest;
mod numbers;
mod promotion;
#[allow(clippy::module_inception)]
mod registry;
mod store;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod tests_kept;
#[cfg(test)]
mod tests_store;

pub use aliases::{AliasMove, AliasMoveKind};
pub use manifest::{GateOutcome, Lineage, Manifest, Metadata, Version, VersionSelector};
pub use registry::{LoadedVersion, Registry};
pub use store::*;
