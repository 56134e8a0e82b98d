//! A number that depends on the calendar: split in time, an objective of one's own, importances,
//! and what one prediction is made of.
//!
//! `cargo run --release --example regression_in_time`
#![allow(clippy::print_stdout, missing_docs)]

use ml_pipeline::data::time::Micros;
use ml_pipeline::features::time::Calendar;
use ml_pipeline::models::boost::CustomObjective;
use ml_pipeline::prelude::*;

#[derive(serde::Serialize)]
struct Hour {
    hour: Micros,
    temperature: f64,
    rents: f64,
}

fn hour(h: i64) -> Hour {
    let temperature = 15.0 + 10.0 * (h as f64 / 500.0).sin() + (h * 37 % 11) as f64 / 5.0;
    let commuters = 160.0 * f64::from(matches!(h % 24, 7..10 | 16..19));
    Hour {
        hour: Micros(h * 3_600_000_000),
        temperature,
        rents: 40.0 + commuters + 5.0 * temperature + (h * 7919 % 23) as f64,
    }
}

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
}

fn main() -> Result<()> {
    let hours: Vec<Hour> = (0..24 * 150).map(hour).collect();
    // The column of times orders the rows, and stays a feature for the calendar.
    let data = Table::from_records(&hours)?.regression("rents")?;
    let split = Split::holdout(0.2).by_time();
    let TrainTest { train, test } = data.with_times_of("hour")?.train_test_split(split)?;

    let steps = ColumnTransformer::new()
        .with("hour", Calendar::new())
        .with("temperature", Passthrough);
    let even = steps.clone().model(Boost::new()).fit(&train)?;
    let careful = Boost::new().custom_objective(Shortage);
    let careful = steps.model(careful).fit(&train)?;
    println!("{}", even.importances(ImportanceKind::Gain)?);
    println!("{}", careful.explain_row(train.x().data(), 8)?.top(3));
    let models: Models<'_, Table, Scores> = &[("even", &even), ("careful", &careful)];
    println!("{}", test.evaluate(models, &[&Rmse, &Mae])?);
    Ok(())
}
