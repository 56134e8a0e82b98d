//! Shapley values of boosted trees: 100 trees on the first 200,000 rows, of 31 leaves (10,000 rows
//! explained) and of 255 (1,000 rows).

use crate::case::{Case, Entry};
use crate::gbdt::{rows, zero_or_one};
use ml_pipeline::data::prelude::*;
use ml_pipeline::models::boost::Boost;
use ml_pipeline::models::tree::Explainer;
use serde_json::json;

pub(crate) const ENTRIES: &[Entry] = &[
    entry("31leaves", |case| run(case, 31, 10_000)),
    entry("255leaves", |case| run(case, 255, 1000)),
];

const fn entry(case: &'static str, run: fn(&Case<'_>) -> Result<()>) -> Entry {
    Entry {
        workload: "explain",
        dataset: "higgs",
        case,
        run,
    }
}

const TRAIN: usize = 200_000;

/// The first rows.
fn first(x: &Dense<f32>, rows: usize) -> Result<Dense<f32>> {
    let width = x.names().len();
    let values = (0..rows.min(x.len())).flat_map(|i| x.row(i).to_vec());
    let values = values.collect::<Vec<_>>();
    Dense::from_rows(width, values)
}

fn run(case: &Case<'_>, leaves: usize, explained: usize) -> Result<()> {
    let x = first(&rows(case, "train")?, TRAIN)?;
    let y = case.npy::<f32>(&format!("{}_train_y", case.dataset()))?;
    let y = zero_or_one(&y.values()[..x.len()])?;
    let train = Dataset::binary(x, y, "1")?.into_train();
    let model = Boost::new()
        .num_iterations(case.job.trees)
        .learning_rate(0.1)
        .num_leaves(leaves)
        .seed(1)
        .fit(&train)?;
    let x = first(&rows(case, "test")?, explained)?;
    let shap = case.time(
        "treeshap",
        || Explainer::new(model.ensemble()).shap(View::all(&x)),
        |shap, wall| {
            vec![
                ("trees", json!(model.trees().len())),
                ("rows", json!(shap.len())),
                ("rows_per_s", json!(shap.len() as f64 / wall)),
                ("note", json!("the explainer is made in the timed call")),
            ]
        },
    )?;
    let raw = model.raw_scores(View::all(&x))?;
    let furthest = (raw.iter().enumerate())
        .filter_map(|(i, raw)| Some((shap.get(i, 0)?.iter().sum::<f64>() - raw).abs()))
        .fold(0.0, f64::max);
    case.emit("additivity", vec![("furthest", json!(furthest))]);
    Ok(())
}
