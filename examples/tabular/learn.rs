//! Fitting with a bar on the terminal, and the model as files.

use super::args::Args;
use super::report::Notes;
use super::run::Named;
use indicatif::{ProgressBar, ProgressStyle};
use ml_pipeline::auto::{Auto, AutoModel, AutoPrediction};
use ml_pipeline::data::artifact::{read_file, write_file};
use ml_pipeline::models::interchange::lightgbm;
use ml_pipeline::prelude::*;
use std::ops::ControlFlow;
use std::path::Path;

/// Fits the model, and tells what it decided.
pub fn learn(
    table: &Table,
    named: &Named,
    args: &Args,
    notes: &mut Notes<'_>,
) -> Result<AutoModel> {
    let mut auto = Auto::new(&named.target)
        .drop(&named.drop)
        .num_iterations(args.rounds)
        .seed(args.seed);
    if let Some(task) = args.task {
        auto = auto.task(task);
    }
    if let Some(group) = &named.group {
        auto = auto.group(group);
    }
    let bar = bar(args.rounds);
    let model = auto.fit_watched(table, &mut |round| {
        bar.set_position(round.round as u64);
        let metric = round.valid.map(|v| format!("{} {v:.5}", round.metric));
        bar.set_message(metric.unwrap_or_default());
        ControlFlow::Continue(())
    });
    bar.finish_and_clear();
    let model = model?;
    notes.extend(model.notes());
    let (rows, columns) = (
        model.train_rows() + model.held_out_rows(),
        model.features().len(),
    );
    notes.say(&format!("{rows} training rows, {columns} features"));
    Ok(model)
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

/// Writes the artifact and LightGBM's text, loads the artifact again, and makes sure that it
/// predicts the same.
pub fn save(model: &AutoModel, dir: &Path, x: &Table, predicted: &AutoPrediction) -> Result<()> {
    let path = dir.join("model.mlp");
    write_file(&path, model.to_bytes()?)?;
    let bytes = read_file(&path)?;
    let repeated = AutoModel::from_bytes(&bytes)?.predict(x)?;
    let bits = |p: &AutoPrediction| p.numbers().iter().map(|v| v.to_bits()).collect::<Vec<_>>();
    if bits(&repeated) != bits(predicted) {
        return Err(Error::other(format!(
            "{} predicts otherwise than it did",
            path.display()
        )));
    }
    let path = dir.join("model.txt");
    let text = lightgbm::to_string(model.trees())?;
    write_file(&path, text)
}
