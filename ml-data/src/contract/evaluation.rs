//! Predictions of several models for the same rows, and what is made of them.

use super::erased::Predictor;
use super::evaluate::Models;
use crate::error::{Error, Result};
use crate::repr::Repr;
use crate::sample::{Part, Sample, Scorable, Target, Test};
use crate::validate::distinct;

/// The predictions of several models for the rows of a sample, with what belongs to the rows.
#[derive(Debug)]
pub struct Predicted<'a, Y: Target> {
    /// `valid`, `test` or `in-sample`.
    pub part: &'static str,
    /// The known answers.
    pub truth: &'a Y::Labels,
    /// How much each row counts.
    pub weights: Option<&'a [f64]>,
    /// The group of each row, of its own or the labels' queries.
    pub groups: Option<&'a [u32]>,
    /// Name and predictions of each model, in the order given.
    pub models: Vec<(&'a str, Y::Prediction)>,
}

/// Something that is made of the predictions of several models for the same rows, such as a board
/// with intervals. The rows of a test sample can not be read; this contract lets them be judged in
/// one call that uses the sample up.
///
/// ```
/// use ml_data::contract::{Evaluation, Predicted, Predictor};
/// use ml_data::prelude::*;
/// /// The largest error of each model.
/// struct Worst;
/// impl Evaluation<Real> for Worst {
///     type Board = Vec<f64>;
///     fn evaluate(&self, of: &Predicted<'_, Real>) -> Result<Vec<f64>> {
///         let worst = |p: &Scores| {
///             let errors = p.0.iter().zip(of.truth.values()).map(|(p, y)| (p - y).abs());
///             errors.fold(0.0, f64::max)
///         };
///         Ok(of.models.iter().map(|(_, p)| worst(p)).collect())
///     }
/// }
/// type Model = dyn Predictor<Table, Scores>;
/// fn judge(valid: &Sample<Table, Real, Valid>, model: &Model) -> Result<f64> {
///     Ok(valid.score_by(&[("mine", model)], &Worst)?[0])
/// }
/// ```
pub trait Evaluation<Y: Target> {
    /// The result.
    type Board;
    /// Judges the predictions.
    ///
    /// # Errors
    /// Predictions or labels that it is not defined for.
    fn evaluate(&self, of: &Predicted<'_, Y>) -> Result<Self::Board>;
}

impl<R: Repr, Y: Target, P: Part> Sample<R, Y, P> {
    /// Judges models on these rows.
    ///
    /// # Errors
    /// No model, two models of one name, a model that can not predict the rows, or as the
    /// evaluation.
    pub fn score_by<E: Evaluation<Y>>(
        &self,
        models: Models<'_, R, Y::Prediction>,
        how: &E,
    ) -> Result<E::Board>
    where
        P: Scorable,
    {
        how.evaluate(&self.predicted(models)?)
    }

    /// Predictions of the models for these rows.
    pub(super) fn predicted<'a>(
        &'a self,
        models: Models<'a, R, Y::Prediction>,
    ) -> Result<Predicted<'a, Y>> {
        if models.is_empty() {
            return Err(Error::Empty("list of models to score".into()));
        }
        distinct("model", models.iter().map(|m| m.0))?;
        let predict = |(name, model): &(&'a str, &dyn Predictor<R, Y::Prediction>)| {
            Ok((*name, model.predict_view(self.view())?))
        };
        Ok(Predicted {
            part: P::NAME,
            truth: self.labels(),
            weights: self.weights(),
            groups: self.groups(),
            models: models.iter().map(predict).collect::<Result<_>>()?,
        })
    }
}

impl<R: Repr, Y: Target> Sample<R, Y, Test> {
    /// Judges every model to be compared, in one call, and uses the test set up: `Comparison` of
    /// `ml_eval::compare` makes a board of intervals and paired differences,
    /// `test.evaluate_by(&[("boosting", &boost), ("forest", &forest)],
    /// &Comparison::new(&[&RocAuc]))?`.
    ///
    /// # Errors
    /// As [`Sample::score_by`].
    pub fn evaluate_by<E: Evaluation<Y>>(
        self,
        models: Models<'_, R, Y::Prediction>,
        how: &E,
    ) -> Result<E::Board> {
        how.evaluate(&self.predicted(models)?)
    }
}
