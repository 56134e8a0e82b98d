//! One pass over a delimited file.

use super::blocks::Blocks;
use super::builder::Builder;
use super::dialect::Dialect;
use super::hints::notes;
use super::infer::infer;
use super::input::Input;
use super::layout::Extra;
use super::names::distinct;
use super::options::{CsvOptions, Encoding};
use super::piece::{Piece, Plan, Slot, latin1};
use super::quarantine::{BadRow, Loaded, Quarantine};
use super::read_as::As;
use super::sniff::sniff;
use crate::error::{Error, Result};
use crate::table::Table;
use foldhash::{HashMap, HashSet};
use rayon::prelude::*;

/// Called with bytes read and bytes in all.
pub(super) type Progress = Box<dyn FnMut(u64, u64) + Send>;

/// A record of the sample, its cells as text; those that are none are left out.
type Sampled = Vec<Option<String>>;

/// One pass over the file.
pub(super) struct CsvReader {
    input: Input,
    blocks: Blocks,
    plan: Plan,
    pub(super) progress: Option<Progress>,
    /// One a slot of the plan.
    builders: Vec<Builder>,
    /// Of each slot, cells that did not fit a guessed type.
    odd: Vec<Vec<String>>,
    /// The first records, kept to correct a guess.
    seen: Vec<Sampled>,
    quarantine: Quarantine,
    bad_rows: usize,
    pub(super) rows_read: usize,
    /// Fields that have no names.
    extra: Extra,
}

impl CsvReader {
    pub(super) fn open(
        input: &Input,
        options: &CsvOptions,
        progress: Option<Progress>,
        known: &HashMap<usize, As>,
    ) -> Result<Self> {
        let dialect = dialect(input, options)?;
        let mut reader = Self {
            input: input.clone(),
            blocks: Blocks::open(input, dialect, &options.limits)?,
            plan: Plan {
                dialect,
                options: options.clone(),
                width: 0,
                slots: Vec::new(),
            },
            progress,
            builders: Vec::new(),
            odd: Vec::new(),
            seen: Vec::new(),
            quarantine: Quarantine::default(),
            bad_rows: 0,
            rows_read: 0,
            extra: Extra::None,
        };
        let names = reader.header()?;
        reader.choose(names, known)?;
        Ok(reader)
    }

    /// The next `n` records, or as many as there are, without taking them from the file.
    fn peek(&mut self, n: usize) -> Result<Vec<Sampled>> {
        let limits = &self.plan.options.limits;
        let mut bytes = self.blocks.peek(n, limits.sample_bytes)?;
        let latin = self.plan.options.encoding == Encoding::Latin1;
        let (mut at, mut fields, mut records) = (0, Vec::new(), Vec::new());
        while let Some(start) = self.plan.dialect.record_start(&bytes, at) {
            let record = &mut bytes[start..];
            at = start + self.plan.dialect.split(record, &mut fields).0;
            if latin {
                let (text, fields) = latin1(record, &fields);
                let texts = fields.into_iter().map(|f| Some(text[f].to_owned()));
                records.push(texts.collect());
                continue;
            }
            let text = |f: &std::ops::Range<usize>| {
                let text = std::str::from_utf8(&record[f.clone()]).ok()?;
                Some(text.to_owned())
            };
            records.push(fields.iter().map(text).collect());
        }
        Ok(records)
    }

    /// Column names, from the file, the options, or numbers.
    fn header(&mut self) -> Result<Vec<String>> {
        let Some(first) = self.peek(1)?.into_iter().next() else {
            return Err(self.input.broken(None, "the file is empty"));
        };
        let options = &self.plan.options;
        let names = match &options.names {
            Some(names) => names.clone(),
            None if options.has_header => {
                let text = |(i, f): (usize, &Option<String>)| match f.as_deref() {
                    Some("") => Ok(format!("Unnamed: {i}")),
                    Some(name) => Ok(name.to_owned()),
                    None => Err(self
                        .input
                        .broken(Some(1), format!("the name of column {i} is not UTF-8"))),
                };
                first.iter().enumerate().map(text).collect::<Result<_>>()?
            }
            None => (0..first.len()).map(|i| format!("column_{i}")).collect(),
        };
        let limits = options.limits;
        limits.check_columns(&self.input.name(), first.len())?;
        if options.has_header {
            if options.names.is_some() {
                let what = format!("{}: names given for the header", self.input.name());
                Error::check_len(&what, first.len(), names.len())?;
            }
            self.blocks.next(1)?;
            if self.plan.options.skip_row_names {
                let fields = self.peek(1)?.first().map_or(0, Vec::len);
                if let more @ 1.. = fields.saturating_sub(names.len()) {
                    let shape = (names.len(), more);
                    let plan = &self.plan;
                    self.extra = Extra::of(&self.input, &plan.options, plan.dialect, shape)?;
                }
            }
        }
        self.plan.width = names.len() + self.extra.fields();
        limits.check_columns(&self.input.name(), self.plan.width)?;
        self.plan.dialect.blank_rows = self.plan.width == 1;
        self.blocks.set_blank_rows(self.plan.width == 1);
        distinct(names, self.plan.options.rename_duplicates).map_err(|name| {
            self.input
                .broken(Some(1), format!("two columns are called `{name}`"))
        })
    }

