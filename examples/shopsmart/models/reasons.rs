//! Reasons for the scores of boosting: Shapley values of its features.

use crate::data::trade::Trade;
use crate::features::judged::Judged;
use crate::models::rungs::Learned;
use crate::support::report::Report;
use ml_pipeline::models::boost::FittedBoost;
use ml_pipeline::models::tree::{Explainer, FeatureContribution};
use ml_pipeline::prelude::*;
use serde_json::json;

/// Rows of the validation window that importances are averaged over.
const ROWS: usize = 2_000;
/// Reasons shown.
const TOP: usize = 8;

/// Contributions of the features to scores: on average, and for one product of one visit.
pub struct Reasons {
    /// Mean absolute contribution, the largest first.
    mean: Vec<(String, f64)>,
    user: u32,
    product: String,
    expected: f64,
    score: f64,
    one: Vec<FeatureContribution>,
}

impl Reasons {
    /// Of the rows of the validation window; the one is the row with the highest score.
    pub fn of(boost: &FittedBoost, checked: &Judged, trade: &Trade) -> Result<Self> {
        let explainer = Explainer::new(boost.ensemble());
        let rows = View::new(&checked.x, RowSet::Range(0, checked.x.len().min(ROWS)));
        let importance = explainer.shap(rows)?.importance(0);
        let names = boost.feature_names().iter().map(str::to_string);
        let mut mean: Vec<(String, f64)> = names.zip(importance).collect();
        mean.sort_by(|a, b| b.1.total_cmp(&a.1));
        let scores = boost.raw_scores(View::all(&checked.x))?;
        let best = (0..scores.len()).max_by(|&a, &b| scores[a].total_cmp(&scores[b]));
        let best = best.ok_or_else(|| Error::Empty("validation rows".into()))?;
        let (user, item) = checked.ids[best];
        Ok(Self {
            mean,
            user,
            product: trade.items[item as usize].name.to_string(),
            expected: explainer.expected()[0],
            score: scores[best],
            one: explainer.explain_row(checked.x.row(best), 0, TOP)?,
        })
    }

    pub fn tell(&self, learned: &Learned, report: &mut Report) {
        report.part("What the scores of boosting are made of");
        let gains = learned.boost.gain_importance();
        let total: f64 = gains.iter().sum();
        let names = learned.boost.feature_names();
        let share = |name: &str| {
            let at = names.iter().position(|n| n == name);
            at.map_or(0.0, |c| gains[c] / total * 100.0)
        };
        let rows: Vec<Vec<String>> = self
            .mean
            .iter()
            .take(10)
            .map(|(name, mean)| {
                vec![
                    name.clone(),
                    format!("{mean:.3}"),
                    format!("{:.1} %", share(name)),
                ]
            })
            .collect();
        report.table(
            &["feature", "mean |SHAP| of a score", "share of gain"],
            &rows,
        );
        report.say(format!(
            "the highest score of the validation window, {:.2} where {:.2} is expected of any row: user {} and {}, because of",
            self.score, self.expected, self.user, self.product
        ));
        let reasons: Vec<Vec<String>> = self
            .one
            .iter()
            .map(|r| {
                vec![
                    r.feature.to_string(),
                    format!("{:.2}", r.value),
                    format!("{:+.3}", r.contribution),
                ]
            })
            .collect();
        report.table(&["reason", "value", "adds to the score"], &reasons);
        let json: Vec<_> = self
            .one
            .iter()
            .map(|r| json!({ "feature": r.feature, "value": r.value, "contribution": r.contribution }))
            .collect();
        report.set("reasons", json);
    }
}
