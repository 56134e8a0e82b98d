//! [`Mlp`] as an estimator: which loss a target gets, and fitting with and without validation rows.

use std::borrow::Cow;
use std::ops::ControlFlow;

use ml_data::contract::{Estimator, LearnValid, OnRound, Params, Predict, Round};
use ml_data::repr::{Dense, Float, Repr, View};
use ml_data::sample::{
    AsReal, Binary, Class, ClassLabels, Labels, Real, Relevance, Sample, Target, Train, Valid,
};
use ml_data::{Error, Result};

use super::fitted::{FittedMlp, FittedMlpClassifier, Trained};
use super::history::Epoch;
use super::loss::Loss;
use super::mlp::Mlp;
use super::network::Network;
use super::rows::{STEP, error, examples, labels, matrix, positions, weights};
use super::train::train;
use crate::limits::numbered;
use crate::progress::{RoundReport, TrainingBar};

/// Targets an [`Mlp`] learns, each with its loss. Sealed.
#[diagnostic::on_unimplemented(
    message = "`Mlp` does not learn `{Self}` targets",
    note = "it learns `Real`, `Binary`, `Class` and `Relevance`"
)]
pub trait MlpTarget: sealed::Learn {}

impl<Y: sealed::Learn> MlpTarget for Y {}

mod sealed {
    use super::*;

    pub trait Learn: Target {
        /// The model that predicts the target.
        type Model: Send + Sync;
        /// The loss that training minimises.
        const LOSS: Loss;
        /// Number of output units.
        fn outputs(_: &Self::Labels) -> usize {
            1
        }
        /// Label `i` as the loss reads it; `top` is the grade that counts as certainly relevant.
        fn label(labels: &Self::Labels, i: usize, top: f64) -> f64;
        /// The grade that counts as certainly relevant, among rows of weight above 0.
        fn top(_: &Self::Labels, _: Option<&[f64]>) -> f64 {
            1.0
        }
        /// Validation labels whose classes are those of the training labels.
        fn conform<'a>(
            labels: &'a Self::Labels,
            _: &Self::Labels,
        ) -> Result<Cow<'a, Self::Labels>> {
            Ok(Cow::Borrowed(labels))
        }
        fn model(net: Trained, labels: &Self::Labels) -> Self::Model;
    }
}

/// Targets of one output unit.
macro_rules! one_output {
    ($target:ident, $loss:ident, $probability:literal) => {
        impl sealed::Learn for $target {
            type Model = FittedMlp;
            const LOSS: Loss = Loss::$loss;
            fn label(labels: &Self::Labels, i: usize, _: f64) -> f64 {
                Self::real(labels, i)
            }
            fn model(net: Trained, _: &Self::Labels) -> FittedMlp {
                FittedMlp::new(net, $probability)
            }
        }
    };
}
one_output!(Real, Squared, false);
one_output!(Binary, Logistic, true);

impl sealed::Learn for Relevance {
    type Model = FittedMlp;
    const LOSS: Loss = Loss::Logistic;
    fn label(labels: &Self::Labels, i: usize, top: f64) -> f64 {
        (Self::real(labels, i) / top).min(1.0)
    }
    /// The largest grade; 1 when every grade is 0.
    fn top(labels: &Self::Labels, w: Option<&[f64]>) -> f64 {
        let counted = (0..labels.len()).filter(|&i| w.is_none_or(|w| w[i] > 0.0));
        match counted.map(|i| Self::real(labels, i)).fold(0.0, f64::max) {
            top if top > 0.0 => top,
            _ => 1.0,
        }
    }
    fn model(net: Trained, _: &Self::Labels) -> FittedMlp {
        FittedMlp::new(net, false)
    }
}

impl sealed::Learn for Class {
    type Model = FittedMlpClassifier;
    const LOSS: Loss = Loss::Softmax;
    fn outputs(labels: &ClassLabels) -> usize {
        labels.classes().len()
    }
    fn label(labels: &ClassLabels, i: usize, _: f64) -> f64 {
        f64::from(labels.codes()[i])
    }
    fn conform<'a>(labels: &'a ClassLabels, like: &ClassLabels) -> Result<Cow<'a, ClassLabels>> {
        Ok(match labels.classes() == like.classes() {
            true => Cow::Borrowed(labels),
            false => Cow::Owned(labels.recode(like.classes())?),
        })
    }
    fn model(net: Trained, labels: &ClassLabels) -> FittedMlpClassifier {
        FittedMlpClassifier::new(net, labels.classes())
    }
}

