//! A file in blocks of whole records.

use super::dialect::{Dialect, Fault, Scan};
use super::input::{Input, Opened};
use crate::error::{Error, Result};
use memchr::memchr_iter;
use std::io::Read;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Bytes one task parses: enough to be worth a task, few enough to stay in the cache.
const PIECE: usize = 1 << 19;

/// Whole records, cut into pieces.
pub(super) struct Block {
    pub(super) bytes: Vec<u8>,
    pub(super) cuts: Vec<usize>,
    pub(super) records: usize,
    /// The line on which it begins.
    pub(super) line: u64,
}

/// Reads a file block by block.
pub(super) struct Blocks {
    input: Input,
    dialect: Dialect,
    raw: Box<dyn Read + Send>,
    gzip: bool,
    done: Arc<AtomicU64>,
    pub(super) total: u64,
    /// Bytes read and not yet handed out; they begin with a record.
    buffer: Vec<u8>,
    /// The line on which the buffer begins.
    line: u64,
    /// Bytes to read at a time.
    size: usize,
    ended: bool,
    failed: Option<std::io::Error>,
}

impl Blocks {
    pub(super) fn open(input: &Input, dialect: Dialect) -> Result<Self> {
        let Opened {
            bytes: raw,
            done,
            total,
            gzip,
        } = input.open()?;
        let mut blocks = Self {
            input: input.clone(),
            dialect,
            raw,
            gzip,
            done,
            total,
            buffer: Vec::new(),
            line: 1,
            size: PIECE * 2 * rayon::current_num_threads(),
            ended: false,
            failed: None,
        };
        blocks.read();
        if blocks.buffer.starts_with(b"\xef\xbb\xbf") {
            blocks.buffer.drain(..3);
        }
        Ok(blocks)
    }

    /// Raw (compressed) bytes read so far.
    pub(super) fn done(&self) -> u64 {
        self.done.load(Ordering::Relaxed)
    }

    /// About how many records the file holds that begins with this block; `None` when its size says nothing.
    pub(super) fn records_like(&self, block: &Block) -> Option<usize> {
        let records = block.records as u64 * self.total / block.bytes.len().max(1) as u64;
        (!self.gzip).then_some(records as usize + records as usize / 64)
    }

    /// Reads ahead, when little is left. A failure is reported after the records before it.
    pub(super) fn read_ahead(&mut self) {
        if self.buffer.len() < self.size {
            self.read();
        }
    }

    fn read(&mut self) {
        if self.ended {
            return;
        }
        let mut part = (&mut self.raw).take(self.size as u64);
        match part.read_to_end(&mut self.buffer) {
            Ok(n) => self.ended = n < self.size,
            Err(e) => {
                self.failed = Some(e);
                self.ended = true;
            }
        }
    }

    /// The next records, at most `most`, without taking them.
    fn scan(&mut self, most: usize, piece: usize, enough: usize) -> Result<Scan> {
        loop {
            let last = self.ended && self.failed.is_none();
            let scan = self.dialect.scan(&self.buffer, last, most, piece);
            if scan.records >= enough || self.ended && scan.records > 0 {
                return Ok(scan);
            }
            if let Some((start, fault)) = scan.fault {
                if scan.records > 0 {
                    return Ok(scan);
                }
                return Err(self.fault(start, fault));
            }
            if let Some(e) = self.failed.take() {
                return Err(self.failure(e));
            }
            if self.ended {
                return Ok(scan);
            }
            self.read();
        }
    }

    /// A copy of the next `n` records, or of all there are.
    pub(super) fn peek(&mut self, n: usize) -> Result<Vec<u8>> {
        let scan = self.scan(n, usize::MAX, n)?;
        Ok(self.buffer[..scan.end()].to_vec())
    }

    /// The next records, at most `most`; `None` at the end.
    pub(super) fn next(&mut self, most: usize) -> Result<Option<Block>> {
        let scan = self.scan(most, PIECE, 1)?;
        if scan.records == 0 {
            return Ok(None);
        }
        let rest = self.buffer.split_off(scan.end());
        let bytes = std::mem::replace(&mut self.buffer, rest);
        let line = self.line;
        self.line += memchr_iter(b'\n', &bytes).count() as u64;
        Ok(Some(Block {
            bytes,
            cuts: scan.cuts,
            records: scan.records,
            line,
        }))
    }

    fn fault(&self, start: usize, fault: Fault) -> Error {
        let line = self.line + memchr_iter(b'\n', &self.buffer[..start]).count() as u64;
        let reason = match fault {
            Fault::Open => "a quoted field is opened and never closed".into(),
            Fault::Long => format!(
                "a record of more than {} bytes; is a quote left open?",
                self.dialect.longest
            ),
        };
        self.broken(line, reason)
    }

    fn broken(&self, line: u64, reason: impl Into<String>) -> Error {
        self.input.broken(Some(line), reason)
    }

    fn failure(&self, e: std::io::Error) -> Error {
        let line = self.line + memchr_iter(b'\n', &self.buffer).count() as u64;
        if self.gzip {
            self.broken(
                line,
                format!("the gzip stream is damaged or ends early ({e})"),
            )
        } else {
            Error::io(format!("reading {}, line {line}", self.input.name()), e)
        }
    }
}
