//! From a table to a model.

use super::columns::{ColumnStep, FittedAutoPipeline};
use super::hold_out::HoldOut;
use super::labels::{Labelled, group_codes};
use super::learn::{Boosted, learn};
use super::model::{AutoModel, FittedAuto};
use super::notes::Notes;
use super::select::features;
use super::target::{AutoTarget, score};
use super::task::{self, Task, TaskSpec};
use ml_data::contract::{Estimator, LearnValid, Predict, Round};
use ml_data::error::{Error, Result};
use ml_data::repr::Dense;
use ml_data::sample::{Binary, Class, Dataset, Labels, Real, Relevance};
use ml_data::table::{Column, Table};
use ml_models::boost::Boost;
use std::ops::ControlFlow;

/// Fewer labelled rows than this teach nothing.
const LEAST_ROWS: usize = 10;

/// A model of a table's column by all others: [`Auto::new`] with its defaults, fitted.
///
/// # Errors
/// As [`Auto::fit`].
pub fn auto(table: &Table, target: &str) -> Result<AutoModel> {
    Auto::new(target).fit(table)
}

/// Choices of an automatic model; all have defaults.
///
/// ```
/// use ml_pipeline::auto::{Auto, Task};
/// use ml_pipeline::prelude::*;
/// let table = Table::new([
///     ("id", Column::num((0..300).map(f64::from))),
///     ("size", Column::num((0..300).map(|i| f64::from(i % 20)))),
///     ("stars", Column::num((0..300).map(|i| f64::from(i % 20 / 4)))),
/// ])?;
/// // Five different whole numbers would be taken for classes.
/// let model = Auto::new("stars").task(Task::Regression).drop(["id"]).fit(&table)?;
/// assert_eq!(model.feature_names(), ["size"]);
/// # Ok::<(), Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Auto {
    target: String,
    task: Option<Task>,
    group: Option<String>,
    drop: Vec<String>,
    num_iterations: usize,
    seed: u64,
}

impl Auto {
    /// A model of the column `target`.
    #[must_use]
    pub fn new(target: impl Into<String>) -> Self {
        Self {
            target: target.into(),
            task: None,
            group: None,
            drop: Vec::new(),
            num_iterations: 1000,
            seed: 1,
        }
    }

    /// Sets the task. Default: two values make two classes; texts, and at most 20 different whole
    /// numbers of ten rows each, make several; other numbers a regression.
    #[must_use]
    pub fn task(mut self, task: Task) -> Self {
        self.task = Some(task);
        self
    }

    /// Sets the column of groups: the queries of a ranking; for other tasks rows that stay together
    /// when some are held out. It is no feature.
    #[must_use]
    pub fn group(mut self, column: impl Into<String>) -> Self {
        self.group = Some(column.into());
        self
    }

    /// Leaves columns out of the features.
    #[must_use]
    pub fn drop<S: Into<String>>(mut self, columns: impl IntoIterator<Item = S>) -> Self {
        self.drop.extend(columns.into_iter().map(Into::into));
        self
    }

    /// Sets the most rounds of boosting; training stops 50 rounds after the best one. Default 1000.
    #[must_use]
    pub fn num_iterations(mut self, rounds: usize) -> Self {
        self.num_iterations = rounds;
        self
    }

    /// Sets the seed of the rows held out and of the model. Default 1.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Fits the model.
    ///
    /// # Errors
    /// No such column; a target of times, of one value, of hardly one row a class, or that the task
    /// can not use (with the row); fewer than 10 labelled rows; no column left to learn from; a
    /// ranking without groups.
    pub fn fit(&self, table: &Table) -> Result<AutoModel> {
        self.fit_watched(table, &mut |_| ControlFlow::Continue(()))
    }

