//! Fitted models of boosting.

use ml_data::contract::Predict;
use ml_data::repr::{Dense, Float, Names, View};
use ml_data::sample::{Probabilities, Scores};
use ml_data::{Error, Result};
use serde::{Deserialize, Serialize};

use super::evals::EvalsResult;
use super::fit::Learned;
use super::params::STEP;
use crate::tree::{Ensemble, Matrix, Scratch, Tree};

/// A fitted [`Boost`](super::Boost): predicts values, rates, probabilities of the positive class,
/// or ranking scores.
///
/// Rows may be `f32` or `f64`, dense or [`Sparse`](ml_data::repr::Sparse); a row and a batch give
/// the same bits. [`ensemble`](Self::ensemble) has the trees, importances and raw scores.
///
/// # Missing values
///
/// `NaN` takes the side its split has learned.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Stored", into = "Stored")]
pub struct FittedBoost {
    stored: Stored,
}

/// A fitted [`Boost`](super::Boost) of several classes: predicts a probability for each, in the
/// order of [`classes`](Self::classes).
///
/// # Missing values
///
/// `NaN` takes the side its split has learned.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "(Stored, Vec<Box<str>>)", into = "(Stored, Vec<Box<str>>)")]
pub struct FittedBoostClassifier {
    stored: Stored,
    classes: Vec<Box<str>>,
}

/// State of both models.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Stored {
    ensemble: Ensemble,
    best_iteration: Option<u32>,
    evals: EvalsResult,
}

impl From<Learned> for Stored {
    fn from(learned: Learned) -> Self {
        let Learned {
            ensemble,
            best_iteration,
            evals,
        } = learned;
        Self {
            ensemble,
            best_iteration,
            evals,
        }
    }
}

impl TryFrom<Stored> for FittedBoost {
    type Error = String;

    fn try_from(stored: Stored) -> Result<Self, String> {
        match stored.ensemble.outputs() {
            1 => Ok(Self { stored }),
            outputs => Err(format!("{STEP}: {outputs} outputs, where one is expected")),
        }
    }
}

impl From<FittedBoost> for Stored {
    fn from(model: FittedBoost) -> Self {
        model.stored
    }
}

impl TryFrom<(Stored, Vec<Box<str>>)> for FittedBoostClassifier {
    type Error = String;

    fn try_from((stored, classes): (Stored, Vec<Box<str>>)) -> Result<Self, String> {
        match stored.ensemble.outputs() {
            outputs if outputs == classes.len() => Ok(Self { stored, classes }),
            outputs => Err(format!(
                "{STEP}: {outputs} outputs for {} classes",
                classes.len()
            )),
        }
    }
}

impl From<FittedBoostClassifier> for (Stored, Vec<Box<str>>) {
    fn from(model: FittedBoostClassifier) -> Self {
        (model.stored, model.classes)
    }
}

fn refused(reason: String) -> Error {
    Error::Fit { step: STEP, reason }
}

impl FittedBoost {
    pub(crate) fn new(learned: Learned) -> Result<Self> {
        Self::try_from(Stored::from(learned)).map_err(refused)
    }

    /// A model of trees from elsewhere.
    ///
    /// # Errors
    /// An ensemble with several outputs.
    pub fn from_ensemble(ensemble: Ensemble) -> Result<Self> {
        Self::new(Learned {
            ensemble,
            best_iteration: None,
            evals: EvalsResult::default(),
        })
    }

    /// The prediction of one dense row. Rows of other kinds go through [`Predict::predict_row`].
    ///
    /// # Errors
    /// Another number of features than the trained ones.
    pub fn predict_row<F: Float>(
        &self,
        row: &[F],
        scratch: &mut Scratch,
        out: &mut f64,
    ) -> Result<()> {
        Predict::<Dense<F>>::predict_row(self, row, scratch, out)
    }

    /// The score every row starts from: a constant, as
    /// [`boost_from_average`](super::Boost::boost_from_average) says, or 0 without it, with initial
    /// scores, and for forests, whose trees contain it.
    #[must_use]
    pub fn base_score(&self) -> f64 {
        self.stored.ensemble.parts().base_score[0]
    }
}

impl FittedBoostClassifier {
    pub(crate) fn new(learned: Learned, classes: Vec<Box<str>>) -> Result<Self> {
        Self::try_from((Stored::from(learned), classes)).map_err(refused)
    }

