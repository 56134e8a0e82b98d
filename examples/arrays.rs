//! Boosting on arrays of ndarray, single and double precision, without a table.
//!
//! `cargo run --release --example arrays`
#![allow(clippy::print_stdout, missing_docs)]

use ml_pipeline::data::ndarray::{Array1, Array2};
use ml_pipeline::data::sample::RealLabels;
use ml_pipeline::models::boost::FittedBoost;
use ml_pipeline::prelude::*;

fn main() -> Result<()> {
    let cell = |(row, column): (usize, usize)| ((row * (column + 3) * 7919) % 1009) as f64 / 1009.0;
    let x = Array2::from_shape_fn((2000, 5), cell);
    let y: Array1<f64> = x
        .rows()
        .into_iter()
        .map(|r| 3.0 * r[0] - r[1] * r[2])
        .collect();

    let labels = RealLabels::new(y.to_vec())?;
    let train = Dataset::<_, Real>::new(Dense::from(x.clone()), labels.clone())?.into_train();
    let double: FittedBoost = Boost::new().fit(&train)?;
    let rmse = |p: &Scores| ((&p.array() - &y).mapv(|e| e * e).mean().unwrap_or(0.0)).sqrt();
    println!("double precision: RMSE {:.4}", rmse(&double.predict(&x)?));

    let single = x.mapv(|v| v as f32);
    let train = Dataset::<_, Real>::new(Dense::from(single.clone()), labels)?.into_train();
    let model: FittedBoost = Boost::new().fit(&train)?;
    println!(
        "single precision: RMSE {:.4}",
        rmse(&model.predict(&single)?)
    );
    // Columns of memory, and a part of the rows: any view will do.
    let first: Scores = double.predict(x.slice(ml_pipeline::data::ndarray::s![..3, ..]))?;
    println!("the first rows: {:.3?}", first.0);
    assert!(rmse(&model.predict(&single)?) < 0.1);
    Ok(())
}
