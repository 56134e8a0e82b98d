//! Artifacts of every released format are still read, and predict what they predicted when they
//! were written.
//!
//! The files lie in `tests/data/artifacts`, a folder a version. A change of what a model stores
//! breaks this test: then older files need code that reads them, or the version's folder goes with
//! a line in the changelog. `ML_PIPELINE_WRITE_ARTIFACTS=1` writes the folder of this version anew.
#![allow(clippy::unwrap_used, missing_docs)]

use ml_pipeline::data::artifact::{load_as, load_state, read_file, save, save_state, write_file};
use ml_pipeline::data::sample::ClassLabels;
use ml_pipeline::features::time::Calendar;
use ml_pipeline::models::baseline::{FittedPopularity, Popularity};
use ml_pipeline::models::factor::{FittedImplicitAls, Interactions};
use ml_pipeline::models::forest::{IsolationForest, RandomForest};
use ml_pipeline::prelude::*;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

const ROWS: usize = 60;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/artifacts/0.1")
}

fn table() -> Table {
    let price = |i: usize| {
        if i % 9 == 4 {
            f64::NAN
        } else {
            (i * 7 % 23) as f64
        }
    };
    let city = |i: usize| (i % 11 != 3).then(|| ["Riga", "Oslo", "Bonn"][i * i % 7 % 3]);
    Table::new([
        ("price", Column::num((0..ROWS).map(price))),
        ("city", Column::cat((0..ROWS).map(city))),
        (
            "day",
            Column::time((0..ROWS).map(|i| Some(i as i64 * 90_000_000_000))),
        ),
    ])
    .unwrap()
}

fn numbers() -> Vec<f64> {
    (0..ROWS)
        .map(|i| (i * 5 % 17) as f64 + (i % 3) as f64 * 4.0)
        .collect()
}

fn matrix() -> Dense<f64> {
    let cell = |i: usize| [(i * 7 % 23) as f64 / 10.0, (i % 3) as f64];
    Dense::from_rows(2, (0..ROWS).flat_map(cell).collect()).unwrap()
}

fn classes() -> ClassLabels {
    let name = |i: usize| ["low", "middle", "high"][i % 3];
    ClassLabels::of_names(&(0..ROWS).map(name).collect::<Vec<_>>()).unwrap()
}

fn boost() -> Boost {
    Boost::new()
        .num_iterations(4)
        .num_leaves(4)
        .min_data_in_leaf(3)
}

fn pipeline() -> impl Estimator<Table, Real> {
    ColumnTransformer::new()
        .with(
            "price",
            SimpleImputer::median()
                .add_indicator(true)
                .then(StandardScaler::new()),
        )
        .with("city", TargetEncoder::new().cv(3))
        .with("city", OneHotEncoder::new())
        .with("day", Calendar::new())
        .model(boost())
}

fn forest() -> RandomForest {
    RandomForest::new().n_estimators(3).max_depth(Some(3))
}

fn network() -> Mlp {
    Mlp::new().hidden_layer_sizes([4]).epochs(2)
}

fn pairs() -> Interactions {
    let pairs = (0..8u32).flat_map(|u| {
        (0..6u32)
            .filter(move |i| (u * 5 + i * 3) % 4 == 0)
            .map(move |i| (u, i))
    });
    Interactions::from_pairs(8, 6, pairs).unwrap()
}

/// Kinds of artifacts, by the names of their files.
const KINDS: [&str; 8] = [
    "pipeline",
    "auto",
    "boosting_of_classes",
    "forest",
    "isolation_forest",
    "network",
    "als",
    "popularity",
];

/// The bytes of a model fitted now.
fn written(kind: &str) -> Vec<u8> {
    let labelled = || table().with_column("rent", Column::num(numbers())).unwrap();
    let of_classes = || {
        Dataset::<_, Class>::new(matrix(), classes())
            .unwrap()
            .into_train()
    };
    let of_numbers = || {
        Dataset::regression(matrix(), numbers())
            .unwrap()
            .into_train()
    };
    match kind {
        "pipeline" => {
            let train = labelled().regression("rent").unwrap().into_train();
            save("pipeline/1", &pipeline().fit(&train).unwrap())
        }
        "auto" => ml_pipeline::auto(&labelled(), "rent").unwrap().to_bytes(),
        "boosting_of_classes" => {
            save::<Dense, _>("classes/1", &boost().fit(&of_classes()).unwrap())
        }
        "forest" => save::<Dense, _>("forest/1", &forest().fit(&of_numbers()).unwrap()),
        "isolation_forest" => {
            let rows = Dataset::unlabelled(matrix()).unwrap().into_train();
            let model = IsolationForest::new().n_estimators(3).fit(&rows).unwrap();
            save::<Dense, _>("isolation/1", &model)
        }
        "network" => save::<Dense, _>("network/1", &network().fit(&of_classes()).unwrap()),
        "als" => {
            let als = ImplicitAls::new()
                .factors(2)
                .iterations(2)
                .fit(&pairs())
                .unwrap();
            save_state("als/1", &als)
        }
        _ => save_state("popularity/1", &Popularity::new().fit(&pairs()).unwrap()),
    }
    .unwrap()
}

