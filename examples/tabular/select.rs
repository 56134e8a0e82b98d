//! The columns that are features, and how each is read.

use super::features::Step;
use super::report::{Notes, some_of};
use ml_pipeline::data::table::{MISSING_CODE, Table};
use ml_pipeline::prelude::*;

/// Categories that occur once each name rows, from this many on.
const NAMES: usize = 50;

/// The features of a model: names and how they are read, in the order of the file.
pub struct Features {
    pub chosen: Vec<(String, Step)>,
}

impl Features {
    /// All columns but those `without`; columns that say nothing are left out, and told.
    pub fn of(table: &Table, without: &[String], notes: &mut Notes<'_>) -> Result<Self> {
        let mut chosen = Vec::new();
        let mut left_out = Vec::new();
        for (field, column) in table.schema().fields().iter().zip(table.columns()) {
            let name = field.name();
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
        Ok(Self { chosen })
    }

    pub fn names(&self) -> Vec<&str> {
        self.chosen.iter().map(|(n, _)| n.as_str()).collect()
    }

    /// Columns of categories.
    pub fn categories(&self) -> impl Iterator<Item = &str> {
        let categories = self.chosen.iter().filter(|(_, s)| *s == Step::Category);
        categories.map(|(n, _)| n.as_str())
    }
}

fn step(column: &Column) -> Step {
    match column.kind() {
        Kind::Cat => Step::Category,
        Kind::Time => Step::Moment,
        _ => Step::Number,
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
