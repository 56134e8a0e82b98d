//! Files as tables: what pandas reads, and every row accounted for.

use super::args::Args;
use super::report::Notes;
use ml_pipeline::data::source::{
    As, BadRow, CsvOptions, CsvSource, Encoding, MissingValues, Note, Quarantine, Ragged,
    RejectReason,
};
use ml_pipeline::data::table::Table;
use ml_pipeline::prelude::*;
use std::collections::BTreeMap;
use std::path::Path;

/// A file that was read.
pub struct Sheet {
    pub table: Table,
    /// The kind that each column was read as.
    pub types: BTreeMap<String, As>,
    /// Rows that have more fields than the header, by their place in the file.
    pub unread: Quarantine,
    /// Rows of the file.
    pub rows: usize,
    /// The spelling of its numbers.
    pub options: CsvOptions,
    notes: Vec<Note>,
}

/// The reading of both files.
fn source(path: &Path, args: &Args, encoding: Encoding) -> CsvSource {
    let source = CsvSource::path(path)
        .sniff(true)
        .skip_row_names(true)
        .rename_duplicates(true)
        .skip_blank_lines(true)
        .missing(MissingValues::pandas())
        .ragged(Ragged::Fill)
        .has_header(args.header)
        .decimal(args.decimal)
        .encoding(encoding);
    match args.separator {
        Some(byte) => source.delimiter(byte),
        None => source,
    }
}

/// Reads a file in UTF-8, or in ISO 8859-1 when it is not UTF-8.
fn sheet(
    path: &Path,
    notes: &mut Notes,
    read: impl Fn(Encoding) -> Result<Sheet>,
) -> Result<Sheet> {
    let foreign = |s: &Sheet| {
        let not_utf8 = |r: &BadRow| matches!(r.reason, RejectReason::NotUtf8 { .. });
        s.unread.rows().iter().any(not_utf8)
    };
    let sheet = match read(Encoding::Utf8) {
        Ok(sheet) if !foreign(&sheet) => sheet,
        Err(e) if !e.to_string().contains("is not UTF-8") => return Err(e),
        _ => {
            notes.add(format!(
                "{} is not UTF-8: read as ISO 8859-1",
                path.display()
            ));
            read(Encoding::Latin1)?
        }
    };
    for note in &sheet.notes {
        let option = match note {
            Note::DecimalMark { mark, .. } => format!(" (--decimal {mark})"),
            _ => String::new(),
        };
        notes.add(format!("{}: {note}{option}", path.display()));
    }
    Ok(sheet)
}

fn load(source: CsvSource, decimal: u8) -> Result<Sheet> {
    let loaded = source.read()?;
    let mut options = CsvOptions::default();
    options.decimal = decimal;
    Ok(Sheet {
        table: loaded.table,
        types: loaded.types,
        unread: loaded.quarantine,
        rows: loaded.rows_read,
        options,
        notes: loaded.notes,
    })
}

/// The training file. Rows with too many fields are left out, and counted.
pub fn train(args: &Args, notes: &mut Notes) -> Result<Sheet> {
    let read = |encoding| load(source(&args.train, args, encoding), args.decimal);
    let sheet = sheet(&args.train, notes, read)?;
    if let Some(first) = sheet.unread.rows().first() {
        notes.add(format!(
            "{} of {} training rows left out; line {}: {}",
            sheet.unread.len(),
            sheet.rows,
            first.line,
            first.reason
        ));
    }
    Ok(sheet)
}

/// The test file, its columns as text where training did not see numbers: what does not fit there
/// is then a missing cell, not a missing row.
pub fn test(args: &Args, types: &BTreeMap<String, As>, notes: &mut Notes) -> Result<Sheet> {
    let read = |encoding| {
        let head = source(&args.test, args, encoding)
            .allow_empty(true)
            .limit(1);
        let head = head.read()?.table;
        let mut source = source(&args.test, args, encoding).allow_empty(true);
        for field in head.schema().fields() {
            if types.get(field.name()).is_some_and(|to| *to != As::Num) {
                source = source.column(field.name(), As::Cat);
            }
        }
        load(source, args.decimal)
    };
    let sheet = sheet(&args.test, notes, read)?;
    for bad in sheet.unread.rows().iter().take(5) {
        notes.add(format!(
            "test row {} (line {}) can not be read and is predicted as if all its values were missing: {}",
            bad.row, bad.line, bad.reason
        ));
    }
    if sheet.unread.len() > 5 {
        notes.add(format!("... and {} more such rows", sheet.unread.len() - 5));
    }
    Ok(sheet)
}

/// The column of that name, or the only one that has it between blanks.
pub fn column(table: &Table, name: &str, option: &str) -> Result<String> {
    let names = || table.schema().fields().iter().map(|f| f.name());
    if names().any(|n| n == name) {
        return Ok(name.into());
    }
    let mut alike = names().filter(|n| n.trim() == name.trim());
    match (alike.next(), alike.next()) {
        (Some(found), None) => Ok(found.into()),
        _ => Err(Error::no_column(option, name, names())),
    }
}