    /// A model of trees from elsewhere.
    ///
    /// # Errors
    /// Another number of outputs than of classes.
    pub fn from_ensemble(ensemble: Ensemble, classes: Vec<Box<str>>) -> Result<Self> {
        let learned = Learned {
            ensemble,
            best_iteration: None,
            evals: EvalsResult::default(),
        };
        Self::new(learned, classes)
    }

    /// The probabilities of one dense row. Rows of other kinds go through [`Predict::predict_row`].
    ///
    /// # Errors
    /// Another number of features than the trained ones.
    pub fn predict_row<F: Float>(
        &self,
        row: &[F],
        scratch: &mut Scratch,
        out: &mut Vec<f64>,
    ) -> Result<()> {
        Predict::<Dense<F>>::predict_row(self, row, scratch, out)
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
                &self.stored.ensemble
            }

            /// The trees, in the order they are added up.
            #[must_use]
            pub fn trees(&self) -> &[Tree] {
                self.stored.ensemble.trees()
            }

            /// The round after which validation was best, counted from 1; the model has no later
            /// trees. `None` without early stopping.
            #[must_use]
            pub fn best_iteration(&self) -> Option<usize> {
                self.stored.best_iteration.map(|b| b as usize)
            }

            /// The validation metric after [`best_iteration`](Self::best_iteration). `None` without
            /// early stopping.
            #[must_use]
            pub fn best_score(&self) -> Option<f64> {
                let best = self.best_iteration()?.checked_sub(1)?;
                self.history().get(best).copied()
            }

            /// The validation metric after each round. Empty if fitted without validation rows.
            #[must_use]
            pub fn history(&self) -> &[f64] {
                self.stored.evals.valid()
            }

            /// The metric after each round, of the validation rows and, where asked for, of the
            /// training rows.
            #[must_use]
            pub fn evals_result(&self) -> &EvalsResult {
                &self.stored.evals
            }

            /// Names of the feature columns.
            #[must_use]
            pub fn feature_names(&self) -> &Names {
                self.stored.ensemble.names()
            }

            /// Number of nodes that each feature splits (LightGBM's `split` importance), in column
            /// order.
            #[must_use]
            pub fn split_importance(&self) -> Vec<u64> {
                self.stored.ensemble.split_importance()
            }

            /// Sum of the gains of all splits on each feature (LightGBM's `gain` importance), in
            /// column order.
            #[must_use]
            pub fn gain_importance(&self) -> Vec<f64> {
                self.stored.ensemble.gain_importance()
            }

            /// The raw scores, before they become probabilities: the sums of leaf values.
            ///
            /// # Errors
            /// Other columns than the trained ones.
            pub fn raw_scores<R: Matrix>(&self, x: View<'_, R>) -> Result<Vec<f64>> {
                self.stored.ensemble.raw_scores(x)
            }
        }
    };
}
about!(FittedBoost);
about!(FittedBoostClassifier);

impl<R: Matrix> Predict<R> for FittedBoost {
    type Prediction = Scores;
    type Scratch = Scratch;

    fn input(&self) -> &Names {
        self.feature_names()
    }

    fn predict_row(&self, row: R::Row<'_>, scratch: &mut Scratch, out: &mut f64) -> Result<()> {
        let out = std::slice::from_mut(out);
        self.ensemble().raw_row_of::<R>(row, scratch, out)?;
        self.ensemble().parts().link.apply(out);
        Ok(())
    }

    fn predict_batch(&self, x: View<'_, R>) -> Result<Scores> {
        Ok(Scores(self.ensemble().predictions(x)?))
    }
}

impl<R: Matrix> Predict<R> for FittedBoostClassifier {
    type Prediction = Probabilities;
    type Scratch = Scratch;

    fn input(&self) -> &Names {
        self.feature_names()
    }

    fn predict_row(
        &self,
        row: R::Row<'_>,
        scratch: &mut Scratch,
        out: &mut Vec<f64>,
    ) -> Result<()> {
        out.resize(self.classes.len(), 0.0);
        self.ensemble().raw_row_of::<R>(row, scratch, out)?;
        self.ensemble().parts().link.apply(out);
        Ok(())
    }

    fn predict_batch(&self, x: View<'_, R>) -> Result<Probabilities> {
        Probabilities::new(self.classes.len(), self.ensemble().predictions(x)?)?
            .with_class_names(self.classes.clone())
    }
}
