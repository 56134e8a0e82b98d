//! [`Boost`] as an estimator of numbers, classes and grades; with a metric or an objective of the user's own.

use std::ops::ControlFlow;

use ml_data::contract::{Direction, Estimator, LearnValid, Metric, Params, Round};
use ml_data::sample::{
    Binary, Class, Part, Probabilities, Readable, Real, Relevance, Sample, Scores, Target, Train,
    Valid,
};
use ml_data::{Error, Result};

use super::Boost;
use super::evals::EvalsResult;
use super::fit::{Judge, Learned, STEP, Task, check_params, fit};
use super::model::{FittedBoost, FittedBoostClassifier};
use super::objective::{CustomObjective, Measure};
use super::rows::{Answers, Known, Source};
use crate::tree::{Ensemble, Matrix};

impl Params for Boost {
    fn name(&self) -> &'static str {
        STEP
    }

    fn check(&self) -> Result<()> {
        check_params(self)
    }

    fn takes_init_score(&self) -> bool {
        true
    }
}

/// Boosting with something besides: the parameters are those of the boosting in it.
macro_rules! params_of_boost {
    ($($with:ident),*) => {$(
        impl<T: Send + Sync> ml_data::contract::Params for $with<T> {
            fn name(&self) -> &'static str {
                $crate::boost::fit::STEP
            }

            fn check(&self) -> ml_data::Result<()> {
                $crate::boost::fit::check_params(&self.boost)
            }

            fn takes_init_score(&self) -> bool {
                true
            }
        }
    )*};
}
pub(super) use params_of_boost;
params_of_boost!(WithMetric, WithModel, WithObjective);

/// [`Boost`] that watches a metric of the user's choice on the validation rows; see [`Boost::metric`].
#[derive(Debug, Clone, PartialEq)]
pub struct WithMetric<M> {
    pub(super) boost: Boost,
    pub(super) metric: M,
}

/// [`Boost`] with an objective of the user's own; see [`Boost::custom`].
#[derive(Debug, Clone, PartialEq)]
pub struct WithObjective<O> {
    pub(super) boost: Boost,
    objective: O,
}

impl Boost {
    /// Watches `metric` on the validation rows, and stops early by it, instead of the objective's own.
    #[must_use]
    pub fn metric<M>(self, metric: M) -> WithMetric<M> {
        WithMetric {
            boost: self,
            metric,
        }
    }

    /// Minimises `objective`. Predictions are then raw scores.
    #[must_use]
    pub fn custom<O: CustomObjective>(self, objective: O) -> WithObjective<O> {
        WithObjective {
            boost: self,
            objective,
        }
    }
}

/// [`Boost`] that goes on from a fitted model; see [`Boost::init_model`].
#[derive(Debug, Clone, PartialEq)]
pub struct WithModel<M> {
    boost: Boost,
    model: M,
}

impl Boost {
    /// Goes on from `model`: the rounds that are missing to `num_iterations` are added to its own. A training that was stopped
    /// after any round, and goes on with the same rows and parameters, ends with the same bits as one that was not.
    #[must_use]
    pub fn init_model<M>(self, model: M) -> WithModel<M> {
        WithModel { boost: self, model }
    }
}

/// Targets that boosting learns.
pub(super) trait Learnable: Target {
    type Model;
    fn answers(labels: &Self::Labels) -> Answers<'_>;
    fn model(learned: Learned, labels: &Self::Labels) -> Result<Self::Model>;
    /// A model's trees, if they predict what these labels say.
    fn trees<'a>(model: &'a Self::Model, labels: &Self::Labels) -> Result<&'a Ensemble>;
    /// From numbers row after row.
    fn predictions(labels: &Self::Labels, flat: Vec<f64>) -> Result<Self::Prediction>;
}

