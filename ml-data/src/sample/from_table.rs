//! Data sets from tables: targets and roles become what travels beside the rows.

use super::dataset::Dataset;
use super::labels::{
    Binary, BinaryLabels, Class, ClassLabels, NoLabels, Real, RealLabels, Relevance,
    RelevanceLabels, Target, Unlabelled,
};
use crate::error::{Error, Result};
use crate::table::{Column, Kind, Levels, MISSING_BOOL, Role, Table};
use std::collections::BTreeSet;

impl Table {
    /// A data set without a target.
    ///
    /// # Errors
    /// Role columns that can not be read.
    pub fn unlabelled(self) -> Result<Dataset<Table, Unlabelled>> {
        let n = self.rows();
        self.carry(&[], NoLabels(n))
    }

    /// A data set with a numeric target; the target leaves the features.
    ///
    /// # Errors
    /// No such column, another kind, or a missing label with its row.
    pub fn regression(self, target: &str) -> Result<Dataset<Table, Real>> {
        let labels = RealLabels::new(numbers(&self, target, "regression")?);
        let labels = labels.map_err(|e| e.of_column(target))?;
        self.carry(&[target], labels)
    }

    /// A data set with two classes; `positive` is the level coded 1 (`"1"` or `"true"` for numbers
    /// and booleans).
    ///
    /// # Errors
    /// No such column, a missing label with its row, or a level `positive` that never occurs.
    pub fn binary(self, target: &str, positive: &str) -> Result<Dataset<Table, Binary>> {
        let column = self.column_named(target)?;
        let values = (0..column.len()).map(|row| {
            let level = level(column, row)
                .ok_or_else(|| Error::cell(target, row, "a label", "a missing value"))?;
            Ok(u8::from(level == positive))
        });
        let values = values.collect::<Result<Vec<u8>>>()?;
        if !values.contains(&1) && !values.is_empty() {
            return Err(Error::Unknown {
                what: format!("level of column `{target}`"),
                name: positive.into(),
                known: first_levels(column),
            });
        }
        let labels = BinaryLabels::new(values, positive)?;
        self.carry(&[target], labels)
    }

    /// A data set with several classes, coded in order of the sorted level names.
    ///
    /// # Errors
    /// No such column, or a missing label with its row.
    pub fn classes(self, target: &str) -> Result<Dataset<Table, Class>> {
        let column = self.column_named(target)?;
        let named = (0..column.len()).map(|row| {
            level(column, row).ok_or_else(|| Error::cell(target, row, "a label", "a missing value"))
        });
        let named = named.collect::<Result<Vec<String>>>()?;
        self.carry(&[target], ClassLabels::of_names(&named)?)
    }

    /// A data set of graded rows within queries, for ranking.
    ///
    /// # Errors
    /// No such column, a missing or negative grade, or a missing query, with its row.
    pub fn relevance(self, grade: &str, query: &str) -> Result<Dataset<Table, Relevance>> {
        let grades: Vec<f32> = numbers(&self, grade, "relevance")?
            .iter()
            .map(|&g| g as f32)
            .collect();
        let queries = group_codes(self.column_named(query)?, query)?;
        let labels = RelevanceLabels::new(grades, queries);
        let labels = labels.map_err(|e| e.of_column(grade))?;
        self.carry(&[grade, query], labels)
    }

    /// Takes target, weight, time, group and initial score columns out of the rows and lets them
    /// travel beside.
    fn carry<Y: Target>(self, targets: &[&str], labels: Y::Labels) -> Result<Dataset<Table, Y>> {
        for role in [Role::Weight, Role::Time, Role::Group] {
            one_of(&self, role)?;
        }
        let (mut weights, mut times, mut groups) = (None, None, None);
        let mut scores = Vec::new();
        let mut leave: Vec<String> = targets.iter().map(|t| (*t).to_string()).collect();
        for field in self.schema().fields() {
            match field.role() {
                Role::Weight => {
                    let name = field.name().to_owned();
                    weights = Some((numbers(&self, &name, "weight")?, name));
                }
                Role::Time => {
                    let name = field.name().to_owned();
                    times = Some((self.time(&name)?.to_vec(), name));
                }
                Role::Group => {
                    groups = Some(group_codes(self.column_named(field.name())?, field.name())?);
                }
                Role::InitScore => scores.push(numbers(&self, field.name(), "init_score")?),
                Role::Target => {}
                _ => continue,
            }
            leave.push(field.name().to_string());
        }
        leave.sort_unstable();
        leave.dedup();
        let leave: Vec<&str> = leave.iter().map(String::as_str).collect();
        let mut data = Dataset::new(self.drop(&leave)?, labels)?;
        if let Some((w, name)) = weights {
            data = data.with_weights(w).map_err(|e| e.of_column(&name))?;
        }
        if let Some((t, name)) = times {
            data = data.with_times(t).map_err(|e| e.of_column(&name))?;
        }
        if let Some(g) = groups {
            data = data.with_groups(g)?;
        }
        if !scores.is_empty() {
            let row = |i: usize| scores.iter().map(move |column| column[i]);
            let scores: Vec<f64> = (0..data.len()).flat_map(row).collect();
            data = data.with_init_score(scores)?;
        }
        Ok(data)
    }
}

