//! Evaluation: scores of several models on one sample.

use super::erased::Predictor;
use super::metric::{Direction, Metric};
use crate::error::{Error, Result};
use crate::repr::Repr;
use crate::sample::{Part, Sample, Scorable, Target, Test};
use crate::validate::distinct;
use serde::Serialize;
use std::fmt;

/// One model's scores.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ScoreRow {
    /// The model's name.
    pub model: String,
    /// One value a metric.
    pub scores: Vec<f64>,
}

/// Models by metrics, on one part; prints as a table.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Scoreboard {
    /// `valid`, `test` or `in-sample`.
    pub part: &'static str,
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
    if models.is_empty() || metrics.is_empty() {
        return Err(Error::Empty("list of models or metrics to score".into()));
    }
    distinct("model", models.iter().map(|m| m.0))?;
    distinct("metric", metrics.iter().map(|m| m.name()))?;
    let rows = models.iter().map(|(name, model)| {
        let predicted = model.predict_view(sample.view())?;
        let scores = metrics
            .iter()
            .map(|m| m.score(sample.labels(), &predicted, sample.weights()))
            .collect::<Result<_>>()?;
        Ok(ScoreRow {
            model: (*name).into(),
            scores,
        })
    });
    Ok(Scoreboard {
        part: P::NAME,
        rows: rows.collect::<Result<_>>()?,
        metrics: metrics
            .iter()
            .map(|m| (m.name().to_string(), m.direction()))
            .collect(),
    })
}
