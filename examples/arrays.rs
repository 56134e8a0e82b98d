//! Boosting on arrays of ndarray, single and double precision, without a table.
//!
//! `cargo run --release --example arrays`
#![allow(clippy::print_stdout, missing_docs)]

use ml_pipeline::data::ndarray::{Array2, s};
use ml_pipeline::data::sample::RealLabels;
use ml_pipeline::models::boost::FittedBoost;
use ml_pipeline::prelude::*;

fn main() -> Result<()> {
    let cell = |(row, column): (usize, usize)| ((row * (column + 3) * 7919) % 1009) as f64 / 1009.0;
    let x = Array2::from_shape_fn((2000, 5), cell);
    let rows = x.rows().into_iter();
    let y: Vec<f64> = rows.map(|r| 3.0 * r[0] - r[1] * r[2]).collect();

    let labels = RealLabels::new(y.clone())?;
    let train = Dataset::<_, Real>::new(Dense::from(x.clone()), labels.clone())?.into_train();
    let double: FittedBoost = Boost::new().fit(&train)?;
    let single = x.mapv(|v| v as f32);
    let train = Dataset::<_, Real>::new(Dense::from(single.clone()), labels)?.into_train();
    let model: FittedBoost = Boost::new().fit(&train)?;
    // Any view will do: a part of the rows, columns of memory.
    let few: Scores = double.predict(x.slice(s![..3, ..]))?;
    let same: Scores = model.predict(&single)?;
    println!("{:.3?} {:.3?} {:.3?}", few.0, &same.0[..3], &y[..3]);
    assert!(same.0.iter().zip(&y).all(|(p, y)| (p - y).abs() < 0.5));
    Ok(())
}
