//! Fitting with early stopping on held-out rows, then once more on all rows.

use super::columns::{ColumnStep, FittedAutoPipeline, pipeline};
use super::hold_out::HoldOut;
use ml_data::contract::{Estimator, Fit, LearnValid, Predict, Round};
use ml_data::error::{Error, Result};
use ml_data::repr::Dense;
use ml_data::sample::{Dataset, Target};
use ml_data::table::Table;
use ml_models::boost::{Boost, FittedBoost, FittedBoostClassifier};
use std::ops::ControlFlow;

const LEARNING_RATE: f64 = 0.05;
const EARLY_STOPPING_ROUND: usize = 50;

/// Both fitted forms of boosting.
pub(super) trait Boosted: Predict<Dense<f64>> {
    fn best_iteration(&self) -> Option<usize>;
}
impl Boosted for FittedBoost {
    fn best_iteration(&self) -> Option<usize> {
        self.best_iteration()
    }
}
impl Boosted for FittedBoostClassifier {
    fn best_iteration(&self) -> Option<usize> {
        self.best_iteration()
    }
}

/// A model, and the predictions of the rows that were held out.
pub(super) struct Learned<Y: Target, M> {
    pub(super) model: FittedAutoPipeline<M>,
    pub(super) rounds: usize,
    pub(super) train_rows: usize,
    pub(super) held_out: Y::Labels,
    pub(super) predicted: Y::Prediction,
}

/// Learns with early stopping on held-out rows, then once more on all rows with the rounds that
/// were best.
pub(super) fn learn<Y, M>(
    data: Dataset<Table, Y>,
    columns: &[(String, ColumnStep)],
    hold_out: &HoldOut,
    most: usize,
    on: &mut dyn FnMut(Round<'_>) -> ControlFlow<()>,
) -> Result<Learned<Y, M>>
where
    Y: Target,
    Boost: LearnValid<Dense<f64>, Y> + Estimator<Dense<f64>, Y, Model = M>,
    M: Boosted + Predict<Dense<f64>, Prediction = Y::Prediction>,
{
    let all = data.into_train();
    let fold = all.folds(hold_out)?.next();
    let (train, valid) = fold.ok_or_else(|| Error::Empty("training sample".into()))?;
    let boost = Boost::new()
        .learning_rate(LEARNING_RATE)
        .seed(hold_out.seed);
    let watched = boost
        .clone()
        .num_iterations(most)
        .early_stopping_round(Some(EARLY_STOPPING_ROUND));
    let first: FittedAutoPipeline<M> =
        pipeline(columns, watched).fit_valid_watched(&train, &valid, on)?;
    let rounds = first.model.best_iteration().unwrap_or(most).max(1);
    let predicted = first.predict(valid.x())?;
    let model = pipeline(columns, boost.num_iterations(rounds)).fit(&all)?;
    Ok(Learned {
        model,
        rounds,
        train_rows: train.len(),
        held_out: valid.y().clone(),
        predicted,
    })
}
