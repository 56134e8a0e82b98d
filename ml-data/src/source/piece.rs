//! Some whole records, parsed by one task.

use super::builder::{Part, plain_numbers};
use super::dialect::Dialect;
use super::options::{CsvOptions, Encoding, OnMismatch, Ragged};
use super::quarantine::{BadRow, RejectReason};
use super::read_as::As;
use crate::number;
use memchr::memchr_iter;
use std::ops::Range;

/// Cells of a column that did not fit a guess, of which at most so many are kept: they serve only
/// to guess better.
const ODD: usize = 1000;
/// ... and of all columns together about so many.
const ODD_IN_ALL: usize = 1_000_000;
/// ... each of so many bytes: a longer one is text in any case.
const ODD_BYTES: usize = 4096;

/// One column of the file that is read.
pub(super) struct Slot {
    /// Field of the record.
    pub(super) field: usize,
    pub(super) name: String,
    pub(super) to: As,
    pub(super) declared: bool,
}

/// Rules that make cells of records.
pub(super) struct Plan {
    pub(super) dialect: Dialect,
    pub(super) options: CsvOptions,
    /// Fields of a complete row.
    pub(super) width: usize,
    pub(super) slots: Vec<Slot>,
}

/// Where a bad row is.
#[derive(Clone, Copy)]
pub(super) struct At {
    pub(super) row: usize,
    pub(super) line: u64,
}

/// Rows and faults of a piece. Lines and rows of bad rows count from the piece's beginning.
pub(super) struct Piece {
    pub(super) parts: Vec<Part>,
    /// Of each slot, cells that did not fit a guessed type.
    pub(super) odd: Vec<Vec<String>>,
    /// Bad rows, all of them.
    pub(super) bad: Vec<At>,
    /// The first bad rows with what they hold.
    pub(super) kept: Vec<BadRow>,
    pub(super) rows: usize,
    pub(super) lines: u64,
}

impl Plan {
    /// Cells of a column that did not fit a guess are kept up to this many.
    pub(super) fn odd(&self) -> usize {
        (ODD_IN_ALL / self.slots.len().max(1)).clamp(10, ODD)
    }

    pub(super) fn parse(&self, bytes: &mut [u8]) -> Piece {
        let lines = memchr_iter(b'\n', bytes).count() as u64;
        let mut task = Task {
            plan: self,
            plain: plain_numbers(&self.options),
            quick: self.options.encoding == Encoding::Utf8
                && !self.dialect.trim
                && !(self.dialect.blank_rows && self.dialect.skip_blank),
            odd: self.odd(),
            piece: Piece {
                parts: self.slots.iter().map(|s| Part::new(s.to)).collect(),
                odd: vec![Vec::new(); self.slots.len()],
                bad: Vec::new(),
                kept: Vec::new(),
                rows: 0,
                lines,
            },
        };
        let (mut at, mut fields) = (0, Vec::with_capacity(self.width));
        let (mut line, mut counted) = (0, 0);
        while let Some(start) = self.dialect.record_start(bytes, at) {
            if let Some(length) = task.quick(&bytes[start..]) {
                at = start + length;
                task.piece.rows += 1;
                continue;
            }
            let record = &mut bytes[start..];
            let (length, n) = self.dialect.split(record, &mut fields);
            at = start + length;
            if let Err(reason) = task.record(&record[..length], &fields, n) {
                line += memchr_iter(b'\n', &bytes[counted..start]).count() as u64;
                counted = start;
                task.refuse(line, reason, &bytes[start..at], &fields);
            }
            task.piece.rows += 1;
        }
        task.piece
    }
}

struct Task<'a> {
    plan: &'a Plan,
    plain: bool,
    /// Whether records may be read without splitting them first.
    quick: bool,
    /// Cells that are kept of those that did not fit a guess.
    odd: usize,
    piece: Piece,
}

