//! Files and folders that are there whole or not at all.

use crate::error::{Error, Result};
use std::fs::{self, File, OpenOptions, TryLockError};
use std::hash::{BuildHasher, RandomState};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

const SCRATCH: &str = ".tmp-";

pub(super) fn not_writable(path: &Path) -> impl FnOnce(std::io::Error) -> Error {
    let path = path.to_path_buf();
    move |source| Error::NotWritable { path, source }
}

/// The bytes of a regular file; `None` when there is nothing at the path. Anything else is refused:
/// a link could lead out of the registry, a pipe would never end.
pub(super) fn read_if_there(path: &Path) -> Result<Option<Vec<u8>>> {
    let bytes = regular_len(path).and_then(|_| {
        fs::read(path).map_err(|e| Error::io(format!("reading {}", path.display()), e))
    });
    match bytes {
        Err(Error::Io { source, .. }) if source.kind() == ErrorKind::NotFound => Ok(None),
        read => read.map(Some),
    }
}

/// The length of a regular file; what is none is refused without being opened.
pub(super) fn regular_len(path: &Path) -> Result<u64> {
    let known = fs::symlink_metadata(path)
        .map_err(|e| Error::io(format!("reading {}", path.display()), e))?;
    if known.is_file() {
        return Ok(known.len());
    }
    Err(Error::FileKind {
        path: path.to_path_buf(),
        expected: "a regular file",
        found: kind(known.file_type()),
    })
}

/// Refuses what is no folder itself, but a link to one, and folders with other things than regular
/// files in them.
pub(super) fn plain_folder(path: &Path) -> Result<()> {
    let known = fs::symlink_metadata(path)
        .map_err(|e| Error::io(format!("reading {}", path.display()), e))?;
    if !known.is_dir() {
        return Err(Error::FileKind {
            path: path.to_path_buf(),
            expected: "a folder",
            found: kind(known.file_type()),
        });
    }
    list_names(path)?
        .iter()
        .try_for_each(|name| regular_len(&path.join(name)).map(drop))
}

/// Refuses a link in the place of a folder: it could lead out of the registry.
pub(super) fn no_link(path: &Path) -> Result<()> {
    match fs::symlink_metadata(path) {
        Ok(known) if known.is_symlink() => Err(Error::FileKind {
            path: path.to_path_buf(),
            expected: "a folder",
            found: kind(known.file_type()),
        }),
        // What else is there, or is not, is told where it is used.
        _ => Ok(()),
    }
}

fn kind(of: fs::FileType) -> &'static str {
    if of.is_symlink() {
        "a symbolic link"
    } else if of.is_dir() {
        "a folder"
    } else if of.is_file() {
        "a regular file"
    } else {
        "a pipe, socket or device"
    }
}

/// Names in a folder, in no order.
pub(super) fn list_names(folder: &Path) -> Result<Vec<String>> {
    let fail = |e| Error::io(format!("listing {}", folder.display()), e);
    let entries = fs::read_dir(folder)
        .map_err(fail)?
        .collect::<Result<Vec<_>, _>>()
        .map_err(fail)?;
    Ok(entries
        .into_iter()
        .filter_map(|e| e.file_name().into_string().ok())
        .collect())
}

/// A name no other writer has: 128 random bits, since process numbers repeat from container to
/// container.
pub(super) fn scratch_name() -> String {
    // Keyed anew by the system's generator.
    let bits = || RandomState::new().hash_one(std::process::id());
    format!("{SCRATCH}{:016x}{:016x}", bits(), bits())
}

/// Removes what writers that died left behind. Only for who holds the lock: every scratch entry is
/// then a dead one.
pub(super) fn sweep(folder: &Path) -> Result<()> {
    for name in list_names(folder)?
        .iter()
        .filter(|n| n.starts_with(SCRATCH))
    {
        let path = folder.join(name);
        let stale = fs::symlink_metadata(&path).map_err(not_writable(&path))?;
        let removed = if stale.is_dir() {
            fs::remove_dir_all(&path)
        } else {
            fs::remove_file(&path)
        };
        removed.map_err(not_writable(&path))?;
    }
    Ok(())
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

/// The writers' lock, held until dropped. The system frees it when the process dies, so there are
/// no stale locks.
#[derive(Debug)]
pub(super) struct Lock(#[allow(dead_code)] File);

impl Lock {
    pub(super) fn take(path: PathBuf, timeout: Duration) -> Result<Self> {
        // A pipe would block whoever opens it.
        if fs::symlink_metadata(&path).is_ok() {
            regular_len(&path)?;
        }
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
                Err(TryLockError::WouldBlock) if start.elapsed() >= timeout => {
                    return Err(Error::Locked {
                        path,
                        waited_ms: timeout.as_millis() as u64,
                    });
                }
                Err(TryLockError::WouldBlock) => std::thread::sleep(Duration::from_millis(2)),
            }
        }
    }
}
