//! Stores: the places where a registry keeps its models.

mod folder;
mod memory;

pub use folder::FolderStore;
pub use memory::MemoryStore;

use crate::error::{Error, Result};
use std::fmt;
use std::path::PathBuf;

/// A place where a [`Registry`](super::Registry) keeps its models: a folder, memory, a bucket.
///
/// It holds two kinds of things. An **entry** is a set of named parts that is written once, as a
/// whole, and never changed: a version with its artifact and manifest. A **record** is a small
/// value that changes by compare-and-swap alone: where the aliases of a model point. Both go by a
/// key, names joined by `/` (`recommender/versions/v3`); entries and records share one tree of
/// keys.
///
/// A key names one thing: an entry, a record, or the beginning of other keys. Callers keep these
/// apart: they put nothing below an entry or a record, and where they ask for one as another they
/// may be told so by an error, or find nothing.
///
/// # Duties of a backend
/// - **Atomicity.** An entry is there with all its parts or not at all, a record holds the old
///   bytes or the new, at any moment and also after a crash. What a writer that failed or died left
///   behind is never seen by `get`, `size`, `list` or `read`.
/// - **Durability.** What [`put`](Self::put) or [`compare_and_swap`](Self::compare_and_swap)
///   reported as done outlives what the backend promises to outlive: of a folder a loss of power,
///   of memory nothing.
/// - **Concurrency.** Any number of threads (and processes, if they can reach the place) read and
///   write at once. Of writers that put the same entry, or swap a record from the same bytes,
///   exactly one is told `true`. A read that begins after a write was reported as done sees it, and
///   is never refused because somebody writes.
/// - **Errors.** A race that was lost is `Ok(false)`, a thing that is not there `Ok(None)` or an
///   empty list. An error is a fault of the place: [`Error::NotWritable`] where it refuses to be
///   written, [`Error::Locked`] where another writer kept it for too long, [`Error::Io`] where it
///   can not be read, [`Error::FileKind`] where something else lies in the way, and [`Error::Name`]
///   for a key that [`check_key`] refuses. After an error of a write the place holds the old state
///   or the new, whole.
///
/// `ml_serve::testkit::check_registry_store` (feature `testkit`) checks what can be checked from
/// outside; every backend has to pass it.
pub trait RegistryStore: fmt::Debug + Send + Sync {
    /// Writes an entry, unless there is an entry or record of this key: `false` leaves what is
    /// there untouched. Parts are pairs of a name and bytes.
    ///
    /// # Errors
    /// A key or part name that [`check_key`] refuses, two parts of one name, a fault of the place.
    fn put(&self, entry: &str, parts: &[(&str, &[u8])]) -> Result<bool>;

    /// One part of an entry; `None` when there is no such entry or part.
    ///
    /// # Errors
    /// A fault of the place.
    fn get(&self, entry: &str, part: &str) -> Result<Option<Vec<u8>>>;

    /// Length in bytes of a part, without reading it; `None` when there is no such entry or part.
    ///
    /// # Errors
    /// A fault of the place.
    fn size(&self, entry: &str, part: &str) -> Result<Option<u64>>;

    /// Names one level below a key, in ascending order of their bytes, each once; of all there is
    /// below the empty key. Nothing below a key is an empty list.
    ///
    /// # Errors
    /// A fault of the place.
    fn list(&self, below: &str) -> Result<Vec<String>>;

    /// The bytes of a record; `None` when it was never written.
    ///
    /// # Errors
    /// A fault of the place, an entry of this key.
    fn read(&self, record: &str) -> Result<Option<Vec<u8>>>;

    /// Writes a record if it holds the expected bytes (`None`: if it was never written); `false`
    /// leaves it as it is.
    ///
    /// # Errors
    /// A key that [`check_key`] refuses, a fault of the place, an entry of this key.
    fn compare_and_swap(&self, record: &str, expected: Option<&[u8]>, new: &[u8]) -> Result<bool>;

    /// The location of a key, as error messages name it.
    fn location(&self, key: &str) -> PathBuf;
}

/// Refuses what is no key: names of 1 to 128 of the characters `a-z A-Z 0-9 - _ .`, joined by `/`.
///
/// The names `.`, `..`, `.lock` and those that begin with `.tmp-` are the backends' own.
///
/// # Errors
/// [`Error::Name`].
pub fn check_key(key: &str) -> Result<()> {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
    let reserved = |n: &str| matches!(n, "." | ".." | ".lock") || n.starts_with(".tmp-");
    let name = |n: &str| (1..=128).contains(&n.len()) && n.bytes().all(plain) && !reserved(n);
    if key.split('/').all(name) {
        return Ok(());
    }
    Err(Error::Name {
        what: "key",
        name: key.into(),
        rule: "names of 1 to 128 of the characters a-z A-Z 0-9 - _ . joined by /, none reserved",
    })
}

/// Refuses parts that can not be told apart, or whose names are none.
fn check_parts(parts: &[(&str, &[u8])]) -> Result<()> {
    for (at, (name, _)) in parts.iter().enumerate() {
        check_key(name)?;
        if name.contains('/') || parts[..at].iter().any(|(other, _)| other == name) {
            return Err(Error::Name {
                what: "part",
                name: (*name).into(),
                rule: "one name, given once in an entry",
            });
        }
    }
    Ok(())
}