impl Params for Mlp {
    fn name(&self) -> &'static str {
        STEP
    }

    fn check(&self) -> Result<()> {
        self.validate()
            .map_err(|f| error(f, &ml_data::repr::Names::numbered(0), |_, _| f64::NAN))
    }
}

/// Rows, labels and weights of one sample as the engine reads them.
struct Prepared<'a> {
    x: Cow<'a, [f32]>,
    y: Vec<f32>,
    weights: Option<Vec<f32>>,
}

impl<'a> Prepared<'a> {
    fn new<F: Float, Y: MlpTarget>(
        x: View<'a, Dense<F>>,
        y: &Y::Labels,
        w: Option<&[f64]>,
        top: f64,
    ) -> Result<Self> {
        Ok(Self {
            x: matrix(x),
            y: labels((0..y.len()).map(|i| Y::label(y, i, top)))?,
            weights: weights(w)?,
        })
    }
}

fn fit<F: Float, Y: MlpTarget>(
    mlp: &Mlp,
    sample: &Sample<Dense<F>, Y, Train>,
    valid: Option<&Sample<Dense<F>, Y, Valid>>,
    on: OnRound<'_>,
) -> Result<Y::Model> {
    mlp.check()?;
    let names = sample.header().clone();
    if sample.is_empty() {
        return Err(Error::Empty("training sample".into()));
    }
    numbered(STEP, "training sample", sample.x().rows())?;
    let columns = positions(mlp.embeddings(), &names)?;
    let outputs = Y::outputs(sample.y());
    mlp.check_size(names.len(), sample.len(), outputs)?;
    let top = Y::top(sample.y(), sample.weights());
    let rows = Prepared::new::<F, Y>(sample.x(), sample.y(), sample.weights(), top)?;
    let held = match valid {
        Some(v) if v.is_empty() => return Err(Error::Empty("validation sample".into())),
        Some(v) => {
            v.x().data().check(&names)?;
            let y = Y::conform(v.y(), sample.y())?;
            Some((Prepared::new::<F, Y>(v.x(), &y, v.weights(), top)?, v))
        }
        None => None,
    };
    let metric = match Y::LOSS {
        Loss::Squared => "squared_error",
        Loss::Logistic | Loss::Softmax => "log_loss",
    };
    let plain = |fault| error(fault, &names, |_, _| f64::NAN);
    let net =
        Network::new(mlp.shape(names.len(), &columns, outputs), mlp.seeded()).map_err(plain)?;
    let original = |r: usize, c: usize| sample.x().row(r)[c].f64();
    let data = examples(&net, &rows.x, &rows.y, rows.weights.as_deref(), true)
        .map_err(|f| error(f, &names, original))?;
    let watched = match &held {
        Some((p, v)) => {
            let original = |r: usize, c: usize| v.x().row(r)[c].f64();
            Some(
                examples(&net, &p.x, &p.y, p.weights.as_deref(), false)
                    .map_err(|f| error(f, &names, original))?,
            )
        }
        None => None,
    };
    let mut bar = TrainingBar::begin(&mlp.progress_bar, mlp.planned(), 0);
    let mut report = |e: Epoch| {
        let round = Round {
            round: e.epoch,
            of: mlp.planned(),
            metric,
            train: Some(e.train_loss),
            valid: e.valid_loss,
        };
        bar.round(&RoundReport::of(&round), metric);
        on(round)
    };
    let (net, history) =
        train(mlp.plan(Y::LOSS), net, &data, watched.as_ref(), &mut report).map_err(plain)?;
    bar.end();
    let trained = Trained {
        names,
        net,
        history,
    };
    Ok(Y::model(trained, sample.y()))
}

impl<F: Float, Y: MlpTarget> Estimator<Dense<F>, Y> for Mlp
where
    Y::Model: Predict<Dense<F>, Prediction = Y::Prediction>,
{
    type Model = Y::Model;

    fn learn(&self, train: &Sample<Dense<F>, Y, Train>) -> Result<Y::Model> {
        fit(self, train, None, &mut |_| ControlFlow::Continue(()))
    }

    fn learn_watched(
        &self,
        train: &Sample<Dense<F>, Y, Train>,
        on: OnRound<'_>,
    ) -> Result<Y::Model> {
        fit(self, train, None, on)
    }
}

impl<F: Float, Y: MlpTarget> LearnValid<Dense<F>, Y> for Mlp
where
    Y::Model: Predict<Dense<F>, Prediction = Y::Prediction>,
{
    fn learn_valid(
        &self,
        train: &Sample<Dense<F>, Y, Train>,
        valid: &Sample<Dense<F>, Y, Valid>,
        on: OnRound<'_>,
    ) -> Result<Y::Model> {
        fit(self, train, Some(valid), on)
    }
}
