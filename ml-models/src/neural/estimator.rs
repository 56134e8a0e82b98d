//! [`Mlp`] as an estimator: which loss a target gets, and fitting with and without validation rows.

use std::borrow::Cow;
use std::ops::ControlFlow;

use ml_data::contract::{Estimator, LearnValid, OnRound, Params, Round};
use ml_data::repr::{Dense, Float, Repr, View};
use ml_data::sample::{
    AsReal, Binary, Labels, Real, Relevance, Sample, Scores, Target, Train, Valid,
};
use ml_data::{Error, Result};

use super::fitted::FittedMlp;
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
    note = "it learns `Real`, `Binary` and `Relevance`"
)]
pub trait MlpTarget: AsReal + Target<Prediction = Scores> + sealed::Sealed {
    /// The loss that training minimises.
    #[doc(hidden)]
    const LOSS: Which;
}

mod sealed {
    pub trait Sealed {}
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub enum Which {
        Squared,
        Logistic,
        GradedLogistic,
    }
}
use sealed::Which;

impl sealed::Sealed for Real {}
impl sealed::Sealed for Binary {}
impl sealed::Sealed for Relevance {}

impl MlpTarget for Real {
    const LOSS: Which = Which::Squared;
}
impl MlpTarget for Binary {
    const LOSS: Which = Which::Logistic;
}
impl MlpTarget for Relevance {
    const LOSS: Which = Which::GradedLogistic;
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
    /// `top` is the grade that counts as certainly relevant.
    fn new<F: Float, Y: MlpTarget>(
        x: View<'a, Dense<F>>,
        y: &Y::Labels,
        w: Option<&[f64]>,
        top: f64,
    ) -> Result<Self> {
        let label = |i| match Y::LOSS {
            Which::GradedLogistic => (Y::real(y, i) / top).min(1.0),
            _ => Y::real(y, i),
        };
        Ok(Self {
            x: matrix(x),
            y: labels((0..y.len()).map(label))?,
            weights: weights(w)?,
        })
    }
}

/// The largest grade among rows that count; 1 for targets without grades, and when every grade is
/// 0.
fn top_grade<Y: MlpTarget>(y: &Y::Labels, w: Option<&[f64]>) -> f64 {
    if Y::LOSS != Which::GradedLogistic {
        return 1.0;
    }
    let counted = (0..y.len()).filter(|&i| w.is_none_or(|w| w[i] > 0.0));
    match counted.map(|i| Y::real(y, i)).fold(0.0, f64::max) {
        top if top > 0.0 => top,
        _ => 1.0,
    }
}

fn fit<F: Float, Y: MlpTarget>(
    mlp: &Mlp,
    sample: &Sample<Dense<F>, Y, Train>,
    valid: Option<&Sample<Dense<F>, Y, Valid>>,
    on: OnRound<'_>,
) -> Result<FittedMlp> {
    mlp.check()?;
    let names = sample.header().clone();
    if sample.is_empty() {
        return Err(Error::Empty("training sample".into()));
    }
    numbered(STEP, "training sample", sample.x().rows())?;
    let columns = positions(mlp.embeddings(), &names)?;
    mlp.check_size(names.len(), sample.len())?;
    let top = top_grade::<Y>(sample.y(), sample.weights());
    let rows = Prepared::new::<F, Y>(sample.x(), sample.y(), sample.weights(), top)?;
    let held = match valid {
        Some(v) if v.is_empty() => return Err(Error::Empty("validation sample".into())),
        Some(v) => {
            v.x().data().check(&names)?;
            Some((Prepared::new::<F, Y>(v.x(), v.y(), v.weights(), top)?, v))
        }
        None => None,
    };
    let (loss, metric) = match Y::LOSS {
        Which::Squared => (Loss::Squared, "squared_error"),
        _ => (Loss::Logistic, "log_loss"),
    };
    let plain = |fault| error(fault, &names, |_, _| f64::NAN);
    let net = Network::new(mlp.shape(names.len(), &columns), mlp.seeded()).map_err(plain)?;
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
        train(mlp.plan(loss), net, &data, watched.as_ref(), &mut report).map_err(plain)?;
    bar.end();
    Ok(FittedMlp::new(
        names,
        net,
        Y::LOSS == Which::Logistic,
        history,
    ))
}

impl<F: Float, Y: MlpTarget> Estimator<Dense<F>, Y> for Mlp {
    type Model = FittedMlp;

    fn learn(&self, train: &Sample<Dense<F>, Y, Train>) -> Result<FittedMlp> {
        fit(self, train, None, &mut |_| ControlFlow::Continue(()))
    }

    fn learn_watched(
        &self,
        train: &Sample<Dense<F>, Y, Train>,
        on: OnRound<'_>,
    ) -> Result<FittedMlp> {
        fit(self, train, None, on)
    }
}

impl<F: Float, Y: MlpTarget> LearnValid<Dense<F>, Y> for Mlp {
    fn learn_valid(
        &self,
        train: &Sample<Dense<F>, Y, Train>,
        valid: &Sample<Dense<F>, Y, Valid>,
        on: OnRound<'_>,
    ) -> Result<FittedMlp> {
        fit(self, train, Some(valid), on)
    }
}