/// Numbers that a stored model predicts on the rows of this file.
fn predicted(kind: &str, bytes: &[u8]) -> Vec<f64> {
    let (x, t) = (matrix(), table());
    match kind {
        "pipeline" => {
            load_as::<Table, Real, _>(pipeline, "pipeline/1", bytes, None)
                .unwrap()
                .predict_table(&t)
                .unwrap()
                .0
        }
        "auto" => {
            let model = ml_pipeline::auto::AutoModel::from_bytes(bytes).unwrap();
            model.predict(&t).unwrap().numbers().to_vec()
        }
        "boosting_of_classes" => {
            load_as::<Dense<f64>, Class, _>(boost, "classes/1", bytes, None)
                .unwrap()
                .predict(&x)
                .unwrap()
                .into_array()
                .unwrap()
                .into_raw_vec_and_offset()
                .0
        }
        "forest" => {
            load_as::<Dense<f64>, Real, _>(forest, "forest/1", bytes, None)
                .unwrap()
                .predict(&x)
                .unwrap()
                .0
        }
        "isolation_forest" => {
            let make = IsolationForest::new;
            load_as::<Dense<f64>, Unlabelled, _>(make, "isolation/1", bytes, None)
                .unwrap()
                .predict(&x)
                .unwrap()
                .0
        }
        "network" => {
            load_as::<Dense<f64>, Class, _>(network, "network/1", bytes, None)
                .unwrap()
                .predict(&x)
                .unwrap()
                .into_array()
                .unwrap()
                .into_raw_vec_and_offset()
                .0
        }
        "als" => {
            let als: FittedImplicitAls = load_state("als/1", bytes).unwrap();
            let list = als.recommend(3, 4, &pairs()).unwrap();
            list.iter()
                .flat_map(|s| [f64::from(s.item), f64::from(s.score)])
                .collect()
        }
        _ => {
            let popular: FittedPopularity = load_state("popularity/1", bytes).unwrap();
            let top = popular.top().iter();
            top.flat_map(|s| [f64::from(s.item), f64::from(s.score)])
                .collect()
        }
    }
}

/// Written only when asked; the test below reads what is there.
fn write_when_asked() {
    if std::env::var_os("ML_PIPELINE_WRITE_ARTIFACTS").is_none() {
        return;
    }
    std::fs::create_dir_all(folder()).unwrap();
    let mut expected = BTreeMap::new();
    for kind in KINDS {
        let bytes = written(kind);
        expected.insert(kind, predicted(kind, &bytes));
        write_file(folder().join(format!("{kind}.mlp")), bytes).unwrap();
    }
    let text = serde_json::to_vec(&expected).unwrap();
    write_file(folder().join("predictions.json"), text).unwrap();
}

#[test]
fn artifacts_of_released_formats_predict_what_they_did() {
    write_when_asked();
    let text = read_file(folder().join("predictions.json")).unwrap();
    let expected: BTreeMap<String, Vec<f64>> = serde_json::from_slice(&text).unwrap();
    assert_eq!(expected.len(), KINDS.len());
    for kind in KINDS {
        let bytes = read_file(folder().join(format!("{kind}.mlp"))).unwrap();
        let (found, expected) = (predicted(kind, &bytes), &expected[kind]);
        assert_eq!(found.len(), expected.len(), "{kind}");
        assert!(
            found.iter().any(|v| *v != found[0]),
            "{kind}: nothing but {}",
            found[0]
        );
        for (i, (found, expected)) in found.iter().zip(expected).enumerate() {
            let near = (found - expected).abs() <= 1e-6 * expected.abs().max(1.0);
            assert!(near, "{kind}, number {i}: {found}, was {expected}");
        }
    }
}

/// Models that are stored now are read as well, by the same types.
#[test]
fn models_fitted_now_are_read_back() {
    for kind in KINDS {
        assert!(!predicted(kind, &written(kind)).is_empty(), "{kind}");
    }
}
