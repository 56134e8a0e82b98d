//! Versions that the aliases point at, and the history of their moves.

use super::manifest::Version;
use crate::error::{Error, Result};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::Path;

/// Cause of an alias's move, or of its refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum AliasMoveKind {
    /// A version passed its gate.
    Promoted,
    /// A gate refused: nothing moved.
    Refused,
    /// The alias went back to the version before.
    RolledBack,
}

/// One line of the history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AliasMove {
    /// Moment, ISO 8601 in UTC.
    pub at: String,
    /// Person or job that asked for it.
    pub by: String,
    /// The alias.
    pub alias: String,
    /// Kind of the move.
    pub kind: AliasMoveKind,
    /// Version that the alias pointed at before.
    pub from: Option<Version>,
    /// The version it was to point at.
    pub to: Version,
    /// The gate's reasons.
    pub reasons: Vec<String>,
}

/// An alias: the version it points at, and those it pointed at before, oldest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Alias {
    pub(super) version: Version,
    pub(super) before: Vec<Version>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Aliases {
    pub(super) aliases: BTreeMap<String, Alias>,
    pub(super) history: Vec<AliasMove>,
    /// SHA-256 of every version an alias was ever pointed at: an alias serves the bytes it was
    /// promoted with, or none. Registries written before this was kept have none.
    #[serde(default)]
    pub(super) digests: BTreeMap<Version, String>,
}

impl Aliases {
    /// The state that a record holds; a record that was never written is an empty one. `path` names
    /// it in errors.
    pub(super) fn parse(record: Option<&[u8]>, path: &Path) -> Result<Self> {
        let Some(bytes) = record else {
            return Ok(Self::default());
        };
        serde_json::from_slice(bytes).map_err(|e| Error::Manifest {
            path: path.to_path_buf(),
            reason: describe(&e, bytes.len()),
        })
    }

    /// Refuses a version whose bytes are not those an alias was pointed at.
    pub(super) fn check_digest(&self, version: Version, found: &str, path: &Path) -> Result<()> {
        match self.digests.get(&version) {
            Some(expected) if expected != found => Err(Error::Damaged {
                path: path.to_path_buf(),
                expected: format!("SHA-256 {expected} of the promotion"),
                found: format!("SHA-256 {found}"),
            }),
            _ => Ok(()),
        }
    }

    /// The highest version that is mentioned anywhere.
    pub(super) fn highest(&self) -> Option<Version> {
        let held = self.aliases.values();
        let held = held.flat_map(|a| a.before.iter().copied().chain([a.version]));
        let moved = self
            .history
            .iter()
            .flat_map(|m| m.from.into_iter().chain([m.to]));
        held.chain(moved).max()
    }
}

/// JSON as it is stored. `path` names it in errors.
pub(super) fn to_json<T: Serialize>(value: &T, path: &Path) -> Result<Vec<u8>> {
    let mut bytes = serde_json::to_vec_pretty(value).map_err(|e| Error::Manifest {
        path: path.to_path_buf(),
        reason: format!("can not be written: {e}"),
    })?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// The reason of a JSON error; "truncated" where the text just stops.
pub(super) fn describe(e: &serde_json::Error, length: usize) -> String {
    if e.is_eof() {
        format!("truncated after {length} bytes")
    } else {
        e.to_string()
    }
}
