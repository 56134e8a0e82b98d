//! One pass over a delimited file.

use super::builder::{Builder, Parsed, parse};
use super::infer::infer;
use super::input::{Input, Opened};
use super::options::{As, CsvOptions, Encoding, OnMismatch, Ragged};
use super::quarantine::{BadRow, Loaded, Quarantine, Reason};
use crate::error::{Error, Result};
use crate::table::Table;
use csv::ByteRecord;
use foldhash::HashMap;
use std::io::Read;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Rows between two reports of progress.
const REPORT_EVERY: usize = 1 << 14;

/// Called with bytes read and bytes in all.
pub(super) type Progress = Box<dyn FnMut(u64, u64) + Send>;

/// One column of the file that is read.
struct Slot {
    /// Field of the record.
    field: usize,
    name: String,
    to: As,
    declared: bool,
    builder: Builder,
    /// Cells that did not fit a guessed type.
    odd: Vec<String>,
}

/// One pass over the file.
pub(super) struct CsvReader {
    input: Input,
    options: CsvOptions,
    delimiter: u8,
    csv: csv::Reader<Box<dyn Read + Send>>,
    gzip: bool,
    done: Arc<AtomicU64>,
    total: u64,
    pub(super) progress: Option<Progress>,
    /// Fields of a complete row.
    width: usize,
    slots: Vec<Slot>,
    /// Rows read for the guess and not yet stored.
    sample: std::vec::IntoIter<ByteRecord>,
    /// The sample's cells, kept to correct a guess.
    seen: Vec<ByteRecord>,
    scratch: Vec<Parsed>,
    quarantine: Quarantine,
    bad_rows: usize,
    pub(super) rows_read: usize,
}

impl CsvReader {
    pub(super) fn open(
        input: &Input,
        options: &CsvOptions,
        progress: Option<Progress>,
        known: &HashMap<usize, As>,
    ) -> Result<Self> {
        let Opened {
            bytes,
            done,
            total,
            gzip,
        } = input.open()?;
        let delimiter = options
            .delimiter
            .unwrap_or(if input.is_called(&["tsv", "tab"]) {
                b'\t'
            } else {
                b','
            });
        if options.quote == Some(delimiter) || options.thousands == Some(options.decimal) {
            let value = char::from(delimiter);
            return Err(Error::parameter(
                "CsvSource",
                "delimiter",
                value,
                "another byte than the quote",
            ));
        }
        let csv = csv::ReaderBuilder::new()
            .delimiter(delimiter)
            .quoting(options.quote.is_some())
            .quote(options.quote.unwrap_or(b'"'))
            .comment(options.comment)
            .has_headers(false)
            .flexible(true)
            .trim(if options.trim {
                csv::Trim::All
            } else {
                csv::Trim::None
            })
            .buffer_capacity(1 << 17)
            .from_reader(bytes);
        let mut reader = Self {
            input: input.clone(),
            options: options.clone(),
            delimiter,
            csv,
            gzip,
            done,
            total,
            progress,
            width: 0,
            slots: Vec::new(),
            sample: Vec::new().into_iter(),
            seen: Vec::new(),
            scratch: Vec::new(),
            quarantine: Quarantine::default(),
            bad_rows: 0,
            rows_read: 0,
        };
        let names = reader.header()?;
        reader.choose(names, known)?;
        Ok(reader)
    }

    /// The next record, `None` at the end.
    fn record(&mut self, record: &mut ByteRecord) -> Result<bool> {
        let found = self.csv.read_byte_record(record);
        let line = self.csv.position().line();
        let found = found.map_err(|e| match e.into_kind() {
            csv::ErrorKind::Io(e) if self.gzip => self.input.broken(
                Some(line),
                format!("the gzip stream is damaged or ends early ({e})"),
            ),
            csv::ErrorKind::Io(e) => {
                Error::io(format!("reading {}, line {line}", self.input.name()), e)
            }
            other => self.input.broken(Some(line), format!("{other:?}")),
        })?;
        if found && self.options.encoding == Encoding::Latin1 {
            let position = record.position().cloned();
            let fields = record
                .iter()
                .map(|f| f.iter().map(|&b| char::from(b)).collect::<String>());
            *record = fields.collect::<ByteRecord>();
            record.set_position(position);
        }
        Ok(found)
    }

