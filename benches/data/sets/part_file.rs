//! Files written under another name until they are whole.

use ml_pipeline::data::{Error, Result};
use sha2::{Digest, Sha256};
use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

/// A file that is written whole.
#[derive(Debug, Clone)]
pub(crate) struct Written {
    pub(crate) name: String,
    pub(crate) bytes: u64,
    pub(crate) sha256: String,
}

/// A file under its name with `.part` behind it, which goes away unless the file is finished.
#[derive(Debug)]
pub(crate) struct PartFile {
    name: String,
    part: PathBuf,
    file: Option<BufWriter<File>>,
    hash: Sha256,
    bytes: u64,
}

impl PartFile {
    pub(super) fn create(folder: &Path, name: String) -> Result<Self> {
        let part = folder.join(format!("{name}.part"));
        let file = File::create(&part).map_err(|e| refused(&part, e))?;
        Ok(Self {
            name,
            part,
            file: Some(BufWriter::with_capacity(1 << 20, file)),
            hash: Sha256::new(),
            bytes: 0,
        })
    }

    /// Adds bytes to the end.
    pub(crate) fn append(&mut self, bytes: &[u8]) -> Result<()> {
        self.write_all(bytes).map_err(|e| refused(&self.part, e))
    }

    pub(super) fn finish(mut self) -> Result<Written> {
        let path = self.part.with_file_name(&self.name);
        let end = |file: Option<BufWriter<File>>| {
            // What the disk does not take shows here at the latest.
            let file = file.ok_or_else(|| io::Error::other("closed"))?;
            drop(file.into_inner().map_err(io::IntoInnerError::into_error)?);
            fs::rename(&self.part, &path)
        };
        end(self.file.take()).map_err(|e| refused(&path, e))?;
        let mut sha256 = String::new();
        for byte in std::mem::take(&mut self.hash).finalize() {
            // Writing to a String can not fail.
            let _ = write!(sha256, "{byte:02x}");
        }
        let name = std::mem::take(&mut self.name);
        Ok(Written {
            name,
            bytes: self.bytes,
            sha256,
        })
    }
}

impl Write for PartFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let file = self
            .file
            .as_mut()
            .ok_or_else(|| io::Error::other("closed"))?;
        file.write_all(bytes)?;
        self.hash.update(bytes);
        self.bytes += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.as_mut().map_or(Ok(()), Write::flush)
    }
}

impl Drop for PartFile {
    fn drop(&mut self) {
        // Of a file that is whole there is none any more.
        let _ = fs::remove_file(&self.part);
    }
}

/// A refusal of the file system, with the file's name.
fn refused(path: &Path, e: io::Error) -> Error {
    Error::io(format!("writing {}", path.display()), e)
}
