//! Models: learn from training rows, then predict rows one at a time or in batches.

use super::round::{OnRound, Round};
use super::step::Params;
use crate::error::{Error, Result};
use crate::repr::{IntoRows, Repr, Rows, View};
use crate::sample::{Prediction, Sample, Target, Train, TrainingRows, Valid};
use crate::simd;
use serde::{Serialize, de::DeserializeOwned};
use std::ops::ControlFlow;

/// A model that learns from training rows. Implementers write `learn`; users call [`Fit::fit`].
///
/// ```
/// use ml_data::prelude::*;
/// use serde::{Deserialize, Serialize};
/// /// The mean of the labels, whatever the row.
/// struct Mean;
/// #[derive(Serialize, Deserialize)]
/// struct FittedMean { input: Names, mean: f64 }
///
/// impl Params for Mean {}
/// impl Estimator<Dense, Real> for Mean {
///     type Model = FittedMean;
///     fn learn(&self, train: &Sample<Dense, Real, Train>) -> Result<FittedMean> {
///         let total: f64 = (0..train.len()).map(|i| train.weight(i)).sum();
///         let labels = train.y().values().iter().enumerate();
///         let mean = labels.map(|(i, y)| train.weight(i) / total * y).sum();
///         Ok(FittedMean { input: train.header().clone(), mean })
///     }
/// }
/// impl Predict<Dense> for FittedMean {
///     type Prediction = Scores;
///     type Scratch = ();
///     fn input(&self) -> &Names {
///         &self.input
///     }
///     fn predict_row(&self, _: &[f64], (): &mut (), out: &mut f64) -> Result<()> {
///         *out = self.mean;
///         Ok(())
///     }
/// }
///
/// let x = Dense::from_rows(1, vec![1.0, 2.0, 3.0])?;
/// let data = Dataset::regression(x, vec![2.0, 4.0, 9.0])?;
/// let train = data.with_weights(vec![1.0, 1.0, 2.0])?.into_train();
/// let model = Mean.fit(&train)?;
/// assert_eq!(model.predict(train.x())?.0, [6.0, 6.0, 6.0]);
/// # Ok::<(), ml_data::Error>(())
/// ```
///
/// # Sample weights
/// [`Sample::weights`] says how much each row counts. An estimator either
///
/// - **honours** them: weight 2 gives the model of the row twice, weight 0 the model without the
///   row; or
/// - **refuses** them with [`Error::Unsupported`].
///
/// Dropping them in silence is a fault. [`Fit`] has refused samples whose weights are all 0, and
/// [`Dataset::with_weights`](crate::sample::Dataset::with_weights) weights that are negative or not
/// finite. The rule "sample weights" of `testkit::check_model` fits the repeated and the thinned
/// sample and compares; an estimator whose algorithm admits neither equality claims why
/// (`testkit::Weights`).
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not learn from `{R}` rows of a `{Y}` sample",
    label = "does not fit here",
    note = "the steps before it must produce the rows it reads, and the labels must be of its kind"
)]
pub trait Estimator<R: Repr, Y: Target>: Params {
    /// The fitted model.
    type Model: Predict<R, Prediction = Y::Prediction>;
    /// Learns from the training rows.
    ///
    /// # Errors
    /// Data it can not learn from.
    fn learn(&self, train: &Sample<R, Y, Train>) -> Result<Self::Model>;
    /// Learns; `on` is called after each round, and the model is that of the rounds until it
    /// breaks. A callback that never breaks changes no bit of the model. An estimator that learns
    /// in one pass leaves this as it is: it has one round. One with rounds writes them here, and
    /// `learn` calls it:
    ///
    /// ```
    /// use ml_data::contract::OnRound;
    /// use ml_data::prelude::*;
    /// use std::ops::ControlFlow;
    /// # #[derive(Debug, serde::Serialize, serde::Deserialize)]
    /// # struct FittedConstant(Names, f64);
    /// # impl Predict<Dense<f64>> for FittedConstant {
    /// #     type Prediction = Scores;
    /// #     type Scratch = ();
    /// #     fn input(&self) -> &Names { &self.0 }
    /// #     fn predict_row(&self, _: &[f64], (): &mut (), out: &mut f64) -> Result<()> {
    /// #         *out = self.1;
    /// #         Ok(())
    /// #     }
    /// # }
    /// /// The constant nearest to the labels, by steps of gradient descent.
    /// #[derive(Debug, Clone)]
    /// struct Constant {
    ///     steps: usize,
    /// }
    /// # impl Params for Constant {
    /// #     fn name(&self) -> &'static str { "Constant" }
    /// # }
    /// impl Estimator<Dense<f64>, Real> for Constant {
    ///     type Model = FittedConstant;
    ///
    ///     fn learn(&self, train: &Sample<Dense<f64>, Real, Train>) -> Result<FittedConstant> {
    ///         self.learn_watched(train, &mut |_| ControlFlow::Continue(()))
    ///     }
    ///
    ///     fn learn_watched(
    ///         &self,
    ///         train: &Sample<Dense<f64>, Real, Train>,
    ///         on: OnRound<'_>,
    ///     ) -> Result<FittedConstant> {
    ///         let (y, mut at) = (train.y().values(), 0.0);
    ///         for round in 1..=self.steps {
    ///             at += 0.5 * y.iter().map(|y| y - at).sum::<f64>() / y.len() as f64;
    ///             let l2 = y.iter().map(|y| (y - at).powi(2)).sum::<f64>() / y.len() as f64;
    ///             let (of, metric) = (self.steps, "l2");
    ///             if on(Round { round, of, metric, train: Some(l2), valid: None }).is_break() {
    ///                 break;
    ///             }
    ///         }
    ///         Ok(FittedConstant(train.header().clone(), at))
    ///     }
    /// }
    ///
    /// let x = Dense::from_rows(1, vec![1.0, 2.0])?;
    /// let train = Dataset::regression(x.clone(), vec![4.0, 4.0])?.into_train();
    /// let mut rounds = 0;
    /// let model = Constant { steps: 100 }.fit_watched(&train, &mut |round| {
    ///     rounds = round.round;
    ///     match round.train.is_some_and(|l2| l2 < 0.1) {
    ///         true => ControlFlow::Break(()),
    ///         false => ControlFlow::Continue(()),
    ///     }
    /// })?;
    /// // The error is halved in each round: 2, 1, 0.5, 0.25.
    /// assert_eq!((rounds, model.predict(&x)?.0), (4, vec![3.75, 3.75]));
    /// # Ok::<(), Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Estimator::learn`].
    fn learn_watched(&self, train: &Sample<R, Y, Train>, on: OnRound<'_>) -> Result<Self::Model> {
        let model = self.learn(train)?;
        // Everything is learned: there is nothing left to break off.
        let _ = on(Round::ONLY);
        Ok(model)
    }
}

