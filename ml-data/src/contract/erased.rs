//! Typed inside, erased at the edge: one virtual call around a whole fitted pipeline.

use super::model::{Estimator, Predict};
use super::step::Params;
use crate::error::{Error, Result};
use crate::repr::{Repr, View};
use crate::sample::{Prediction, Sample, Target, Train};
use std::sync::Arc;

/// A fitted model behind a pointer: keep it as `Arc<dyn Predictor<Table, Scores>>`, share it among
/// threads.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a fitted model of `{R}` rows with `{P}` predictions",
    label = "not a fitted model of these rows",
    note = "call `.fit(&train)?` first",
    note = "state that is no model of rows (a recommender, a catalogue) is saved with `artifact::save_state(\"name/1\", &state)`"
)]
pub trait Predictor<R: Repr, P: Prediction>: Send + Sync {
    /// Predicts all rows of a view.
    ///
    /// # Errors
    /// Other columns than the trained ones, or a value the model can not take.
    fn predict_view(&self, x: View<'_, R>) -> Result<P>;
    /// Predicts one row on its own. Many are quicker in a [`Session`].
    ///
    /// # Errors
    /// A value the model can not take.
    fn predict_single(&self, row: R::Row<'_>) -> Result<P::Buf>;
    /// The columns it was trained on.
    fn trained_on(&self) -> &R::Header;
    /// The kind of target it was trained on, if it knows.
    fn target(&self) -> Option<&'static str>;
    /// The model's type in words, without the paths of modules: what an artifact is told apart by.
    fn structure(&self) -> String;
    /// A session for one thread.
    fn session(self: Arc<Self>) -> Box<dyn Session<R, P>>;
    /// The fitted state, serialised.
    ///
    /// # Errors
    /// State that can not be written.
    fn payload(&self) -> Result<Vec<u8>>;
}

impl<R: Repr, P: Prediction, M: Predict<R, Prediction = P>> Predictor<R, P> for M {
    fn predict_view(&self, x: View<'_, R>) -> Result<P> {
        self.predict_batch(x)
    }
    fn predict_single(&self, row: R::Row<'_>) -> Result<P::Buf> {
        let mut out = P::Buf::default();
        self.predict_row(row, &mut M::Scratch::default(), &mut out)?;
        Ok(out)
    }
    fn trained_on(&self) -> &R::Header {
        self.input()
    }
    fn target(&self) -> Option<&'static str> {
        Predict::target(self)
    }
    fn structure(&self) -> String {
        structure::<M>()
    }
    fn session(self: Arc<Self>) -> Box<dyn Session<R, P>> {
        Box::new(Warm::<R, M> {
            model: self,
            scratch: M::Scratch::default(),
            out: P::Buf::default(),
        })
    }
    fn payload(&self) -> Result<Vec<u8>> {
        postcard::to_stdvec(self).map_err(|e| Error::encode("fitted state", e))
    }
}

/// The name of a type without the paths of modules, so that an artifact outlives a file that moves:
/// `FittedPipeline<Table, PerColumn<Fill>, FittedBoost>`.
///
/// ```
/// use ml_data::artifact::structure;
/// assert_eq!(structure::<Vec<ml_data::contract::Scored>>(), "Vec<Scored>");
/// ```
pub fn structure<M>() -> String {
    let (mut out, mut word) = (String::new(), String::new());
    for c in std::any::type_name::<M>().chars() {
        match c {
            ':' => word.clear(),
            c if c.is_alphanumeric() || c == '_' => word.push(c),
            c => {
                out.push_str(&word);
                word.clear();
                out.push(c);
            }
        }
    }
    out + &word
}

/// Predicts row after row on one thread with reused memory: a warm call allocates nothing.
pub trait Session<R: Repr, P: Prediction>: Send {
    /// The columns rows must have.
    fn header(&self) -> &R::Header;
    /// Predicts one row.
    ///
    /// # Errors
    /// A value the model can not take.
    fn predict(&mut self, row: R::Row<'_>) -> Result<P::Row<'_>>;
}

struct Warm<R: Repr, M: Predict<R>> {
    model: Arc<M>,
    scratch: M::Scratch,
    out: <M::Prediction as crate::repr::Rows>::Buf,
}

impl<R: Repr, M: Predict<R>> Session<R, M::Prediction> for Warm<R, M> {
    fn header(&self) -> &R::Header {
        self.model.input()
    }
    fn predict(
        &mut self,
        row: R::Row<'_>,
    ) -> Result<<M::Prediction as crate::repr::Rows>::Row<'_>> {
        <M::Prediction as crate::repr::Rows>::clear(&mut self.out);
        self.model
            .predict_row(row, &mut self.scratch, &mut self.out)?;
        Ok(<M::Prediction as crate::repr::Rows>::view(&self.out))
    }
}

/// An estimator behind a pointer, for searches over different model types.
pub trait ErasedEstimator<R: Repr, Y: Target>: Params {
    /// Checks parameters and learns.
    ///
    /// # Errors
    /// As `fit`.
    fn fit_erased(
        &self,
        train: &Sample<R, Y, Train>,
    ) -> Result<Arc<dyn Predictor<R, Y::Prediction>>>;
}

impl<R: Repr, Y: Target, E: Estimator<R, Y>> ErasedEstimator<R, Y> for E {
    fn fit_erased(
        &self,
        train: &Sample<R, Y, Train>,
    ) -> Result<Arc<dyn Predictor<R, Y::Prediction>>> {
        use super::model::Fit;
        Ok(Arc::new(self.fit(train)?))
    }
}
