//! Evaluation: scores of several models on one sample.

use super::board::{best_model, legend};
use super::erased::Predictor;
use super::metric::{Direction, Metric};
use crate::error::{Error, Result};
use crate::repr::Repr;
use crate::sample::{Part, Sample, Scorable, Target, Test};
use crate::validate::distinct;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Models to be judged together, of any types, each with a name: what [`Sample::score`] and
/// [`Sample::evaluate`] take. A list in the call needs no type; one that is kept in a variable has
/// this.
///
/// ```
/// use ml_data::contract::Models;
/// use ml_data::prelude::*;
/// # use ml_data::repr::Names;
/// # use serde::{Deserialize, Serialize};
/// # macro_rules! constant { ($model:ident) => {
/// #     #[derive(Serialize, Deserialize)]
/// #     struct $model(Names, f64);
/// #     impl Predict<Dense> for $model {
/// #         type Prediction = Scores;
/// #         type Scratch = ();
/// #         fn input(&self) -> &Names { &self.0 }
/// #         fn predict_row(&self, _: &[f64], _: &mut (), out: &mut f64) -> Result<()> {
/// #             *out = self.1;
/// #             Ok(())
/// #         }
/// #     }
/// # } }
/// # constant!(Mean);
/// # constant!(Boosting);
/// # constant!(Network);
/// # let mae = ml_data::contract::MetricFn::mean::<Real>("mae", Direction::LowerIsBetter,
/// #     |y, p| (y - p).abs());
/// # let x = Dense::from_rows(1, (0..10).map(f64::from).collect())?;
/// # let data = Dataset::regression(x, vec![5.0; 10])?;
/// # let TrainTest { train, test } = data.train_test_split(Split::holdout(0.5))?;
/// # let mean = Mean(train.header().clone(), 2.0);
/// # let boosting = Boosting(train.header().clone(), 4.5);
/// # let network = Network(train.header().clone(), 3.0);
/// // Three fitted models of three types.
/// let models: Models<'_, Dense, Scores> =
///     &[("mean", &mean), ("boosting", &boosting), ("network", &network)];
/// let board = test.evaluate(models, &[&mae])?;
/// assert_eq!(board.best("mae")?, "boosting");
/// # Ok::<(), ml_data::Error>(())
/// ```
pub type Models<'a, R, P> = &'a [(&'a str, &'a dyn Predictor<R, P>)];

/// One model's scores.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ScoreRow {
    /// The model's name.
    pub model: String,
    /// One value a metric.
    pub scores: Vec<f64>,
}

/// Models by metrics, on one part. Prints as a table; [`to_markdown`](Self::to_markdown) for
/// reports, serde for files.
///
/// A board with intervals and paired differences is made by
/// `test.evaluate_by(&models, &Comparison::new(&[&RocAuc]))`, with `Comparison` of
/// `ml_eval::compare`: see [`Sample::evaluate_by`].
///
/// ```
/// use ml_data::contract::{Direction, ScoreRow, Scoreboard};
/// // As `test.evaluate(&[("mean", &mean), ("boosting", &boosting)], &[&Mae])?` makes it.
/// let row = |model: &str, mae| ScoreRow { model: model.into(), scores: vec![mae] };
/// let board = Scoreboard {
///     part: "test".into(),
///     metrics: vec![("mae".into(), Direction::LowerIsBetter)],
///     rows: vec![row("mean", 0.25), row("boosting", 0.125)],
/// };
/// assert_eq!(board.best("mae")?, "boosting");
/// assert_eq!(board.get("mean", "mae"), Some(0.25));
/// let lines = [
///     "test                mae-",
///     "mean             0.25000",
///     "boosting         0.12500",
///     "- lower is better",
/// ];
/// assert_eq!(board.to_string(), lines.join("\n"));
/// # Ok::<(), ml_data::Error>(())
/// ```
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
        let row = self.rows.iter().find(|r| r.model == model)?;
        row.scores.get(m).copied()
    }

    /// The best model by a metric, in the metric's direction; the first of equal ones. A model that
    /// scored `NaN` is never the best.
    ///
    /// # Errors
    /// [`Error::Unknown`] for a metric that the board does not have, with those it has;
    /// [`Error::Undefined`] if no model scored a number.
    pub fn best(&self, metric: &str) -> Result<&str> {
        let score = |row: &'_ ScoreRow, m: usize| row.scores.get(m).copied();
        best_model(&self.metrics, metric, &self.rows, |r| &r.model, score)
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
        write!(f, "\n{}", legend(&self.metrics))
    }
}

impl<R: Repr, Y: Target, P: Part> Sample<R, Y, P> {
    /// Scores models on these rows. [`Models`] has an example with models of several types.
    ///
    /// # Errors
    /// Two models or two metrics of one name; a model that can not predict them or a metric that
    /// can not score them.
    pub fn score(
        &self,
        models: Models<'_, R, Y::Prediction>,
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
    /// The models may be of any types: `test.evaluate(&[("boosting", &boost), ("forest",
    /// &forest)], &[&Rmse])?`; a list in a variable is [`Models`]. For intervals and paired
    /// differences of the same metrics, give them to `Comparison` of `ml_eval::compare`, and that
    /// to [`evaluate_by`](Self::evaluate_by): `test.evaluate_by(&models,
    /// &Comparison::new(&[&Rmse]))?`.
    ///
    /// # Errors
    /// Two models or two metrics of one name; a model that can not predict these rows or a metric
    /// that can not score them.
    pub fn evaluate(
        self,
        models: Models<'_, R, Y::Prediction>,
        metrics: &[&dyn Metric<Y>],
    ) -> Result<Scoreboard> {
        board(&self, models, metrics)
    }
}

fn board<R: Repr, Y: Target, P: Part>(
    sample: &Sample<R, Y, P>,
    models: Models<'_, R, Y::Prediction>,
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
