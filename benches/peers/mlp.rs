//! A network of 64-128-64-1 units: batches of 256, Adam with rate 0.001, 5 epochs.

use crate::case::{Case, Entry, latency};
use crate::gbdt::zero_or_one;
use ml_pipeline::data::prelude::*;
use ml_pipeline::eval::metric::roc_auc;
use ml_pipeline::models::neural::Mlp;
use serde_json::json;
use std::hint::black_box;

pub(crate) const ENTRIES: &[Entry] = &[Entry {
    workload: "mlp",
    dataset: "mlp",
    case: "mlp",
    run,
}];

const EPOCHS: usize = 5;

fn part(case: &Case<'_>, part: &str) -> Result<(Dense<f32>, Vec<u8>)> {
    let x = case.npy::<f32>(&format!("mlp_{part}_x"))?;
    let y = case.npy::<f32>(&format!("mlp_{part}_y"))?;
    Ok((
        Dense::from_rows(x.width(), x.into_values())?,
        zero_or_one(y.values())?,
    ))
}

fn run(case: &Case<'_>) -> Result<()> {
    let (x, y) = part(case, "train")?;
    let train = Dataset::binary(x, y, "1")?.into_train();
    let (test, truth) = part(case, "test")?;
    let mlp = Mlp::new()
        .hidden_layer_sizes([128, 64])
        .batch_size(256)
        .learning_rate(1e-3)
        .epochs(EPOCHS)
        .patience(EPOCHS)
        .seed(case.job.seed as u64);
    let model = case.time(
        "fit",
        || mlp.fit(&train),
        |model, wall| {
            // What was run, not what was asked for.
            let epochs = model.history().epochs().len();
            let per_second = (train.len() * epochs) as f64 / wall;
            vec![
                ("samples_per_s", json!(per_second)),
                ("epochs", json!(epochs)),
            ]
        },
    )?;
    let predicted = case.time(
        "predict",
        || model.predict(&test),
        |_, _| vec![("rows", json!(test.len()))],
    )?;
    case.emit(
        "score",
        vec![("auc", json!(roc_auc(&predicted.0, &truth, None)?))],
    );
    let (mut scratch, mut out) = Default::default();
    let mut fields = vec![("api", json!("predict_row"))];
    fields.extend(latency(2000.min(test.len()), |i| {
        Predict::<Dense<f32>>::predict_row(&model, test.row(i), &mut scratch, &mut out)?;
        black_box(out);
        Ok(())
    })?);
    case.emit("row", fields);
    Ok(())
}
