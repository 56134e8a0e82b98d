//! The board of a comparison.

use crate::bootstrap::Estimate;
use crate::error::Result;
use crate::goal::Measured;
use crate::grid;
use ml_data::contract::{Direction, best_model, legend};
use serde::{Deserialize, Serialize};
use std::fmt;

/// One model's estimates.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ComparisonRow {
    /// The model's name.
    pub model: String,
    /// One estimate a metric.
    pub scores: Vec<Estimate>,
    /// This model minus the first one on the same rows, one a metric; empty for the first.
    pub against_first: Vec<Estimate>,
}

impl ComparisonRow {
    pub(super) fn new(model: &str) -> Self {
        Self {
            model: model.into(),
            scores: Vec::new(),
            against_first: Vec::new(),
        }
    }
}

/// Whether a difference is one: its interval does not hold 0.
fn apart(difference: &Estimate) -> bool {
    !difference.interval.contains(0.0)
}

/// Models by metrics with intervals, in the order given. Prints as a table;
/// [`to_markdown`](Self::to_markdown) for reports, serde for files. A difference whose interval
/// does not hold 0 is marked `*`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ComparisonBoard {
    /// `valid`, `test` or `in-sample`.
    pub part: String,
    /// Metric names with their direction.
    pub metrics: Vec<(String, Direction)>,
    /// Number of rows.
    pub count: usize,
    /// Number of units that were drawn: groups, or rows.
    pub units: usize,
    /// Whether the units are groups.
    pub grouped: bool,
    /// One row a model.
    pub rows: Vec<ComparisonRow>,
}

impl ComparisonBoard {
    /// The estimate of a model on a metric.
    #[must_use]
    pub fn get(&self, model: &str, metric: &str) -> Option<Estimate> {
        self.row(model)?.scores.get(self.metric(metric)?).copied()
    }

    /// The model minus the first one on a metric; `None` for the first.
    #[must_use]
    pub fn against_first(&self, model: &str, metric: &str) -> Option<Estimate> {
        let all = &self.row(model)?.against_first;
        all.get(self.metric(metric)?).copied()
    }

    /// The best model by a metric, in the metric's direction; the first of equal ones. A model that
    /// scored `NaN` is never the best. Whether it is better than the others for sure, its
    /// [`against_first`](Self::against_first) says.
    ///
    /// # Errors
    /// [`Error::Unknown`](ml_data::Error::Unknown) for a metric that the board does not have, with
    /// those it has; [`Error::Undefined`](ml_data::Error::Undefined) if no model scored a number.
    pub fn best(&self, metric: &str) -> Result<&str> {
        let score = |row: &'_ ComparisonRow, m: usize| row.scores.get(m).map(|e| e.value);
        best_model(&self.metrics, metric, &self.rows, |r| &r.model, score)
    }

    /// A model's figures as the [`Gate`](crate::goal::Gate) reads them, with the paired intervals
    /// against the first model; `None` if there is no such model.
    #[must_use]
    pub fn measured(&self, model: &str) -> Option<Measured> {
        let row = self.row(model)?;
        let mut measured = Measured::new();
        for (i, (name, _)) in self.metrics.iter().enumerate() {
            let value = row.scores.get(i)?.value;
            measured = match row.against_first.get(i) {
                Some(difference) => measured.compared(name, value, *difference),
                None => measured.metric(name, value),
            };
        }
        Some(measured)
    }

    /// The table in Markdown.
    #[must_use]
    pub fn to_markdown(&self) -> String {
        format!("{}\n\n{}", self.title(), grid::markdown(&self.cells()))
    }

    fn row(&self, model: &str) -> Option<&ComparisonRow> {
        self.rows.iter().find(|r| r.model == model)
    }

    fn metric(&self, name: &str) -> Option<usize> {
        self.metrics.iter().position(|(n, _)| n == name)
    }

    fn title(&self) -> String {
        let first = self.rows.first().and_then(|r| r.scores.first());
        let level = first.map_or(0.0, |e| e.interval.level * 100.0);
        let by = match self.grouped {
            true => format!("by group, of {}", self.units),
            false => "by row".to_owned(),
        };
        format!(
            "{}: {} rows; {level}% intervals {by}",
            self.part, self.count
        )
    }

    fn cells(&self) -> Vec<Vec<String>> {
        let mut head = vec!["model".to_owned()];
        for (name, direction) in &self.metrics {
            head.push(format!("{name}{}", direction.sign()));
            head.push("against first".to_owned());
        }
        let mut cells = vec![head];
        for row in &self.rows {
            let mut line = vec![row.model.clone()];
            for (i, score) in row.scores.iter().enumerate() {
                line.push(score.to_string());
                line.push(match row.against_first.get(i) {
                    None => "-".to_owned(),
                    Some(d) if apart(d) => format!("{d:+} *"),
                    Some(d) => format!("{d:+}"),
                });
            }
            cells.push(line);
        }
        cells
    }
}

impl fmt::Display for ComparisonBoard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (table, signs) = (grid::text(&self.cells()), legend(&self.metrics));
        write!(f, "{}\n{table}\n{signs}", self.title())?;
        let all = self.rows.iter().flat_map(|r| &r.against_first);
        if all.into_iter().any(apart) {
            f.write_str(", * the interval of the difference does not hold 0")?;
        }
        Ok(())
    }
}
