//! A number that depends on the calendar: split in time, an objective of one's own, importances,
//! and what one prediction is made of.
//!
//! `cargo run --release --example regression_in_time`
#![allow(clippy::print_stdout, missing_docs)]

use ml_pipeline::data::contract::{Explain, FeatureImportances, ImportanceKind};
use ml_pipeline::eval::metric::Mae;
use ml_pipeline::features::scale::Passthrough;
use ml_pipeline::features::time::Calendar;
use ml_pipeline::models::boost::CustomObjective;
use ml_pipeline::prelude::*;

/// Squared error in which a rental too few counts three times a rental too many.
#[derive(Debug, Clone)]
struct Shortage;

fn factor(error: f64) -> f64 {
    if error < 0.0 { 3.0 } else { 1.0 }
}

impl CustomObjective for Shortage {
    fn gradients(&self, labels: &[f64], scores: &[f64], out: &mut [[f32; 2]]) {
        for ((y, s), out) in labels.iter().zip(scores).zip(out) {
            let weight = factor(s - y);
            *out = [(weight * (s - y)) as f32, weight as f32];
        }
    }
    fn evaluate(&self, labels: &[f64], scores: &[f64], _: Option<&[f64]>) -> f64 {
        let loss = |(y, s): (&f64, &f64)| factor(s - y) * (s - y).powi(2);
        labels.iter().zip(scores).map(loss).sum::<f64>() / labels.len() as f64
    }
    fn name(&self) -> &'static str {
        "shortage"
    }
}

fn main() -> Result<()> {
    let hours = 0..24 * 150_i64;
    let warm = |h: i64| 15.0 + 10.0 * (h as f64 / 500.0).sin() + (h * 37 % 11) as f64 / 5.0;
    let rush = |h: i64| {
        if matches!(h % 24, 7..10 | 16..19) {
            200.0
        } else {
            40.0
        }
    };
    let table = Table::new([
        (
            "hour",
            Column::time(hours.clone().map(|h| Some(h * 3_600_000_000))),
        ),
        ("temperature", Column::num(hours.clone().map(warm))),
        (
            "rents",
            Column::num(hours.map(|h| rush(h) + 5.0 * warm(h) + (h * 7919 % 23) as f64)),
        ),
    ])?;
    // The column of times orders the rows, and stays a feature for the calendar.
    let data = table.regression("rents")?.with_times_of("hour")?;
    let TrainTest { train, test } = data.train_test_split(Split::holdout(0.2).by_time())?;
    let steps = || {
        ColumnTransformer::new()
            .with("hour", Calendar::new())
            .with("temperature", Passthrough)
    };
    let even = steps().model(Boost::new()).fit(&train)?;
    let careful = steps()
        .model(Boost::new().custom_objective(Shortage))
        .fit(&train)?;
    println!("{}", even.importances(ImportanceKind::Gain)?);
    println!("{}", careful.explain_row(train.x().data(), 8)?.top(3));
    println!(
        "{}",
        test.evaluate(&[("even", &even), ("careful", &careful)], &[&Rmse, &Mae])?
    );
    Ok(())
}
