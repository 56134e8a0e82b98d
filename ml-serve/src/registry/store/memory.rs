//! A store in memory.

use super::{RegistryStore, check_key, check_parts};
use crate::error::{Error, Result};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

/// A registry's models in memory, for tests and for programs that train and serve in one process.
/// Clones share what they hold; nothing outlives the last of them.
///
/// ```
/// use ml_serve::registry::{GateOutcome, MemoryStore, Metadata, Registry};
/// let registry = Registry::new(MemoryStore::new());
/// let v1 = registry.publish("recommender", b"first model", Metadata::default())?;
/// registry.promote("recommender", v1, "champion", &GateOutcome::pass(["first model"]))?;
/// assert_eq!(registry.load("recommender", "champion")?.artifact, b"first model");
/// # Ok::<(), ml_serve::Error>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct MemoryStore {
    contents: Arc<RwLock<Contents>>,
}

/// Parts of an entry by name.
type Parts = BTreeMap<String, Vec<u8>>;

#[derive(Debug, Default)]
struct Contents {
    entries: BTreeMap<String, Parts>,
    records: BTreeMap<String, Vec<u8>>,
}

impl MemoryStore {
    /// An empty store.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    // Nothing is written before everything is checked, so a poisoned lock guards whole contents.
    fn contents(&self) -> RwLockReadGuard<'_, Contents> {
        self.contents.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn contents_mut(&self) -> RwLockWriteGuard<'_, Contents> {
        let lock = self.contents.write();
        lock.unwrap_or_else(PoisonError::into_inner)
    }

    /// Refuses an entry in the place of a record.
    fn check_record(&self, contents: &Contents, record: &str) -> Result<()> {
        if !contents.entries.contains_key(record) {
            return Ok(());
        }
        Err(Error::FileKind {
            path: self.location(record),
            expected: "a record",
            found: "an entry",
        })
    }
}

impl RegistryStore for MemoryStore {
    fn put(&self, entry: &str, parts: &[(&str, &[u8])]) -> Result<bool> {
        check_key(entry)?;
        check_parts(parts)?;
        let owned = |(name, bytes): &(&str, &[u8])| ((*name).to_owned(), bytes.to_vec());
        let parts: Parts = parts.iter().map(owned).collect();
        let mut contents = self.contents_mut();
        let free = !contents.entries.contains_key(entry) && !contents.records.contains_key(entry);
        if free {
            contents.entries.insert(entry.into(), parts);
        }
        Ok(free)
    }

    fn get(&self, entry: &str, part: &str) -> Result<Option<Vec<u8>>> {
        check_key(entry)?;
        check_key(part)?;
        let contents = self.contents();
        let parts = contents.entries.get(entry);
        Ok(parts.and_then(|parts| parts.get(part)).cloned())
    }

    fn size(&self, entry: &str, part: &str) -> Result<Option<u64>> {
        check_key(entry)?;
        check_key(part)?;
        let contents = self.contents();
        let parts = contents.entries.get(entry);
        Ok(parts
            .and_then(|parts| parts.get(part))
            .map(|bytes| bytes.len() as u64))
    }

    fn list(&self, below: &str) -> Result<Vec<String>> {
        if !below.is_empty() {
            check_key(below)?;
        }
        let contents = self.contents();
        let name_below = |key: &String| {
            let rest = match below {
                "" => key,
                below => key.strip_prefix(below)?.strip_prefix('/')?,
            };
            rest.split('/').next().map(str::to_owned)
        };
        let keys = contents.entries.keys().chain(contents.records.keys());
        let mut names: BTreeSet<String> = keys.filter_map(name_below).collect();
        if let Some(parts) = contents.entries.get(below) {
            names.extend(parts.keys().cloned());
        }
        Ok(names.into_iter().collect())
    }

    fn read(&self, record: &str) -> Result<Option<Vec<u8>>> {
        check_key(record)?;
        let contents = self.contents();
        self.check_record(&contents, record)?;
        Ok(contents.records.get(record).cloned())
    }

    fn compare_and_swap(&self, record: &str, expected: Option<&[u8]>, new: &[u8]) -> Result<bool> {
        check_key(record)?;
        let mut contents = self.contents_mut();
        self.check_record(&contents, record)?;
        let now = contents.records.get(record).map(Vec::as_slice);
        let swaps = now == expected;
        if swaps {
            contents.records.insert(record.into(), new.to_vec());
        }
        Ok(swaps)
    }

    fn location(&self, key: &str) -> PathBuf {
        PathBuf::from(format!("memory:{key}"))
    }
}
