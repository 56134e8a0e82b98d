//! A step, a model and a metric of one's own, in a pipeline with others.
//!
//! `cargo run --release --example own_parts`
#![allow(clippy::print_stdout, missing_docs)]

use ml_pipeline::data::sample::RealLabels;
use ml_pipeline::prelude::*;
use serde::{Deserialize, Serialize};

/// The logarithm of each column, a step that learns nothing: fitted, it is itself.
#[derive(Clone, Serialize, Deserialize)]
struct Log;

impl Params for Log {
    fn name(&self) -> &'static str {
        "Log"
    }
}
impl<Y: Target> Transformer<Dense<f64>, Y> for Log {
    type Out = Dense<f64>;
    type Fitted = Log;
    fn fit_transform(&self, train: &Sample<Dense<f64>, Y, Train>) -> Result<(Log, Dense<f64>)> {
        Ok((Log, Log.apply(train.x())?))
    }
}
impl Apply<Dense<f64>> for Log {
    type Out = Dense<f64>;
    type Scratch = ();
    fn header(&self, input: &Names) -> Names {
        input.clone()
    }
    fn apply_row(&self, row: &[f64], (): &mut (), out: &mut Vec<f64>) -> Result<()> {
        out.extend(row.iter().map(|v| v.ln()));
        Ok(())
    }
}

/// A multiple of the first column: one number learned, the mean ratio of label and column.
struct Ratio;
#[derive(Debug, Serialize, Deserialize)]
struct FittedRatio(Names, f64);

impl Params for Ratio {
    fn name(&self) -> &'static str {
        "Ratio"
    }
}
impl Estimator<Dense<f64>, Real> for Ratio {
    type Model = FittedRatio;
    fn learn(&self, train: &Sample<Dense<f64>, Real, Train>) -> Result<FittedRatio> {
        let ratios = train
            .x()
            .iter()
            .zip(train.y().values())
            .map(|(x, y)| y / x[0]);
        let mean = ratios.sum::<f64>() / train.len() as f64;
        Ok(FittedRatio(train.header().clone(), mean))
    }
}
impl Predict<Dense<f64>> for FittedRatio {
    type Prediction = Scores;
    type Scratch = ();
    fn input(&self) -> &Names {
        &self.0
    }
    fn predict_row(&self, row: &[f64], (): &mut (), out: &mut f64) -> Result<()> {
        *out = self.1 * row[0];
        Ok(())
    }
}

/// Share of the rows whose error is below a half.
struct Close;
impl Metric<Real> for Close {
    fn name(&self) -> &str {
        "close"
    }
    fn direction(&self) -> Direction {
        Direction::HigherIsBetter
    }
    fn score(&self, truth: &RealLabels, p: &Scores, _: Option<&[f64]>) -> Result<f64> {
        let close = truth
            .values()
            .iter()
            .zip(&p.0)
            .filter(|(y, p)| (*y - *p).abs() < 0.5);
        Ok(close.count() as f64 / p.0.len() as f64)
    }
}

fn main() -> Result<()> {
    let x = Dense::from_rows(1, (2..502).map(f64::from).collect())?;
    let y = (2..502).map(|i| 3.0 * f64::from(i).ln() + f64::from(i % 7) / 10.0);
    let data = Dataset::<_, Real>::new(x, RealLabels::new(y.collect::<Vec<f64>>())?)?;
    let TrainTest { train, test } = data.train_test_split(Split::holdout(0.2))?;
    let model = Log.model(Ratio).fit(&train)?;
    let board = test.evaluate(&[("ratio", &model)], &[&Close, &Rmse])?;
    println!("{board}");
    assert_eq!(board.get("ratio", "close"), Some(1.0));
    Ok(())
}