    /// Column names, from the file, the options, or numbers.
    fn header(&mut self) -> Result<Vec<String>> {
        let mut first = ByteRecord::new();
        if !self.record(&mut first)? {
            return Err(self.input.broken(None, "the file is empty"));
        }
        let names = match &self.options.names {
            Some(names) => names.clone(),
            None if self.options.has_header => {
                let text = |(i, f): (usize, &[u8])| match std::str::from_utf8(f) {
                    Ok("") => Ok(format!("Unnamed: {i}")),
                    Ok(name) => Ok(name.to_owned()),
                    Err(_) => Err(self
                        .input
                        .broken(Some(1), format!("the name of column {i} is not UTF-8"))),
                };
                first.iter().enumerate().map(text).collect::<Result<_>>()?
            }
            None => (0..first.len()).map(|i| format!("column_{i}")).collect(),
        };
        if self.options.has_header && self.options.names.is_some() {
            Error::check_len(
                &format!("{}: names given for the header", self.input.name()),
                first.len(),
                names.len(),
            )?;
        }
        if !self.options.has_header {
            self.seen.push(first);
        }
        self.width = names.len();
        self.distinct(names)
    }

    /// Names without repetition.
    fn distinct(&self, mut names: Vec<String>) -> Result<Vec<String>> {
        for i in 1..names.len() {
            if !names[..i].contains(&names[i]) {
                continue;
            }
            if !self.options.rename_duplicates {
                return Err(self
                    .input
                    .broken(Some(1), format!("two columns are called `{}`", names[i])));
            }
            let free = |k: &usize| !names.contains(&format!("{}.{k}", names[i]));
            let k = (1..).find(free).unwrap_or(i);
            names[i] = format!("{}.{k}", names[i]);
        }
        Ok(names)
    }

    /// Decides which columns are read, and as what.
    fn choose(&mut self, names: Vec<String>, known: &HashMap<usize, As>) -> Result<()> {
        let who = format!("CsvSource {}", self.input.name());
        let options = &self.options;
        let asked = options
            .required
            .keys()
            .chain(options.columns.keys())
            .chain(options.only.iter().flatten());
        for name in asked {
            if !names.contains(name) {
                return Err(Error::no_column(
                    &who,
                    name,
                    names.iter().map(String::as_str),
                ));
            }
        }
        while self.seen.len()
            < self
                .options
                .sample_rows
                .max(1)
                .min(self.options.limit.unwrap_or(usize::MAX))
        {
            let mut record = ByteRecord::new();
            if !self.record(&mut record)? {
                break;
            }
            self.seen.push(record);
        }
        if self.seen.is_empty() && !self.options.allow_empty {
            return Err(self.input.broken(None, "the file has a header and no rows"));
        }
        for (field, name) in names.into_iter().enumerate() {
            if self
                .options
                .only
                .as_ref()
                .is_some_and(|only| !only.contains(&name))
            {
                continue;
            }
            let declared = self.options.columns.get(&name).copied();
            let guess = || infer(&self.cells(field), &self.options);
            let to = declared
                .or_else(|| known.get(&field).copied())
                .unwrap_or_else(guess);
            let builder = Builder::new(to);
            self.slots.push(Slot {
                field,
                name,
                to,
                declared: declared.is_some(),
                builder,
                odd: Vec::new(),
            });
        }
        self.sample = self.seen.clone().into_iter();
        Ok(())
    }

    /// The sample's cells of a field, of rows that are complete.
    fn cells(&self, field: usize) -> impl Iterator<Item = &str> + Clone {
        let complete = |r: &&ByteRecord| r.len() == self.width;
        self.seen
            .iter()
            .filter(complete)
            .filter_map(move |r| std::str::from_utf8(r.get(field)?).ok())
    }

    /// Reads up to `n` more rows.
    pub(super) fn fill(&mut self, n: usize) -> Result<()> {
        let mut record = ByteRecord::new();
        for _ in 0..n {
            match self.sample.next() {
                Some(r) => record = r,
                None if self.record(&mut record)? => {}
                None => break,
            }
            self.store(&record)?;
            self.rows_read += 1;
            if self.rows_read.is_multiple_of(REPORT_EVERY) {
                self.report();
            }
        }
        self.report();
        Ok(())
    }

    fn report(&mut self) {
        if let Some(report) = &mut self.progress {
            report(self.done.load(Ordering::Relaxed), self.total);
        }
    }