    /// As [`Auto::fit`], calling `on` after each round of the fit that watches the held-out rows.
    ///
    /// # Errors
    /// As [`Auto::fit`].
    pub fn fit_watched(
        &self,
        table: &Table,
        on: &mut dyn FnMut(Round<'_>) -> ControlFlow<()>,
    ) -> Result<AutoModel> {
        let mut notes = Notes::default();
        let spec = self.spec(table, &mut notes)?;
        let table = self.labelled(table, &mut notes)?;
        let mut without = self.drop.clone();
        without.push(self.target.clone());
        without.extend(self.group.clone());
        let columns = features(&table, &without, &mut notes)?;
        let work = Work {
            auto: self,
            spec,
            table: &table,
            columns,
        };
        match work.spec.task {
            Task::Binary => work.fit::<Binary, _>(FittedAuto::Binary, notes, on),
            Task::Multiclass => work.fit::<Class, _>(FittedAuto::Multiclass, notes, on),
            Task::Regression => work.fit::<Real, _>(FittedAuto::Regression, notes, on),
            Task::Ranking => work.fit::<Relevance, _>(FittedAuto::Ranking, notes, on),
        }
    }

    /// The task, and why it is this one. Columns that are named are there.
    fn spec(&self, table: &Table, notes: &mut Notes) -> Result<TaskSpec> {
        for name in self.group.iter().chain(&self.drop) {
            table.column_named(name)?;
        }
        let spec = task::decide(table, &self.target, self.task)?;
        let inferred = if self.task.is_none() {
            " (inferred)"
        } else {
            ""
        };
        notes.add(format!("task: {}{inferred}, {}", spec.task, spec.why));
        if spec.task == Task::Binary {
            notes.add(format!("positive class: {}", spec.classes[1]));
        }
        if spec.task == Task::Ranking && self.group.is_none() {
            return Err(Error::other(
                "ranking needs a group column: the query of each row",
            ));
        }
        Ok(spec)
    }

    /// Rows that have a label, and a group where groups are asked for.
    fn labelled(&self, table: &Table, notes: &mut Notes) -> Result<Table> {
        let target = self.target.as_str();
        let mut keep = vec![true; table.rows()];
        for name in std::iter::once(target).chain(self.group.as_deref()) {
            let column = table.column_named(name)?;
            let has = |row| task::label(column, row).is_some();
            keep.iter_mut().zip(0..).for_each(|(k, row)| *k &= has(row));
        }
        let left = keep.iter().filter(|k| !**k).count();
        if left > 0 {
            notes.add(format!(
                "{left} training rows without `{target}` (or a group) left out"
            ));
        }
        let rows = table.rows() - left;
        if rows < LEAST_ROWS {
            return Err(Error::other(format!(
                "{rows} training rows with a value in `{target}`: at least {LEAST_ROWS} are needed"
            )));
        }
        table.filter(&keep)
    }
}

/// All that a fit of one task needs.
struct Work<'a> {
    auto: &'a Auto,
    spec: TaskSpec,
    /// Labelled rows.
    table: &'a Table,
    columns: Vec<(String, ColumnStep)>,
}

impl Work<'_> {
    fn fit<Y, M>(
        self,
        fitted: fn(FittedAutoPipeline<M>) -> FittedAuto,
        mut notes: Notes,
        on: &mut dyn FnMut(Round<'_>) -> ControlFlow<()>,
    ) -> Result<AutoModel>
    where
        Y: AutoTarget,
        Boost: LearnValid<Dense<f64>, Y> + Estimator<Dense<f64>, Y, Model = M>,
        M: Boosted + Predict<Dense<f64>, Prediction = Y::Prediction>,
    {
        let auto = self.auto;
        let target: &Column = self.table.column_named(&auto.target)?;
        let group = auto.group.as_deref();
        let groups = group.map(|g| self.table.column_named(g).map(group_codes));
        let groups = groups.transpose()?;
        let Labelled { labels, strata, .. } = Y::labels(&self.spec, target, groups.as_deref())?;
        let names: Vec<&str> = self.columns.iter().map(|c| c.0.as_str()).collect();
        let mut data = Dataset::<Table, Y>::new(self.table.select(&names)?, labels)?;
        if let Some(groups) = groups.filter(|_| self.spec.task != Task::Ranking) {
            data = data.with_groups(groups)?;
        }
        let hold_out = HoldOut::new(self.table.rows(), strata, auto.seed);
        let most = auto.num_iterations;
        let learned = learn::<Y, M>(data, &self.columns, &hold_out, most, on)?;
        let scores = score::<Y>(
            "held-out",
            &learned.held_out,
            &learned.predicted,
            &mut notes,
        );
        Ok(AutoModel {
            target: auto.target.clone(),
            group: auto.group.clone(),
            classes: self.spec.classes,
            columns: self.columns,
            rounds: learned.rounds,
            train_rows: learned.train_rows,
            held_out_rows: learned.held_out.len(),
            scores,
            notes: notes.0,
            fitted: fitted(learned.model),
        })
    }
}
