//! Reasons for the scores of boosting: Shapley values of its features.

use crate::data::trade::Trade;
use crate::features::judged::Judged;
use crate::models::rungs::Learned;
use crate::support::report::Report;
use ml_pipeline::data::contract::{Explanation, Importances};
use ml_pipeline::models::boost::FittedBoost;
use ml_pipeline::prelude::*;
use serde_json::json;

/// Rows of the validation window that importances are averaged over.
const ROWS: usize = 2_000;
/// Reasons shown.
const TOP: usize = 8;

/// Contributions of the features to scores: on average, and for one product of one visit.
pub struct Reasons {
    /// Mean absolute contribution, the largest first.
    mean: Importances,
    user: u32,
    product: String,
    one: Explanation,
}

impl Reasons {
    /// Of the rows of the validation window; the one is the row with the highest score.
    pub fn of(boost: &FittedBoost, checked: &Judged, trade: &Trade) -> Result<Self> {
        let rows = View::new(&checked.x, RowSet::Range(0, checked.x.len().min(ROWS)));
        let mean = boost.explain(rows)?.importances()?;
        let scores = boost.raw_scores(View::all(&checked.x))?;
        let best = (0..scores.len()).max_by(|&a, &b| scores[a].total_cmp(&scores[b]));
        let best = best.ok_or_else(|| Error::Empty("validation rows".into()))?;
        let (user, item) = checked.ids[best];
        Ok(Self {
            mean,
            user,
            product: trade.items[item as usize].name.to_string(),
            one: boost.explain_row(&checked.x, best)?.top(TOP),
        })
    }

    pub fn tell(&self, learned: &Learned, report: &mut Report) {
        report.part("What the scores of boosting are made of");
        let gains = learned.boost.importances(ImportanceKind::Gain);
        let share = |name: &str| {
            let share = gains.as_ref().ok().and_then(|gains| gains.share(name));
            share.unwrap_or(0.0) * 100.0
        };
        let rows: Vec<Vec<String>> = self
            .mean
            .iter()
            .take(10)
            .map(|i| {
                vec![
                    i.column.to_string(),
                    format!("{:.3}", i.value),
                    format!("{:.1} %", share(&i.column)),
                ]
            })
            .collect();
        report.table(
            &["feature", "mean |SHAP| of a score", "share of gain"],
            &rows,
        );
        report.say(format!(
            "the highest score of the validation window, {:.2} where {:.2} is expected of any row: user {} and {}, because of",
            self.one.score(), self.one.expected(), self.user, self.product
        ));
        let reasons: Vec<Vec<String>> = self
            .one
            .reasons()
            .iter()
            .map(|r| {
                vec![
                    r.column.to_string(),
                    r.cell.clone(),
                    format!("{:+.3}", r.attribution),
                ]
            })
            .collect();
        report.table(&["reason", "value", "adds to the score"], &reasons);
        let json: Vec<_> = self
            .one
            .reasons()
            .iter()
            .map(|r| json!({ "feature": r.column, "value": r.cell, "contribution": r.attribution }))
            .collect();
        report.set("reasons", json);
    }
}