macro_rules! scored {
    ($target:ident) => {
        impl Learnable for $target {
            type Model = FittedBoost;
            fn answers(labels: &Self::Labels) -> Answers<'_> {
                Answers::$target(labels)
            }
            fn model(learned: Learned, _: &Self::Labels) -> Result<FittedBoost> {
                FittedBoost::new(learned)
            }
            fn trees<'a>(model: &'a FittedBoost, _: &Self::Labels) -> Result<&'a Ensemble> {
                Ok(model.ensemble())
            }
            fn predictions(_: &Self::Labels, flat: Vec<f64>) -> Result<Scores> {
                Ok(Scores(flat))
            }
        }
    };
}
scored!(Real);
scored!(Binary);
scored!(Relevance);

impl Learnable for Class {
    type Model = FittedBoostClassifier;
    fn answers(labels: &Self::Labels) -> Answers<'_> {
        Answers::Class(labels)
    }
    fn model(learned: Learned, labels: &Self::Labels) -> Result<FittedBoostClassifier> {
        FittedBoostClassifier::new(learned, labels.classes().to_vec())
    }
    fn trees<'a>(model: &'a FittedBoostClassifier, labels: &Self::Labels) -> Result<&'a Ensemble> {
        if model.classes() != labels.classes() {
            return Err(Error::Schema(format!(
                "{STEP}: the model has the classes {:?}, the labels {:?}",
                model.classes(),
                labels.classes()
            )));
        }
        Ok(model.ensemble())
    }
    fn predictions(labels: &Self::Labels, flat: Vec<f64>) -> Result<Probabilities> {
        Probabilities::new(labels.classes().len(), flat)
    }
}

pub(super) fn known<R: Matrix, Y: Learnable, P: Part + Readable>(
    sample: &Sample<R, Y, P>,
) -> Known<'_, R> {
    Known {
        x: Source::Rows(sample.x()),
        answers: Y::answers(sample.y()),
        weights: sample.weights(),
        init_score: sample.init_score(),
    }
}

/// What there is besides parameters and rows.
#[derive(Default)]
pub(super) struct More<'a> {
    custom: Option<&'a dyn CustomObjective>,
    before: Option<(&'a Ensemble, &'a EvalsResult)>,
}

