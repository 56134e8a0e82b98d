//! Columns that grow cell by cell from text, without a `String` for each.

use super::number;
use super::options::{As, CsvOptions};
use crate::table::{Column, Levels, MISSING_BOOL, MISSING_CODE, MISSING_TIME};
use arrow::array::StringBuilder;
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

/// Reads one cell as `to`; `None` when it is not of that type.
#[inline]
pub(super) fn parse(cell: &str, to: As, options: &CsvOptions) -> Option<Parsed> {
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
        As::Num if options.decimal == b'.' && options.thousands.is_none() => {
            number::parse(bare).map(Parsed::Num)
        }
        As::Num => number::parse_with(bare, options.decimal, options.thousands).map(Parsed::Num),
        As::Time(format) => format.parse(bare.as_bytes()).map(Parsed::Time),
        As::Bool => truth(bare).map(|b| Parsed::Bool(u8::from(b))),
        As::Cat | As::Text => Some(Parsed::Str),
    }
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

/// One column under construction.
pub(super) enum Builder {
    Num(Vec<f64>),
    Cat(Vec<u32>, Levels),
    Text(StringBuilder),
    Time(Vec<i64>),
    Bool(Vec<u8>),
}

impl Builder {
    pub(super) fn new(to: As) -> Self {
        match to {
            As::Num => Self::Num(Vec::new()),
            As::Cat => Self::Cat(Vec::new(), Levels::default()),
            As::Text => Self::Text(StringBuilder::new()),
            As::Time(_) => Self::Time(Vec::new()),
            As::Bool => Self::Bool(Vec::new()),
        }
    }

    #[inline]
    pub(super) fn push(&mut self, value: Parsed, cell: &str) {
        match (self, value) {
            (Self::Num(v), Parsed::Num(x)) => v.push(x),
            (Self::Num(v), _) => v.push(f64::NAN),
            (Self::Time(v), Parsed::Time(x)) => v.push(x),
            (Self::Time(v), _) => v.push(MISSING_TIME),
            (Self::Bool(v), Parsed::Bool(x)) => v.push(x),
            (Self::Bool(v), _) => v.push(MISSING_BOOL),
            (Self::Cat(v, levels), Parsed::Str) => v.push(levels.add(cell)),
            (Self::Cat(v, _), _) => v.push(MISSING_CODE),
            (Self::Text(v), Parsed::Str) => v.append_value(cell),
            (Self::Text(v), _) => v.append_null(),
        }
    }

    /// Bytes of text so far: an Arrow string array holds two gigabytes.
    pub(super) fn text_bytes(&self) -> usize {
        if let Self::Text(v) = self {
            v.values_slice().len()
        } else {
            0
        }
    }

    /// The column; a categorical builder keeps its dictionary, so that later batches use the same codes.
    pub(super) fn take(&mut self) -> Column {
        match self {
            Self::Num(v) => Column::Num(std::mem::take(v).into()),
            Self::Cat(v, levels) => Column::Cat(std::mem::take(v).into(), Arc::new(levels.clone())),
            Self::Text(v) => Column::Text(v.finish()),
            Self::Time(v) => Column::Time(std::mem::take(v).into()),
            Self::Bool(v) => Column::Bool(std::mem::take(v).into()),
        }
    }
}
