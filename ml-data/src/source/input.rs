//! Bytes of a file or of memory, decompressed, with progress.

use super::gzip::Members;
use crate::error::{Error, Result};
use std::fs::File;
use std::io::{BufReader, Cursor, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Where bytes come from; it can be opened more than once.
#[derive(Debug, Clone)]
pub(super) enum Input {
    Path(PathBuf),
    Memory(String, Arc<[u8]>),
}

impl Input {
    pub(super) fn name(&self) -> String {
        match self {
            Self::Path(p) => p.display().to_string(),
            Self::Memory(name, _) => name.clone(),
        }
    }

    /// True when the name, without `.gz`, ends in an extension.
    pub(super) fn is_called(&self, extensions: &[&str]) -> bool {
        let name = self.name().to_lowercase();
        let name = name.strip_suffix(".gz").unwrap_or(&name);
        Path::new(name)
            .extension()
            .is_some_and(|e| extensions.iter().any(|x| e == *x))
    }

    /// Opens the bytes, decompressed where they begin with the gzip mark.
    pub(super) fn open(&self) -> Result<Opened> {
        let refused = |e| Error::io(format!("reading {}", self.name()), e);
        let (total, raw): (u64, Box<dyn Read + Send>) = match self {
            Self::Path(path) => {
                let file = File::open(path).map_err(refused)?;
                let meta = file.metadata().map_err(refused)?;
                if meta.is_dir() {
                    return Err(self.broken(None, "it is a folder"));
                }
                (meta.len(), Box::new(file))
            }
            Self::Memory(_, bytes) => (bytes.len() as u64, Box::new(Cursor::new(bytes.clone()))),
        };
        let done = Arc::new(AtomicU64::new(0));
        let mut counted = BufReader::with_capacity(
            1 << 17,
            Counted {
                raw,
                done: done.clone(),
            },
        );
        let magic = std::io::BufRead::fill_buf(&mut counted).map_err(refused)?;
        let gzip = magic.starts_with(&[0x1f, 0x8b]);
        let bytes: Box<dyn Read + Send> = if gzip {
            Box::new(Members::new(counted))
        } else {
            Box::new(counted)
        };
        Ok(Opened {
            bytes,
            done,
            total,
            gzip,
        })
    }

    /// An error when a file that begins with these bytes is UTF-16: nearly all of it would be read,
    /// as other text.
    pub(super) fn check_encoding(&self, head: &[u8]) -> Result<()> {
        let Some(order) = utf16(head) else {
            return Ok(());
        };
        Err(self.broken(
            None,
            format!("the file is UTF-16 ({order}); save it as UTF-8, or convert it: iconv -f UTF-16 -t UTF-8"),
        ))
    }

    pub(super) fn broken(&self, line: Option<u64>, reason: impl Into<String>) -> Error {
        Error::Source {
            path: self.name(),
            line,
            reason: reason.into(),
        }
    }
}

/// The byte order of UTF-16, by the mark at the beginning or by the zeros beside letters and line
/// ends. No other text holds zeros.
fn utf16(head: &[u8]) -> Option<&'static str> {
    match head {
        [0xff, 0xfe, ..] => return Some("little-endian"),
        [0xfe, 0xff, ..] => return Some("big-endian"),
        _ => {}
    }
    let head = &head[..head.len().min(1 << 12) & !1];
    let (mut zeros, mut ends) = ([0, 0], [0, 0]);
    for pair in head.chunks_exact(2) {
        match *pair {
            [0, b] => {
                zeros[0] += 1;
                ends[0] += usize::from(matches!(b, b'\n' | b'\r'));
            }
            [b, 0] => {
                zeros[1] += 1;
                ends[1] += usize::from(matches!(b, b'\n' | b'\r'));
            }
            _ => {}
        }
    }
    let foreign = std::str::from_utf8(head).is_err_and(|e| e.error_len().is_some());
    let side = |this: usize, other: usize| {
        let many = zeros[this] * 4 >= head.len() / 2 || foreign;
        zeros[other] == 0 && zeros[this] > 0 && many && (ends[this] > 0 || head.len() < 1 << 12)
    };
    if side(0, 1) {
        Some("big-endian, without a byte order mark")
    } else if side(1, 0) {
        Some("little-endian, without a byte order mark")
    } else {
        None
    }
}

/// An opened input.
pub(super) struct Opened {
    pub(super) bytes: Box<dyn Read + Send>,
    /// Raw (compressed) bytes taken so far.
    pub(super) done: Arc<AtomicU64>,
    /// Raw bytes in all.
    pub(super) total: u64,
    pub(super) gzip: bool,
}

struct Counted {
    raw: Box<dyn Read + Send>,
    done: Arc<AtomicU64>,
}

impl Read for Counted {
    fn read(&mut self, buf: &mut [u8]) -> std::io::Result<usize> {
        let n = self.raw.read(buf)?;
        self.done.fetch_add(n as u64, Ordering::Relaxed);
        Ok(n)
    }
}
