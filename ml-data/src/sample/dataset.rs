//! A data set before it is split.

use super::labels::{
    Binary, BinaryLabels, Class, ClassLabels, Labels, NoLabels, Real, RealLabels, Relevance,
    RelevanceLabels, Target, Unlabelled,
};
use super::part::{Carried, InitScore, Sample, Test, Train, Valid};
use super::split::Split;
use crate::error::{Error, Result};
use crate::repr::{Dense, Float, Repr};
use crate::table::{Column, Levels, MISSING_BOOL, MISSING_CODE, MISSING_TIME, Role, Table};
use crate::validate;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Rows with labels, not yet split: explore it, split it. It can not be fitted and not be cloned.
///
/// ```
/// use ml_data::prelude::*;
/// use ml_data::table::{Column, Table};
/// let table = Table::new([
///     ("x", Column::num((0..100).map(f64::from))),
///     ("y", Column::num((0..100).map(|i| f64::from(i) * 2.0))),
/// ])?;
/// let Parts { train, valid, test } = table.regression("y")?.split(Split::random(0.2, 0.2).seed(1))?;
/// assert_eq!(train.len() + valid.len() + test.len(), 100);
/// # Ok::<(), ml_data::Error>(())
/// ```
pub struct Dataset<R, Y: Target> {
    data: Arc<R>,
    carried: Carried<Y>,
}

/// The three parts of a split.
#[derive(Debug)]
pub struct Parts<R, Y: Target> {
    /// To learn from.
    pub train: Sample<R, Y, Train>,
    /// To choose with.
    pub valid: Sample<R, Y, Valid>,
    /// To state the result with, once.
    pub test: Sample<R, Y, Test>,
}

impl<R: Repr> Dataset<R, Unlabelled> {
    /// Rows without labels.
    ///
    /// # Errors
    /// As [`Dataset::new`].
    pub fn unlabelled(data: R) -> Result<Self> {
        let labels = NoLabels(data.len());
        Self::new(data, labels)
    }
}

impl<R: Repr, Y: Target> Dataset<R, Y> {
    /// Rows with their labels.
    ///
    /// # Errors
    /// Different lengths.
    pub fn new(data: R, labels: Y::Labels) -> Result<Self> {
        Error::check_len("labels", data.len(), labels.len())?;
        Ok(Self {
            data: Arc::new(data),
            carried: Carried {
                labels,
                weights: None,
                times: None,
                groups: None,
                init_score: None,
            },
        })
    }
    /// Sets how much each row counts.
    ///
    /// # Errors
    /// Another length, or a weight that is negative, infinite or missing (named by row).
    pub fn with_weights(mut self, weights: impl Into<Arc<[f64]>>) -> Result<Self> {
        let weights = weights.into();
        validate::weights(&weights, self.data.len())?;
        self.carried.weights = Some(weights);
        Ok(self)
    }
    /// Sets when each row happened (microseconds since 1970).
    ///
    /// # Errors
    /// Another length, or a missing time.
    pub fn with_times(mut self, times: impl Into<Arc<[i64]>>) -> Result<Self> {
        let times = times.into();
        Error::check_len("times", self.data.len(), times.len())?;
        if let Some(row) = times.iter().position(|t| *t == MISSING_TIME) {
            return Err(Error::cell("time", row, "an instant", "a missing value"));
        }
        self.carried.times = Some(times);
        Ok(self)
    }
    /// Sets the group of each row (a user, a session), kept together by group splits.
    ///
    /// # Errors
    /// Another length.
    pub fn with_groups(mut self, groups: impl Into<Arc<[u32]>>) -> Result<Self> {
        let groups = groups.into();
        Error::check_len("groups", self.data.len(), groups.len())?;
        self.carried.groups = Some(groups);
        Ok(self)
    }
    /// Sets the scores that learning starts from (LightGBM's `init_score`): what another model already says of each row, before
    /// it becomes a probability or a rate. One number a row, or one an output (a class), row after row. The model learns
    /// what is missing, and **its predictions do not contain these scores**: add them yourself. Models that can not start
    /// from scores refuse the sample. In a table, columns with the role [`Role::InitScore`] are taken.
    ///
    /// # Errors
    /// A length that is no multiple of the number of rows, or a score that is not finite (named by row).
    pub fn with_init_score(mut self, scores: impl Into<Arc<[f64]>>) -> Result<Self> {
        let values = scores.into();
        let rows = self.data.len();
        let width = (values.len() / rows.max(1)).max(1);
        if values.len() != width * rows {
            return Err(Error::Length {
                what: "init_score (one a row and output)".into(),
                expected: rows * width,
                found: values.len(),
            });
        }
        if let Some(at) = values.iter().position(|s| !s.is_finite()) {
            let row = at / width;
            return Err(Error::cell(
                "init_score",
                row,
                "a finite number",
                values[at],
            ));
        }
        self.carried.init_score = Some(InitScore { values, width });
        Ok(self)
    }
    /// The rows, to explore.
    pub fn data(&self) -> &R {
        &self.data
    }
    /// The labels, to explore.
    pub fn labels(&self) -> &Y::Labels {
        &self.carried.labels
    }
    /// Number of rows.
    pub fn len(&self) -> usize {
        self.data.len()
    }
    /// True when there are no rows.
    pub fn is_empty(&self) -> bool {
        self.data.is_empty()
    }
    /// Splits into three parts and uses the data set up.
    ///
    /// # Errors
    /// Shares that leave a part without rows, or a split that needs times or groups the data does not carry.
    pub fn split(self, how: Split) -> Result<Parts<R, Y>> {
        let groups = self
            .carried
            .groups
            .as_deref()
            .or_else(|| self.carried.labels.queries());
        let [train, valid, test] = how.rows(self.len(), groups, self.carried.times.as_deref())?;
        Ok(Parts {
            train: Sample::assemble(self.data.clone(), Some(train.into()), &self.carried),
            valid: Sample::assemble(self.data.clone(), Some(valid.into()), &self.carried),
            test: Sample::assemble(self.data.clone(), Some(test.into()), &self.carried),
        })
    }
    /// Every row as training rows: for the refit after all choices are made.
    pub fn into_train(self) -> Sample<R, Y, Train> {
        Sample::assemble(self.data, None, &self.carried)
    }
    /// Every row as validation rows: for data that was split elsewhere.
    pub fn into_valid(self) -> Sample<R, Y, Valid> {
        Sample::assemble(self.data, None, &self.carried)
    }
    /// Every row as test rows: for data that was split elsewhere.
    pub fn into_test(self) -> Sample<R, Y, Test> {
        Sample::assemble(self.data, None, &self.carried)
    }
}

