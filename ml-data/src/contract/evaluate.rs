//! Evaluation: scores of several models on one sample.

use super::erased::Predictor;
use super::metric::{Direction, Metric};
use crate::error::{Error, Result};
use crate::repr::Repr;
use crate::sample::{Part, Sample, Scorable, Target, Test};
use crate::validate::distinct;
use serde::{Deserialize, Serialize};
use std::fmt;

/// One model's scores.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ScoreRow {
    /// The model's name.
    pub model: String,
    /// One value a metric.
    pub scores: Vec<f64>,
}

/// Models by metrics, on one part. Prints as a table; [`to_markdown`](Self::to_markdown) for
/// reports, serde for files. For intervals and differences see `ml_eval::compare`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Scoreboard {
    /// `valid`, `test` or `in-sample`.
    pub part: String,
    /// Metric names with their direction.
    pub metrics: Vec<(String, Direction)>,
    /// One row a model, in the order given.
    pub rows: Vec<ScoreRow>,
}

impl Scoreboard {
    /// The score of a model on a metric.
    pub fn get(&self, model: &str, metric: &str) -> Option<f64> {
        let m = self.metrics.iter().position(|(n, _)| n == metric)?;
        self.rows
            .iter()
            .find(|r| r.model == model)
            .map(|r| r.scores[m])
    }

    /// The table in Markdown.
    ///
    /// ```
    /// use ml_data::contract::{Direction, ScoreRow, Scoreboard};
    /// let board = Scoreboard {
    ///     part: "valid".into(),
    ///     metrics: vec![("mae".into(), Direction::LowerIsBetter)],
    ///     rows: vec![ScoreRow { model: "mean".into(), scores: vec![0.25] }],
    /// };
    /// assert_eq!(board.to_markdown(), "| valid | mae- |\n| --- | ---: |\n| mean | 0.25000 |\n");
    /// ```
    #[must_use]
    pub fn to_markdown(&self) -> String {
        let line = |first: &str, cells: &[String]| format!("| {first} | {} |\n", cells.join(" | "));
        let head = self.metrics.iter().map(|(n, d)| format!("{n}{}", d.sign()));
        let mut text = line(&self.part, &head.collect::<Vec<_>>());
        text += &line("---", &vec!["---:".to_owned(); self.metrics.len()]);
        for row in &self.rows {
            let scores = row.scores.iter().map(|s| format!("{s:.5}"));
            text += &line(&row.model, &scores.collect::<Vec<_>>());
        }
        text
    }
}

impl fmt::Display for Scoreboard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = self
            .rows
            .iter()
            .map(|r| r.model.chars().count())
            .max()
            .unwrap_or(0)
            .max(self.part.len());
        write!(f, "{:<width$}", self.part)?;
        for (name, direction) in &self.metrics {
            write!(f, "  {:>14}", format!("{name}{}", direction.sign()))?;
        }
        for row in &self.rows {
            write!(f, "\n{:<width$}", row.model)?;
            for s in &row.scores {
                write!(f, "  {s:>14.5}")?;
            }
        }
        Ok(())
    }
}

impl<R: Repr, Y: Target, P: Part> Sample<R, Y, P> {
    /// Scores models on these rows.
    ///
    /// # Errors
    /// Two models or two metrics of one name; a model that can not predict them or a metric that
    /// can not score them.
    pub fn score(
        &self,
        models: &[(&str, &dyn Predictor<R, Y::Prediction>)],
        metrics: &[&dyn Metric<Y>],
    ) -> Result<Scoreboard>
    where
        P: Scorable,
    {
        board(self, models, metrics)
    }
}

impl<R: Repr, Y: Target> Sample<R, Y, Test> {
    /// Scores every model to be compared, in one call, and uses the test set up.
    ///
    /// # Errors
    /// Two models or two metrics of one name; a model that can not predict these rows or a metric
    /// that can not score them.
    pub fn evaluate(
        self,
        models: &[(&str, &dyn Predictor<R, Y::Prediction>)],
        metrics: &[&dyn Metric<Y>],
    ) -> Result<Scoreboard> {
        board(&self, models, metrics)
    }
}

fn board<R: Repr, Y: Target, P: Part>(
    sample: &Sample<R, Y, P>,
    models: &[(&str, &dyn Predictor<R, Y::Prediction>)],
    metrics: &[&dyn Metric<Y>],
) -> Result<Scoreboard> {
    if metrics.is_empty() {
        return Err(Error::Empty("list of metrics to score".into()));
    }
    distinct("metric", metrics.iter().map(|m| m.name()))?;
    let predicted = sample.predicted(models)?;
    let rows = predicted.models.iter().map(|(name, p)| {
        let scores = metrics
            .iter()
            .map(|m| m.score(predicted.truth, p, predicted.weights))
            .collect::<Result<_>>()?;
        Ok(ScoreRow {
            model: (*name).into(),
            scores,
        })
    });
    Ok(Scoreboard {
        part: P::NAME.into(),
        rows: rows.collect::<Result<_>>()?,
        metrics: metrics
            .iter()
            .map(|m| (m.name().to_string(), m.direction()))
            .collect(),
    })
}
