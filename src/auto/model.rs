//! The fitted model: what it predicts, what it is made of, what it told.

use super::columns::{ColumnStep, FittedAutoPipeline};
use super::labels::group_codes;
use super::notes::Notes;
use super::prediction::{AutoPrediction, Values};
use super::target::{AutoScore, AutoTarget, score};
use super::task::{Task, TaskSpec};
use ml_data::artifact::Artifact;
use ml_data::contract::{FeatureImportances, ImportanceKind, Predict};
use ml_data::error::{Error, Result};
use ml_data::repr::View;
use ml_data::sample::{Binary, Class, Prediction, Real, Relevance, Target};
use ml_data::schema::Schema;
use ml_data::table::Table;
use ml_models::boost::{FittedBoost, FittedBoostClassifier};
use ml_models::tree::Ensemble;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::sync::Arc;

/// The kind of the artifact.
const KIND: &str = "auto/1";

/// A fitted pipeline by task.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[non_exhaustive]
pub enum FittedAuto {
    /// The probability of the positive class.
    Binary(FittedAutoPipeline<FittedBoost>),
    /// The probability of each class.
    Multiclass(FittedAutoPipeline<FittedBoostClassifier>),
    /// A number.
    Regression(FittedAutoPipeline<FittedBoost>),
    /// A score that orders the rows of a query.
    Ranking(FittedAutoPipeline<FittedBoost>),
}

/// A model of a table's column, made by [`auto`](super::auto).
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AutoModel {
    pub(super) target: String,
    pub(super) group: Option<String>,
    pub(super) classes: Vec<Box<str>>,
    pub(super) columns: Vec<(String, ColumnStep)>,
    pub(super) rounds: usize,
    pub(super) train_rows: usize,
    pub(super) held_out_rows: usize,
    pub(super) scores: Vec<AutoScore>,
    pub(super) notes: Vec<String>,
    pub(super) fitted: FittedAuto,
}

/// The same expression for each task's pipeline.
macro_rules! each {
    ($fitted:expr, $pipeline:ident => $value:expr) => {
        match $fitted {
            FittedAuto::Binary($pipeline)
            | FittedAuto::Regression($pipeline)
            | FittedAuto::Ranking($pipeline) => $value,
            FittedAuto::Multiclass($pipeline) => $value,
        }
    };
}
pub(super) use each;

impl AutoModel {
    /// The task.
    #[must_use]
    pub fn task(&self) -> Task {
        match self.fitted {
            FittedAuto::Binary(_) => Task::Binary,
            FittedAuto::Multiclass(_) => Task::Multiclass,
            FittedAuto::Regression(_) => Task::Regression,
            FittedAuto::Ranking(_) => Task::Ranking,
        }
    }

    /// The classes; of two the second one is positive. Empty where the task has none.
    #[must_use]
    pub fn classes(&self) -> &[Box<str>] {
        &self.classes
    }

    /// The columns it learns from, and how each is read.
    #[must_use]
    pub fn features(&self) -> &[(String, ColumnStep)] {
        &self.columns
    }

    /// Names of the columns it learns from.
    #[must_use]
    pub fn feature_names(&self) -> Vec<&str> {
        self.columns.iter().map(|c| c.0.as_str()).collect()
    }

    /// Rounds of boosting.
    #[must_use]
    pub fn rounds(&self) -> usize {
        self.rounds
    }

    /// Rows that the fit with early stopping learned from; the last fit learned from all.
    #[must_use]
    pub fn train_rows(&self) -> usize {
        self.train_rows
    }

    /// Rows that were held out to stop early.
    #[must_use]
    pub fn held_out_rows(&self) -> usize {
        self.held_out_rows
    }

    /// Metrics of the rows that were held out, by the model that had not seen them. Rounds were
    /// chosen on the same rows, so that they are a little flattering.
    #[must_use]
    pub fn scores(&self) -> &[AutoScore] {
        &self.scores
    }

    /// One of [`AutoModel::scores`] by its name.
    #[must_use]
    pub fn score(&self, metric: &str) -> Option<f64> {
        self.scores.iter().find(|s| s.metric == metric)?.value
    }

    /// Decisions, and columns or rows that were left out.
    #[must_use]
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// The pipeline, by task.
    #[must_use]
    pub fn pipeline(&self) -> &FittedAuto {
        &self.fitted
    }

    /// The trees of the model.
    #[must_use]
    pub fn trees(&self) -> &Ensemble {
        each!(&self.fitted, pipeline => pipeline.model.ensemble())
    }

