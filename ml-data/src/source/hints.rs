//! Hints of other meanings of a file that was read.

use super::layout::Extra;
use super::note::Note;
use super::options::CsvOptions;
use super::piece::{Plan, Slot};
use super::read_as::As;
use crate::number;
use crate::table::{MISSING_TIME, Table};
use crate::time::TimeFormat;
use crate::time::iso;
use crate::time::{MICROS_PER_DAY, civil};

/// Notes on the file's shape and on its guessed columns, by the table and by the `cells` of the
/// sample.
pub(super) fn notes<'a, C: Iterator<Item = &'a str> + Clone>(
    plan: &'a Plan,
    extra: Extra,
    table: &Table,
    cells: impl Fn(usize) -> C,
) -> Vec<Note> {
    let shape = match extra {
        Extra::None => None,
        Extra::Names(fields) => Some(Note::RowNames { fields }),
        Extra::Trailing(fields) => Some(Note::TrailingDelimiters { fields }),
    };
    let guessed = plan.slots.iter().enumerate().filter(|(_, s)| !s.declared);
    let columns = guessed.filter_map(|(i, slot)| match slot.to {
        As::Time(TimeFormat::DayFirst) => table.time_at(i).and_then(|t| day_first(slot, t)),
        As::Cat | As::Text => textual(slot, &plan.options, cells(slot.field)),
        _ => None,
    });
    shape.into_iter().chain(columns).collect()
}

fn day_first(slot: &Slot, times: &[i64]) -> Option<Note> {
    let early = |t: &i64| *t == MISSING_TIME || civil(t.div_euclid(MICROS_PER_DAY)).2 <= 12;
    let column = slot.name.clone();
    (times.iter().any(|t| *t != MISSING_TIME) && times.iter().all(early))
        .then_some(Note::DayFirst { column })
}

/// Cells of the sample that would be numbers with another decimal mark, or dates.
fn textual<'a>(
    slot: &Slot,
    options: &CsvOptions,
    cells: impl Iterator<Item = &'a str> + Clone,
) -> Option<Note> {
    let values = || {
        cells
            .clone()
            .filter(|c| !options.missing.has(c.trim_ascii()))
    };
    let found = values().next()?.to_owned();
    let column = slot.name.clone();
    let mark = if options.decimal == b',' { b'.' } else { b',' };
    let thousands = options.thousands.filter(|t| *t != mark);
    // Other numbers than these would be read as before.
    let marked = |c: &str| c.bytes().any(|b| b == mark);
    if values().all(|c| number::parse_with(c, mark, thousands).is_some()) && values().any(marked) {
        let found = values().find(|c| marked(c)).map_or(found, str::to_owned);
        return Some(Note::DecimalMark {
            column,
            found,
            mark: char::from(mark),
        });
    }
    values()
        .all(|c| iso::is_unread_date(c.as_bytes()))
        .then_some(Note::IsoForm { column, found })
}
