//! [`Boost`] and [`BoostWith`] as estimators: samples lose their types here, before any training.

use std::ops::ControlFlow;

use ml_data::Result;
use ml_data::contract::{Estimator, LearnValid, OnRound, Params, Predict, Round};
use ml_data::sample::{Sample, Train, Valid};

use super::fit::fit;
use super::params::Boost;
use super::params::STEP;
use super::rules::check_params;
use super::target::{BoostTarget, sample_ref};
use super::task::Task;
use super::with::{BoostWith, InitModelSlot, MetricSlot, ObjectiveSlot};
use crate::tree::Matrix;

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

impl<M: Send + Sync, O: Send + Sync, I: Send + Sync> Params for BoostWith<M, O, I> {
    fn name(&self) -> &'static str {
        STEP
    }

    fn check(&self) -> Result<()> {
        check_params(&self.boost)
    }

    fn takes_init_score(&self) -> bool {
        true
    }
}

/// A callback that never stops the training.
pub(super) fn never_stop(_: Round<'_>) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

impl<R: Matrix, Y: BoostTarget> Estimator<R, Y> for Boost
where
    Y::Model: Predict<R, Prediction = Y::Prediction>,
{
    type Model = Y::Model;

    fn learn(&self, train: &Sample<R, Y, Train>) -> Result<Y::Model> {
        self.learn_watched(train, &mut never_stop)
    }

    fn learn_watched(&self, train: &Sample<R, Y, Train>, on: OnRound<'_>) -> Result<Y::Model> {
        let task = Task::new(sample_ref(train));
        Y::model(fit(self, &task, on)?, train.y())
    }
}

impl<R: Matrix, Y: BoostTarget> LearnValid<R, Y> for Boost
where
    Y::Model: Predict<R, Prediction = Y::Prediction>,
{
    fn learn_valid(
        &self,
        train: &Sample<R, Y, Train>,
        valid: &Sample<R, Y, Valid>,
        on: OnRound<'_>,
    ) -> Result<Y::Model> {
        let mut task = Task::new(sample_ref(train));
        task.valid = Some(sample_ref(valid));
        Y::model(fit(self, &task, on)?, train.y())
    }
}

impl<R, Y, M, O, I> Estimator<R, Y> for BoostWith<M, O, I>
where
    R: Matrix,
    Y: BoostTarget,
    Y::Model: Predict<R, Prediction = Y::Prediction>,
    M: MetricSlot<Y>,
    O: ObjectiveSlot<Y>,
    I: InitModelSlot<Y>,
{
    type Model = Y::Model;

    fn learn(&self, train: &Sample<R, Y, Train>) -> Result<Y::Model> {
        self.learn_watched(train, &mut never_stop)
    }

    fn learn_watched(&self, train: &Sample<R, Y, Train>, on: OnRound<'_>) -> Result<Y::Model> {
        let task = self.task::<Y>(sample_ref(train), train.y())?;
        Y::model(fit(&self.boost, &task, on)?, train.y())
    }
}

impl<R, Y, M, O, I> LearnValid<R, Y> for BoostWith<M, O, I>
where
    R: Matrix,
    Y: BoostTarget,
    Y::Model: Predict<R, Prediction = Y::Prediction>,
    M: MetricSlot<Y>,
    O: ObjectiveSlot<Y>,
    I: InitModelSlot<Y>,
{
    fn learn_valid(
        &self,
        train: &Sample<R, Y, Train>,
        valid: &Sample<R, Y, Valid>,
        on: OnRound<'_>,
    ) -> Result<Y::Model> {
        let mut task = self.task::<Y>(sample_ref(train), train.y())?;
        task.valid = Some(sample_ref(valid));
        task.eval_metric = self.metric.eval_metric(valid);
        Y::model(fit(&self.boost, &task, on)?, train.y())
    }
}