/// Models that watch validation rows while they train, and can stop early.
///
/// Early stopping needs validation rows: the call is [`Fit::fit_valid`], or
/// [`Fit::fit_valid_watched`] with a callback. Plain [`Fit::fit`] compiles for the same estimator,
/// and has no rows to watch: `Boost` with `early_stopping_round` is refused when it runs, before
/// any work, and `Mlp` trains all of its epochs.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not watch validation rows while it trains",
    note = "fit it with `.fit(&train)`, or hear of its rounds by `.fit_watched(&train, ..)`"
)]
pub trait LearnValid<R: Repr, Y: Target>: Estimator<R, Y> {
    /// Learns; `on` is called after each round, as in [`Estimator::learn_watched`].
    ///
    /// # Errors
    /// Data it can not learn from.
    fn learn_valid(
        &self,
        train: &Sample<R, Y, Train>,
        valid: &Sample<R, Y, Valid>,
        on: OnRound<'_>,
    ) -> Result<Self::Model>;
}

/// A fitted model. The row path defines it.
///
/// [`Estimator`] has one of matrices. One of tables reads cells by their column's position, which
/// it looks up when it learns:
///
/// ```
/// # #[cfg(feature = "table")] {
/// use ml_data::prelude::*;
/// use ml_data::table::TableRow;
/// /// A price for each square metre; a size that is missing gets none.
/// #[derive(serde::Serialize, serde::Deserialize)]
/// struct PerMetre { input: <Table as Repr>::Header, size: usize, price: f64 }
/// impl Predict<Table> for PerMetre {
///     type Prediction = Scores;
///     type Scratch = ();
///     fn input(&self) -> &<Table as Repr>::Header {
///         &self.input
///     }
///     fn predict_row(&self, row: TableRow<'_>, (): &mut (), out: &mut f64) -> Result<()> {
///         *out = self.price * row.get(self.size).num();
///         Ok(())
///     }
/// }
/// let flats = Table::new([("size", Column::num([20.0, 50.0]))])?;
/// let input = flats.schema().clone();
/// let size = input.position("PerMetre", "size")?;
/// let model = PerMetre { input, size, price: 30.0 };
/// assert_eq!(model.predict(&flats)?.0, [600.0, 1500.0]);
/// # }
/// # Ok::<(), ml_data::Error>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a fitted model of `{R}` rows",
    label = "not a fitted model of these rows",
    note = "call `.fit(&train)?` first",
    note = "state that is no model of rows (a recommender, a catalogue) is saved with `artifact::save_state(\"name/1\", &state)`"
)]
pub trait Predict<R: Repr>: Send + Sync + Serialize + DeserializeOwned + 'static {
    /// Kind of its predictions.
    type Prediction: Prediction;
    /// Per-thread working memory, reused from row to row.
    type Scratch: Default + Send + 'static;
    /// The columns it was trained on.
    fn input(&self) -> &R::Header;
    /// The kind of target it was trained on ([`Target::NAME`]), if it knows. A `Binary` and a
    /// `Real` target can share a type of model; an artifact tells them apart by this.
    fn target(&self) -> Option<&'static str> {
        None
    }
    /// Tells a model that was loaded which kind of target it was trained on.
    fn set_target(&mut self, _: &'static str) {}
    /// Writes the prediction of one row. A warm call allocates nothing.
    ///
    /// # Errors
    /// A value the model can not take.
    fn predict_row(
        &self,
        row: R::Row<'_>,
        scratch: &mut Self::Scratch,
        out: &mut <Self::Prediction as Rows>::Buf,
    ) -> Result<()>;
    /// Predicts all rows that something has: of a view (`valid.x()`), of a batch (`&table`,
    /// `&dense`), of an ndarray (`&array`, one copy).
    ///
    /// A table has to have the trained columns in the trained order; where it may not,
    /// `predict_table` puts it right first.
    ///
    /// # Errors
    /// Other columns than the trained ones, or as [`Predict::predict_row`].
    fn predict<'a>(&self, x: impl IntoRows<'a, R>) -> Result<Self::Prediction> {
        self.predict_batch(x.into_rows(self.input())?.view())
    }
    /// Predicts all rows of a view, after checking its columns once. Users call
    /// [`Predict::predict`]; a model with a faster way than row by row writes this.
    ///
    /// # Errors
    /// Other columns than the trained ones, or as [`Predict::predict_row`].
    fn predict_batch(&self, x: View<'_, R>) -> Result<Self::Prediction> {
        x.data().check(self.input())?;
        let mut scratch = Self::Scratch::default();
        let mut buf = <Self::Prediction as Rows>::Buf::default();
        let mut out = Self::Prediction::default();
        for row in x.iter() {
            Self::Prediction::clear(&mut buf);
            self.predict_row(row, &mut scratch, &mut buf)?;
            out.push(&buf);
        }
        Ok(out)
    }
}

