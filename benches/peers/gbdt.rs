//! Boosted trees: 255 leaves, learning rate 0.1, at least 20 rows a leaf.

use crate::case::{Case, Entry, Fields, latency};
use ml_pipeline::data::prelude::*;
use ml_pipeline::data::sample::{BinaryLabels, RealLabels, RelevanceLabels};
use ml_pipeline::eval::metric::{Ndcg, NoRelevant, RankingMetric, log_loss, rmse, roc_auc};
use ml_pipeline::models::boost::{Boost, FittedBoost};
use serde_json::json;
use std::hint::black_box;

pub(crate) const ENTRIES: &[Entry] = &[entry("higgs", higgs), entry("reg", reg), entry("ltr", ltr)];

const fn entry(dataset: &'static str, run: fn(&Case<'_>) -> Result<()>) -> Entry {
    Entry {
        workload: "gbdt",
        dataset,
        case: "boost",
        run,
    }
}

/// Rows of the latency lines.
const CALLS: usize = 2000;

/// The rows of a part: `train` or `test`.
pub(crate) fn rows(case: &Case<'_>, part: &str) -> Result<Dense<f32>> {
    let x = case.npy::<f32>(&format!("{}_{part}_x", case.dataset()))?;
    Dense::from_rows(x.width(), x.into_values())
}

fn higgs(case: &Case<'_>) -> Result<()> {
    let labels = |part: &str| {
        let y = case.npy::<f32>(&format!("{}_{part}_y", case.dataset()))?;
        zero_or_one(y.values())
    };
    let truth = labels("test")?;
    run::<Binary>(case, BinaryLabels::new(labels("train")?, "1")?, |p| {
        Ok(vec![
            ("auc", json!(roc_auc(p, &truth, None)?)),
            ("logloss", json!(log_loss(p, &truth, None)?)),
        ])
    })
}

fn reg(case: &Case<'_>) -> Result<()> {
    let labels = |part: &str| {
        let y = case.npy::<f32>(&format!("{}_{part}_y", case.dataset()))?;
        Ok::<Vec<f64>, Error>(y.values().iter().map(|v| f64::from(*v)).collect())
    };
    let truth = labels("test")?;
    run::<Real>(case, RealLabels::new(labels("train")?)?, |p| {
        Ok(vec![("rmse", json!(rmse(p, &truth, None)?))])
    })
}

fn ltr(case: &Case<'_>) -> Result<()> {
    let labels = |part: &str| {
        let file = |kind: &str| {
            let name = format!("{}_{part}_{kind}", case.dataset());
            case.npy::<i32>(&name)?.ids(&name)
        };
        let (y, sizes) = (file("y")?, file("group")?);
        let grades: Vec<f32> = y.values().iter().map(|g| *g as f32).collect();
        let sizes: Vec<usize> = sizes.values().iter().map(|n| *n as usize).collect();
        Ok::<_, Error>((grades, sizes))
    };
    let (grades, sizes) = labels("train")?;
    let queries: Vec<u32> = (0u32..)
        .zip(&sizes)
        .flat_map(|(query, n)| std::iter::repeat_n(query, *n))
        .collect();
    let (truth, test_sizes) = labels("test")?;
    let metric = Ndcg::at(10).no_relevant(NoRelevant::Skip);
    run::<Relevance>(case, RelevanceLabels::new(grades, queries)?, |p| {
        let value = metric.mean(p, &truth, &test_sizes, None)?;
        Ok(vec![("ndcg10", json!(value))])
    })
}

/// Labels that are written as numbers.
pub(crate) fn zero_or_one(values: &[f32]) -> Result<Vec<u8>> {
    let read = |(row, v): (usize, &f32)| match *v {
        0.0 => Ok(0),
        1.0 => Ok(1),
        other => Err(Error::cell("label", row, "0 or 1", other)),
    };
    values.iter().enumerate().map(read).collect()
}

/// Fit, predict and single rows, the same for all targets.
fn run<Y: Target<Prediction = Scores>>(
    case: &Case<'_>,
    labels: Y::Labels,
    score: impl Fn(&[f64]) -> Result<Fields>,
) -> Result<()>
where
    Boost: Estimator<Dense<f32>, Y, Model = FittedBoost>,
{
    let train = Dataset::<_, Y>::new(rows(case, "train")?, labels)?.into_train();
    let test = rows(case, "test")?;
    let trees = case.job.trees;
    let boost = Boost::new()
        .num_iterations(trees)
        .learning_rate(0.1)
        .num_leaves(255)
        .min_data_in_leaf(20)
        .max_bin(255)
        .seed(1);
    let model = case.time(
        "fit",
        || boost.fit(&train),
        |model, _| {
            vec![
                ("trees", json!(model.trees().len())),
                ("note", json!("binning is in fit")),
            ]
        },
    )?;
    // What was grown, not what was asked for.
    let trees = model.trees().len();
    let quality = score(&model.predict(View::all(&test))?.0)?;
    let n = train.len();
    case.time(
        "predict",
        || model.predict(train.x()),
        |_, wall| {
            let mut fields = vec![("rows", json!(n)), ("trees", json!(trees))];
            fields.extend(quality);
            fields.push(("s_per_1m", json!(wall * 1e6 / n as f64)));
            fields
        },
    )?;
    let (mut scratch, mut out) = Default::default();
    let mut fields = vec![("api", json!("predict_row")), ("trees", json!(trees))];
    fields.extend(latency(CALLS.min(test.len()), |i| {
        Predict::<Dense<f32>>::predict_row(&model, test.row(i), &mut scratch, &mut out)?;
        black_box(out);
        Ok(())
    })?);
    case.emit("row", fields);
    Ok(())
}