    /// Stores one row, or sends it to the quarantine.
    fn store(&mut self, record: &ByteRecord) -> Result<()> {
        let short = record.len() < self.width && self.options.ragged == Ragged::Fill;
        if record.len() != self.width && !short {
            let reason = Reason::FieldCount {
                expected: self.width,
                found: record.len(),
            };
            return self.refuse(record, reason);
        }
        let Ok(text) = std::str::from_utf8(record.as_slice()) else {
            return self.not_utf8(record);
        };
        // Fields cut a character in two only when the file is not UTF-8 either.
        let cell = |field: usize| match record.range(field) {
            Some(range) => text.get(range),
            None => Some(""),
        };
        self.scratch.clear();
        for i in 0..self.slots.len() {
            let slot = &self.slots[i];
            let Some(found) = cell(slot.field) else {
                return self.not_utf8(record);
            };
            let absent = short && slot.field >= record.len();
            match if absent {
                Some(Parsed::Missing)
            } else {
                parse(found, slot.to, &self.options)
            } {
                Some(value) => self.scratch.push(value),
                None if slot.declared || self.options.on_mismatch == OnMismatch::Quarantine => {
                    let (column, found) = (slot.name.clone(), cut(found));
                    return self.refuse(
                        record,
                        Reason::Cell {
                            column,
                            expected: slot.to.kind(),
                            found,
                        },
                    );
                }
                None => {
                    // The guess was wrong: this pass only goes on to find the other wrong guesses.
                    let slot = &mut self.slots[i];
                    if slot.odd.len() < 1000 {
                        slot.odd.push(found.to_owned());
                    }
                    self.scratch.push(Parsed::Missing);
                }
            }
        }
        for (slot, &value) in self.slots.iter_mut().zip(&self.scratch) {
            slot.builder.push(value, cell(slot.field).unwrap_or(""));
            if slot.builder.text_bytes() > i32::MAX as usize - (1 << 24) {
                let reason = format!(
                    "column `{}` has more than two gigabytes of text; read in batches",
                    slot.name
                );
                return Err(self.input.broken(None, reason));
            }
        }
        Ok(())
    }

    fn not_utf8(&mut self, record: &ByteRecord) -> Result<()> {
        let bad = record
            .iter()
            .position(|f| std::str::from_utf8(f).is_err())
            .unwrap_or(0);
        let column = self
            .slots
            .iter()
            .find(|s| s.field == bad)
            .map_or(format!("number {bad}"), |s| s.name.clone());
        self.refuse(record, Reason::NotUtf8 { column })
    }

    fn refuse(&mut self, record: &ByteRecord, reason: Reason) -> Result<()> {
        let line = record.position().map_or(0, csv::Position::line);
        self.bad_rows += 1;
        if let Some(max) = self.options.max_bad_rows.filter(|&max| self.bad_rows > max) {
            return Err(self.input.broken(
                Some(line),
                format!("more than {max} bad rows; here: {reason}"),
            ));
        }
        let fields: Vec<_> = record.iter().map(String::from_utf8_lossy).collect();
        let text = fields.join(&char::from(self.delimiter).to_string());
        self.quarantine.push(BadRow {
            line,
            row: self.rows_read,
            reason,
            text,
        });
        Ok(())
    }

    /// The columns whose guess was wrong, with a better one.
    pub(super) fn corrected(&self, at_last: bool) -> Vec<(usize, As)> {
        let wrong = self.slots.iter().filter(|s| !s.odd.is_empty());
        let better = |slot: &Slot| {
            let odd = slot.odd.iter().map(String::as_str);
            let guess = infer(&self.cells(slot.field).chain(odd), &self.options);
            let textual = matches!(guess, As::Cat | As::Text);
            if at_last && !textual { As::Cat } else { guess }
        };
        wrong.map(|s| (s.field, better(s))).collect()
    }

    /// What was read since the last call, of `n` rows.
    pub(super) fn take(&mut self, n: usize) -> Result<Loaded> {
        for (name, kind) in &self.options.required {
            let slot = self.slots.iter().find(|s| s.name == *name);
            if let (Some(slot), Some(expected)) = (slot, *kind)
                && slot.to.kind() != expected
            {
                return Err(Error::ColumnKind {
                    step: format!("CsvSource {}", self.input.name()),
                    column: name.clone(),
                    expected,
                    found: slot.to.kind(),
                });
            }
        }
        let table = Table::new(
            self.slots
                .iter_mut()
                .map(|s| (s.name.clone(), s.builder.take())),
        )?;
        Loaded::new(table, std::mem::take(&mut self.quarantine), n)
    }

    pub(super) fn finish(mut self) -> Result<Loaded> {
        let n = self.rows_read;
        self.take(n)
    }
}

/// A cell short enough for a message.
fn cut(cell: &str) -> String {
    if cell.chars().count() <= 60 {
        cell.to_owned()
    } else {
        cell.chars().take(59).chain(['…']).collect()
    }
}
