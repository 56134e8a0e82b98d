//! Two classes from structs: three models behind the same steps, compared with intervals; one is
//! saved, loaded again, and asked about a single struct.
//!
//! `cargo run --release --example classification`
#![allow(clippy::print_stdout, missing_docs)]

use ml_pipeline::prelude::*;
use serde::Serialize;

#[derive(Serialize)]
struct Visit {
    age: Option<f64>,
    minutes: f64,
    device: &'static str,
}

fn visit(i: u32) -> Visit {
    Visit {
        age: (!i.is_multiple_of(9)).then_some(f64::from(18 + i * 7 % 60)),
        minutes: f64::from(i * 13 % 40),
        device: ["desktop", "phone", "tablet"][i as usize % 3],
    }
}

fn steps() -> impl Transformer<Table, Binary, Out = Dense<f64>> {
    let age = SimpleImputer::median().add_indicator(true);
    ColumnTransformer::new()
        .with("age", age.then(StandardScaler::new()))
        .with("minutes", StandardScaler::new())
        .with("device", OneHotEncoder::new())
}

fn main() -> Result<()> {
    let visits: Vec<Visit> = (0..3000).map(visit).collect();
    let buys = |i: u32| i * 13 % 40 + i * 7 % 60 / 4 + i % 3 * 4 > 26 + i * 31 % 11;
    let bought = Column::bool((0..3000).map(|i| Some(buys(i))));
    let table = Table::from_records(&visits)?.with_column("bought", bought)?;
    let split = Split::holdout(0.3).stratified();
    let TrainTest { train, test } = table.binary("bought", "true")?.train_test_split(split)?;

    let boost = steps().model(Boost::new().num_iterations(60)).fit(&train)?;
    let forest = steps()
        .model(RandomForest::new().n_estimators(50))
        .fit(&train)?;
    let network = steps().model(Mlp::new()).fit(&train)?;
    let how = Comparison::new(&[&RocAuc, &LogLoss]);
    let models: Models<'_, Table, Scores> = &[
        ("boosting", &boost),
        ("forest", &forest),
        ("network", &network),
    ];
    let board = test.evaluate_by(models, &how)?;
    println!("{board}\nthe best is {}", board.best("roc_auc")?);

    let path = std::env::temp_dir().join("visits.mlp");
    artifact::save_file(&path, "visits/1", &boost)?;
    let make = || steps().model(Boost::new());
    let loaded = artifact::load_file::<Table, Binary, _>(&path, make, "visits/1", None)?;
    let p = loaded.predict_one(&Visit {
        age: None,
        minutes: 38.0,
        device: "tablet",
    })?;
    println!("bought with probability {p:.3}");
    assert!(p > 0.5);
    Ok(())
}
