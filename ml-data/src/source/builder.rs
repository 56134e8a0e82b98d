//! Columns that grow from text, without a `String` for each cell: parts are read side by side, and
//! then joined in their order.

use super::options::CsvOptions;
use super::read_as::As;
use super::texts::Texts;
use crate::number;
use crate::table::{Column, Levels, MISSING_BOOL, MISSING_CODE, MISSING_TIME};
use std::collections::TryReserveError;
use std::sync::Arc;

/// A cell that was read but not yet stored: the row is stored only when all its cells can be.
#[derive(Clone, Copy)]
pub(super) enum Parsed {
    Num(f64),
    Time(i64),
    Bool(u8),
    /// Text or category: taken from the row when it is stored.
    Str,
    Missing,
}

/// Reads one cell as `to`; `None` when it is not of that type. Where the type is only `guessed`,
/// codes that begin with a zero are no numbers.
#[inline]
pub(super) fn parse(cell: &str, to: As, options: &CsvOptions, guessed: bool) -> Option<Parsed> {
    if matches!(to, As::Cat | As::Text) {
        return Some(if options.missing.has(cell) {
            Parsed::Missing
        } else {
            Parsed::Str
        });
    }
    let bare = cell.trim_ascii();
    if options.missing.has(bare) {
        return Some(Parsed::Missing);
    }
    match to {
        As::Num if guessed && number::is_code(bare) => None,
        As::Num => options.number(bare).map(Parsed::Num),
        As::Time(format) => format.parse(bare.as_bytes()).map(Parsed::Time),
        As::Bool => truth(bare).map(|b| Parsed::Bool(u8::from(b))),
        As::Cat | As::Text => Some(Parsed::Str),
    }
}

/// True when digits with a point are always a number: `.` is the decimal mark, and no marker of
/// missing values looks like that.
pub(super) fn plain_numbers(options: &CsvOptions) -> bool {
    let marker = |m: &str| number::plain(m.as_bytes()).is_some();
    options.decimal == b'.' && options.thousands.is_none() && !options.missing.any(marker)
}

fn truth(cell: &str) -> Option<bool> {
    let is = |words: &[&str]| words.iter().any(|w| cell.eq_ignore_ascii_case(w));
    if is(&["true", "t", "yes", "y", "1"]) {
        Some(true)
    } else if is(&["false", "f", "no", "n", "0"]) {
        Some(false)
    } else {
        None
    }
}

/// Cells of a column that one task read.
pub(super) enum Part {
    Num(Vec<f64>),
    Time(Vec<i64>),
    Bool(Vec<u8>),
    /// Texts end to end, and the length of each.
    Str(String, Vec<u32>),
}

/// The length that stands for a missing text.
const NO_TEXT: u32 = u32::MAX;

impl Part {
    pub(super) fn new(to: As) -> Self {
        match to {
            As::Num => Self::Num(Vec::new()),
            As::Cat | As::Text => Self::Str(String::new(), Vec::new()),
            As::Time(_) => Self::Time(Vec::new()),
            As::Bool => Self::Bool(Vec::new()),
        }
    }

    /// Reads a cell; false, and nothing is stored, when it is not of the part's type. `plain` is
    /// [`plain_numbers`] of the options.
    #[inline]
    pub(super) fn read(
        &mut self,
        cell: &str,
        to: As,
        options: &CsvOptions,
        guessed: bool,
        plain: bool,
    ) -> bool {
        // Nearly all numbers are a few digits and a point.
        if let (Self::Num(v), true) = (&mut *self, plain)
            && let Some(x) = number::plain(cell.as_bytes())
        {
            v.push(x);
            return true;
        }
        let Some(value) = parse(cell, to, options, guessed) else {
            return false;
        };
        self.push(value, cell);
        true
    }

    /// Bytes of text.
    pub(super) fn text_bytes(&self) -> usize {
        if let Self::Str(text, _) = self {
            text.len()
        } else {
            0
        }
    }

    /// Takes the last cell away.
    pub(super) fn pop(&mut self) {
        match self {
            Self::Num(v) => drop(v.pop()),
            Self::Time(v) => drop(v.pop()),
            Self::Bool(v) => drop(v.pop()),
            Self::Str(text, lengths) => {
                if let Some(n) = lengths.pop().filter(|&n| n != NO_TEXT) {
                    text.truncate(text.len() - n as usize);
                }
            }
        }
    }

