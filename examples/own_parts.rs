//! A step, a model and a metric of one's own, in a pipeline with others.
//!
//! `cargo run --release --example own_parts`
#![allow(clippy::print_stdout, missing_docs)]

use ml_pipeline::prelude::*;
use serde::{Deserialize, Serialize};

/// The logarithm of each column. A step that learns from its rows implements `Transformer`.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Log;

impl NumFn for Log {
    fn value(&self, x: f64) -> f64 {
        x.ln()
    }
}

/// A multiple of the first column: one number learned, the mean ratio of label and column.
struct Ratio;

#[derive(Debug, Serialize, Deserialize)]
struct FittedRatio {
    input: Names,
    ratio: f64,
}

impl Params for Ratio {}

impl Estimator<Dense, Real> for Ratio {
    type Model = FittedRatio;
    fn learn(&self, train: &Sample<Dense, Real, Train>) -> Result<FittedRatio> {
        let (x, y, rows) = (train.x(), train.y().values(), 0..train.len());
        let total: f64 = rows.clone().map(|i| train.weight(i)).sum();
        let ratio = |i: usize| train.weight(i) / total * y[i] / x.row(i)[0];
        Ok(FittedRatio {
            input: train.header().clone(),
            ratio: rows.map(ratio).sum(),
        })
    }
}

impl Predict<Dense> for FittedRatio {
    type Prediction = Scores;
    type Scratch = ();
    fn input(&self) -> &Names {
        &self.input
    }
    fn predict_row(&self, row: &[f64], (): &mut (), out: &mut f64) -> Result<()> {
        *out = self.ratio * row[0];
        Ok(())
    }
}

fn main() -> Result<()> {
    let x = Dense::from_rows(1, (2..502).map(f64::from).collect())?;
    let y = (2..502).map(|i| 3.0 * f64::from(i).ln() + f64::from(i % 7) / 10.0);
    let data = Dataset::regression(x, y.collect::<Vec<f64>>())?;
    let TrainTest { train, test } = data.train_test_split(Split::holdout(0.2))?;
    let model = FunctionTransformer::new(Log).model(Ratio).fit(&train)?;

    // The share of rows whose error is below a half.
    let close = MetricFn::mean::<Real>("close", Direction::HigherIsBetter, |y, p| {
        f64::from((y - p).abs() < 0.5)
    });
    let board = test.evaluate(&[("ratio", &model)], &[&close, &Rmse])?;
    println!("{board}");
    assert_eq!(board.get("ratio", "close"), Some(1.0));
    Ok(())
}
