//! Rules that rows must keep, with counts and examples of those that do not.

use super::duplicates::duplicated;
use crate::error::{Error, Result};
use crate::table::{Cell, Column, Kind, Table};
use crate::time::{MICROS_PER_SECOND, TimeFormat};
use foldhash::HashSet;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Number of examples that a rule shows.
const EXAMPLES: usize = 5;

/// Something every row must satisfy. A missing value breaks only [`Rule::NotNull`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Rule {
    /// The column has a value.
    NotNull {
        /// The column.
        column: String,
    },
    /// The number lies between two bounds, both included.
    Range {
        /// The column.
        column: String,
        /// Least value allowed, if there is one.
        min: Option<f64>,
        /// Largest value allowed, if there is one.
        max: Option<f64>,
    },
    /// The number is larger than a bound.
    MoreThan {
        /// The column.
        column: String,
        /// The bound, not allowed itself.
        bound: f64,
    },
    /// The time lies between two moments, both included, in microseconds since 1970.
    Period {
        /// The column.
        column: String,
        /// Earliest moment allowed.
        from: i64,
        /// Latest moment allowed.
        to: i64,
    },
    /// The text or category is one of these.
    Allowed {
        /// The column.
        column: String,
        /// The texts allowed.
        values: Vec<String>,
    },
    /// One number or time is not larger than another of the same row.
    Order {
        /// The column that must be the smaller.
        smaller: String,
        /// The column that must be the larger.
        larger: String,
    },
    /// No two rows agree in these columns.
    Unique {
        /// The columns.
        columns: Vec<String>,
    },
}

impl Rule {
    /// The column has a value.
    #[must_use]
    pub fn not_null(column: &str) -> Self {
        Self::NotNull {
            column: column.into(),
        }
    }
    /// The number lies between two bounds, both included.
    #[must_use]
    pub fn range(column: &str, min: f64, max: f64) -> Self {
        Self::Range {
            column: column.into(),
            min: Some(min),
            max: Some(max),
        }
    }
    /// The number is not below a bound.
    #[must_use]
    pub fn at_least(column: &str, min: f64) -> Self {
        Self::Range {
            column: column.into(),
            min: Some(min),
            max: None,
        }
    }
    /// The number is above a bound.
    #[must_use]
    pub fn more_than(column: &str, bound: f64) -> Self {
        Self::MoreThan {
            column: column.into(),
            bound,
        }
    }
    /// The time is not after a moment, in microseconds since 1970.
    #[must_use]
    pub fn not_after(column: &str, moment: i64) -> Self {
        Self::Period {
            column: column.into(),
            from: i64::MIN + 1,
            to: moment,
        }
    }
    /// The time lies between two moments, both included, in microseconds since 1970.
    #[must_use]
    pub fn period(column: &str, from: i64, to: i64) -> Self {
        Self::Period {
            column: column.into(),
            from,
            to,
        }
    }
    /// The text or category is one of these.
    pub fn allowed<S: Into<String>>(column: &str, values: impl IntoIterator<Item = S>) -> Self {
        Self::Allowed {
            column: column.into(),
            values: values.into_iter().map(Into::into).collect(),
        }
    }
    /// One number or time is not larger than another of the same row.
    #[must_use]
    pub fn order(smaller: &str, larger: &str) -> Self {
        Self::Order {
            smaller: smaller.into(),
            larger: larger.into(),
        }
    }
    /// No two rows agree in these columns.
    pub fn unique<S: Into<String>>(columns: impl IntoIterator<Item = S>) -> Self {
        Self::Unique {
            columns: columns.into_iter().map(Into::into).collect(),
        }
    }

    /// Which rows break the rule, and how many were looked at.
    ///
    /// # Errors
    /// A column that is not there, or of a kind the rule can not read.
    pub fn broken(&self, table: &Table) -> Result<(usize, Vec<u32>)> {
        let column = |name: &str, kinds: &[Kind]| column_of(table, name, kinds);
        let rows = 0..table.rows();
        Ok(match self {
            Self::NotNull { column } => {
                let c = table.column_named(column)?;
                (
                    table.rows(),
                    rows.filter(|&r| c.cell(r).is_missing())
                        .map(|r| r as u32)
                        .collect(),
                )
            }
            Self::Range {
                column: name,
                min,
                max,
            } => {
                let outside = |x: f64| min.is_some_and(|m| x < m) || max.is_some_and(|m| x > m);
                breaking(column(name, &[Kind::Num])?, &|x, _| outside(x.num()))
            }
            Self::MoreThan {
                column: name,
                bound,
            } => breaking(column(name, &[Kind::Num])?, &|x, _| x.num() <= *bound),
            Self::Period {
                column: name,
                from,
                to,
            } => breaking(column(name, &[Kind::Time])?, &|x, _| {
                !(*from..=*to).contains(&x.time())
            }),
            Self::Allowed {
                column: name,
                values,
            } => {
                let allowed: HashSet<&str> = values.iter().map(String::as_str).collect();
                let c = column(name, &[Kind::Cat, Kind::Text])?;
                breaking(c, &|_, row| {
                    !c.str_at(row).is_some_and(|s| allowed.contains(s))
                })
            }
            Self::Order { smaller, larger } => {
                let (a, b) = (
                    column(smaller, &[Kind::Num, Kind::Time])?,
                    column(larger, &[Kind::Num, Kind::Time])?,
                );
                if a.kind() != b.kind() {
                    column(larger, &[a.kind()])?;
                }
                out_of_order(a, b)
            }
            Self::Unique { columns } => {
                let names: Vec<&str> = columns.iter().map(String::as_str).collect();
                let again = duplicated(table, &names)?;
                (
                    table.rows(),
                    rows.filter(|&r| again[r]).map(|r| r as u32).collect(),
                )
            }
        })
    }

