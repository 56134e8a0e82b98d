//! The ranking metrics as values.

use super::list::Relevant;
use super::measure::{Measure, discounts};
use super::options::{Denominator, Gain, NoRelevant};
use super::queries;
use super::query::Scorer;
use super::query::Scratch;
use crate::error::{self, Error, Result};
use crate::metric::score::Score;
use ndarray::ArrayView2;
use serde::{Deserialize, Serialize};

/// A formula, its cut-off and its conventions.
#[doc(hidden)]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Settings {
    pub(crate) measure: Measure,
    pub(crate) k: usize,
    pub(crate) no_relevant: NoRelevant,
    pub(crate) name: String,
}

impl Settings {
    fn new(measure: Measure, k: usize) -> Self {
        let mut settings = Self {
            measure,
            k,
            no_relevant: NoRelevant::default(),
            name: String::new(),
        };
        settings.rename();
        settings
    }

    fn rename(&mut self) {
        let kind = match self.measure {
            Measure::Precision => "precision",
            Measure::Recall(Denominator::AllRelevant) => "recall",
            Measure::Recall(Denominator::Reachable) => "recall_reachable",
            Measure::AveragePrecision(Denominator::Reachable) => "map",
            Measure::AveragePrecision(Denominator::AllRelevant) => "map_all_relevant",
            Measure::Ndcg(Gain::Exponential) => "ndcg",
            Measure::Ndcg(Gain::Linear) => "ndcg_linear",
        };
        self.name = format!("{kind}@{}", self.k);
    }

    pub(crate) fn scorer(&self, longest: usize) -> Result<Scorer> {
        if self.k == 0 {
            return Err(error::parameter("ranking metric", "k", 0, "at least 1"));
        }
        Ok(Scorer {
            measure: self.measure,
            k: self.k,
            discounts: discounts(self.k.min(longest)),
        })
    }
}

pub(crate) mod sealed {
    /// Only the metrics of this crate.
    pub trait Settled {
        #[doc(hidden)]
        fn settings(&self) -> &super::Settings;
    }
}

/// What the ranking metrics share: they score one query, many queries, a matrix, or a list of recommended items.
///
/// Documents are graded: 0 is not relevant, anything above is. Higher values are better, all lie in [0, 1].
///
/// # Ties
/// Documents with equal scores have no order of their own. The value is the mean over all their orders, in closed form
/// (McSherry and Najork 2008; scikit-learn's `ndcg_score` with its default `ignore_ties=False`), so a model that gives every
/// document the same score gains nothing from the order of the rows.
///
/// # Weights
/// A query has one weight: the weights of its rows must be equal, anything else is an error. A query of weight 2 counts like
/// the query twice, one of weight 0 not at all.
///
/// # Errors
/// `k` of 0; a score that is not a number, a grade that is negative or not finite (the row is named); lengths that differ;
/// no queries; no query left by [`NoRelevant::Skip`] or by the weights.
///
/// # References
/// McSherry, Najork: Computing Information Retrieval Performance Measures Efficiently in the Presence of Tied Scores.
/// ECIR 2008. <https://doi.org/10.1007/978-3-540-78646-7_38>
pub trait RankingMetric: sealed::Settled + Send + Sync {
    /// How many ranks count.
    fn k(&self) -> usize {
        self.settings().k
    }

    /// One query. `None` if no document is relevant.
    ///
    /// # Errors
    /// See the trait.
    fn query<S: Score, G: Copy + Into<f64>>(
        &self,
        scores: &[S],
        grades: &[G],
    ) -> Result<Option<f64>> {
        if scores.len() != grades.len() {
            return Err(error::length("grades", scores.len(), grades.len()));
        }
        self.settings()
            .scorer(scores.len())?
            .query(scores, grades, 0, &mut Scratch::default())
    }

    /// The value of each query, `None` where no document is relevant. `sizes` are the documents of each query, in row order
    /// (LightGBM's `group`).
    ///
    /// # Errors
    /// See the trait; sizes that do not add up to the rows.
    fn queries<S: Score, G: Copy + Into<f64> + Sync>(
        &self,
        scores: &[S],
        grades: &[G],
        sizes: &[usize],
    ) -> Result<Vec<Option<f64>>> {
        queries::values(
            self.settings(),
            scores,
            grades,
            &queries::bounds(scores.len(), grades.len(), sizes)?,
        )
    }

    /// The mean over queries. `weights` holds one weight a row.
    ///
    /// # Errors
    /// See the trait; sizes that do not add up to the rows.
    fn mean<S: Score, G: Copy + Into<f64> + Sync>(
        &self,
        scores: &[S],
        grades: &[G],
        sizes: &[usize],
        weights: Option<&[f64]>,
    ) -> Result<f64> {
        let bounds = queries::bounds(scores.len(), grades.len(), sizes)?;
        let values = queries::values(self.settings(), scores, grades, &bounds)?;
        queries::mean(
            self.settings(),
            &values,
            weights
                .map(|w| queries::weights(w, None, &bounds))
                .transpose()?
                .as_deref(),
        )
    }

    /// The mean over the rows of two matrices, a query a row and a document a column.
    ///
    /// # Errors
    /// See the trait; shapes that differ.
    fn matrix<S: Score, G: Copy + Into<f64> + Send + Sync>(
        &self,
        scores: ArrayView2<'_, S>,
        grades: ArrayView2<'_, G>,
    ) -> Result<f64> {
        if scores.dim() != grades.dim() {
            let shape = |(rows, columns)| format!("{rows} x {columns}");
            return Err(Error::value(
                "grades",
                format!("{}, as the scores", shape(scores.dim())),
                shape(grades.dim()),
            ));
        }
        let (scores, grades) = (scores.as_standard_layout(), grades.as_standard_layout());
        let (Some(s), Some(g)) = (scores.as_slice(), grades.as_slice()) else {
            return Err(Error::value(
                "matrix",
                "rows one after another",
                "another order",
            ));
        };
        self.mean(s, g, &vec![scores.ncols(); scores.nrows()], None)
    }