impl Task<'_> {
    /// Stores a record of `n` fields.
    fn record(
        &mut self,
        bytes: &[u8],
        fields: &[Range<usize>],
        n: usize,
    ) -> Result<(), RejectReason> {
        if n != self.plan.width && !self.is_short(n) {
            return Err(self.field_count(n));
        }
        if self.plan.options.encoding == Encoding::Latin1 && !bytes.is_ascii() {
            let (text, fields) = latin1(bytes, fields);
            return self.store(&text, &fields);
        }
        match std::str::from_utf8(bytes) {
            Ok(text) => self.store(text, fields),
            Err(_) => {
                let bad = |f: &Range<usize>| std::str::from_utf8(&bytes[f.clone()]).is_err();
                Err(self.not_utf8(fields.iter().position(bad).unwrap_or(0)))
            }
        }
    }

    /// Reads an ordinary record in one go: all fields there, none quoted, all of their types.
    /// `None`, and nothing is stored, of any other.
    #[inline]
    fn quick(&mut self, bytes: &[u8]) -> Option<usize> {
        let plan = self.plan;
        if !self.quick {
            return None;
        }
        let (mut at, mut stored) = (0, 0);
        for field in 0..plan.width {
            let last = field + 1 == plan.width;
            let slot = plan.slots.get(stored).filter(|s| s.field == field);
            let end = match slot {
                Some(slot) => self.quick_cell(bytes, at, last, stored, slot),
                None => plan.dialect.unquoted(bytes, at).map(|(_, end)| end),
            };
            match end.filter(|&end| plan.dialect.ends(bytes, end, last)) {
                Some(end) => {
                    at = if last {
                        plan.dialect.after_end(bytes, end)
                    } else {
                        end + 1
                    };
                    stored += usize::from(slot.is_some());
                }
                None => {
                    stored += usize::from(slot.is_some() && end.is_some());
                    self.piece.parts[..stored].iter_mut().for_each(Part::pop);
                    return None;
                }
            }
        }
        Some(at.min(bytes.len()))
    }

    /// Stores the cell at `at` and tells where it ends.
    #[inline]
    fn quick_cell(
        &mut self,
        bytes: &[u8],
        at: usize,
        last: bool,
        i: usize,
        slot: &Slot,
    ) -> Option<usize> {
        let (part, plan) = (&mut self.piece.parts[i], self.plan);
        if let (Part::Num(v), true) = (&mut *part, self.plain)
            && let Some((x, n)) = number::prefix(&bytes[at..])
            && plan.dialect.ends(bytes, at + n, last)
        {
            v.push(x);
            return Some(at + n);
        }
        let (cell, end) = plan.dialect.unquoted(bytes, at)?;
        part.read(cell, slot.to, &plan.options, !slot.declared, false)
            .then_some(end)
    }

    fn is_short(&self, n: usize) -> bool {
        n < self.plan.width && self.plan.options.ragged == Ragged::Fill
    }

    fn field_count(&self, found: usize) -> RejectReason {
        RejectReason::FieldCount {
            expected: self.plan.width,
            found,
        }
    }

    fn not_utf8(&self, field: usize) -> RejectReason {
        let slot = self.plan.slots.iter().find(|s| s.field == field);
        RejectReason::NotUtf8 {
            column: slot.map_or(format!("number {field}"), |s| s.name.clone()),
        }
    }

    /// Stores one row: all its cells, or none.
    fn store(&mut self, text: &str, fields: &[Range<usize>]) -> Result<(), RejectReason> {
        // Fields cut a character in two only when the delimiter is no ASCII.
        let cell = |field: usize| match fields.get(field) {
            Some(range) => text.get(range.clone()).ok_or(field),
            None => Ok(""),
        };
        for (i, slot) in self.plan.slots.iter().enumerate() {
            let reason = match cell(slot.field) {
                Ok(_) if slot.field >= fields.len() => {
                    self.piece.parts[i].push_missing();
                    continue;
                }
                Ok(found) if self.read(i, slot, found) => continue,
                Ok(found) if slot.to == As::Num && self.plan.options.loses(found) => {
                    RejectReason::Digits {
                        column: slot.name.clone(),
                        found: cut(found),
                    }
                }
                Ok(found) => RejectReason::Cell {
                    column: slot.name.clone(),
                    expected: slot.to.kind(),
                    found: cut(found),
                },
                Err(field) => self.not_utf8(field),
            };
            self.piece.parts[..i].iter_mut().for_each(Part::pop);
            return Err(reason);
        }
        Ok(())
    }

    /// Stores one cell; false when the row can not be kept.
    #[inline]
    fn read(&mut self, i: usize, slot: &Slot, found: &str) -> bool {
        let (part, options) = (&mut self.piece.parts[i], &self.plan.options);
        if part.read(found, slot.to, options, !slot.declared, self.plain) {
            return true;
        }
        if slot.declared || options.on_mismatch == OnMismatch::Quarantine {
            return false;
        }
        // The guess was wrong: this pass only goes on to find the other wrong guesses.
        part.push_missing();
        if self.piece.odd[i].len() < self.odd {
            let mut ends = (0..=found.len().min(ODD_BYTES)).rev();
            let end = ends.find(|&end| found.is_char_boundary(end));
            self.piece.odd[i].push(found[..end.unwrap_or(0)].to_owned());
        }
        true
    }

    fn refuse(&mut self, line: u64, reason: RejectReason, bytes: &[u8], fields: &[Range<usize>]) {
        let row = self.piece.rows;
        self.piece.bad.push(At { row, line });
        if self.piece.kept.len() >= self.plan.options.limits.quarantined_rows {
            return;
        }
        let latin = self.plan.options.encoding == Encoding::Latin1;
        let field = |f: &Range<usize>| match &bytes[f.clone()] {
            b if latin => b.iter().map(|&b| char::from(b)).collect(),
            b => String::from_utf8_lossy(b).into_owned(),
        };
        let fields: Vec<String> = fields.iter().map(field).collect();
        self.piece.kept.push(BadRow {
            line,
            row,
            reason,
            text: fields.join(&char::from(self.plan.dialect.delimiter).to_string()),
        });
    }
}

/// A record of ISO 8859-1 as text, and where its fields are in it.
pub(super) fn latin1(bytes: &[u8], fields: &[Range<usize>]) -> (String, Vec<Range<usize>>) {
    let mut text = String::with_capacity(bytes.len() * 2);
    let field = |f: &Range<usize>| {
        let start = text.len();
        text.extend(bytes[f.clone()].iter().map(|&b| char::from(b)));
        start..text.len()
    };
    let fields = fields.iter().map(field).collect();
    (text, fields)
}

/// A cell short enough for a message.
fn cut(cell: &str) -> String {
    if cell.chars().count() <= 60 {
        cell.to_owned()
    } else {
        cell.chars().take(59).chain(['…']).collect()
    }
}
