//! The test file's columns as training read them.

use super::read::Sheet;
use super::report::Notes;
use ml_pipeline::data::source::{As, CsvOptions};
use ml_pipeline::data::table::{MISSING_BOOL, Table};
use ml_pipeline::prelude::*;
use std::collections::HashMap;

/// The columns called `names`, of the kinds of the `train` sheet, one row for each row of the file:
/// rows that could not be read have no values.
pub fn align(test: &Sheet, train: &Sheet, names: &[&str], notes: &mut Notes<'_>) -> Result<Table> {
    let found = || test.table.schema().fields().iter().map(|f| f.name());
    let places: HashMap<&str, usize> = found().zip(0..).collect();
    let mut columns = Vec::with_capacity(names.len());
    for name in names {
        let Some(&at) = places.get(name) else {
            return Err(Error::no_column("the test file", name, found()));
        };
        let wanted = train.types.get(*name).copied().unwrap_or(As::Num);
        let (column, odd) = convert(test.table.column(at), wanted, &test.options);
        if odd > 0 {
            let kind = wanted.kind();
            notes.add(format!(
                "test column `{name}`: {odd} values are not {kind} and count as missing"
            ));
        }
        columns.push((*name, column));
    }
    let table = Table::new(columns)?;
    if test.unread.is_empty() {
        return Ok(table);
    }
    with_gaps(&table, test)
}

/// Puts a row without values where the file has one that could not be read.
fn with_gaps(table: &Table, test: &Sheet) -> Result<Table> {
    let fields = table.schema().fields().iter();
    let blank = Table::new(fields.map(|f| (f.name(), missing(f.kind()))))?;
    let gap = table.rows() as u32;
    let mut next = 0;
    let mut unread = test.unread.positions().peekable();
    let row = |at: usize| {
        if unread.next_if_eq(&at).is_some() {
            return gap;
        }
        next += 1;
        next - 1
    };
    let rows: Vec<u32> = (0..test.rows).map(row).collect();
    Ok(Table::concat(&[table.clone(), blank])?.take(RowSet::List(&rows)))
}

/// One missing value.
fn missing(kind: Kind) -> Column {
    match kind {
        Kind::Num => Column::num([f64::NAN]),
        Kind::Cat => Column::cat([None::<&str>]),
        Kind::Time => Column::time([None]),
        Kind::Bool => Column::bool([None]),
        _ => Column::text([None::<&str>]),
    }
}

/// A column as another kind, and how many values are not of it. A number is one as in the training
/// file.
fn convert(column: &Column, to: As, options: &CsvOptions) -> (Column, usize) {
    let n = column.len();
    let texts = || (0..n).map(|row| column.str_at(row));
    let mut odd = 0;
    let mut count = |fits: bool| odd += usize::from(!fits);
    let out = match (to, column) {
        (As::Num, Column::Num(_)) | (As::Cat, Column::Cat(..)) => column.clone(),
        (As::Num, Column::Bool(v)) => Column::num(v.iter().map(|b| match *b {
            MISSING_BOOL => f64::NAN,
            b => f64::from(b),
        })),
        (As::Num, Column::Time(_)) => {
            (0..n).for_each(|row| {
                count(column.cell(row).time() == ml_pipeline::data::table::MISSING_TIME)
            });
            Column::num(vec![f64::NAN; n])
        }
        (As::Num, _) => Column::num(
            texts()
                .map(|t| {
                    let number = t.map(|t| options.number(t));
                    count(number != Some(None));
                    number.flatten().unwrap_or(f64::NAN)
                })
                .collect::<Vec<_>>(),
        ),
        (As::Time(format), _) => Column::time(
            texts()
                .map(|t| {
                    let time = t.and_then(|t| format.parse(t.as_bytes()));
                    count(t.is_none() || time.is_some());
                    time
                })
                .collect::<Vec<_>>(),
        ),
        (As::Bool, _) => Column::bool(
            texts()
                .map(|t| {
                    let word = t.map(|t| t.trim().to_lowercase());
                    let truth = word.as_deref().and_then(truth);
                    count(t.is_none() || truth.is_some());
                    truth
                })
                .collect::<Vec<_>>(),
        ),
        (As::Text, _) => Column::text(texts()),
        _ => Column::cat(texts()),
    };
    (out, odd)
}

fn truth(word: &str) -> Option<bool> {
    match word {
        "true" | "1" | "yes" | "t" | "y" => Some(true),
        "false" | "0" | "no" | "f" | "n" => Some(false),
        _ => None,
    }
}
