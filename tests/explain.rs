//! Explanations through pipelines: in the names of the table, by the values of the matrix.
#![allow(clippy::unwrap_used)] // helpers of tests

use ml_pipeline::data::contract::{Attributions, Explain, FeatureImportances, ImportanceKind};
use ml_pipeline::data::sample::{ClassLabels, RealLabels};
use ml_pipeline::data::time::TimeFormat;
use ml_pipeline::features::encode::OrdinalEncoder;
use ml_pipeline::features::time::Calendar;
use ml_pipeline::models::boost::{FittedBoost, FittedBoostClassifier, Objective};
use ml_pipeline::prelude::*;

/// A price with holes, a city, a day, and a number nobody needs.
fn table(rows: usize) -> Table {
    let cities = ["Riga", "Oslo", "Rome", "Bonn"];
    let price = (0..rows).map(|i| match i % 11 {
        4 => f64::NAN,
        _ => (i * 37 % 101) as f64,
    });
    let days = (0..rows).map(|i| {
        let day = format!("2024-{:02}-{:02}", i % 12 + 1, i * 7 % 28 + 1);
        TimeFormat::Iso.parse(day.as_bytes())
    });
    Table::new([
        (
            "noise",
            Column::num((0..rows).map(|i| (i * 13 % 17) as f64)),
        ),
        ("when", Column::time(days)),
        ("price", Column::num(price)),
        (
            "city",
            Column::cat((0..rows).map(|i| Some(cities[i * i % 7 % 4]))),
        ),
    ])
    .unwrap()
}

fn labels(table: &Table) -> Vec<f64> {
    let city = |i: usize| {
        ["Riga", "Oslo"]
            .iter()
            .position(|c| table.text_of(3, i) == *c)
    };
    let month = |i: usize| ((i % 12) as f64 / 2.0).sin();
    let price = |i: usize| table.row(i).get(2).num();
    let label = |i: usize| match price(i).is_nan() {
        true => 1.0,
        false => (price(i) / 20.0).cos() + city(i).map_or(0.0, |c| 1.0 + c as f64) + month(i),
    };
    (0..Rows::len(table)).map(label).collect()
}

/// Six matrix columns of a price, a city and a day, in another order than the table's.
fn steps()
-> impl Transformer<Table, Real, Out = Dense<f64>> + Transformer<Table, Class, Out = Dense<f64>> {
    ColumnTransformer::new()
        .with(
            "price",
            SimpleImputer::median()
                .add_indicator(true)
                .then(StandardScaler::new()),
        )
        .with("city", OneHotEncoder::new())
        .with("when", Calendar::new())
        .remainder(Remainder::Passthrough)
}

fn boost() -> Boost {
    Boost::new()
        .num_iterations(15)
        .num_leaves(7)
        .min_data_in_leaf(5)
}

/// The attributions on the matrix, added up by hand: `city=Riga` to `city`, `when:month` to `when`.
fn by_hand(parts: &Attributions, column: &str, row: usize, output: usize) -> f64 {
    let own = |name: &str| name.split(['=', ':']).next() == Some(column);
    let numbers = parts.get(row, output).unwrap();
    let named = parts.columns().iter().zip(numbers);
    named.filter(|(name, _)| own(name)).map(|(_, v)| v).sum()
}

