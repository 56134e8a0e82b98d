//! Numbers of versions: no two versions share one, also when the first is deleted. A number whose
//! version could not be written is given out again.

use super::aliases::Aliases;
use super::manifest::Version;
use super::store::RegistryStore;
use crate::error::{Error, Result};

/// Allocates the next number of a model, which no other writer then gets unless it is put back. It
/// is written down before its version is there, so that a crash between the two only skips one.
///
/// The number follows the highest that is there or was given out; registries that do not know the
/// latter yet have the numbers that their aliases mention.
pub(super) fn allocate_version(
    store: &dyn RegistryStore,
    model: &str,
    there: impl Fn() -> Result<Option<Version>>,
) -> Result<AllocatedVersion> {
    let record = format!("{model}/.last");
    loop {
        let before = store.read(&record)?;
        let given = match &before {
            Some(bytes) if bytes == NONE_GIVEN => None,
            Some(bytes) => Some(parse(store, &record, bytes)?),
            None => {
                let aliases = format!("{model}/aliases.json");
                let state = store.read(&aliases)?;
                Aliases::parse(state.as_deref(), &store.location(&aliases))?.highest()
            }
        };
        let version = following(model, there()?.max(given))?;
        let now = format!("{version}\n").into_bytes();
        if store.compare_and_swap(&record, before.as_deref(), &now)? {
            return Ok(AllocatedVersion {
                version,
                record,
                before,
                now,
            });
        }
    }
}

/// The record of a model whose only number was put back.
const NONE_GIVEN: &[u8] = b"v0\n";

/// A number that was given out.
pub(super) struct AllocatedVersion {
    pub(super) version: Version,
    record: String,
    before: Option<Vec<u8>>,
    now: Vec<u8>,
}

impl AllocatedVersion {
    /// Takes the number back because its version could not be written, unless another was given out
    /// since. Best effort: a number that is lost harms nobody.
    pub(super) fn put_back(self, store: &dyn RegistryStore) {
        let before = self.before.unwrap_or_else(|| NONE_GIVEN.to_vec());
        _ = store.compare_and_swap(&self.record, Some(&self.now), &before);
    }
}

fn following(model: &str, last: Option<Version>) -> Result<Version> {
    let Some(last) = last else {
        return Ok(Version(1));
    };
    let next = last.0.checked_add(1).map(Version);
    next.ok_or_else(|| Error::VersionsExhausted {
        model: model.into(),
        last: last.to_string(),
    })
}

fn parse(store: &dyn RegistryStore, record: &str, bytes: &[u8]) -> Result<Version> {
    let text = String::from_utf8_lossy(bytes);
    Version::parse(text.trim()).ok_or_else(|| Error::Manifest {
        path: store.location(record),
        reason: format!("`{}` is not a version like v3", text.trim()),
    })
}
