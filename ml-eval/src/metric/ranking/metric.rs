//! The shapes of input that every ranking metric scores.

use super::formula::Formula;
use super::list::ListScorer;
#[cfg(doc)]
use super::options::NoRelevant;
use super::queries;
use super::query::{Scorer, Scratch};
use super::relevant::Relevant;
use crate::error::{self, Error, Result};
use crate::score::Score;
use ndarray::ArrayView2;

/// Scoring of one query, many queries, a matrix, or a list of recommended items.
///
/// Documents are graded: 0 is not relevant, anything above is. Higher values are better, all lie in
/// [0, 1]. Sealed.
///
/// # Ties
/// Documents with equal scores have no order of their own. The value is the mean over all their
/// orders, in closed form (McSherry and Najork 2008; scikit-learn's `ndcg_score` with its default
/// `ignore_ties=False`), so a model that gives every document the same score gains nothing from the
/// order of the rows.
///
/// # Weights
/// A query has one weight: the weights of its rows must be equal, anything else is an error. A
/// query of weight 2 counts like the query twice, one of weight 0 not at all.
///
/// # Zero division
/// A query without a relevant document counts 0 in a mean, or is left out: [`NoRelevant`].
///
/// # Errors
/// `k` of 0; a score that is not a number, a grade that is negative or not finite (the row is
/// named); lengths that differ; no queries; no query left by [`NoRelevant::Skip`] or by the
/// weights.
///
/// # References
/// McSherry, Najork: Computing Information Retrieval Performance Measures Efficiently in the
/// Presence of Tied Scores. ECIR 2008. <https://doi.org/10.1007/978-3-540-78646-7_38>
pub trait RankingMetric: Formula {
    /// Number of ranks that count.
    fn k(&self) -> usize {
        self.cutoff().k
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
        Scorer::new(self, scores.len())?.query(scores, grades, 0, &mut Scratch::default())
    }

    /// The value of each query, `None` where no document is relevant. `sizes` are the documents of
    /// each query, in row order (LightGBM's `group`).
    ///
    /// # Errors
    /// See the trait; sizes that do not add up to the rows.
    fn queries<S: Score, G: Copy + Into<f64> + Sync>(
        &self,
        scores: &[S],
        grades: &[G],
        sizes: &[usize],
    ) -> Result<Vec<Option<f64>>> {
        let bounds = queries::bounds(scores.len(), grades.len(), sizes)?;
        queries::values(self, scores, grades, &bounds)
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
        let values = queries::values(self, scores, grades, &bounds)?;
        let weights = weights.map(|w| queries::weights(w, None, &bounds));
        queries::mean(self.cutoff(), &values, weights.transpose()?.as_deref())
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

    /// One user: `recommended` best first, cut at `k`; a shorter list is not padded. `None` if
    /// nothing was relevant.
    ///
    /// The ideal list of NDCG is the best order of the relevant items, so it holds
    /// `min(k, relevant)` of them.
    ///
    /// # Errors
    /// `k` of 0; an item recommended twice.
    fn list(&self, recommended: &[u32], relevant: &Relevant<'_>) -> Result<Option<f64>> {
        let longest = recommended.len().max(relevant.count());
        Scorer::new(self, longest)?.list(recommended, relevant, &mut Vec::new())
    }
}
