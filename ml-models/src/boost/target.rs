//! The targets that boosting learns, and what differs between them.

use ml_data::sample::{
    Binary, Class, Part, Probabilities, Readable, Real, Relevance, Sample, Scores, Target,
};
use ml_data::{Error, Result};

use super::evals::EvalsResult;
use super::fit::Learned;
use super::model::{FittedBoost, FittedBoostClassifier};
use super::params::STEP;
use super::rows::{LabelsRef, SampleRef, Source};
use crate::tree::{Ensemble, Matrix};

/// Targets that [`Boost`](super::Boost) learns: [`Real`], [`Binary`], [`Class`] and [`Relevance`].
pub trait BoostTarget: sealed::Erase {}

impl<Y: sealed::Erase> BoostTarget for Y {}

pub(crate) mod sealed {
    use super::*;

    /// A target whose labels are told apart when the program runs, and the model that predicts it.
    pub trait Erase: Target {
        type Model: Send + Sync;
        fn labels(labels: &Self::Labels) -> LabelsRef<'_>;
        fn model(learned: Learned, labels: &Self::Labels) -> Result<Self::Model>;
        /// A model's trees, if they predict what these labels say.
        fn ensemble<'a>(model: &'a Self::Model, labels: &Self::Labels) -> Result<&'a Ensemble>;
        fn evals(model: &Self::Model) -> &EvalsResult;
        /// From numbers row after row.
        fn predictions(labels: &Self::Labels, flat: Vec<f64>) -> Result<Self::Prediction>;
    }
}

/// Targets of one score a row.
macro_rules! one_score {
    ($($target:ident),*) => {$(
        impl sealed::Erase for $target {
            type Model = FittedBoost;
            fn labels(labels: &Self::Labels) -> LabelsRef<'_> {
                LabelsRef::$target(labels)
            }
            fn model(learned: Learned, _: &Self::Labels) -> Result<FittedBoost> {
                FittedBoost::new(learned)
            }
            fn ensemble<'a>(model: &'a FittedBoost, _: &Self::Labels) -> Result<&'a Ensemble> {
                Ok(model.ensemble())
            }
            fn evals(model: &FittedBoost) -> &EvalsResult {
                model.evals_result()
            }
            fn predictions(_: &Self::Labels, flat: Vec<f64>) -> Result<Scores> {
                Ok(Scores(flat))
            }
        }
    )*};
}
one_score!(Real, Binary, Relevance);

impl sealed::Erase for Class {
    type Model = FittedBoostClassifier;
    fn labels(labels: &Self::Labels) -> LabelsRef<'_> {
        LabelsRef::Class(labels)
    }
    fn model(learned: Learned, labels: &Self::Labels) -> Result<FittedBoostClassifier> {
        FittedBoostClassifier::new(learned, labels.classes().to_vec())
    }
    fn ensemble<'a>(
        model: &'a FittedBoostClassifier,
        labels: &Self::Labels,
    ) -> Result<&'a Ensemble> {
        if model.classes() != labels.classes() {
            return Err(Error::Schema(format!(
                "{STEP}: the model has the classes {:?}, the labels {:?}",
                model.classes(),
                labels.classes()
            )));
        }
        Ok(model.ensemble())
    }
    fn evals(model: &FittedBoostClassifier) -> &EvalsResult {
        model.evals_result()
    }
    fn predictions(labels: &Self::Labels, flat: Vec<f64>) -> Result<Probabilities> {
        Probabilities::new(labels.classes().len(), flat)
    }
}

/// A sample without its types.
pub(super) fn sample_ref<R: Matrix, Y: BoostTarget, P: Part + Readable>(
    sample: &Sample<R, Y, P>,
) -> SampleRef<'_> {
    SampleRef {
        x: Source::Rows(R::any_view(sample.x())),
        labels: Y::labels(sample.y()),
        weights: sample.weights(),
        init_score: sample.init_score(),
    }
}
