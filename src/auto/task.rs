//! The task: what kind of thing the target is, and its classes.

use ml_data::error::{Error, Result};
use ml_data::schema::{Kind, MISSING_BOOL};
use ml_data::source::CsvOptions;
use ml_data::table::{Cell, Column, Table};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Whole numbers with at most so many values are taken for classes.
const FEW: usize = 20;
/// ... when each occurs so often on average.
const OFTEN: usize = 10;

/// Kind of prediction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Task {
    /// Two classes; the second one is positive.
    Binary,
    /// Several classes.
    Multiclass,
    /// A number.
    Regression,
    /// The order of the rows of a query, by graded relevance.
    Ranking,
}

impl Task {
    /// The name in lower case.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Binary => "binary",
            Self::Multiclass => "multiclass",
            Self::Regression => "regression",
            Self::Ranking => "ranking",
        }
    }
}

impl std::fmt::Display for Task {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

/// A task with the classes where it has some.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct TaskSpec {
    pub(super) task: Task,
    /// Of two classes the second one is positive.
    pub(super) classes: Vec<Box<str>>,
    /// Why it is this one.
    pub(super) why: String,
}

/// The label in a row as text: the level, the text, or the number without a fraction sign.
pub(super) fn label(column: &Column, row: usize) -> Option<String> {
    match column {
        // Adding zero makes one zero of two.
        Column::Num(v) => (!v[row].is_nan()).then(|| (v[row] + 0.0).to_string()),
        Column::Bool(v) => (v[row] != MISSING_BOOL).then(|| (v[row] == 1).to_string()),
        other => other.str_at(row).map(str::to_owned),
    }
}

/// The labels that occur: numbers by size, texts by the alphabet.
fn distinct(column: &Column) -> Vec<Box<str>> {
    if let Some(numbers) = column.as_num() {
        let mut values: Vec<f64> = numbers.iter().copied().filter(|v| !v.is_nan()).collect();
        values.iter_mut().for_each(|v| *v += 0.0);
        values.sort_by(f64::total_cmp);
        values.dedup();
        return values.iter().map(|v| v.to_string().into()).collect();
    }
    let labels = (0..column.len()).filter_map(|row| label(column, row));
    let labels: BTreeSet<String> = labels.collect();
    labels.into_iter().map(Into::into).collect()
}

/// The task: the one asked for if the labels allow it, else the one that they suggest, with the
/// reason.
pub(super) fn decide(table: &Table, target: &str, asked: Option<Task>) -> Result<TaskSpec> {
    let column = table.column_named(target)?;
    if column.kind() == Kind::Time {
        let found = column.kind();
        return Err(Error::other(format!(
            "the target `{target}` is {found}: it must hold numbers or classes"
        )));
    }
    let values = distinct(column);
    let refused = |what: String| Err(Error::other(format!("the target `{target}` {what}")));
    match values.len() {
        0 => return refused("has no values".into()),
        1 => return refused(format!("has one value only, `{}`", values[0])),
        _ => {}
    }
    let found = format!("`{target}` has {} values", values.len());
    match asked {
        Some(Task::Binary) if values.len() > 2 => refused(format!(
            "has {} values, binary needs two: {}, ...",
            values.len(),
            values[..3].join(", ")
        )),
        Some(task @ Task::Binary) => Ok(spec(task, positive_last(values, column), found)),
        Some(task @ Task::Multiclass) => Ok(spec(task, enough_rows(values, table, target)?, found)),
        Some(task) => {
            numeric(column, target)?;
            Ok(spec(task, Vec::new(), found))
        }
        None => suggest(values, table, target),
    }
}

/// The task that labels suggest.
fn suggest(values: Vec<Box<str>>, table: &Table, target: &str) -> Result<TaskSpec> {
    let (column, n) = (table.column_named(target)?, values.len());
    if n == 2 {
        let classes = positive_last(values, column);
        let why = format!(
            "`{target}` has two values, {} and {}",
            classes[0], classes[1]
        );
        return Ok(spec(Task::Binary, classes, why));
    }
    let Some(numbers) = column.as_num() else {
        let classes = enough_rows(values, table, target)?;
        let why = format!("`{target}` has {n} texts");
        return Ok(spec(Task::Multiclass, classes, why));
    };
    let whole = numbers.iter().all(|v| v.is_nan() || v.fract() == 0.0);
    if whole && n <= FEW && column.len() >= n * OFTEN {
        let why = format!("`{target}` has {n} different whole numbers");
        return Ok(spec(Task::Multiclass, values, why));
    }
    let why = format!("`{target}` has {n} different numbers");
    Ok(spec(Task::Regression, Vec::new(), why))
}

fn spec(task: Task, classes: Vec<Box<str>>, why: String) -> TaskSpec {
    TaskSpec { task, classes, why }
}

/// Refuses classes of hardly one row each: names, not classes.
fn enough_rows(values: Vec<Box<str>>, table: &Table, target: &str) -> Result<Vec<Box<str>>> {
    if values.len() > 2 && values.len() * 2 > table.rows() {
        return Err(Error::other(format!(
            "the target `{target}` has {} different values in {} rows: too few rows of each class",
            values.len(),
            table.rows()
        )));
    }
    Ok(values)
}

/// The positive class is `1`, `true` or `yes`, else the last one, as in scikit-learn; of numbers
/// the larger.
fn positive_last(mut classes: Vec<Box<str>>, column: &Column) -> Vec<Box<str>> {
    let says_yes = |c: &str| {
        let c = c.trim().to_lowercase();
        matches!(c.as_str(), "1" | "true" | "yes")
    };
    if column.kind() != Kind::Num && says_yes(&classes[0]) && !says_yes(&classes[1]) {
        classes.swap(0, 1);
    }
    classes
}

fn numeric(column: &Column, target: &str) -> Result<()> {
    let options = CsvOptions::default();
    if matches!(column.kind(), Kind::Num | Kind::Bool) {
        return Ok(());
    }
    let is_text = |row: &usize| label(column, *row).is_some_and(|l| options.number(&l).is_none());
    let row = (0..column.len()).find(is_text).unwrap_or(0);
    let found = label(column, row).unwrap_or_default();
    Err(Error::cell(target, row, "a number", format!("`{found}`")))
}

/// The class of each row, `None` where there is no label or an unknown one.
pub(super) fn codes(column: &Column, classes: &[Box<str>]) -> Vec<Option<u32>> {
    let code = |row| {
        let label = label(column, row)?;
        let at = classes.iter().position(|c| **c == *label)?;
        Some(at as u32)
    };
    (0..column.len()).map(code).collect()
}

/// The number in each row, `NaN` where there is none.
pub(super) fn numbers(column: &Column) -> Vec<f64> {
    let number = |row| match column.cell(row) {
        Cell::Bool(b) => f64::from(u8::from(b)),
        cell => cell.num(),
    };
    (0..column.len()).map(number).collect()
}
