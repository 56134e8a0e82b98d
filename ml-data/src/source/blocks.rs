//! A file in blocks of whole records.

use super::dialect::{Dialect, Fault, Scan};
use super::input::{Input, Opened};
use crate::error::{Error, Result};
use crate::limits::{ReadLimits, check};
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

impl Block {
    /// The block, cut.
    pub(super) fn pieces(&mut self) -> Vec<&mut [u8]> {
        let (mut rest, mut start) = (self.bytes.as_mut_slice(), 0);
        let mut pieces = Vec::with_capacity(self.cuts.len());
        for &cut in &self.cuts {
            let (piece, after) = rest.split_at_mut(cut - start);
            pieces.push(piece);
            (rest, start) = (after, cut);
        }
        pieces
    }
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
    /// Bytes that may still be unpacked.
    unpacked: u64,
    allowed: u64,
    /// Whether the last byte handed out may be half a line end.
    half: bool,
}

impl Blocks {
    pub(super) fn open(input: &Input, dialect: Dialect, limits: &ReadLimits) -> Result<Self> {
        let Opened {
            bytes: raw,
            done,
            total,
            gzip,
        } = input.open()?;
        let allowed = if gzip {
            limits.unpacked(total)
        } else {
            u64::MAX
        };
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
            unpacked: 0,
            allowed,
            half: false,
        };
        blocks.read();
        input.check_encoding(&blocks.buffer)?;
        if blocks.buffer.starts_with(b"\xef\xbb\xbf") {
            blocks.buffer.drain(..3);
        }
        Ok(blocks)
    }

    /// Raw (compressed) bytes read so far.
    pub(super) fn done(&self) -> u64 {
        self.done.load(Ordering::Relaxed)
    }

    /// About how many records the file holds that begins with this block; `None` when its size says
    /// nothing.
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

    /// Makes records of empty lines from here on, where the dialect says so.
    pub(super) fn set_blank_rows(&mut self, blank_rows: bool) {
        self.dialect.blank_rows = blank_rows;
        if self.buffer.is_empty() {
            self.read();
        }
        if blank_rows && self.half && self.buffer.first() == Some(&b'\n') {
            self.buffer.drain(..1);
            self.line += 1;
        }
    }

    fn read(&mut self) {
        if self.ended {
            return;
        }
        // A long record is scanned again with each part: parts grow with it, so that all scans
        // together stay linear.
        let size = self.size.max(self.buffer.len());
        let mut part = (&mut self.raw).take(size as u64);
        match part.read_to_end(&mut self.buffer) {
            Ok(n) => {
                self.unpacked += n as u64;
                self.ended = n < size || self.unpacked > self.allowed;
            }
            Err(e) => {
                self.failed = Some(e);
                self.ended = true;
            }
        }
    }

    /// True when the buffer ends where the file does.
    fn whole(&self) -> bool {
        self.ended && self.failed.is_none() && self.unpacked <= self.allowed
    }

    /// The next records, at most `most`, without taking them.
    fn scan(&mut self, most: usize, piece: usize, enough: usize) -> Result<Scan> {
        loop {
            let last = self.whole();
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
            check(
                &self.input.name(),
                "unpacked_bytes",
                self.allowed,
                self.unpacked,
            )?;
            if self.ended {
                return Ok(scan);
            }
            self.read();
        }
    }

    /// A copy of the next `n` records, or of all there are; of those after the first, only what the
    /// next `bytes` hold.
    pub(super) fn peek(&mut self, n: usize, bytes: usize) -> Result<Vec<u8>> {
        let mut scan = self.scan(n.min(1), usize::MAX, n.min(1))?;
        if n > 1 {
            while self.buffer.len() < bytes && !self.ended {
                self.read();
            }
            let most = bytes.clamp(scan.end(), self.buffer.len().max(scan.end()));
            let last = self.whole() && most == self.buffer.len();
            scan = self.dialect.scan(&self.buffer[..most], last, n, usize::MAX);
        }
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
        self.half = bytes.last() == Some(&b'\r');
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
        if fault == Fault::Open {
            return self.broken(line, "a quoted field is opened and never closed");
        }
        let place = format!(
            "{}, line {line}: a record without an end (is a quote left open?)",
            self.input.name()
        );
        let (allowed, found) = (self.dialect.longest, self.buffer.len() - start);
        let found = found.max(allowed.saturating_add(1));
        match check(&place, "record_bytes", allowed as u64, found as u64) {
            Err(e) => e,
            Ok(()) => self.broken(line, "the record is too long"),
        }
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

#[cfg(test)]
mod tests;
