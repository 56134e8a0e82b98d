//! General rules on any table.

use super::audit::{Audit, AuditEntry};
use super::typed;
use crate::arrow::array::Array;
use crate::error::{Error, Result};
use crate::quality::{Rule, duplicated};
use crate::table::{Column, Kind, Levels, MISSING_CODE, Table};
use std::borrow::Cow;
use std::sync::Arc;

/// A table on its way to being clean. Every method applies one rule and records it; rules follow
/// each other in the order of the calls.
#[derive(Debug, Clone)]
pub struct Cleaning {
    pub(super) table: Table,
    pub(super) origin: Vec<u32>,
    pub(super) audit: Audit,
}

/// Cleaned rows.
#[derive(Debug, Clone)]
pub struct Cleaned {
    /// The clean table.
    pub table: Table,
    /// Effects, rule by rule.
    pub audit: Audit,
    /// For each row of the clean table, its row in the table that cleaning began with.
    pub rows: Vec<u32>,
}

impl Cleaning {
    /// Begins with a table, which is not changed.
    #[must_use]
    pub fn of(table: &Table) -> Self {
        let origin = (0..table.rows() as u32).collect();
        Self {
            table: table.clone(),
            origin,
            audit: Audit::default(),
        }
    }
    /// The table as it is now.
    #[must_use]
    pub fn table(&self) -> &Table {
        &self.table
    }
    /// Effects so far.
    #[must_use]
    pub fn audit(&self) -> &Audit {
        &self.audit
    }
    /// The clean table and the record.
    #[must_use]
    pub fn finish(self) -> Cleaned {
        Cleaned {
            table: self.table,
            audit: self.audit,
            rows: self.origin,
        }
    }

    /// Removes the rows for which `bad` is true; `rule` says in words why.
    ///
    /// # Errors
    /// None of its own: it is fallible like its siblings, so that calls chain.
    pub fn drop_rows(self, rule: &str, bad: impl Fn(&Table, usize) -> bool) -> Result<Self> {
        let keep: Vec<bool> = (0..self.table.rows())
            .map(|row| !bad(&self.table, row))
            .collect();
        self.keep(rule, &keep)
    }

    /// Removes rows that repeat an earlier row in these columns (in all, if none is named).
    ///
    /// # Errors
    /// A column that is not there.
    pub fn drop_duplicates(self, columns: &[&str]) -> Result<Self> {
        let again = duplicated(&self.table, columns)?;
        let of = if columns.is_empty() {
            "all columns".into()
        } else {
            columns.join(", ")
        };
        let keep: Vec<bool> = again.into_iter().map(|d| !d).collect();
        self.keep(&format!("drop repeated rows ({of})"), &keep)
    }

    /// Removes rows without a value in a column.
    ///
    /// # Errors
    /// A column that is not there.
    pub fn drop_missing(self, column: &str) -> Result<Self> {
        let c = self.table.column_named(column)?;
        let keep: Vec<bool> = (0..c.len()).map(|row| !c.cell(row).is_missing()).collect();
        self.keep(&format!("drop rows without {column}"), &keep)
    }

    /// Removes the rows that break a rule.
    ///
    /// # Errors
    /// A column that is not there or of another kind.
    pub fn drop_broken(self, rule: &Rule) -> Result<Self> {
        let (_, broken) = rule.broken(&self.table)?;
        let mut keep = vec![true; self.table.rows()];
        broken.iter().for_each(|&row| keep[row as usize] = false);
        self.keep(&format!("drop rows unless {rule}"), &keep)
    }

    /// Replaces numbers: `new` gets the row and its value (`NaN` when missing) and says what it
    /// should be.
    ///
    /// # Errors
    /// A column that is not there or not numeric.
    pub fn replace_num(
        self,
        rule: &str,
        column: &str,
        mut new: impl FnMut(usize, f64) -> f64,
    ) -> Result<Self> {
        let old = self.numbers(column)?;
        let values: Vec<f64> = old
            .iter()
            .enumerate()
            .map(|(row, &x)| new(row, x))
            .collect();
        let same = |a: f64, b: f64| a == b || a.is_nan() && b.is_nan();
        let changed: Vec<u32> = (0..old.len())
            .filter(|&r| !same(old[r], values[r]))
            .map(|r| r as u32)
            .collect();
        self.change(rule, column, Column::num(values), &changed)
    }

    /// Cuts numbers to the bounds given.
    ///
    /// # Errors
    /// A column that is not there or not numeric, or bounds that contradict each other.
    pub fn clamp(self, column: &str, min: f64, max: f64) -> Result<Self> {
        if min.is_nan() || max.is_nan() || min > max {
            return Err(Error::parameter(
                "Cleaning",
                "min",
                min,
                "a number not above `max`",
            ));
        }
        self.replace_num(
            &format!("clamp {column} to [{min}, {max}]"),
            column,
            |_, x| x.clamp(min, max),
        )
    }

