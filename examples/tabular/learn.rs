//! Fitting with early stopping, a bar on the terminal, and the model as files.

use super::features::{Fitted, pipeline, shape};
use super::holdout::HoldOut;
use super::select::Features;
use indicatif::{ProgressBar, ProgressStyle};
use ml_pipeline::data::artifact;
use ml_pipeline::models::boost::{FittedBoost, FittedBoostClassifier};
use ml_pipeline::models::interchange::lightgbm;
use ml_pipeline::models::tree::Ensemble;
use ml_pipeline::prelude::*;
use std::ops::ControlFlow;
use std::path::Path;

const LEARNING_RATE: f64 = 0.05;
const PATIENCE: usize = 50;
/// The kind of the artifact.
pub const KIND: &str = "tabular/1";

/// The findings of both fitted models.
pub trait Trees: Predict<Dense<f64>> {
    fn trees(&self) -> &Ensemble;
    fn best(&self) -> Option<usize>;
}
impl Trees for FittedBoost {
    fn trees(&self) -> &Ensemble {
        self.ensemble()
    }
    fn best(&self) -> Option<usize> {
        self.best_iteration()
    }
}
impl Trees for FittedBoostClassifier {
    fn trees(&self) -> &Ensemble {
        self.ensemble()
    }
    fn best(&self) -> Option<usize> {
        self.best_iteration()
    }
}

/// The model, and what it predicts for the rows that were held out.
pub struct Learned<Y: Target, M> {
    pub model: Fitted<M>,
    pub rounds: usize,
    pub train_rows: usize,
    pub held_out: Y::Labels,
    pub predicted: Y::Prediction,
}

/// Learns with early stopping on held-out rows, then once more on all rows with the rounds that
/// were best.
pub fn learn<Y, M>(
    data: Dataset<Table, Y>,
    features: &Features,
    hold: &HoldOut,
    most: usize,
) -> Result<Learned<Y, M>>
where
    Y: Target,
    Boost: LearnValid<Dense<f64>, Y> + Estimator<Dense<f64>, Y, Model = M>,
    M: Trees + Predict<Dense<f64>, Prediction = Y::Prediction>,
{
    let all = data.into_train();
    let fold = all.folds(hold)?.next();
    let (train, valid) = fold.ok_or_else(|| Error::Empty("training sample".into()))?;
    let boost = Boost::new().learning_rate(LEARNING_RATE).seed(hold.seed);
    let watched = boost
        .clone()
        .num_iterations(most)
        .early_stopping_round(Some(PATIENCE));
    let bar = bar(most);
    let first: Fitted<M> =
        pipeline(features, watched).fit_watched(&train, &valid, &mut |round| {
            bar.set_position(round.round as u64);
            bar.set_message(
                round
                    .valid
                    .map_or(String::new(), |v| format!("{} {v:.5}", round.metric)),
            );
            ControlFlow::Continue(())
        })?;
    bar.finish_and_clear();
    let rounds = first.model.best().unwrap_or(most).max(1);
    let predicted = predict(&first, valid.x())?;
    let model = pipeline(features, boost.num_iterations(rounds)).fit(&all)?;
    Ok(Learned {
        model,
        rounds,
        train_rows: train.len(),
        held_out: valid.y().clone(),
        predicted,
    })
}

/// A bar on the terminal; nothing where there is none.
fn bar(rounds: usize) -> ProgressBar {
    let bar = ProgressBar::new(rounds as u64);
    let style = ProgressStyle::with_template("{bar:30} round {pos}/{len}  {msg}  {elapsed}");
    match style {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

/// Rows transformed at once.
const BLOCK: usize = 1 << 16;

/// Predictions of all rows of a view, block by block.
pub fn predict<M>(model: &Fitted<M>, x: View<'_, Table>) -> Result<M::Prediction>
where
    M: Predict<Dense<f64>>,
{
    x.data().check(model.input())?;
    let mut out = M::Prediction::default();
    for block in x.blocks(BLOCK) {
        let rows = model.steps.apply(block)?;
        let some = model.model.predict(View::all(&rows))?;
        (0..some.len()).for_each(|i| out.push_row(&some, i));
    }
    Ok(out)
}

/// Writes the artifact and LightGBM's text, loads the artifact again, and makes sure that it
/// predicts the same.
pub fn save<Y, M>(model: &Fitted<M>, dir: &Path, x: &Table, predicted: &Y::Prediction) -> Result<()>
where
    Y: Target,
    Boost: Estimator<Dense<f64>, Y, Model = M>,
    M: Trees + Predict<Dense<f64>, Prediction = Y::Prediction>,
{
    let path = dir.join("model.mlp");
    let refused = |what: &str, path: &Path, e| Error::io(format!("{what} {}", path.display()), e);
    std::fs::write(&path, artifact::save(KIND, model)?)
        .map_err(|e| refused("writing", &path, e))?;
    let bytes = std::fs::read(&path).map_err(|e| refused("reading", &path, e))?;
    let again = artifact::load_as::<Table, Y, _>(shape, KIND, &bytes, Some(x.schema()))?;
    let repeated = predict(&again, View::all(x))?;
    let bits = |p: &Y::Prediction| p.values().iter().map(|v| v.to_bits()).collect::<Vec<_>>();
    if bits(&repeated) != bits(predicted) {
        return Err(Error::other(format!(
            "{} predicts otherwise than it did",
            path.display()
        )));
    }
    let path = dir.join("model.txt");
    let text = lightgbm::to_string(model.model.trees())?;
    std::fs::write(&path, text).map_err(|e| refused("writing", &path, e))
}
