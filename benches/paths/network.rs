//! A network of 64-128-64-1 units.

use super::data::matrix;
use super::{Path, Work, work};
use ml_pipeline::prelude::*;

pub(crate) const PATHS: &[Path] = &[
    Path::new("network/epoch", "rows", 10_000, fit),
    Path::new("network/predict", "rows", 10_000, predict),
    Path::new("network/one row", "rows", 1000, row).one(),
];

fn train(rows: usize) -> Result<Sample<Dense<f32>, Binary, Train>> {
    let x = matrix(rows, 64)?;
    let label = |i: usize| u8::from(x.row(i)[0] + x.row(i)[1] > 1.0);
    let y: Vec<u8> = (0..rows).map(label).collect();
    Ok(Dataset::binary(x, y, "1")?.into_train())
}

fn mlp() -> Mlp {
    Mlp::new().hidden_layer_sizes([128, 64]).epochs(1)
}

fn fit(rows: usize) -> Result<Work> {
    let train = train(rows)?;
    work!(mlp().fit(&train))
}

fn predict(rows: usize) -> Result<Work> {
    let train = train(rows)?;
    let model = mlp().fit(&train)?;
    work!(model.predict(train.x()))
}

fn row(rows: usize) -> Result<Work> {
    let train = train(rows)?;
    let model = mlp().fit(&train)?;
    let (mut scratch, mut out, mut next) = (Default::default(), Default::default(), 0);
    work!({
        next = (next + 1) % rows;
        Predict::<Dense<f32>>::predict_row(&model, train.x().row(next), &mut scratch, &mut out)
    })
}
