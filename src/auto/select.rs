//! The columns that are features, and how each is read.

use super::columns::ColumnStep;
use super::notes::{Notes, some_of};
use ml_data::error::{Error, Result};
use ml_data::schema::{Kind, MISSING_CODE};
use ml_data::table::{Column, Table};

/// Categories that occur once each name rows, from this many on.
const NAMES: usize = 50;

/// All feature columns but those `without`, with the way each is read; columns that say nothing
/// are left out, and told.
pub(super) fn features(
    table: &Table,
    without: &[String],
    notes: &mut Notes,
) -> Result<Vec<(String, ColumnStep)>> {
    let mut chosen = Vec::new();
    let mut left_out = Vec::new();
    for position in table.features() {
        let (name, column) = (
            table.schema().field(position).name(),
            table.column(position),
        );
        if without.iter().any(|w| w == name) {
            continue;
        }
        match silent(name, column) {
            Some(why) => left_out.push(format!("{name} ({why})")),
            None => chosen.push((name.to_owned(), step(column))),
        }
    }
    if !left_out.is_empty() {
        notes.add(format!("columns left out: {}", some_of(&left_out)));
    }
    if chosen.is_empty() {
        return Err(Error::other("no column is left to predict from"));
    }
    Ok(chosen)
}

fn step(column: &Column) -> ColumnStep {
    match column.kind() {
        Kind::Cat => ColumnStep::Category,
        Kind::Time => ColumnStep::Time,
        _ => ColumnStep::Number,
    }
}

/// The reason that a column tells nothing about rows that are new.
fn silent(name: &str, column: &Column) -> Option<&'static str> {
    if column.missing() == column.len() {
        return Some("no values");
    }
    match column {
        Column::Text(_) => Some("free text"),
        Column::Num(v) if name.starts_with("Unnamed: ") && counts_rows(v) => {
            Some("counts the rows")
        }
        Column::Num(v) if v.iter().all(|x| *x == v[0]) => Some("one value"),
        Column::Cat(codes, levels) => {
            let present = codes.iter().filter(|c| **c != MISSING_CODE).count();
            match levels.len() {
                1 if present == codes.len() => Some("one value"),
                n if n == present && n >= NAMES => Some("a name for each row"),
                _ => None,
            }
        }
        _ => None,
    }
}

fn counts_rows(values: &[f64]) -> bool {
    values.len() > 1 && values.windows(2).all(|w| w[1] - w[0] == 1.0)
}
