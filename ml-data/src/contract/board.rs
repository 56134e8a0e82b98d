//! The best model of a board, and the legend below it.

use super::metric::Direction;
use crate::error::{Error, Result};

/// The name of the best row of a board by a metric: what `best` of each board answers.
///
/// # Errors
/// [`Error::Unknown`] for a metric that the board does not have; [`Error::Undefined`] if no row has
/// a number.
#[doc(hidden)]
pub fn best_model<'b, R>(
    metrics: &[(String, Direction)],
    metric: &str,
    rows: &'b [R],
    name: impl Fn(&'b R) -> &'b str,
    score: impl Fn(&'b R, usize) -> Option<f64>,
) -> Result<&'b str> {
    let Some(at) = metrics.iter().position(|(name, _)| name == metric) else {
        return Err(Error::Unknown {
            what: "metric of the board".into(),
            name: metric.into(),
            known: metrics.iter().map(|(name, _)| name.clone()).collect(),
        });
    };
    let scores = rows.iter().map(|row| score(row, at).unwrap_or(f64::NAN));
    let best = metrics[at].1.best(scores);
    best.map(|row| name(&rows[row])).ok_or_else(|| {
        Error::undefined(
            format!("the best model by {metric}"),
            "no model scored a number",
        )
    })
}

/// The signs of a board's metrics, explained: `+ higher is better, - lower is better`.
#[doc(hidden)]
#[must_use]
pub fn legend(metrics: &[(String, Direction)]) -> String {
    let occurs = |d: &Direction| metrics.iter().any(|(_, of)| of == d);
    let both = [Direction::HigherIsBetter, Direction::LowerIsBetter];
    let signs: Vec<&str> = both
        .iter()
        .filter(|d| occurs(d))
        .map(|d| d.legend())
        .collect();
    signs.join(", ")
}
