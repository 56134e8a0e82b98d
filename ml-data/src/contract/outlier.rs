//! Scores of how unlike the others a row is.

use super::model::Predict;
use crate::error::Result;
use crate::repr::{Repr, View};
use crate::sample::Scores;

/// A fitted model whose predictions say how abnormal a row is: **the higher, the more abnormal**.
///
/// scikit-learn turns the sign: its `score_samples` is lower for abnormal rows, and its
/// `decision_function` below 0 for outliers. Of an isolation forest, `-score` is `score_samples`
/// and `threshold - score` is `decision_function`.
///
/// # Units
/// The model's own: compare scores with the model's [`threshold`](Self::threshold), or with each
/// other.
///
/// ```
/// use ml_data::contract::{OutlierScore, Predict};
/// use ml_data::prelude::*;
///
/// /// The distance from 0.
/// #[derive(serde::Serialize, serde::Deserialize)]
/// struct Distance(Names);
/// impl Predict<Dense<f64>> for Distance {
///     type Prediction = Scores;
///     type Scratch = ();
///     fn input(&self) -> &Names {
///         &self.0
///     }
///     fn predict_row(&self, row: &[f64], _: &mut (), out: &mut f64) -> Result<()> {
///         *out = row[0].abs();
///         Ok(())
///     }
/// }
/// impl OutlierScore<Dense<f64>> for Distance {
///     fn threshold(&self) -> f64 {
///         3.0
///     }
/// }
/// let x = Dense::from_rows(1, vec![0.5, -4.0, 3.0])?;
/// let model = Distance(x.names().clone());
/// assert_eq!(model.outliers(View::all(&x))?, [false, true, false]);
/// # Ok::<(), ml_data::Error>(())
/// ```
pub trait OutlierScore<R: Repr>: Predict<R, Prediction = Scores> {
    /// Rows with a higher score are outliers.
    fn threshold(&self) -> f64;

    /// Whether each row of a view is an outlier: its score is above the threshold.
    ///
    /// # Errors
    /// As [`Predict::predict`].
    fn outliers(&self, x: View<'_, R>) -> Result<Vec<bool>> {
        let scores = self.predict(x)?.0;
        Ok(scores.iter().map(|s| *s > self.threshold()).collect())
    }
}

impl<R, T, M> OutlierScore<R> for super::FittedPipeline<R, T, M>
where
    R: Repr,
    T: super::Apply<R>,
    M: OutlierScore<T::Out>,
{
    fn threshold(&self) -> f64 {
        self.model.threshold()
    }
}
