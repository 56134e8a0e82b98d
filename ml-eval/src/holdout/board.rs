//! The comparison of rankers on a held-out set.

use crate::bootstrap::{Estimate, IntervalMethod};
use crate::error::Result;
use crate::goal::Measured;
use crate::grid;
use ml_data::contract::{Direction, best_model};
use serde::{Deserialize, Serialize};
use std::fmt;

/// One model's figures, means over users.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RankingRow {
    /// The model's name.
    pub model: String,
    /// Normalised discounted cumulative gain over the first k ranks, gain `2^grade - 1`.
    pub ndcg: Estimate,
    /// Average precision, divided by `min(k, relevant)`.
    pub map: f64,
    /// Share of the relevant items among the k.
    pub recall: f64,
    /// Share of the k that is relevant.
    pub precision: f64,
    /// Share of the catalogue that was recommended to anyone.
    pub coverage: f64,
    /// Share of the queries that got any item.
    pub answered: f64,
    /// Median time of a ranking call, microseconds, with all threads busy.
    pub p50_us: f64,
    /// 95th percentile of the same.
    pub p95_us: f64,
    /// 99th percentile of the same.
    pub p99_us: f64,
    /// NDCG of this model minus the first one's, on the same users; `None` for the first.
    pub against_first: Option<Estimate>,
    /// NDCG of this model minus the previous one's, on the same users; `None` for the first.
    pub against_previous: Option<Estimate>,
    /// Method of the interval of `ndcg`.
    #[serde(default)]
    pub method: Option<IntervalMethod>,
    /// Method of the intervals of the differences; `None` for the first.
    #[serde(default)]
    pub difference_method: Option<IntervalMethod>,
    /// Whether enough users tell the models apart, see
    /// [`BootstrapResult::trusted`](crate::bootstrap::BootstrapResult::trusted); a difference that
    /// few users carry is marked `?` in the table.
    #[serde(default = "yes")]
    pub trusted: bool,
}

fn yes() -> bool {
    true
}

/// Models by figures, in the order given. Prints as a table; [`to_markdown`](Self::to_markdown) for
/// reports, serde for files.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RankingBoard {
    /// `valid` or `test`.
    pub part: String,
    /// Number of ranks that counted.
    pub k: usize,
    /// Number of queries.
    pub queries: usize,
    /// Number of users; the figures are means over users.
    pub users: usize,
    /// Size of the catalogue.
    pub items: usize,
    /// One row a model.
    pub rows: Vec<RankingRow>,
}

impl RankingBoard {
    /// The row of a model.
    #[must_use]
    pub fn row(&self, model: &str) -> Option<&RankingRow> {
        self.rows.iter().find(|r| r.model == model)
    }

    /// A model's figures as the [`Gate`](crate::goal::Gate) reads them: `ndcg@k` with its paired
    /// interval against the first model, `map@k`, `recall@k`, `precision@k`, `coverage`, and the
    /// 95th percentile of a call.
    ///
    /// `None` if there is no such model. The first model is the baseline and has no interval
    /// against itself.
    #[must_use]
    pub fn measured(&self, model: &str) -> Option<Measured> {
        let row = self.row(model)?;
        let [(ndcg, value), rest @ ..] = self.figures(row);
        let first = match row.against_first {
            Some(difference) => Measured::new().compared(ndcg, value, difference),
            None => Measured::new().metric(ndcg, value),
        };
        let all = rest
            .into_iter()
            .fold(first, |m, (name, v)| m.metric(name, v));
        Some(all.p95_latency_ms(row.p95_us / 1e3))
    }

    /// The best model by `ndcg@k`, `map@k`, `recall@k`, `precision@k` or `coverage`; the first of
    /// equal ones. Whether it is better than the others for sure, its `against_first` says.
    ///
    /// # Errors
    /// [`Error::Unknown`](ml_data::Error::Unknown) for another metric, with those of the board;
    /// [`Error::Undefined`](ml_data::Error::Undefined) if no model has a number.
    pub fn best(&self, metric: &str) -> Result<&str> {
        let names = self.rows.first().map(|row| self.figures(row));
        let names = names.into_iter().flatten().map(|(name, _)| name);
        let metrics: Vec<_> = names
            .map(|name| (name, Direction::HigherIsBetter))
            .collect();
        let score = |row: &'_ RankingRow, at: usize| self.figures(row).get(at).map(|(_, v)| *v);
        best_model(&metrics, metric, &self.rows, |r| &r.model, score)
    }

    /// The figures of which more is better, by name.
    fn figures(&self, row: &RankingRow) -> [(String, f64); 5] {
        let at = |metric: &str| format!("{metric}@{}", self.k);
        [
            (at("ndcg"), row.ndcg.value),
            (at("map"), row.map),
            (at("recall"), row.recall),
            (at("precision"), row.precision),
            ("coverage".into(), row.coverage),
        ]
    }

    /// The table in Markdown.
    #[must_use]
    pub fn to_markdown(&self) -> String {
        format!("{}\n\n{}", self.title(), grid::markdown(&self.cells()))
    }

    fn title(&self) -> String {
        let level = self
            .rows
            .first()
            .map_or(0.0, |r| r.ndcg.interval.level * 100.0);
        let mut text = format!(
            "{}: {} queries of {} users, {} items; {level}% intervals by user",
            self.part, self.queries, self.users, self.items
        );
        let named = |of: fn(&RankingRow) -> Option<IntervalMethod>| self.rows.iter().find_map(of);
        if let Some(method) = named(|r| r.method) {
            text += &format!(" ({method}");
            if let Some(method) = named(|r| r.difference_method) {
                text += &format!("; differences: {method}");
            }
            text.push(')');
        }
        text
    }

    fn cells(&self) -> Vec<Vec<String>> {
        let k = self.k;
        let head = [
            "model",
            &format!("ndcg@{k}"),
            "against first",
            "against previous",
            &format!("map@{k}"),
            &format!("recall@{k}"),
        ];
        let tail = [
            &format!("precision@{k}"),
            "coverage",
            "answered",
            "p50 us",
            "p99 us",
        ];
        let mut cells = vec![
            head.into_iter()
                .chain(tail)
                .map(str::to_owned)
                .collect::<Vec<_>>(),
        ];
        let difference = |d: &Option<Estimate>, trusted: bool| match (d, trusted) {
            (None, _) => "-".to_owned(),
            (Some(d), true) => format!("{d:+}"),
            (Some(d), false) => format!("{d:+} ?"),
        };
        cells.extend(self.rows.iter().map(|r| {
            vec![
                r.model.clone(),
                r.ndcg.to_string(),
                difference(&r.against_first, r.trusted),
                difference(&r.against_previous, r.trusted),
                format!("{:.4}", r.map),
                format!("{:.4}", r.recall),
                format!("{:.4}", r.precision),
                format!("{:.3}", r.coverage),
                format!("{:.3}", r.answered),
                format!("{:.1}", r.p50_us),
                format!("{:.1}", r.p99_us),
            ]
        }));
        cells
    }
}

impl fmt::Display for RankingBoard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\n{}", self.title(), grid::text(&self.cells()))?;
        let differences = self.rows.iter().any(|r| r.against_first.is_some());
        if differences {
            write!(f, "\ndifferences are of ndcg@{}", self.k)?;
        }
        if differences && self.rows.iter().any(|r| !r.trusted) {
            f.write_str(", ? few users carry the difference: it is not to be trusted")?;
        }
        Ok(())
    }
}
