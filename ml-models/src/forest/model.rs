//! Fitted forests.

use ml_data::contract::Predict;
use ml_data::repr::{Dense, Float, Names, View};
use ml_data::sample::{Probabilities, Scores};
use ml_data::{Error, Result};
use serde::{Deserialize, Serialize};

use super::fit::Learned;
use super::oob::Oob;
use crate::tree::{Ensemble, Scratch, Tree};

/// A fitted forest or tree of numbers, or of two classes: predicts the mean of its trees, which of
/// two classes is the probability of the positive one.
///
/// Rows may be `f32` or `f64`; a row and a batch give the same bits. [`ensemble`](Self::ensemble)
/// has the trees, importances and contributions.
///
/// # Missing values
///
/// `NaN` takes the side its split has learned.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "(Ensemble, Option<Oob>)", into = "(Ensemble, Option<Oob>)")]
pub struct FittedForest {
    ensemble: Ensemble,
    oob: Option<Oob>,
}

/// A fitted forest or tree of several classes: predicts a probability for each, in the order of
/// [`classes`](Self::classes), which is the mean of its trees' shares.
///
/// [`ensemble`](Self::ensemble) has one tree for each class where one was grown, with equal splits:
/// the gain of a split is divided among them, and [`split_importance`](Self::split_importance)
/// counts a split once a class.
///
/// # Missing values
///
/// `NaN` takes the side its split has learned.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Stored", into = "Stored")]
pub struct FittedForestClassifier {
    ensemble: Ensemble,
    oob: Option<Oob>,
    classes: Vec<Box<str>>,
}

type Stored = (Ensemble, Option<Oob>, Vec<Box<str>>);

impl TryFrom<(Ensemble, Option<Oob>)> for FittedForest {
    type Error = String;

    fn try_from((ensemble, oob): (Ensemble, Option<Oob>)) -> Result<Self, String> {
        match ensemble.outputs() {
            1 => Ok(Self { ensemble, oob }),
            outputs => Err(format!(
                "a forest of {outputs} outputs, where one is expected"
            )),
        }
    }
}

impl From<FittedForest> for (Ensemble, Option<Oob>) {
    fn from(model: FittedForest) -> Self {
        (model.ensemble, model.oob)
    }
}

impl TryFrom<Stored> for FittedForestClassifier {
    type Error = String;

    fn try_from((ensemble, oob, classes): Stored) -> Result<Self, String> {
        match ensemble.outputs() {
            outputs if outputs == classes.len() => Ok(Self {
                ensemble,
                oob,
                classes,
            }),
            outputs => Err(format!(
                "a forest of {outputs} outputs for {} classes",
                classes.len()
            )),
        }
    }
}

impl From<FittedForestClassifier> for Stored {
    fn from(model: FittedForestClassifier) -> Self {
        (model.ensemble, model.oob, model.classes)
    }
}

fn refused(step: &'static str) -> impl Fn(String) -> Error {
    move |reason| Error::Fit { step, reason }
}

impl FittedForest {
    pub(super) fn new(step: &'static str, learned: Learned) -> Result<Self> {
        Self::try_from((learned.ensemble, learned.oob)).map_err(refused(step))
    }
}

impl FittedForestClassifier {
    pub(super) fn new(
        step: &'static str,
        learned: Learned,
        classes: Vec<Box<str>>,
    ) -> Result<Self> {
        Self::try_from((learned.ensemble, learned.oob, classes)).map_err(refused(step))
    }

    /// Names of the classes, in the order of the probabilities.
    #[must_use]
    pub fn classes(&self) -> &[Box<str>] {
        &self.classes
    }
}

/// Methods of both models.
macro_rules! about {
    ($model:ty) => {
        impl $model {
            /// The trees that predict.
            #[must_use]
            pub fn ensemble(&self) -> &Ensemble {
                &self.ensemble
            }

            /// The trees, in the order they were grown.
            #[must_use]
            pub fn trees(&self) -> &[Tree] {
                self.ensemble.trees()
            }

            /// Names of the feature columns.
            #[must_use]
            pub fn feature_names(&self) -> &Names {
                self.ensemble.names()
            }

            /// Number of nodes that each feature splits, in column order.
            #[must_use]
            pub fn split_importance(&self) -> Vec<u64> {
                self.ensemble.split_importance()
            }

            /// Decrease of the impurity by all splits on each feature, weighted by rows, in column
            /// order.
            #[must_use]
            pub fn gain_importance(&self) -> Vec<f64> {
                self.ensemble.gain_importance()
            }

            /// Out-of-bag score, by the trees that were not grown on a row: accuracy for classes,
            /// R² for numbers. None without `oob_score`, or if every tree was grown on all rows.
            #[must_use]
            pub fn oob_score(&self) -> Option<f64> {
                self.oob.as_ref().and_then(|o| o.score)
            }

            /// The predictions that [`oob_score`](Self::oob_score) judges, in the order of the
            /// training rows, one number a row or one a row and class. None for a row that every
            /// tree was grown on, and for one of weight 0. Empty without `oob_score`.
            #[must_use]
            pub fn oob_prediction(&self) -> &[Option<f64>] {
                self.oob.as_ref().map_or(&[], |o| &o.prediction)
            }
        }
    };
}
about!(FittedForest);
about!(FittedForestClassifier);

impl<F: Float> Predict<Dense<F>> for FittedForest {
    type Prediction = Scores;
    type Scratch = Scratch;

    fn input(&self) -> &Names {
        self.feature_names()
    }

    fn predict_row(&self, row: &[F], scratch: &mut Scratch, out: &mut f64) -> Result<()> {
        self.ensemble
            .raw_row(row, scratch, std::slice::from_mut(out))
    }

    fn predict_batch(&self, x: View<'_, Dense<F>>) -> Result<Scores> {
        Ok(Scores(self.ensemble.raw_scores(x)?))
    }
}

impl<F: Float> Predict<Dense<F>> for FittedForestClassifier {
    type Prediction = Probabilities;
    type Scratch = Scratch;

    fn input(&self) -> &Names {
        self.feature_names()
    }

    fn predict_row(&self, row: &[F], scratch: &mut Scratch, out: &mut Vec<f64>) -> Result<()> {
        out.resize(self.classes.len(), 0.0);
        self.ensemble.raw_row(row, scratch, out)
    }

    fn predict_batch(&self, x: View<'_, Dense<F>>) -> Result<Probabilities> {
        Probabilities::new(self.classes.len(), self.ensemble.raw_scores(x)?)?
            .with_class_names(self.classes.clone())
    }
}
