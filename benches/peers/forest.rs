//! Forests of the first 100,000 rows; the scripts beside run the same for other libraries.

use crate::case::{Case, Entry};
use crate::gbdt::{rows, zero_or_one};
use ml_pipeline::data::prelude::*;
use ml_pipeline::data::repr::Rows;
use ml_pipeline::eval::metric::roc_auc;
use ml_pipeline::models::forest::{ExtraTrees, FittedForest, RandomForest};
use serde_json::json;

pub(crate) const ENTRIES: &[Entry] = &[
    entry("full", |case| run(case, &random(case))),
    entry("depth-10", |case| {
        run(case, &random(case).max_depth(Some(10)))
    }),
    entry("extra", |case| {
        let trees = ExtraTrees::new().n_estimators(case.job.trees);
        run(case, &trees.seed(case.job.seed as u64))
    }),
];

const fn entry(case: &'static str, run: fn(&Case<'_>) -> Result<()>) -> Entry {
    Entry {
        workload: "forest",
        dataset: "higgs",
        case,
        run,
    }
}

/// Rows that are learned.
const ROWS: usize = 100_000;

fn random(case: &Case<'_>) -> RandomForest {
    let forest = RandomForest::new().n_estimators(case.job.trees);
    forest.seed(case.job.seed as u64)
}

fn run<E>(case: &Case<'_>, forest: &E) -> Result<()>
where
    E: Estimator<Dense<f32>, Binary, Model = FittedForest>,
{
    let labels = |part: &str| {
        let y = case.npy::<f32>(&format!("{}_{part}_y", case.dataset()))?;
        zero_or_one(y.values())
    };
    let (all, mut y) = (rows(case, "train")?, labels("train")?);
    let n = ROWS.min(all.len());
    y.truncate(n);
    let x = Dense::from_rows(all.width(), all.values()[..n * all.width()].to_vec())?;
    drop(all);
    let train = Dataset::binary(x, y, "1")?.into_train();
    let leaves = |m: &FittedForest| m.trees().iter().map(|t| t.leaves().len()).sum::<usize>();
    let model = case.time(
        "fit",
        || forest.fit(&train),
        |m, _| {
            vec![
                ("rows", json!(n)),
                ("trees", json!(m.trees().len())),
                ("leaves", json!(leaves(m) / m.trees().len())),
            ]
        },
    )?;
    let (test, truth) = (rows(case, "test")?, labels("test")?);
    let p = model.predict(&test)?.0;
    let auc = roc_auc(&p, &truth, None)?;
    let right = p
        .iter()
        .zip(&truth)
        .filter(|(p, t)| (**p >= 0.5) == (**t == 1));
    let accuracy = right.count() as f64 / truth.len() as f64;
    case.time(
        "predict",
        || model.predict(&test),
        |_, _| {
            vec![
                ("rows", json!(test.len())),
                ("auc", json!(auc)),
                ("accuracy", json!(accuracy)),
            ]
        },
    )?;
    Ok(())
}
