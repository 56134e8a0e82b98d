//! A step, a model and a metric as small as they can be.
#![allow(dead_code)]

use ml_data::prelude::*;
use ml_data::sample::RealLabels;
use ml_data::table::TableRow;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Numeric columns as they are, missing as the weighted mean.
#[derive(Debug, Clone)]
pub(crate) struct Mean;
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct FittedMean(pub(crate) Vec<(usize, f64)>);

impl Params for Mean {
    fn name(&self) -> &'static str {
        "Mean"
    }
}
impl<Y: Target> Transformer<Table, Y> for Mean {
    type Out = Dense;
    type Fitted = FittedMean;
    fn fit_transform(&self, train: &Sample<Table, Y, Train>) -> Result<(FittedMean, Dense)> {
        if train.is_empty() {
            return Err(Error::Empty("training sample".into()));
        }
        let x = train.x();
        let mean = |c: usize| {
            let cells = (0..x.len()).map(|i| (x.row(i).get(c).num(), train.weight(i)));
            let (s, n) = cells
                .filter(|(v, _)| v.is_finite())
                .fold((0.0, 0.0), |(s, n), (v, w)| (s + v * w, n + w));
            (c, if n > 0.0 { s / n } else { 0.0 })
        };
        let fitted = FittedMean(
            x.data()
                .positions_of(Kind::Num)
                .into_iter()
                .map(mean)
                .collect(),
        );
        let rows = fitted.apply(x)?;
        Ok((fitted, rows))
    }
}
impl Apply<Table> for FittedMean {
    type Out = Dense;
    type Scratch = ();
    fn header(&self, input: &Arc<ml_data::table::Schema>) -> Names {
        Names::new(
            self.0
                .iter()
                .map(|(c, _)| input.field(*c).name().to_string()),
        )
    }
    fn apply_row(&self, row: TableRow<'_>, _: &mut (), out: &mut Vec<f64>) -> Result<()> {
        out.extend(self.0.iter().map(|(c, mean)| {
            let v = row.get(*c).num();
            if v.is_finite() { v } else { *mean }
        }));
        Ok(())
    }
}

/// Predicts the weighted mean label plus the first column.
#[derive(Debug, Clone)]
pub(crate) struct Shift;
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct FittedShift {
    input: Names,
    mean: f64,
}

impl Params for Shift {
    fn name(&self) -> &'static str {
        "Shift"
    }
}
impl<Y: AsReal<Prediction = Scores>> Estimator<Dense, Y> for Shift {
    type Model = FittedShift;
    fn learn(&self, train: &Sample<Dense, Y, Train>) -> Result<FittedShift> {
        let w = |i: usize| train.weight(i);
        let total: f64 = (0..train.len()).map(w).sum();
        let mean = (0..train.len())
            .map(|i| Y::real(train.y(), i) * w(i))
            .sum::<f64>()
            / total;
        Ok(FittedShift {
            input: train.header().clone(),
            mean,
        })
    }
}
impl Predict<Dense> for FittedShift {
    type Prediction = Scores;
    type Scratch = ();
    fn input(&self) -> &Names {
        &self.input
    }
    fn predict_row(&self, row: &[f64], _: &mut (), out: &mut f64) -> Result<()> {
        *out = self.mean + row.first().copied().unwrap_or(0.0);
        Ok(())
    }
}

pub(crate) struct Mae;
impl Metric<Real> for Mae {
    fn name(&self) -> &str {
        "mae"
    }
    fn direction(&self) -> Direction {
        Direction::LowerIsBetter
    }
    fn score(&self, truth: &RealLabels, p: &Scores, w: Option<&[f64]>) -> Result<f64> {
        Error::check_len("predictions", truth.len(), p.len())?;
        if truth.is_empty() {
            return Err(Error::Empty("truth".into()));
        }
        let w = |i: usize| w.map_or(1.0, |w| w[i]);
        let total: f64 = (0..truth.len()).map(w).sum();
        Ok((0..truth.len())
            .map(|i| (truth.values()[i] - p.0[i]).abs() * w(i))
            .sum::<f64>()
            / total)
    }
}

pub(crate) fn pipeline() -> Pipeline<Mean, Shift> {
    Mean.model(Shift)
}

pub(crate) fn table(n: usize) -> Table {
    let x = (0..n).map(|i| {
        if i % 7 == 3 {
            f64::NAN
        } else {
            (i * 37 % 101) as f64
        }
    });
    let city = (0..n).map(|i| Some(["Riga", "Oslo", "Rome"][i % 3]));
    let y = (0..n).map(|i| (i * 13 % 29) as f64);
    Table::new([
        ("x", Column::num(x)),
        ("city", Column::cat(city)),
        ("y", Column::num(y)),
    ])
    .unwrap()
}
