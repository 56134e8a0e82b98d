//! Ranking metrics: precision, recall, mean average precision and NDCG over the first k ranks.
//!
//! Three shapes of input, one set of formulas:
//! * graded documents of a query with a model's scores ([`RankingMetric::query`], [`RankingMetric::mean`],
//!   [`RankingMetric::matrix`]);
//! * recommended items in order against the items that were relevant ([`RankingMetric::list`]);
//! * a sample with relevance labels, through `ml_data`'s `Metric<Relevance>`.
//!
//! Libraries disagree on conventions. Ours, and how to get others':
//!
//! | question | here | to match |
//! |---|---|---|
//! | gain of a grade in NDCG | `2^grade - 1` (LightGBM, ranx `ndcg_burges`) | scikit-learn, ranx `ndcg`: [`Gain::Linear`] |
//! | average precision divided by | `min(k, relevant)` | ranx `map@k`: [`Denominator::AllRelevant`] |
//! | recall divided by | all relevant (ranx) | "reachable" recall: [`Denominator::Reachable`] |
//! | precision of a list shorter than k | divided by k (ranx) | |
//! | equal scores | mean over their orders (scikit-learn) | |
//! | query without a relevant document | counts 0 (scikit-learn, ranx) | left out: [`NoRelevant::Skip`] |

mod group;
mod list;
mod measure;
mod metrics;
mod options;
mod queries;
mod query;

pub(crate) use group::Group;
pub use list::Relevant;
pub use metrics::{MeanAveragePrecision, Ndcg, PrecisionAtK, RankingMetric, RecallAtK};
pub use options::{Denominator, Gain, NoRelevant};
pub(crate) use query::Scorer;

use crate::error::Result;

/// The settings behind a metric, for its name.
pub(crate) fn settings_of(metric: &impl RankingMetric) -> &metrics::Settings {
    metrics::sealed::Settled::settings(metric)
}

/// The mean over queries given by an id a row.
pub(crate) fn queries_of(
    metric: &impl RankingMetric,
    scores: &[f64],
    grades: &[f32],
    ids: &[u32],
    weights: Option<&[f64]>,
) -> Result<f64> {
    queries::mean_by_id(settings_of(metric), scores, grades, ids, weights)
}