impl<Y: Target> Dataset<Table, Y> {
    /// Takes the time of each row from a column that stays among the rows: its calendar parts can
    /// be learned from, and a split by time works on it as well. A column of the role
    /// [`Role::Time`] leaves the rows.
    ///
    /// ```
    /// use ml_data::prelude::*;
    /// let table = Table::new([
    ///     ("at", Column::time((0..10).map(|day| Some(day * 86_400_000_000)))),
    ///     ("y", Column::num((0..10).map(f64::from))),
    /// ])?;
    /// let data = table.regression("y")?.with_times_of("at")?;
    /// let how = Split::temporal(6 * 86_400_000_000, 8 * 86_400_000_000);
    /// let TrainValidTest { train, .. } = data.split(how)?;
    /// assert_eq!(train.len(), 6);
    /// assert_eq!(train.header().field(0).name(), "at");
    /// # Ok::<(), ml_data::Error>(())
    /// ```
    ///
    /// # Errors
    /// No such column, one of another kind, or a missing time with its row.
    pub fn with_times_of(self, name: &str) -> Result<Self> {
        let times = self.data().time(name)?.to_vec();
        self.with_times(times).map_err(|e| e.of_column(name))
    }

    /// Takes the group of each row from a column that stays among the rows: a user to learn from,
    /// whose rows a split keeps together. A column of the role [`Role::Group`] leaves the rows.
    ///
    /// # Errors
    /// No such column, a time, or a missing group with its row.
    pub fn with_groups_of(self, name: &str) -> Result<Self> {
        let groups = group_codes(self.data().column_named(name)?, name)?;
        self.with_groups(groups)
    }
}

/// Refuses two columns of a role that one column has.
fn one_of(table: &Table, role: Role) -> Result<()> {
    let fields = table.schema().fields().iter().enumerate();
    let mut at = fields.filter(|(_, f)| f.role() == role).map(|(i, _)| i);
    match (at.next(), at.next()) {
        (Some(first), Some(second)) => Err(Error::Duplicate {
            what: "column of the role".into(),
            name: role.to_string(),
            first,
            second,
        }),
        _ => Ok(()),
    }
}

fn numbers(table: &Table, name: &str, who: &str) -> Result<Vec<f64>> {
    let column = table.column_named(name)?;
    match column {
        Column::Num(v) => Ok(v.to_vec()),
        Column::Bool(v) => Ok(v
            .iter()
            .map(|&b| {
                if b == MISSING_BOOL {
                    f64::NAN
                } else {
                    f64::from(b)
                }
            })
            .collect()),
        other => Err(Error::column_kind(who, name, Kind::Num, other.kind())),
    }
}

/// The levels of a column that come first in order, 20 of them at most.
fn first_levels(column: &Column) -> Vec<String> {
    const SHOWN: usize = 20;
    let (mut known, mut more) = (BTreeSet::new(), false);
    for level in (0..column.len()).filter_map(|row| level(column, row)) {
        known.insert(level);
        if known.len() > SHOWN {
            (_, more) = (known.pop_last(), true);
        }
    }
    let more = more.then(|| "others".to_owned());
    known.into_iter().chain(more).collect()
}

/// A label as text: the level, the text, or the number without a fraction sign.
fn level(column: &Column, row: usize) -> Option<String> {
    match column {
        Column::Num(v) if v[row].is_nan() => None,
        Column::Num(v) => Some(v[row].to_string()),
        Column::Bool(v) => match v[row] {
            MISSING_BOOL => None,
            b => Some((b != 0).to_string()),
        },
        other => other.str_at(row).map(str::to_string),
    }
}

fn group_codes(column: &Column, name: &str) -> Result<Vec<u32>> {
    if column.kind() == Kind::Time {
        return Err(Error::column_kind("groups", name, Kind::Cat, Kind::Time));
    }
    let mut levels = Levels::default();
    (0..column.len())
        .map(|row| {
            let l = level(column, row)
                .ok_or_else(|| Error::cell(name, row, "a group", "a missing value"))?;
            Ok(levels.add(&l))
        })
        .collect()
}