#[test]
fn sums_are_those_of_the_matrix() {
    let x = table(300);
    let y = RealLabels::new(labels(&x)).unwrap();
    let train = Dataset::<_, Real>::new(x.clone(), y).unwrap().into_train();
    let pipeline = steps().model(boost()).fit(&train).unwrap();
    let matrix = pipeline.steps.apply(View::all(&x)).unwrap();
    let shap = pipeline.model.ensemble().shap(View::all(&matrix)).unwrap();
    let parts = pipeline.model.explain(View::all(&matrix)).unwrap();
    let whole = pipeline.explain(View::all(&x)).unwrap();

    assert_eq!(
        whole.columns(),
        &Names::new(["noise", "when", "price", "city"])
    );
    assert!(parts.columns().len() > 10, "{:?}", parts.columns());
    let raw = pipeline.model.raw_scores(View::all(&matrix)).unwrap();
    for (i, raw) in raw.iter().enumerate() {
        let row = shap.get(i, 0).unwrap();
        assert_eq!(parts.get(i, 0).unwrap(), &row[..row.len() - 1]);
        for (c, name) in whole.columns().iter().enumerate() {
            let want = by_hand(&parts, name, i, 0);
            assert!((whole.get(i, 0).unwrap()[c] - want).abs() < 1e-12);
        }
        assert!((whole.score(i, 0).unwrap() - raw).abs() < 1e-9);
    }

    let why = pipeline.explain_row(&x, 8).unwrap();
    assert_eq!(
        why.reasons()[0].cell,
        x.text_of(
            whole
                .columns()
                .iter()
                .position(|c| c == &*why.reasons()[0].column)
                .unwrap(),
            8
        )
    );
    let means = whole.importances().unwrap();
    let price = (0..300)
        .map(|i| by_hand(&parts, "price", i, 0).abs())
        .sum::<f64>()
        / 300.0;
    assert!((means.get("price").unwrap() - price).abs() < 1e-12);

    let split = pipeline.importances(ImportanceKind::Split).unwrap();
    let of = |column: &str| {
        let named = pipeline
            .model
            .feature_names()
            .iter()
            .zip(pipeline.model.split_importance());
        let own = named.filter(|(name, _)| name.split(['=', ':']).next() == Some(column));
        own.map(|(_, n)| n as f64).sum::<f64>()
    };
    for name in whole.columns().iter() {
        assert_eq!(split.get(name), Some(of(name)), "{name}");
    }
}

/// Every loss of numbers, and both of classes: attributions and the expected score give the raw
/// one.
#[test]
fn every_objective_adds_up() {
    let x = table(200);
    let y: Vec<f64> = labels(&x).iter().map(|y| y.abs() + 0.5).collect();
    let numbers = RealLabels::new(y.clone()).unwrap();
    let train = Dataset::<_, Real>::new(x.clone(), numbers)
        .unwrap()
        .into_train();
    for objective in [
        Objective::Regression,
        Objective::RegressionL1,
        Objective::Huber,
        Objective::Fair,
        Objective::Poisson,
        Objective::Quantile,
        Objective::Mape,
        Objective::Gamma,
        Objective::Tweedie,
    ] {
        let model: FittedPipeline<_, _, FittedBoost> = steps()
            .model(boost().objective(objective))
            .fit(&train)
            .unwrap();
        adds_up(&model, &x, 1);
    }
    let classes = ["low", "middle", "high"].map(Box::from).to_vec();
    let codes: Vec<u32> = y.iter().map(|y| y.min(2.0) as u32).collect();
    let classes = ClassLabels::new(codes, classes).unwrap();
    let train = Dataset::<_, Class>::new(x.clone(), classes)
        .unwrap()
        .into_train();
    for objective in [Objective::Multiclass, Objective::MulticlassOva] {
        let model: FittedPipeline<_, _, FittedBoostClassifier> = steps()
            .model(boost().objective(objective))
            .fit(&train)
            .unwrap();
        adds_up(&model, &x, 3);
    }
}

fn adds_up(model: &impl Explain<Table>, x: &Table, outputs: usize) {
    let found = model.explain(View::all(x)).unwrap();
    let raw = model.raw_scores(View::all(x)).unwrap();
    assert_eq!(
        (raw.len(), found.outputs().len()),
        (found.len() * outputs, outputs)
    );
    for (i, raw) in raw.iter().enumerate() {
        let sum = found.score(i / outputs, i % outputs).unwrap();
        assert!(
            (sum - raw).abs() <= 1e-9 * raw.abs().max(1.0),
            "{sum} {raw}"
        );
    }
}

#[test]
fn codes_of_categories_are_explained_by_their_column() {
    let x = table(120);
    let y = RealLabels::new(labels(&x)).unwrap();
    let train = Dataset::<_, Real>::new(x.clone(), y).unwrap().into_train();
    let steps = ColumnTransformer::new()
        .with("city", OrdinalEncoder::new())
        .remainder(Remainder::Drop);
    let model = steps.model(boost()).fit(&train).unwrap();
    let found = model.explain(View::all(&x)).unwrap();
    assert_eq!(found.columns(), &Names::new(["city"]));
    let other = x.select(&["price", "city"]).unwrap();
    assert!(model.explain(View::all(&other)).is_err());
}
