//! Models that explain their scores.

use super::attributions::Attributions;
use super::explanation::Explanation;
use crate::contract::Predict;
use crate::error::{Error, Result};
use crate::repr::{Repr, RowSet, View};

/// A fitted model that says how much each column of a row adds to its scores.
///
/// Boosting and forests do, by Shapley values; a fitted pipeline does where its model does, in the
/// names of the columns that *it* reads: the parts of a category (one-hot columns) or of a time
/// (calendar columns) are added up. To keep them apart, explain the model on the rows that the
/// steps make: `pipeline.model.explain(View::all(&pipeline.steps.apply(x)?))`.
///
/// # Formula
/// ```text
/// expected + sum over columns of attribution = raw score
/// ```
/// for every row and output. `testkit::check_explain` checks this sum, that rows are explained
/// alone as in a batch, and that the number of threads changes no bit.
///
/// # Units
/// Those of the [raw score](Self::raw_scores): log odds of a binary target, logarithms of rates.
///
/// # Missing values
/// As in prediction.
///
/// ```
/// use ml_data::contract::{Attributions, Explain, Predict};
/// use ml_data::prelude::*;
///
/// /// A weighted sum: a column adds its weight times its distance from the mean.
/// #[derive(serde::Serialize, serde::Deserialize)]
/// struct Linear {
///     names: Names,
///     weights: Vec<f64>,
///     means: Vec<f64>,
/// }
/// impl Predict<Dense<f64>> for Linear {
///     type Prediction = Scores;
///     type Scratch = ();
///     fn input(&self) -> &Names {
///         &self.names
///     }
///     fn predict_row(&self, row: &[f64], _: &mut (), out: &mut f64) -> Result<()> {
///         *out = row.iter().zip(&self.weights).map(|(x, w)| x * w).sum();
///         Ok(())
///     }
/// }
/// impl Explain<Dense<f64>> for Linear {
///     type Prepared = ();
///     fn prepare(&self) {}
///     fn raw_scores(&self, x: View<'_, Dense<f64>>) -> Result<Vec<f64>> {
///         Ok(self.predict(x)?.0)
///     }
///     fn explain_with(&self, (): &(), x: View<'_, Dense<f64>>) -> Result<Attributions> {
///         x.data().check(&self.names)?;
///         let adds = |row: &[f64], c: usize| (row[c] - self.means[c]) * self.weights[c];
///         let values = x.iter().flat_map(|row| (0..row.len()).map(move |c| adds(row, c)));
///         let expected = self.means.iter().zip(&self.weights).map(|(m, w)| m * w).sum();
///         Attributions::new(self.names.clone(), ["score"], vec![expected], x.len(), values.collect())
///     }
/// }
///
/// let model = Linear { names: Names::new(["area", "rooms"]), weights: vec![2.0, 10.0], means: vec![50.0, 3.0] };
/// let x = Dense::new(model.names.clone(), vec![80.0, 2.0, 50.0, 3.0])?;
/// let why = model.explain_row(&x, 0)?;
/// assert_eq!((why.expected(), why.score()), (130.0, 180.0));
/// assert_eq!((&*why.reasons()[0].column, why.reasons()[0].attribution), ("area", 60.0));
/// assert_eq!(model.explain(View::all(&x))?.importances()?.iter().next().unwrap().value, 30.0);
/// # Ok::<(), ml_data::Error>(())
/// ```
///
/// # References
/// Lundberg and Lee, *A unified approach to interpreting model predictions* (NeurIPS 2017),
/// [doi:10.48550/arXiv.1705.07874](https://doi.org/10.48550/arXiv.1705.07874): the sum is their
/// local accuracy.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not explain its scores of `{R}` rows",
    label = "no attributions",
    note = "boosting does (`Dense`, `Sparse`), forests do (`Dense`), and pipelines that end in them"
)]
pub trait Explain<R: Repr>: Predict<R> {
    /// The model as explanations need it, made once for many calls; `()` where it needs nothing.
    type Prepared: Send + Sync;

    /// Prepares the model for explanations.
    fn prepare(&self) -> Self::Prepared;

    /// The scores that attributions add up to, before any link: row after row, a number an output.
    ///
    /// # Errors
    /// As [`Predict::predict`].
    fn raw_scores(&self, x: View<'_, R>) -> Result<Vec<f64>>;

    /// The attributions of the rows of a view, with the model prepared beforehand: for rows that
    /// come one by one.
    ///
    /// # Errors
    /// As [`Predict::predict`].
    fn explain_with(&self, prepared: &Self::Prepared, x: View<'_, R>) -> Result<Attributions>;

    /// The attributions of the rows of a view.
    ///
    /// # Errors
    /// As [`Predict::predict`].
    fn explain(&self, x: View<'_, R>) -> Result<Attributions> {
        self.explain_with(&self.prepare(), x)
    }

    /// The explanation of one row for people: reasons with their cells, the largest first. Of
    /// several outputs that with the highest score is explained; for another one take
    /// [`Attributions::explanation`].
    ///
    /// # Errors
    /// A row that is not there; as [`Predict::predict`].
    fn explain_row(&self, x: &R, row: usize) -> Result<Explanation> {
        if row >= x.len() {
            let found = format!("{row} of {} rows", x.len());
            let rule = "below the number of rows";
            return Err(Error::parameter("explain_row", "row", found, rule));
        }
        let attributions = self.explain(View::new(x, RowSet::Range(row, row + 1)))?;
        let schema = R::schema_of(x.header())?;
        let why = attributions.explanation(0, attributions.highest(0)?)?;
        Ok(why.with_cells(|name| schema.find(name).map(|c| x.cell_text(row, c))))
    }
}
