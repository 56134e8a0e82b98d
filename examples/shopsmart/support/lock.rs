//! One run at a time in a folder.

use ml_pipeline::prelude::*;
use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;

/// The lock of an output folder, held until dropped. The system frees it when the process ends,
/// however it ends.
pub struct OutLock(#[allow(dead_code)] File);

/// Makes the folder and locks it: two runs would promote and report over each other.
pub fn lock(folder: &Path) -> Result<OutLock> {
    let path = folder.join(".lock");
    let io = |e| Error::io(format!("locking {}", path.display()), e);
    std::fs::create_dir_all(folder).map_err(io)?;
    let file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .open(&path)
        .map_err(io)?;
    match file.try_lock() {
        Ok(()) => Ok(OutLock(file)),
        Err(TryLockError::WouldBlock) => Err(Error::other(format!(
            "{} is used by another run: wait for it, or choose another folder with --out",
            folder.display()
        ))),
        Err(TryLockError::Error(e)) => Err(io(e)),
    }
}