    pub(super) fn push_missing(&mut self) {
        self.push(Parsed::Missing, "");
    }

    #[inline]
    fn push(&mut self, value: Parsed, cell: &str) {
        match (self, value) {
            (Self::Num(v), Parsed::Num(x)) => v.push(x),
            (Self::Num(v), _) => v.push(f64::NAN),
            (Self::Time(v), Parsed::Time(x)) => v.push(x),
            (Self::Time(v), _) => v.push(MISSING_TIME),
            (Self::Bool(v), Parsed::Bool(x)) => v.push(x),
            (Self::Bool(v), _) => v.push(MISSING_BOOL),
            (Self::Str(text, lengths), Parsed::Str) => {
                text.push_str(cell);
                lengths.push(cell.len() as u32);
            }
            (Self::Str(_, lengths), _) => lengths.push(NO_TEXT),
        }
    }
}

/// The cells of a text part, in order.
fn texts<'a>(text: &'a str, lengths: &'a [u32]) -> impl Iterator<Item = Option<&'a str>> {
    let mut at = 0;
    lengths.iter().map(move |&n| {
        let start = at;
        (n != NO_TEXT).then(|| {
            at += n as usize;
            &text[start..at]
        })
    })
}

/// One column under construction.
pub(super) enum Builder {
    Num(Vec<f64>),
    Cat(Vec<u32>, Levels),
    Text(Texts),
    Time(Vec<i64>),
    Bool(Vec<u8>),
}

impl Builder {
    pub(super) fn new(to: As) -> Self {
        match to {
            As::Num => Self::Num(Vec::new()),
            As::Cat => Self::Cat(Vec::new(), Levels::default()),
            As::Text => Self::Text(Texts::default()),
            As::Time(_) => Self::Time(Vec::new()),
            As::Bool => Self::Bool(Vec::new()),
        }
    }

    /// Makes room for as many rows.
    pub(super) fn reserve(&mut self, rows: usize) -> Result<(), TryReserveError> {
        match self {
            Self::Num(v) => v.try_reserve_exact(rows),
            Self::Cat(v, _) => v.try_reserve_exact(rows),
            Self::Time(v) => v.try_reserve_exact(rows),
            Self::Bool(v) => v.try_reserve_exact(rows),
            Self::Text(_) => Ok(()),
        }
    }

    /// Appends what a task read. Categories get their codes here, in the order of the file.
    pub(super) fn append(&mut self, part: &Part) -> Result<(), TryReserveError> {
        match (self, part) {
            (Self::Num(all), Part::Num(v)) => extend(all, v)?,
            (Self::Time(all), Part::Time(v)) => extend(all, v)?,
            (Self::Bool(all), Part::Bool(v)) => extend(all, v)?,
            (Self::Text(all), Part::Str(text, lengths)) => {
                all.try_reserve(lengths.len(), text.len())?;
                texts(text, lengths).for_each(|t| all.push(t));
            }
            (Self::Cat(all, levels), Part::Str(text, lengths)) => {
                all.try_reserve(lengths.len())?;
                let code = |t: Option<&str>| t.map_or(MISSING_CODE, |t| levels.add(t));
                all.extend(texts(text, lengths).map(code));
            }
            // A part is made for the type of its builder.
            _ => {}
        }
        Ok(())
    }

    /// Bytes of text so far: an Arrow string array holds two gigabytes.
    pub(super) fn text_bytes(&self) -> usize {
        if let Self::Text(v) = self {
            v.bytes()
        } else {
            0
        }
    }

    /// The column; a categorical builder keeps its dictionary, so that later batches use the same
    /// codes.
    pub(super) fn take(&mut self) -> Column {
        match self {
            Self::Num(v) => Column::Num(std::mem::take(v).into()),
            Self::Cat(v, levels) => Column::Cat(std::mem::take(v).into(), Arc::new(levels.clone())),
            Self::Text(v) => Column::Text(v.take()),
            Self::Time(v) => Column::Time(std::mem::take(v).into()),
            Self::Bool(v) => Column::Bool(std::mem::take(v).into()),
        }
    }
}

fn extend<T: Copy>(all: &mut Vec<T>, more: &[T]) -> Result<(), TryReserveError> {
    all.try_reserve(more.len())?;
    all.extend_from_slice(more);
    Ok(())
}