    /// One user: `recommended` best first, cut at `k`; a shorter list is not padded. `None` if nothing was relevant.
    ///
    /// The ideal list of NDCG is the best order of the relevant items, so it holds `min(k, relevant)` of them.
    ///
    /// # Errors
    /// `k` of 0; an item recommended twice.
    fn list(&self, recommended: &[u32], relevant: &Relevant<'_>) -> Result<Option<f64>> {
        let scorer = self
            .settings()
            .scorer(recommended.len().max(relevant.count()))?;
        scorer.list(recommended, relevant, &mut Vec::new())
    }
}

/// Precision at k: the share of the first k ranks that are relevant. A list shorter than k is still divided by k.
///
/// ```
/// use ml_eval::metric::{PrecisionAtK, RankingMetric};
/// let value = PrecisionAtK::at(2).query(&[0.9, 0.8, 0.1], &[1.0, 0.0, 1.0])?;
/// assert_eq!(value, Some(0.5));
/// # Ok::<(), ml_data::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PrecisionAtK(Settings);

/// Recall at k: the share of the relevant documents that are in the first k ranks.
///
/// Divided by all relevant documents unless [`denominator`](RecallAtK::denominator) says otherwise.
///
/// ```
/// use ml_eval::metric::{RankingMetric, RecallAtK};
/// let value = RecallAtK::at(1).query(&[0.9, 0.8, 0.1], &[1.0, 0.0, 1.0])?;
/// assert_eq!(value, Some(0.5));
/// # Ok::<(), ml_data::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RecallAtK(Settings);

/// Mean average precision at k: the precision at the rank of each relevant document among the first k, added up and divided
/// by `min(k, relevant)` unless [`denominator`](MeanAveragePrecision::denominator) says otherwise.
///
/// ```
/// use ml_eval::metric::{MeanAveragePrecision, RankingMetric};
/// let value = MeanAveragePrecision::at(3).query(&[0.9, 0.8, 0.1], &[1.0, 0.0, 1.0])?;
/// assert_eq!(value, Some((1.0 + 2.0 / 3.0) / 2.0));
/// # Ok::<(), ml_data::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MeanAveragePrecision(Settings);

/// Normalised discounted cumulative gain at k: the gains of the first k ranks, each divided by `log2(rank + 1)`, relative to
/// the best order of the same documents.
///
/// The gain of a grade is `2^grade - 1` unless [`gain`](Ndcg::gain) says otherwise; scikit-learn's `ndcg_score` is
/// `Ndcg::at(k).gain(Gain::Linear)`.
///
/// ```
/// use ml_eval::metric::{Gain, Ndcg, RankingMetric};
/// let value = Ndcg::at(10).gain(Gain::Linear).query(&[0.1, 0.2, 0.3, 4.0, 70.0], &[10.0, 0.0, 0.0, 1.0, 5.0])?;
/// assert!((value.unwrap() - 0.6956940443813076).abs() < 1e-15);
/// # Ok::<(), ml_data::Error>(())
/// ```
///
/// # References
/// Järvelin, Kekäläinen: Cumulated gain-based evaluation of IR techniques. ACM TOIS 20 (2002).
/// <https://doi.org/10.1145/582415.582418>
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Ndcg(Settings);

/// The parts every metric has: constructor, empty-query policy, the shared trait.
macro_rules! ranking_metric {
    ($name:ident, $measure:expr) => {
        impl $name {
            /// The metric over the first `k` ranks.
            #[must_use]
            pub fn at(k: usize) -> Self {
                Self(Settings::new($measure, k))
            }

            /// What a query without a relevant document does to the mean; it counts 0 by default.
            #[must_use]
            pub fn no_relevant(mut self, policy: NoRelevant) -> Self {
                self.0.no_relevant = policy;
                self
            }
        }

        impl sealed::Settled for $name {
            fn settings(&self) -> &Settings {
                &self.0
            }
        }

        impl RankingMetric for $name {}
    };
}

ranking_metric!(PrecisionAtK, Measure::Precision);
ranking_metric!(RecallAtK, Measure::Recall(Denominator::AllRelevant));
ranking_metric!(
    MeanAveragePrecision,
    Measure::AveragePrecision(Denominator::Reachable)
);
ranking_metric!(Ndcg, Measure::Ndcg(Gain::Exponential));

impl RecallAtK {
    /// What the hits are divided by; all relevant documents by default.
    #[must_use]
    pub fn denominator(mut self, by: Denominator) -> Self {
        self.0.measure = Measure::Recall(by);
        self.0.rename();
        self
    }
}

impl MeanAveragePrecision {
    /// What the precisions are divided by; `min(k, relevant)` by default.
    #[must_use]
    pub fn denominator(mut self, by: Denominator) -> Self {
        self.0.measure = Measure::AveragePrecision(by);
        self.0.rename();
        self
    }
}

impl Ndcg {
    /// What a grade is worth; `2^grade - 1` by default.
    #[must_use]
    pub fn gain(mut self, gain: Gain) -> Self {
        self.0.measure = Measure::Ndcg(gain);
        self.0.rename();
        self
    }
}