impl<Y: Target> Dataset<Table, Y> {
    /// The features of the same rows as a matrix: see [`Table::dense`].
    ///
    /// # Errors
    /// A column that is neither of numbers nor of booleans.
    pub fn dense<F: Float>(&self) -> Result<Dataset<Dense<F>, Y>> {
        Ok(Dataset {
            data: Arc::new(self.data.dense()?),
            carried: self.carried.clone(),
        })
    }
}

impl<R, Y: Target> std::fmt::Debug for Dataset<R, Y> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Dataset({} rows)", self.carried.labels.len())
    }
}

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
        let labels = RealLabels::new(numbers(&self, target, "regression")?)?;
        self.carry(&[target], labels)
    }

    /// A data set with two classes; `positive` is the level coded 1 (`"1"` or `"true"` for numbers and booleans).
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
            let known: BTreeSet<String> = (0..column.len())
                .filter_map(|row| level(column, row))
                .map(|level| level.to_string())
                .collect();
            return Err(Error::Unknown {
                what: format!("level of column `{target}`"),
                name: positive.into(),
                known: known.into_iter().take(20).collect(),
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
        let mut names = named.clone();
        names.sort_unstable();
        names.dedup();
        let names: Vec<Box<str>> = names.into_iter().map(String::into_boxed_str).collect();
        let names = Levels::try_from(names)?;
        let codes: Vec<u32> = named
            .iter()
            .map(|l| names.code(l).unwrap_or(MISSING_CODE))
            .collect();
        let labels = ClassLabels::new(codes, names.names().to_vec())?;
        self.carry(&[target], labels)
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
        let labels = RelevanceLabels::new(grades, queries)?;
        self.carry(&[grade, query], labels)
    }

    /// Takes target, weight, time, group and initial score columns out of the rows and lets them travel beside.
    fn carry<Y: Target>(self, targets: &[&str], labels: Y::Labels) -> Result<Dataset<Table, Y>> {
        let (mut weights, mut times, mut groups) = (None, None, None);
        let mut scores = Vec::new();
        let mut leave: Vec<String> = targets.iter().map(|t| (*t).to_string()).collect();
        for field in self.schema().fields() {
            match field.role() {
                Role::Weight => weights = Some(numbers(&self, field.name(), "weight")?),
                Role::Time => {
                    times = self
                        .column_named(field.name())?
                        .as_time()
                        .map(<[i64]>::to_vec);
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
        let mut data = Dataset::new(self.without(&leave)?, labels)?;
        if let Some(w) = weights {
            data = data.with_weights(w)?;
        }
        if let Some(t) = times {
            data = data.with_times(t)?;
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
        other => Err(Error::ColumnKind {
            step: who.into(),
            column: name.into(),
            expected: crate::table::Kind::Num,
            found: other.kind(),
        }),
    }
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
    let mut levels = Levels::default();
    (0..column.len())
        .map(|row| {
            let l = level(column, row)
                .ok_or_else(|| Error::cell(name, row, "a group", "a missing value"))?;
            Ok(levels.add(&l))
        })
        .collect()
}
