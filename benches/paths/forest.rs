//! Random forests: full trees and shallow ones.

use super::data::{matrix, signals};
use super::{Path, Work, work};
use ml_pipeline::models::forest::{ExtraTrees, FittedForest};
use ml_pipeline::prelude::*;

pub(crate) const PATHS: &[Path] = &[
    Path::new("forest/fit, full trees", "rows", 10_000, |n| {
        fit(n, forest())
    }),
    Path::new("forest/fit, depth 10", "rows", 10_000, |n| {
        fit(n, forest().max_depth(Some(10)))
    }),
    Path::new("forest/fit, extra trees", "rows", 10_000, |n| {
        fit(n, ExtraTrees::new().n_estimators(TREES))
    }),
    Path::new("forest/predict, full trees", "rows", 10_000, predict),
];

const TREES: usize = 20;

fn forest() -> RandomForest {
    RandomForest::new().n_estimators(TREES)
}

fn train(rows: usize) -> Result<Sample<Dense<f32>, Binary, Train>> {
    let x = matrix(rows, 20)?;
    let labels: Vec<u8> = signals(&x).into_iter().map(|s| u8::from(s > 1.6)).collect();
    Ok(Dataset::binary(x, labels, "1")?.into_train())
}

fn fit<E>(rows: usize, forest: E) -> Result<Work>
where
    E: Estimator<Dense<f32>, Binary, Model = FittedForest> + 'static,
{
    let train = train(rows)?;
    work!(forest.fit(&train))
}

fn predict(rows: usize) -> Result<Work> {
    let train = train(rows)?;
    let model: FittedForest = forest().fit(&train)?;
    work!(model.predict(train.x()))
}