    /// Decides which columns are read, and as what.
    fn choose(&mut self, names: Vec<String>, known: &HashMap<usize, As>) -> Result<()> {
        let options = &self.plan.options;
        let asked = options
            .required
            .keys()
            .chain(options.columns.keys())
            .chain(options.only.iter().flatten());
        let known_names: HashSet<&str> = names.iter().map(String::as_str).collect();
        for name in asked {
            if !known_names.contains(name.as_str()) {
                return Err(Error::no_column(
                    &format!("CsvSource {}", self.input.name()),
                    name,
                    names.iter().map(String::as_str),
                ));
            }
        }
        let sample = options.sample_rows.max(1);
        self.seen = self.peek(sample.min(self.plan.options.limit.unwrap_or(usize::MAX)))?;
        let options = &self.plan.options;
        let only: Option<HashSet<&String>> = options.only.as_ref().map(|o| o.iter().collect());
        if self.seen.is_empty() && !options.allow_empty {
            return Err(self.input.broken(None, "the file has a header and no rows"));
        }
        let mut slots = Vec::new();
        for (field, name) in (self.extra.before()..).zip(names) {
            if only.as_ref().is_some_and(|o| !o.contains(&name)) {
                continue;
            }
            let declared = options.columns.get(&name).copied();
            let guess = || infer(&self.cells(field), options);
            let to = declared.or_else(|| known.get(&field).copied());
            slots.push(Slot {
                field,
                name,
                to: to.unwrap_or_else(guess),
                declared: declared.is_some(),
            });
        }
        self.builders = slots.iter().map(|s| Builder::new(s.to)).collect();
        self.odd = vec![Vec::new(); slots.len()];
        self.plan.slots = slots;
        Ok(())
    }

    /// The sample's cells of a field, of rows that are complete.
    fn cells(&self, field: usize) -> impl Iterator<Item = &str> + Clone {
        let complete = |r: &&Sampled| r.len() == self.plan.width;
        self.seen
            .iter()
            .filter(complete)
            .filter_map(move |r| r[field].as_deref())
    }

    /// Reads up to `n` more rows: the pieces of a block are parsed side by side while the next
    /// block is read, and joined in their order, so that nothing depends on the number of threads.
    pub(super) fn fill(&mut self, n: usize) -> Result<()> {
        let mut left = n;
        while left > 0 {
            let Some(mut block) = self.blocks.next(left)? else {
                break;
            };
            // Columns that grow are copied, and leave holes behind.
            if let (usize::MAX, Some(rows)) = (left, self.blocks.records_like(&block)) {
                let reserved = self.builders.iter_mut().try_for_each(|b| b.reserve(rows));
                reserved.map_err(|_| self.no_memory(rows))?;
            }
            left -= block.records;
            let (plan, blocks) = (&self.plan, &mut self.blocks);
            let parse = || {
                let pieces = block.pieces().into_par_iter();
                pieces.map(|p| plan.parse(p)).collect::<Vec<Piece>>()
            };
            let (parsed, ()) = rayon::join(parse, || blocks.read_ahead());
            self.join(parsed, block.line)?;
        }
        self.report();
        Ok(())
    }

    /// Appends pieces that follow each other, the first of which begins on `line`.
    fn join(&mut self, mut pieces: Vec<Piece>, mut line: u64) -> Result<()> {
        for (i, slot) in self.plan.slots.iter().enumerate() {
            let more: usize = pieces.iter().map(|p| p.parts[i].text_bytes()).sum();
            if self.builders[i].text_bytes() + more > i32::MAX as usize {
                let reason = format!(
                    "column `{}` has more than two gigabytes of text; read in batches",
                    slot.name
                );
                return Err(self.input.broken(Some(line), reason));
            }
        }
        let columns = self.builders.par_iter_mut().enumerate();
        let append = |(i, builder): (usize, &mut Builder)| {
            pieces.iter().try_for_each(|p| builder.append(&p.parts[i]))
        };
        // The rows so far are given back before the error is made.
        if columns.map(append).any(|done| done.is_err()) {
            let rows = self.rows_read;
            self.builders.clear();
            return Err(self.no_memory(rows));
        }
        let most = self.plan.odd();
        for piece in &mut pieces {
            for (all, odd) in self.odd.iter_mut().zip(&mut piece.odd) {
                odd.truncate(most - all.len());
                all.append(odd);
            }
            self.set_aside(piece, line)?;
            line += piece.lines;
            self.rows_read += piece.rows;
            self.report();
        }
        Ok(())
    }

