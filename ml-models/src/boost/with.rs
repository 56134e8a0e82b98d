//! Boosting with a metric, an objective or an initial model of the user's, in any combination.

use ml_data::Result;
use ml_data::contract::{Direction, Metric};
use ml_data::repr::Repr;
use ml_data::sample::{Binary, Real, Sample, Valid};

use super::evals::EvalsResult;
use super::objective::custom::CustomObjective;
use super::objective::loss::Measure;
use super::params::Boost;
use super::rows::SampleRef;
use super::target::BoostTarget;
use super::task::{EvalMetric, Task};
use crate::tree::Ensemble;

/// [`Boost`] with parts of the user's own. Each has a slot in the type, which is [`Unset`] until
/// the setter fills it with [`Custom`]; they combine freely.
///
/// | slot | part | set by |
/// |---|---|---|
/// | `M` | metric of validation rows: a [`Metric`] of the target | [`metric`](Self::metric) |
/// | `O` | what is minimised: a [`CustomObjective`], of real or binary targets | [`custom_objective`](Self::custom_objective) |
/// | `I` | model to go on from: the fitted model of the target | [`init_model`](Self::init_model) |
///
/// A structure that holds one with a metric has a field `BoostWith<Custom<MaxError>>`; one with a
/// model to go on from, `BoostWith<Unset, Unset, Custom<FittedBoost>>`.
///
/// ```
/// use ml_data::contract::{Direction, Metric};
/// use ml_data::prelude::*;
/// use ml_data::sample::{RealLabels, Scores};
/// use ml_models::boost::{Boost, CustomObjective, FittedBoost};
///
/// /// Log-cosh: quadratic near 0, absolute far away.
/// #[derive(Debug, Clone)]
/// struct LogCosh;
/// impl CustomObjective for LogCosh {
///     fn name(&self) -> &'static str {
///         "log_cosh"
///     }
///     fn gradients(&self, labels: &[f64], scores: &[f64], out: &mut [[f32; 2]]) {
///         for ((y, s), out) in labels.iter().zip(scores).zip(out) {
///             let t = (s - y).tanh() as f32;
///             *out = [t, 1.0 - t * t];
///         }
///     }
///     fn evaluate(&self, labels: &[f64], scores: &[f64], _: Option<&[f64]>) -> f64 {
///         let losses = labels.iter().zip(scores).map(|(y, s)| (s - y).cosh().ln());
///         losses.sum::<f64>() / labels.len() as f64
///     }
/// }
///
/// struct MaxError;
/// impl Metric<Real> for MaxError {
///     fn name(&self) -> &str {
///         "max_error"
///     }
///     fn direction(&self) -> Direction {
///         Direction::LowerIsBetter
///     }
///     fn score(&self, y: &RealLabels, scores: &Scores, _: Option<&[f64]>) -> Result<f64> {
///         let errors = y.values().iter().zip(&scores.0).map(|(y, s)| (y - s).abs());
///         Ok(errors.fold(0.0, f64::max))
///     }
/// }
///
/// let part = |from: u32| {
///     let x: Vec<f64> = (from..from + 300).map(|i| f64::from(i * 37 % 101)).collect();
///     let y: Vec<f64> = x.iter().map(|x| (x / 15.0).sin()).collect();
///     Dataset::regression(Dense::from_rows(1, x)?, y)
/// };
/// let (train, valid) = (part(0)?.into_train(), part(1000)?.into_valid());
/// let boost = Boost::new().num_iterations(20);
/// let first: FittedBoost = boost.clone().custom_objective(LogCosh).fit(&train)?;
/// let boost = boost.num_iterations(40).custom_objective(LogCosh).metric(MaxError).init_model(first);
/// let model: FittedBoost = boost.fit_valid(&train, &valid)?;
/// assert_eq!((model.trees().len(), model.evals_result().metric()), (40, "max_error"));
/// # Ok::<(), ml_data::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct BoostWith<M = Unset, O = Unset, I = Unset> {
    pub(super) boost: Boost,
    pub(super) metric: M,
    pub(super) objective: O,
    pub(super) init: I,
}

/// An empty slot of [`BoostWith`]: the objective's own metric, the objective of the parameters, or
/// no model to go on from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Unset;

/// A slot of [`BoostWith`] that the user has filled.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Custom<T>(pub(super) T);

impl Boost {
    fn with(self) -> BoostWith {
        BoostWith {
            boost: self,
            metric: Unset,
            objective: Unset,
            init: Unset,
        }
    }

    /// Watches `metric` on the validation rows, and stops early by it, instead of the objective's
    /// own; see [`BoostWith`].
    #[must_use]
    pub fn metric<M>(self, metric: M) -> BoostWith<Custom<M>> {
        self.with().metric(metric)
    }

    /// Minimises `objective`. Predictions are then raw scores; see [`BoostWith`].
    #[must_use]
    pub fn custom_objective<O: CustomObjective>(self, objective: O) -> BoostWith<Unset, Custom<O>> {
        self.with().custom_objective(objective)
    }

