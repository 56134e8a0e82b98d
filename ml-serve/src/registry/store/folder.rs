//! A store in a folder.

use super::super::files::{
    Lock, list_names, no_link, not_writable, plain_folder, read_if_there, regular_len, replace,
    scratch_name, sweep, sync_folder, write_synced,
};
use super::{RegistryStore, check_key, check_parts};
use crate::error::{Error, Result};
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// A registry's models in a local folder. Any number of processes of one machine may use the same
/// folder; one that is mounted read-only can be read from.
///
/// An entry is a folder with its parts as files: written into a hidden folder, synced, and renamed
/// into place. A record is a file that one rename replaces. Writers below one top name (one model)
/// hold that folder's `.lock`, which the system frees when a process dies; readers need no lock.
/// Links below the folder, also in the place of one, pipes and other things that are no regular
/// files are refused; the folder itself may be a link.
///
/// ```
/// use ml_serve::registry::{FolderStore, Registry};
/// use std::time::Duration;
/// # let folder = tempfile::tempdir().expect("a temporary folder");
/// let store = FolderStore::open(folder.path())?.lock_timeout(Duration::from_secs(1));
/// assert!(Registry::new(store).models()?.is_empty());
/// # Ok::<(), ml_serve::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct FolderStore {
    root: PathBuf,
    lock_timeout: Duration,
}

impl FolderStore {
    /// Opens a folder, making it when it is not there.
    ///
    /// # Errors
    /// [`Error::NotWritable`] when there is no such folder and it can not be made.
    pub fn open(folder: impl Into<PathBuf>) -> Result<Self> {
        let root = folder.into();
        if !root.is_dir() {
            fs::create_dir_all(&root).map_err(not_writable(&root))?;
        }
        Ok(Self {
            root,
            lock_timeout: crate::limits::LOCK_TIMEOUT,
        })
    }

    /// Time to wait for another writer (default 10 s) before [`Error::Locked`].
    #[must_use]
    pub fn lock_timeout(mut self, timeout: Duration) -> Self {
        self.lock_timeout = timeout;
        self
    }

    /// The path of a key, above which no folder is a link.
    fn path(&self, key: &str) -> Result<PathBuf> {
        check_key(key)?;
        let path = self.root.join(key);
        let above = path.ancestors().skip(1);
        above
            .take_while(|folder| *folder != self.root)
            .try_for_each(no_link)?;
        Ok(path)
    }

    /// The folder of a key's first name, whose lock its writers hold.
    fn top(&self, key: &str) -> PathBuf {
        self.root.join(key.split('/').next().unwrap_or(key))
    }

    /// Makes a folder and those above it, and syncs the places of all that are new: what lies in
    /// them is to outlive a loss of power.
    fn make_folder(&self, folder: &Path) -> Result<()> {
        let new: Vec<&Path> = folder.ancestors().take_while(|p| !p.is_dir()).collect();
        if new.is_empty() {
            return Ok(());
        }
        fs::create_dir_all(folder).map_err(not_writable(folder))?;
        for made in new.into_iter().rev().filter(|p| p.starts_with(&self.root)) {
            sync_folder(made.parent().unwrap_or(&self.root))?;
        }
        Ok(())
    }

    /// Makes the folder that `path` lies in, and holds the lock of its top folder.
    fn lock(&self, key: &str, path: &Path) -> Result<Lock> {
        let parent = path.parent().unwrap_or(&self.root);
        self.make_folder(parent)?;
        // A key of one name lies in the root, and is locked there.
        let top = if parent == self.root {
            self.root.clone()
        } else {
            self.top(key)
        };
        Lock::take(top.join(".lock"), self.lock_timeout)
    }

    /// The path of a part, of an entry that is a folder of regular files; `None` without an entry.
    fn part(&self, entry: &str, part: &str) -> Result<Option<PathBuf>> {
        let folder = self.path(entry)?;
        check_key(part)?;
        match plain_folder(&folder) {
            Ok(()) => Ok(Some(folder.join(part))),
            Err(Error::Io { source, .. }) if absent(&source) => Ok(None),
            Err(e) => Err(e),
        }
    }
}

/// True when this error says that there is nothing at a path.
fn absent(e: &std::io::Error) -> bool {
    matches!(e.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory)
}

impl RegistryStore for FolderStore {
    fn put(&self, entry: &str, parts: &[(&str, &[u8])]) -> Result<bool> {
        let path = self.path(entry)?;
        check_parts(parts)?;
        let _lock = self.lock(entry, &path)?;
        let (parent, top) = (path.parent().unwrap_or(&self.root), self.top(entry));
        sweep(parent)?;
        if top != path && top != parent {
            sweep(&top)?;
        }
        if fs::symlink_metadata(&path).is_ok() {
            return Ok(false);
        }
        let scratch = parent.join(scratch_name());
        let written = write_parts(&scratch, parts)
            .and_then(|()| fs::rename(&scratch, &path).map_err(not_writable(&path)));
        if written.is_err() {
            let _ = fs::remove_dir_all(&scratch);
        }
        written.and_then(|()| sync_folder(parent)).map(|()| true)
    }

    fn get(&self, entry: &str, part: &str) -> Result<Option<Vec<u8>>> {
        let path = self.part(entry, part)?;
        path.map_or(Ok(None), |path| read_if_there(&path))
    }

    fn size(&self, entry: &str, part: &str) -> Result<Option<u64>> {
        match self.part(entry, part)?.map(|path| regular_len(&path)) {
            None => Ok(None),
            Some(Err(Error::Io { source, .. })) if absent(&source) => Ok(None),
            Some(length) => length.map(Some),
        }
    }

    fn list(&self, below: &str) -> Result<Vec<String>> {
        let folder = match below {
            "" => self.root.clone(),
            key => self.path(key)?,
        };
        if !below.is_empty() {
            no_link(&folder)?;
        }
        if !folder.is_dir() {
            return Ok(Vec::new());
        }
        let mut names = match list_names(&folder) {
            // Removed since.
            Err(Error::Io { source, .. }) if absent(&source) => Vec::new(),
            names => names?,
        };
        names.retain(|name| check_key(name).is_ok());
        names.sort_unstable();
        Ok(names)
    }

    fn read(&self, record: &str) -> Result<Option<Vec<u8>>> {
        read_if_there(&self.path(record)?)
    }

    fn compare_and_swap(&self, record: &str, expected: Option<&[u8]>, new: &[u8]) -> Result<bool> {
        let path = self.path(record)?;
        // Lost before any folder is made for it.
        if expected.is_some() && read_if_there(&path)?.is_none() {
            return Ok(false);
        }
        let _lock = self.lock(record, &path)?;
        if read_if_there(&path)?.as_deref() != expected {
            return Ok(false);
        }
        replace(&path, new)?;
        Ok(true)
    }

    fn location(&self, key: &str) -> PathBuf {
        self.root.join(key)
    }
}

fn write_parts(folder: &Path, parts: &[(&str, &[u8])]) -> Result<()> {
    fs::create_dir(folder).map_err(not_writable(folder))?;
    for (name, bytes) in parts {
        write_synced(&folder.join(name), bytes)?;
    }
    sync_folder(folder)
}