    /// Replaces texts or categories: `new` says what a text should be, `None` for missing. It is
    /// asked once for each level of a categorical column; levels that become equal become one.
    ///
    /// # Errors
    /// A column that is not there or holds no text.
    pub fn replace_text(
        self,
        rule: &str,
        column: &str,
        mut new: impl FnMut(&str) -> Option<Cow<'_, str>>,
    ) -> Result<Self> {
        let old = self.table.column_named(column)?;
        let (value, changed) = match old {
            Column::Cat(codes, levels) => {
                let mut merged = Levels::default();
                let map: Vec<(u32, bool)> = levels
                    .names()
                    .iter()
                    .map(|name| match new(name) {
                        Some(text) => (merged.add(&text), *text != **name),
                        None => (MISSING_CODE, true),
                    })
                    .collect();
                let at = |code: &u32| {
                    map.get(*code as usize)
                        .copied()
                        .unwrap_or((MISSING_CODE, false))
                };
                let changed = (0..codes.len())
                    .filter(|&r| at(&codes[r]).1)
                    .map(|r| r as u32)
                    .collect();
                let codes: Vec<u32> = codes.iter().map(|c| at(c).0).collect();
                (Column::Cat(codes.into(), Arc::new(merged)), changed)
            }
            Column::Text(v) => {
                let mut changed = Vec::new();
                let mut one = |row: usize| {
                    let text = v.is_valid(row).then(|| v.value(row))?;
                    let out = new(text);
                    if out.as_deref() != Some(text) {
                        changed.push(row as u32);
                    }
                    out
                };
                let value = Column::text((0..v.len()).map(&mut one));
                (value, changed)
            }
            other => return Err(typed::wrong_kind(column, Kind::Text, other.kind())),
        };
        self.change(rule, column, value, &changed)
    }

    /// Replaces identifiers by those of a look-up table (old, new); others stay.
    ///
    /// # Errors
    /// A column that is not there or holds no text.
    pub fn remap<'a>(
        self,
        column: &str,
        pairs: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<Self> {
        let map: foldhash::HashMap<&str, &str> = pairs.into_iter().collect();
        self.replace_text(&format!("re-map {column}"), column, |text| {
            Some(map.get(text).map_or_else(
                || Cow::Owned(text.to_owned()),
                |new| Cow::Owned((*new).to_owned()),
            ))
        })
    }

    /// Adds a column, or replaces one without counting changes: for what is derived rather than
    /// repaired.
    ///
    /// # Errors
    /// Another length than the table's.
    pub fn with(mut self, name: &str, column: Column) -> Result<Self> {
        self.table = self.table.with_column(name, column)?;
        Ok(self)
    }

    /// The numbers of a column.
    pub(super) fn numbers(&self, column: &str) -> Result<&[f64]> {
        typed::numbers(&self.table, column)
    }

    /// Keeps the rows for which `keep` is true, and records the others.
    pub(super) fn keep(mut self, rule: &str, keep: &[bool]) -> Result<Self> {
        let gone: Vec<u32> = (0..keep.len())
            .filter(|&r| !keep[r])
            .map(|r| r as u32)
            .collect();
        let example = gone.first().map(|&row| {
            let cells =
                (0..self.table.columns().len()).map(|c| self.table.text_of(c, row as usize));
            format!(
                "row {}: {}",
                self.origin[row as usize],
                cells.collect::<Vec<_>>().join(", ")
            )
        });
        self.record(rule, gone.len(), 0, example, &gone);
        if !gone.is_empty() {
            self.table = self.table.filter(keep)?;
            self.origin = self
                .origin
                .iter()
                .zip(keep)
                .filter(|(_, k)| **k)
                .map(|(o, _)| *o)
                .collect();
        }
        Ok(self)
    }

    /// Puts in a repaired column and records which rows changed.
    pub(super) fn change(
        mut self,
        rule: &str,
        column: &str,
        value: Column,
        changed: &[u32],
    ) -> Result<Self> {
        let position = self.table.schema().position("Cleaning", column)?;
        let before = changed
            .first()
            .map(|&row| self.table.text_of(position, row as usize));
        self.table = self.table.with_column(column, value)?;
        let example = before.zip(changed.first()).map(|(before, &row)| {
            let after = self.table.text_of(position, row as usize);
            format!("row {}: {before:?} -> {after:?}", self.origin[row as usize])
        });
        self.record(rule, 0, changed.len(), example, changed);
        Ok(self)
    }

    fn record(
        &mut self,
        rule: &str,
        removed: usize,
        changed: usize,
        example: Option<String>,
        touched: &[u32],
    ) {
        self.audit.push(AuditEntry {
            rule: rule.to_owned(),
            rows: self.table.rows(),
            removed,
            changed,
            example,
            touched: touched
                .iter()
                .map(|&row| self.origin[row as usize])
                .collect(),
        });
    }
}