    pub(super) fn apply(&self, table: &Table) -> Result<RuleOutcome> {
        let (checked, broken) = self.broken(table)?;
        let columns = match self {
            Self::Order { smaller, larger } => vec![smaller.as_str(), larger],
            Self::Unique { columns } => columns.iter().map(String::as_str).collect(),
            Self::NotNull { column }
            | Self::Range { column, .. }
            | Self::MoreThan { column, .. }
            | Self::Period { column, .. }
            | Self::Allowed { column, .. } => vec![column.as_str()],
        };
        let positions = columns
            .iter()
            .map(|c| table.schema().position("Rule", c))
            .collect::<Result<Vec<_>>>()?;
        let example = |row: &u32| {
            let values = positions
                .iter()
                .map(|&p| table.text_of(p, *row as usize))
                .collect::<Vec<_>>();
            Example {
                row: *row as usize,
                value: values.join(", "),
            }
        };
        let examples = broken.iter().take(EXAMPLES).map(example).collect();
        Ok(RuleOutcome {
            rule: self.clone(),
            checked,
            violations: broken.len(),
            examples,
        })
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let time = |t: i64| TimeFormat::Iso.format(t / MICROS_PER_SECOND * MICROS_PER_SECOND);
        match self {
            Self::NotNull { column } => write!(f, "{column} has a value"),
            Self::Range {
                column,
                min: Some(min),
                max: Some(max),
            } => write!(f, "{column} in [{min}, {max}]"),
            Self::Range {
                column,
                min: Some(min),
                max: None,
            } => write!(f, "{column} >= {min}"),
            Self::Range {
                column,
                min: None,
                max: Some(max),
            } => write!(f, "{column} <= {max}"),
            Self::Range {
                column,
                min: None,
                max: None,
            } => write!(f, "{column} is a number"),
            Self::MoreThan { column, bound } => write!(f, "{column} > {bound}"),
            Self::Period { column, from, to } if *from <= i64::MIN + 1 => {
                write!(f, "{column} <= {}", time(*to))
            }
            Self::Period { column, from, to } => {
                write!(f, "{column} in [{}, {}]", time(*from), time(*to))
            }
            Self::Allowed { column, values } => write!(f, "{column} in {{{}}}", values.join(", ")),
            Self::Order { smaller, larger } => write!(f, "{smaller} <= {larger}"),
            Self::Unique { columns } => write!(f, "unique ({})", columns.join(", ")),
        }
    }
}

/// A row that breaks a rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Example {
    /// Row of the table, from 0.
    pub row: usize,
    /// Its cells in the columns of the rule.
    pub value: String,
}

/// A column of one of some kinds.
fn column_of<'t>(table: &'t Table, name: &str, kinds: &[Kind]) -> Result<&'t Column> {
    let column = table.column_named(name)?;
    if kinds.contains(&column.kind()) {
        return Ok(column);
    }
    Err(Error::column_kind("Rule", name, kinds[0], column.kind()))
}

/// Numbers of rows that have a value, and of those that break a rule.
fn breaking(column: &Column, bad: &dyn Fn(Cell<'_>, usize) -> bool) -> (usize, Vec<u32>) {
    let mut seen = 0;
    let mut broken = Vec::new();
    for row in 0..column.len() {
        let cell = column.cell(row);
        if !cell.is_missing() {
            seen += 1;
            if bad(cell, row) {
                broken.push(row as u32);
            }
        }
    }
    (seen, broken)
}

/// Numbers of rows that have both values, and of those whose `smaller` is the larger one.
fn out_of_order(smaller: &Column, larger: &Column) -> (usize, Vec<u32>) {
    let pair = |row: u32| (smaller.cell(row as usize), larger.cell(row as usize));
    let comparable: Vec<u32> = (0..smaller.len() as u32)
        .filter(|&row| {
            let (a, b) = pair(row);
            !a.is_missing() && !b.is_missing()
        })
        .collect();
    let wrong = |row: &u32| match pair(*row) {
        (Cell::Num(a), Cell::Num(b)) => a > b,
        (a, b) => a.time() > b.time(),
    };
    (
        comparable.len(),
        comparable.into_iter().filter(wrong).collect(),
    )
}

/// Findings of a rule.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RuleOutcome {
    /// The rule.
    pub rule: Rule,
    /// Rows it looked at: those that have the values it compares.
    pub checked: usize,
    /// Rows that break it.
    pub violations: usize,
    /// The first of them.
    pub examples: Vec<Example>,
}