    /// The columns it reads.
    #[must_use]
    pub fn schema(&self) -> &Arc<Schema> {
        each!(&self.fitted, pipeline => pipeline.input())
    }

    /// Predicts the rows of a table: columns may stand in any order, others are passed over,
    /// categories that training did not have count as unseen.
    ///
    /// # Errors
    /// A feature that is missing or of another kind.
    pub fn predict(&self, table: &Table) -> Result<AutoPrediction> {
        let rows = table.conform(self.schema())?;
        let rows = View::all(&rows);
        let values = match &self.fitted {
            FittedAuto::Binary(p) | FittedAuto::Regression(p) | FittedAuto::Ranking(p) => {
                Values::Scores(p.predict(rows)?)
            }
            FittedAuto::Multiclass(p) => Values::Probabilities(p.predict(rows)?),
        };
        Ok(AutoPrediction {
            task: self.task(),
            classes: self.classes.clone(),
            values,
        })
    }

    /// Metrics of the rows of a table that has the target (and the groups of a ranking). Rows
    /// without a label that training had are left out; the second part says so, and which metrics
    /// these rows do not define.
    ///
    /// # Errors
    /// As [`AutoModel::predict`], or no target.
    pub fn evaluate(&self, table: &Table) -> Result<(Vec<AutoScore>, Vec<String>)> {
        let values = self.predict(table)?.values;
        match (self.task(), values) {
            (Task::Binary, Values::Scores(p)) => self.scored::<Binary>(table, &p),
            (Task::Regression, Values::Scores(p)) => self.scored::<Real>(table, &p),
            (Task::Ranking, Values::Scores(p)) => self.scored::<Relevance>(table, &p),
            (_, Values::Probabilities(p)) => self.scored::<Class>(table, &p),
            (task, _) => Err(Error::other(format!("{task} has probabilities of classes"))),
        }
    }

    fn scored<Y: AutoTarget>(
        &self,
        table: &Table,
        predicted: &Y::Prediction,
    ) -> Result<(Vec<AutoScore>, Vec<String>)> {
        let target = table.column_named(&self.target)?;
        let group = self
            .group
            .as_deref()
            .filter(|_| self.task() == Task::Ranking);
        let groups = group.map(|g| table.column_named(g).map(group_codes));
        let spec = TaskSpec {
            task: self.task(),
            classes: self.classes.clone(),
            why: String::new(),
        };
        let known = Y::labels(&spec, target, groups.transpose()?.as_deref())?;
        let mut notes = Notes::default();
        if known.rows.len() < target.len() {
            let left = target.len() - known.rows.len();
            notes.add(format!(
                "{left} test rows without a label that training had are predicted and not scored"
            ));
        }
        let mut some = <Y as Target>::Prediction::default();
        let rows = known.rows.iter();
        rows.for_each(|&row| some.push_row(predicted, row as usize));
        Ok((
            score::<Y>("test", &known.labels, &some, &mut notes),
            notes.0,
        ))
    }

    /// The model as artifact bytes.
    ///
    /// # Errors
    /// A state that can not be written.
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        Artifact::new(KIND, self)?
            .with_schema(self.schema())
            .to_bytes()
    }

    /// The model of artifact bytes.
    ///
    /// # Errors
    /// Damaged bytes, or another kind of artifact.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        Ok(Artifact::from_bytes(bytes)?.state(KIND)?)
    }
}

impl fmt::Display for AutoModel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (task, target) = (self.task(), &self.target);
        writeln!(f, "{task} of `{target}` by {} columns", self.columns.len())?;
        self.notes
            .iter()
            .try_for_each(|note| writeln!(f, "  {note}"))?;
        let (rounds, rows) = (self.rounds, self.held_out_rows);
        writeln!(f, "{rounds} rounds; metrics of {rows} rows held out:")?;
        for AutoScore { metric, value } in &self.scores {
            let value = value.map_or("not defined".into(), ml_data::figure);
            writeln!(f, "  {metric:<20} {value:>10}")?;
        }
        let by = |kind| self.importances(kind);
        let (Ok(gain), Ok(split)) = (by(ImportanceKind::Gain), by(ImportanceKind::Split)) else {
            return writeln!(f, "columns by gain: not defined");
        };
        writeln!(f, "columns by gain:")?;
        for column in gain.iter().take(20).map(|i| &*i.column) {
            let percent = 100.0 * gain.share(column).unwrap_or(0.0);
            let splits = split.get(column).unwrap_or(0.0);
            writeln!(f, "  {percent:>6.2} % {splits:>6} splits  {column}")?;
        }
        Ok(())
    }
}
