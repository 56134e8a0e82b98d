//! Ranking metrics: precision, recall, mean average precision and NDCG over the first k ranks.
//!
//! Three shapes of input, one set of formulas:
//! * graded documents of a query with a model's scores ([`RankingMetric::query`],
//!   [`RankingMetric::mean`], [`RankingMetric::matrix`]);
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

mod formula;
mod group;
mod list;
mod mean_average_precision;
mod metric;
mod ndcg;
mod options;
#[cfg(test)]
mod orders;
mod precision_at_k;
mod queries;
mod query;
mod ranking_metric;
mod recall_at_k;
mod relevant;
#[cfg(test)]
mod tests;

pub(crate) use group::Group;
pub(crate) use list::ListScorer;
pub use mean_average_precision::MeanAveragePrecision;
pub use metric::RankingMetric;
pub use ndcg::Ndcg;
pub use options::{Denominator, Gain, NoRelevant};
pub use precision_at_k::PrecisionAtK;
pub(crate) use query::Scorer;
pub use recall_at_k::RecallAtK;
pub use relevant::Relevant;
