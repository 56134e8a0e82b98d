//! Validation rows through a pipeline, and a training that watches them and stops.
//!
//! `cargo run --release --example early_stopping`
#![allow(clippy::print_stdout, missing_docs)]

use ml_pipeline::prelude::*;

fn main() -> Result<()> {
    let n = 4000;
    let noise = |i: i64| ((i * i % 1009 * i * 31 + 17) % 1009) as f64 / 1009.0 - 0.5;
    let table = Table::new([
        ("x", Column::num((0..n).map(|i| (i % 200) as f64 / 20.0))),
        (
            "city",
            Column::cat((0..n).map(|i| Some(["Riga", "Oslo", "Bonn"][i as usize % 3]))),
        ),
        (
            "y",
            Column::num((0..n).map(|i| ((i % 200) as f64 / 20.0).sin() + noise(i))),
        ),
    ])?;
    let split = Split::random(0.2, 0.2).seed(7);
    let TrainValidTest { train, valid, test } = table.regression("y")?.split(split)?;

    let boost = Boost::new()
        .num_iterations(2000)
        .early_stopping_round(Some(20))
        .early_stopping_min_delta(1e-4);
    let pipeline = ColumnTransformer::new()
        .with("x", StandardScaler::new())
        .with("city", OneHotEncoder::new())
        .model(boost);
    // Or a callback of one's own: where it breaks, the model is that of the rounds so far.
    let mut log = log_every(10, |line| println!("{line}"));
    let model = pipeline.fit_valid_watched(&train, &valid, &mut log)?;
    let best = model.model.best_iteration().unwrap_or(0);
    println!("the best round is {best}");
    println!("{}", test.evaluate(&[("boosting", &model)], &[&Rmse])?);
    assert!(best > 0 && best < 1000);
    Ok(())
}
