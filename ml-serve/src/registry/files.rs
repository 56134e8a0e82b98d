//! Files that are there whole or not at all.

use crate::error::{Error, Result};
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

static NEXT: AtomicU64 = AtomicU64::new(0);

pub(super) fn not_writable(path: &Path) -> impl FnOnce(std::io::Error) -> Error {
    let path = path.to_path_buf();
    move |source| Error::NotWritable { path, source }
}

/// A name no other writer of this machine uses at this moment.
pub(super) fn scratch_name() -> String {
    format!(
        ".tmp-{}-{}",
        std::process::id(),
        NEXT.fetch_add(1, Ordering::Relaxed)
    )
}

/// Writes and syncs a new file.
pub(super) fn write_synced(path: &Path, bytes: &[u8]) -> Result<()> {
    let write = || {
        let mut file = OpenOptions::new().write(true).create_new(true).open(path)?;
        file.write_all(bytes)?;
        file.sync_all()
    };
    write().map_err(not_writable(path))
}

/// Makes the entries of a folder durable.
pub(super) fn sync_folder(path: &Path) -> Result<()> {
    // Only Unix can open a folder as a file; elsewhere the rename itself has to do.
    if cfg!(unix) {
        File::open(path)
            .and_then(|f| f.sync_all())
            .map_err(not_writable(path))
    } else {
        Ok(())
    }
}

/// Replaces a file by one rename: a reader sees all of the old content or all of the new.
pub(super) fn replace(path: &Path, bytes: &[u8]) -> Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let scratch = folder.join(scratch_name());
    let done = write_synced(&scratch, bytes)
        .and_then(|()| fs::rename(&scratch, path).map_err(not_writable(path)))
        .and_then(|()| sync_folder(folder));
    if done.is_err() {
        let _ = fs::remove_file(&scratch);
    }
    done
}

/// Holds the writers' lock until dropped. The system frees it when the process dies, so there are no stale locks.
#[derive(Debug)]
pub(super) struct Lock(#[allow(dead_code)] File);

impl Lock {
    pub(super) fn take(path: PathBuf, patience: Duration) -> Result<Self> {
        let file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(not_writable(&path))?;
        let start = Instant::now();
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Self(file)),
                Err(TryLockError::Error(source)) => {
                    return Err(Error::NotWritable { path, source });
                }
                Err(TryLockError::WouldBlock) if start.elapsed() >= patience => {
                    return Err(Error::Locked {
                        path,
                        waited_ms: patience.as_millis() as u64,
                    });
                }
                Err(TryLockError::WouldBlock) => std::thread::sleep(Duration::from_millis(2)),
            }
        }
    }
}
