//! Whole pipelines, from tables to predictions, under the rules that every model of the family
//! keeps.
#![allow(clippy::unwrap_used)] // helpers of tests

use ml_pipeline::data::random::{RngExt, generator};
use ml_pipeline::data::sample::BinaryLabels;
use ml_pipeline::data::testkit::{
    Claims, CountingAllocator, Fixture, Weights, check_explain, check_importances, check_model,
    check_valid,
};
use ml_pipeline::models::forest::RandomForest;
use ml_pipeline::prelude::*;

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

/// A price with holes, a device and a city, and whether they bought.
fn shop(rows: usize, seed: u64) -> (Table, Vec<u8>) {
    let mut rng = generator(seed, "shop", 0);
    let (mut price, mut device, mut city, mut bought) = (vec![], vec![], vec![], vec![]);
    for _ in 0..rows {
        let (p, d, c) = (
            rng.random::<f64>() * 90.0,
            rng.random_range(0..3u32),
            rng.random_range(0..15u32),
        );
        let hole = rng.random_bool(0.1);
        price.push(if hole { f64::NAN } else { p });
        device.push((!rng.random_bool(0.05)).then(|| format!("device {d}")));
        city.push((!rng.random_bool(0.05)).then(|| format!("city {c}")));
        bought.push(u8::from(
            p + f64::from(d * 9 + c) + rng.random::<f64>() * 30.0 > 80.0,
        ));
    }
    let table = Table::new([
        ("price", Column::num(price)),
        ("device", Column::cat(device)),
        ("city", Column::cat(city)),
    ]);
    (table.unwrap(), bought)
}

fn fixture() -> Fixture<Table, BinaryLabels> {
    let ((train, y), (valid, vy)) = (shop(300, 1), shop(80, 2));
    let strange = Table::new([
        ("price", Column::num([f64::NAN, f64::INFINITY])),
        ("device", Column::cat([None, Some("never seen")])),
        ("city", Column::cat([Some("never seen"), None])),
    ]);
    let labels = |y: Vec<u8>| BinaryLabels::new(y, "yes").unwrap();
    Fixture {
        valid: valid.conform(train.schema()).unwrap(),
        strange: strange.unwrap().conform(train.schema()).unwrap(),
        labels: labels(y),
        valid_labels: labels(vy),
        train,
    }
}

/// Steps whose output on training rows is what they do to any row.
fn plain() -> impl Transformer<Table, Binary, Out = Dense<f64>> {
    ColumnTransformer::new()
        .with(
            "price",
            SimpleImputer::median()
                .add_indicator(true)
                .then(StandardScaler::new()),
        )
        .with(["device", "city"], OneHotEncoder::new())
}

/// The same with a target encoder, which encodes a training row without the rows of its fold.
fn cross_fitted() -> impl Transformer<Table, Binary, Out = Dense<f64>> {
    ColumnTransformer::new()
        .with("price", SimpleImputer::median())
        .with("device", OneHotEncoder::new())
        .with("city", TargetEncoder::new().cv(3))
}

const FOLDS: &str = "rows are dealt into folds by their position";

fn boost() -> Boost {
    Boost::new()
        .num_iterations(20)
        .num_leaves(7)
        .min_data_in_leaf(5)
}

fn passes(model: &impl Estimator<Table, Binary>, claims: Claims) {
    let report = check_model::<Table, Binary, _>(model, &fixture(), claims);
    assert!(report.passed(), "{report}");
}

#[test]
fn boosting_behind_prepared_columns_conforms() {
    let claims = Claims {
        // The sums of a scaler differ in their last bits, and with them a bin's boundary.
        weights: Weights::Honoured(1e-6),
        permutation: Ok(1e-6),
        ..Claims::default()
    };
    passes(&plain().model(boost()), claims);
    let report = check_valid::<Table, Binary, _>(&plain().model(boost()), &fixture());
    assert!(report.passed(), "{report}");
}

#[test]
fn explanations_of_pipelines_conform() {
    let fixture = fixture();
    let data = Dataset::<_, Binary>::new(fixture.train.clone(), fixture.labels.clone()).unwrap();
    let train = data.into_train();
    let forest = RandomForest::new().n_estimators(12);
    let held = View::all(&fixture.valid);
    for report in [
        check_importances(&plain().model(boost()).fit(&train).unwrap(), held),
        check_explain(&plain().model(boost()).fit(&train).unwrap(), &fixture, 1e-9),
        check_explain(
            &cross_fitted().model(boost()).fit(&train).unwrap(),
            &fixture,
            1e-9,
        ),
        check_explain(&plain().model(forest).fit(&train).unwrap(), &fixture, 1e-9),
    ] {
        assert!(report.passed(), "{report}");
    }
}

#[test]
fn boosting_behind_a_target_encoder_conforms() {
    let claims = Claims {
        weights: Weights::Positional(FOLDS),
        permutation: Err(FOLDS),
        ..Claims::default()
    };
    passes(&cross_fitted().model(boost()), claims);
}

#[test]
fn a_network_behind_prepared_columns_conforms() {
    const BATCHES: &str = "batches are drawn by the position of rows";
    let network = Mlp::new().hidden_layer_sizes([8]).batch_size(32).epochs(3);
    let claims = Claims {
        weights: Weights::ZeroOnly(1e-5, "a row twice is in two batches"),
        permutation: Err(BATCHES),
        row_batch: 1e-5,
        // No step here makes an infinite price finite, and the network refuses it.
        takes_missing: false,
    };
    passes(&plain().model(network), claims);
}
