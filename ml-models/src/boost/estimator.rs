//! [`Boost`] as an estimator of real, binary and graded targets.

use std::ops::ControlFlow;

use ml_data::Result;
use ml_data::contract::{Estimator, LearnValid, Params, Round};
use ml_data::repr::{Dense, Float};
use ml_data::sample::{Binary, Part, Readable, Real, Relevance, Sample, Target, Train, Valid};

use super::Boost;
use super::fit::{Answers, Known, STEP, check_params, fit};
use super::model::{FittedBoost, Link};

impl Params for Boost {
    fn name(&self) -> &'static str {
        STEP
    }

    fn check(&self) -> Result<()> {
        check_params(self)
    }
}

/// Targets that boosting learns.
trait Learnable: Target {
    fn answers(labels: &Self::Labels) -> Answers<'_>;
    fn link(params: &Boost) -> Link;
}

impl Learnable for Real {
    fn answers(labels: &Self::Labels) -> Answers<'_> {
        Answers::Real(labels)
    }
    fn link(_: &Boost) -> Link {
        Link::Identity
    }
}

impl Learnable for Binary {
    fn answers(labels: &Self::Labels) -> Answers<'_> {
        Answers::Binary(labels)
    }
    fn link(params: &Boost) -> Link {
        Link::Sigmoid(params.sigmoid)
    }
}

impl Learnable for Relevance {
    fn answers(labels: &Self::Labels) -> Answers<'_> {
        Answers::Relevance(labels)
    }
    fn link(_: &Boost) -> Link {
        Link::Identity
    }
}

fn known<F: Float, Y: Learnable, P: Part + Readable>(
    sample: &Sample<Dense<F>, Y, P>,
) -> Known<'_, F> {
    Known {
        x: sample.x(),
        answers: Y::answers(sample.y()),
        weights: sample.weights(),
    }
}

fn learn<F: Float, Y: Learnable>(
    params: &Boost,
    train: &Sample<Dense<F>, Y, Train>,
    valid: Option<&Sample<Dense<F>, Y, Valid>>,
    on: &mut dyn FnMut(Round<'_>) -> ControlFlow<()>,
) -> Result<FittedBoost> {
    let trained = fit(params, &known(train), valid.map(known).as_ref(), on)?;
    FittedBoost::new(train.x().data().names().clone(), Y::link(params), trained)
}

macro_rules! estimates {
    ($target:ty) => {
        impl<F: Float> Estimator<Dense<F>, $target> for Boost {
            type Model = FittedBoost;

            fn learn(&self, train: &Sample<Dense<F>, $target, Train>) -> Result<FittedBoost> {
                learn(self, train, None, &mut |_| ControlFlow::Continue(()))
            }
        }

        impl<F: Float> LearnValid<Dense<F>, $target> for Boost {
            fn learn_valid(
                &self,
                train: &Sample<Dense<F>, $target, Train>,
                valid: &Sample<Dense<F>, $target, Valid>,
                on: &mut dyn FnMut(Round<'_>) -> ControlFlow<()>,
            ) -> Result<FittedBoost> {
                learn(self, train, Some(valid), on)
            }
        }
    };
}

estimates!(Real);
estimates!(Binary);
estimates!(Relevance);