    /// Goes on from `model`: the rounds that are missing to `num_iterations` are added to its own.
    /// A training that was stopped after any round, and goes on with the same rows and parameters,
    /// ends with the same bits as one that was not. See [`BoostWith`].
    #[must_use]
    pub fn init_model<I>(self, model: I) -> BoostWith<Unset, Unset, Custom<I>> {
        self.with().init_model(model)
    }
}

impl<M, O, I> BoostWith<M, O, I> {
    /// The task of training rows, with the objective and the initial model.
    pub(super) fn task<'a, Y: BoostTarget>(
        &'a self,
        train: SampleRef<'a>,
        labels: &Y::Labels,
    ) -> Result<Task<'a>>
    where
        O: ObjectiveSlot<Y>,
        I: InitModelSlot<Y>,
    {
        let mut task = Task::new(train);
        task.custom = self.objective.custom();
        task.warm_start = self.init.trees(labels)?;
        Ok(task)
    }

    /// As [`Boost::metric`].
    #[must_use]
    pub fn metric<N>(self, metric: N) -> BoostWith<Custom<N>, O, I> {
        BoostWith {
            boost: self.boost,
            metric: Custom(metric),
            objective: self.objective,
            init: self.init,
        }
    }

    /// As [`Boost::custom_objective`].
    #[must_use]
    pub fn custom_objective<N: CustomObjective>(self, objective: N) -> BoostWith<M, Custom<N>, I> {
        BoostWith {
            boost: self.boost,
            metric: self.metric,
            objective: Custom(objective),
            init: self.init,
        }
    }

    /// As [`Boost::init_model`].
    #[must_use]
    pub fn init_model<N>(self, model: N) -> BoostWith<M, O, Custom<N>> {
        BoostWith {
            boost: self.boost,
            metric: self.metric,
            objective: self.objective,
            init: Custom(model),
        }
    }
}

/// The slot `M` of [`BoostWith`], filled or not.
pub trait MetricSlot<Y: BoostTarget>: Send + Sync {
    #[doc(hidden)]
    fn eval_metric<'a, R: Repr>(&'a self, valid: &'a Sample<R, Y, Valid>)
    -> Option<EvalMetric<'a>>;
}

impl<Y: BoostTarget> MetricSlot<Y> for Unset {
    fn eval_metric<'a, R: Repr>(&'a self, _: &'a Sample<R, Y, Valid>) -> Option<EvalMetric<'a>> {
        None
    }
}

impl<Y: BoostTarget, M: Metric<Y>> MetricSlot<Y> for Custom<M> {
    fn eval_metric<'a, R: Repr>(
        &'a self,
        valid: &'a Sample<R, Y, Valid>,
    ) -> Option<EvalMetric<'a>> {
        let Self(metric) = self;
        let score = |flat: Vec<f64>| {
            let predicted = Y::predictions(valid.y(), flat)?;
            metric.score(valid.y(), &predicted, valid.weights())
        };
        Some(EvalMetric {
            measure: Measure {
                name: metric.name(),
                higher_is_better: metric.direction() == Direction::HigherIsBetter,
            },
            score: Box::new(score),
        })
    }
}

/// The slot `O` of [`BoostWith`], filled or not; filled, it learns [`Real`] and [`Binary`].
pub trait ObjectiveSlot<Y>: Send + Sync {
    #[doc(hidden)]
    fn custom(&self) -> Option<&dyn CustomObjective>;
}

impl<Y> ObjectiveSlot<Y> for Unset {
    fn custom(&self) -> Option<&dyn CustomObjective> {
        None
    }
}

impl<O: CustomObjective> ObjectiveSlot<Real> for Custom<O> {
    fn custom(&self) -> Option<&dyn CustomObjective> {
        Some(&self.0)
    }
}

impl<O: CustomObjective> ObjectiveSlot<Binary> for Custom<O> {
    fn custom(&self) -> Option<&dyn CustomObjective> {
        Some(&self.0)
    }
}

/// The slot `I` of [`BoostWith`], filled or not.
pub trait InitModelSlot<Y: BoostTarget>: Send + Sync {
    #[doc(hidden)]
    fn trees(&self, labels: &Y::Labels) -> Result<Option<(&Ensemble, &EvalsResult)>>;
}

impl<Y: BoostTarget> InitModelSlot<Y> for Unset {
    fn trees(&self, _: &Y::Labels) -> Result<Option<(&Ensemble, &EvalsResult)>> {
        Ok(None)
    }
}

impl<Y: BoostTarget> InitModelSlot<Y> for Custom<Y::Model> {
    fn trees(&self, labels: &Y::Labels) -> Result<Option<(&Ensemble, &EvalsResult)>> {
        Ok(Some((Y::ensemble(&self.0, labels)?, Y::evals(&self.0))))
    }
}
