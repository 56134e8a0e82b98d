//! The boilerplate of a ranking metric.

/// The parts that every ranking metric has: constructor, policy for empty queries, the shared
/// trait, and `ml_data`'s `Metric` (rows of a query need not be adjacent).
macro_rules! ranking_metric {
    ($metric:ident, $name:literal $(, $parameter:ident: $default:expr)?) => {
        impl $metric {
            /// The metric over the first `k` ranks.
            #[must_use]
            pub fn at(k: usize) -> Self {
                let cutoff = super::formula::Cutoff::new($name, k);
                Self { cutoff $(, $parameter: $default)? }
            }

            /// The value of a query without a relevant document in the mean; 0 by default.
            #[must_use]
            pub fn no_relevant(mut self, policy: super::options::NoRelevant) -> Self {
                self.cutoff.no_relevant = policy;
                self
            }
        }

        impl super::metric::RankingMetric for $metric {}

        impl ml_data::contract::Metric<ml_data::sample::Relevance> for $metric {
            fn name(&self) -> &str {
                &self.cutoff.name
            }
            fn direction(&self) -> ml_data::contract::Direction {
                ml_data::contract::Direction::HigherIsBetter
            }
            fn score(
                &self,
                truth: &ml_data::sample::RelevanceLabels,
                predicted: &ml_data::sample::Scores,
                weights: Option<&[f64]>,
            ) -> $crate::error::Result<f64> {
                let (grades, ids) = (truth.grades(), truth.query_ids());
                super::queries::mean_by_id(self, &predicted.0, grades, ids, weights)
            }
        }
    };
}

pub(super) use ranking_metric;