pub(super) type On<'a> = &'a mut dyn FnMut(Round<'_>) -> ControlFlow<()>;

pub(super) fn learn<R: Matrix, Y: Learnable>(
    params: &Boost,
    more: More<'_>,
    train: Known<'_, R>,
    labels: &Y::Labels,
    valid: Option<&Sample<R, Y, Valid>>,
    on: On<'_>,
) -> Result<Y::Model> {
    let task = Task {
        train,
        valid: valid.map(known),
        custom: more.custom,
        judge: None,
        before: more.before,
    };
    Y::model(fit(params, &task, on)?, labels)
}

pub(super) fn learn_judged<R: Matrix, Y: Learnable>(
    params: &Boost,
    metric: &impl Metric<Y>,
    train: Known<'_, R>,
    labels: &Y::Labels,
    valid: &Sample<R, Y, Valid>,
    on: On<'_>,
) -> Result<Y::Model> {
    let score = |flat: Vec<f64>| {
        let predicted = Y::predictions(valid.y(), flat)?;
        metric.score(valid.y(), &predicted, valid.weights())
    };
    let task = Task {
        train,
        valid: Some(known(valid)),
        custom: None,
        judge: Some(Judge {
            measure: Measure {
                name: metric.name(),
                higher_is_better: metric.direction() == Direction::HigherIsBetter,
            },
            score: &score,
        }),
        before: None,
    };
    Y::model(fit(params, &task, on)?, labels)
}

pub(super) fn go_on(_: Round<'_>) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

macro_rules! estimates {
    ($target:ty, $model:ty) => {
        impl<R: Matrix> Estimator<R, $target> for Boost {
            type Model = $model;

            fn learn(&self, train: &Sample<R, $target, Train>) -> Result<$model> {
                learn::<R, $target>(
                    self,
                    More::default(),
                    known(train),
                    train.y(),
                    None,
                    &mut go_on,
                )
            }
        }

        impl<R: Matrix> LearnValid<R, $target> for Boost {
            fn learn_valid(
                &self,
                train: &Sample<R, $target, Train>,
                valid: &Sample<R, $target, Valid>,
                on: On<'_>,
            ) -> Result<$model> {
                learn::<R, $target>(
                    self,
                    More::default(),
                    known(train),
                    train.y(),
                    Some(valid),
                    on,
                )
            }
        }

        impl<R: Matrix> Estimator<R, $target> for WithModel<$model> {
            type Model = $model;

            fn learn(&self, train: &Sample<R, $target, Train>) -> Result<$model> {
                learn::<R, $target>(
                    &self.boost,
                    self.more(),
                    known(train),
                    train.y(),
                    None,
                    &mut go_on,
                )
            }
        }

        impl<R: Matrix> LearnValid<R, $target> for WithModel<$model> {
            fn learn_valid(
                &self,
                train: &Sample<R, $target, Train>,
                valid: &Sample<R, $target, Valid>,
                on: On<'_>,
            ) -> Result<$model> {
                learn::<R, $target>(
                    &self.boost,
                    self.more(),
                    known(train),
                    train.y(),
                    Some(valid),
                    on,
                )
            }
        }

        impl<R: Matrix, M: Metric<$target>> Estimator<R, $target> for WithMetric<M> {
            type Model = $model;

            fn learn(&self, train: &Sample<R, $target, Train>) -> Result<$model> {
                learn::<R, $target>(
                    &self.boost,
                    More::default(),
                    known(train),
                    train.y(),
                    None,
                    &mut go_on,
                )
            }
        }

        impl<R: Matrix, M: Metric<$target>> LearnValid<R, $target> for WithMetric<M> {
            fn learn_valid(
                &self,
                train: &Sample<R, $target, Train>,
                valid: &Sample<R, $target, Valid>,
                on: On<'_>,
            ) -> Result<$model> {
                learn_judged(
                    &self.boost,
                    &self.metric,
                    known(train),
                    train.y(),
                    valid,
                    on,
                )
            }
        }
    };
}
estimates!(Real, FittedBoost);
estimates!(Binary, FittedBoost);
estimates!(Relevance, FittedBoost);
estimates!(Class, FittedBoostClassifier);

impl<O: CustomObjective> WithObjective<O> {
    pub(super) fn more(&self) -> More<'_> {
        More {
            custom: Some(&self.objective),
            before: None,
        }
    }
}

macro_rules! goes_on {
    ($model:ty) => {
        impl WithModel<$model> {
            fn more(&self) -> More<'_> {
                More {
                    custom: None,
                    before: Some((self.model.ensemble(), self.model.evals_result())),
                }
            }
        }
    };
}
goes_on!(FittedBoost);
goes_on!(FittedBoostClassifier);

macro_rules! estimates_custom {
    ($target:ty) => {
        impl<R: Matrix, O: CustomObjective> Estimator<R, $target> for WithObjective<O> {
            type Model = FittedBoost;

            fn learn(&self, train: &Sample<R, $target, Train>) -> Result<FittedBoost> {
                learn::<R, $target>(
                    &self.boost,
                    self.more(),
                    known(train),
                    train.y(),
                    None,
                    &mut go_on,
                )
            }
        }

        impl<R: Matrix, O: CustomObjective> LearnValid<R, $target> for WithObjective<O> {
            fn learn_valid(
                &self,
                train: &Sample<R, $target, Train>,
                valid: &Sample<R, $target, Valid>,
                on: On<'_>,
            ) -> Result<FittedBoost> {
                learn::<R, $target>(
                    &self.boost,
                    self.more(),
                    known(train),
                    train.y(),
                    Some(valid),
                    on,
                )
            }
        }
    };
}
estimates_custom!(Real);
estimates_custom!(Binary);