/// Fitting, for every estimator. Parameters of all steps are checked before any work.
pub trait Fit: Params + Sized {
    /// Learns from a training sample.
    ///
    /// # Errors
    /// A parameter outside its domain, no rows, initial scores that it does not take, or data the
    /// steps or the model can not learn from.
    fn fit<S: TrainingRows, M>(&self, train: &S) -> Result<M>
    where
        Self: Estimator<S::R, S::Y, Model = M>,
    {
        ready(self, train.train())?;
        self.learn(train.train())
    }

    /// Learns from a training sample, calling `on` after each round (a tree, an epoch): for logs
    /// ([`log_every`](super::log_every)), progress, and stopping by time or by the training metric.
    /// Where `on` breaks, training ends and the model is that of the rounds so far. One that never
    /// breaks changes no bit of the model. [`Estimator::learn_watched`] has an example.
    ///
    /// A model that is learned in one pass has one round, [`Round::ONLY`]. Validation rows are
    /// watched by [`Fit::fit_valid_watched`]; here [`Round::valid`] is `None`.
    ///
    /// # Errors
    /// As [`Fit::fit`].
    #[doc(alias = "callbacks")]
    fn fit_watched<S: TrainingRows, M>(&self, train: &S, on: OnRound<'_>) -> Result<M>
    where
        Self: Estimator<S::R, S::Y, Model = M>,
    {
        ready(self, train.train())?;
        self.learn_watched(train.train(), on)
    }

    /// Learns from a training sample while watching a validation sample.
    ///
    /// # Errors
    /// As [`Fit::fit`].
    fn fit_valid<S: TrainingRows, M>(
        &self,
        train: &S,
        valid: &Sample<S::R, S::Y, Valid>,
    ) -> Result<M>
    where
        Self: LearnValid<S::R, S::Y> + Estimator<S::R, S::Y, Model = M>,
    {
        self.fit_valid_watched(train, valid, &mut |_| ControlFlow::Continue(()))
    }

    /// As [`Fit::fit_valid`], calling `on` after each round, as [`Fit::fit_watched`] does.
    ///
    /// A break leaves the rounds so far, also those after the best one. Models that go back to the
    /// best round do so after a break as well: a network unless `restore_best(false)`, boosting
    /// where `early_stopping_round` is set.
    ///
    /// # Errors
    /// As [`Fit::fit`].
    #[doc(alias = "callbacks")]
    fn fit_valid_watched<S: TrainingRows, M>(
        &self,
        train: &S,
        valid: &Sample<S::R, S::Y, Valid>,
        on: OnRound<'_>,
    ) -> Result<M>
    where
        Self: LearnValid<S::R, S::Y> + Estimator<S::R, S::Y, Model = M>,
    {
        ready(self, train.train())?;
        if valid.is_empty() {
            return Err(Error::Empty("validation sample".into()));
        }
        self.learn_valid(train.train(), valid, on)
    }
}
impl<E: Params> Fit for E {}

fn ready<R: Repr, Y: Target>(params: &impl Params, train: &Sample<R, Y, Train>) -> Result<()> {
    simd::check()?;
    params.check()?;
    if train.is_empty() {
        return Err(Error::Empty("training sample".into()));
    }
    if train.weights().is_some_and(|w| w.iter().all(|w| *w == 0.0)) {
        return Err(Error::ZeroWeights {
            what: "training sample".into(),
        });
    }
    if train.init_score().is_some() && !params.takes_init_score() {
        return Err(Error::Unsupported {
            step: params.name(),
            what: "init_score".into(),
            why: "it does not start from scores".into(),
        });
    }
    Ok(())
}