    fn report(&mut self) {
        if let Some(report) = &mut self.progress {
            report(self.blocks.done(), self.blocks.total);
        }
    }

    /// Counts the bad rows of a piece that begins on `line`, and keeps the first.
    fn set_aside(&mut self, piece: &mut Piece, line: u64) -> Result<()> {
        let mut kept = std::mem::take(&mut piece.kept).into_iter();
        for bad in &piece.bad {
            let (row, line) = (bad.row + self.rows_read, bad.line + line);
            self.quarantine.count(row);
            self.bad_rows += 1;
            let bad = kept.next().map(|bad| BadRow { row, line, ..bad });
            let max = self.plan.options.max_bad_rows;
            if let Some(max) = max.filter(|&max| self.bad_rows > max) {
                let here = bad.map_or(String::new(), |b| format!("; here: {}", b.reason));
                let reason = format!("more than {max} bad rows{here}");
                return Err(self.input.broken(Some(line), reason));
            }
            if let Some(bad) = bad {
                self.quarantine.keep(bad, &self.plan.options.limits);
            }
        }
        Ok(())
    }

    /// An error when columns can not grow by as many rows.
    fn no_memory(&self, rows: usize) -> Error {
        Error::Memory {
            place: self.input.name(),
            bytes: (rows.max(1) * self.plan.slots.len() * size_of::<f64>()) as u64,
            advice: "read fewer columns (`only`) or fewer rows at a time (`batches`)",
        }
    }

    /// The columns whose guess was wrong, with a better one.
    pub(super) fn corrected(&self, at_last: bool) -> Vec<(usize, As)> {
        let slots = self.plan.slots.iter().zip(&self.odd);
        let better = |(slot, odd): (&Slot, &Vec<String>)| {
            let odd = odd.iter().map(String::as_str);
            let guess = infer(&self.cells(slot.field).chain(odd), &self.plan.options);
            let textual = matches!(guess, As::Cat | As::Text);
            let to = if at_last && !textual { As::Cat } else { guess };
            (slot.field, to)
        };
        slots
            .filter(|(_, odd)| !odd.is_empty())
            .map(better)
            .collect()
    }

    /// Columns read since the last call, of `n` rows.
    pub(super) fn take(&mut self, n: usize) -> Result<Loaded> {
        let slots = &self.plan.slots;
        for slot in slots {
            if let Some(Some(expected)) = self.plan.options.required.get(&slot.name)
                && slot.to.kind() != *expected
            {
                return Err(Error::ColumnKind {
                    step: format!("CsvSource {}", self.input.name()),
                    column: slot.name.clone(),
                    expected: *expected,
                    found: slot.to.kind(),
                    advice: "; `CsvSource::column` declares what it holds".into(),
                });
            }
        }
        let types = slots.iter().map(|s| (s.name.clone(), s.to)).collect();
        let columns = slots.iter().zip(&mut self.builders);
        let table = Table::new(columns.map(|(s, b)| (s.name.clone(), b.take())))?;
        let mut loaded = Loaded::new(table, std::mem::take(&mut self.quarantine), n)?;
        loaded.types = types;
        // Later batches tell nothing new.
        if n == self.rows_read {
            let cells = |field| self.cells(field);
            loaded.notes = notes(&self.plan, self.extra, &loaded.table, cells);
        }
        Ok(loaded)
    }

    pub(super) fn finish(mut self) -> Result<Loaded> {
        let n = self.rows_read;
        self.take(n)
    }
}

fn dialect(input: &Input, options: &CsvOptions) -> Result<Dialect> {
    let plain = plain_dialect(input, options)?;
    let found = match options.delimiter {
        None if options.sniff => sniff(input, plain)?,
        _ => None,
    };
    Ok(Dialect {
        delimiter: found.unwrap_or(plain.delimiter),
        ..plain
    })
}

/// By the options and the file's name.
fn plain_dialect(input: &Input, options: &CsvOptions) -> Result<Dialect> {
    let delimiter = options
        .delimiter
        .unwrap_or(if input.is_called(&["tsv", "tab"]) {
            b'\t'
        } else {
            b','
        });
    let refused =
        |name, byte, rule| Err(Error::parameter("CsvSource", name, char::from(byte), rule));
    if options.quote == Some(delimiter) {
        return refused("delimiter", delimiter, "another byte than the quote");
    }
    if options.thousands == Some(options.decimal) {
        return refused(
            "thousands",
            options.decimal,
            "another byte than the decimal point",
        );
    }
    Ok(Dialect {
        delimiter,
        quote: options.quote,
        comment: options.comment,
        trim: options.trim,
        skip_blank: options.skip_blank_lines,
        blank_rows: false,
        longest: options.limits.record_bytes,
        // One more shows that there are too many.
        most: options.limits.columns.saturating_add(1),
    })
}
