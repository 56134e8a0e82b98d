//! Boosting, forests and the network under the rules that every model of the family keeps;
//! `rankers.rs` has those of rankers.
#![allow(clippy::unwrap_used)]

use ml_data::contract::Fit;
use ml_data::random::{RngExt, generator};
use ml_data::repr::View;
use ml_data::repr::{Dense, Float};
use ml_data::sample::{
    Binary, BinaryLabels, Class, ClassLabels, Dataset, Real, RealLabels, Relevance,
    RelevanceLabels, Unlabelled,
};
use ml_data::testkit::{
    Claims, CountingAllocator, Fixture, Report, Weights, check_explain, check_importances,
    check_model, check_valid,
};
use ml_models::boost::{Boost, Boosting, GrowPolicy, Objective};
use ml_models::forest::{DecisionTree, ExtraTrees, IsolationForest, RandomForest};
use ml_models::neural::{Embedding, Mlp};

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

const COLUMNS: usize = 6;

/// Rows with missing values, levels and tails, and a number that depends on them.
fn rows<F: Float>(n: usize, seed: u64) -> (Dense<F>, Vec<f64>) {
    let mut rng = generator(seed, "conformance", 0);
    let (mut x, mut y) = (Vec::new(), Vec::new());
    for _ in 0..n {
        let u: [f64; COLUMNS] = std::array::from_fn(|_| rng.random::<f64>() * 2.0 - 1.0);
        let level = (u[1] * 4.0).round();
        let hole = if u[2] < -0.6 { f64::NAN } else { u[2] };
        let zero = if u[3] < 0.2 { 0.0 } else { u[3] };
        x.extend([u[0], level, hole, zero, (6.0 * u[4]).exp(), f64::NAN].map(F::of));
        y.push(
            u[0] * 2.0 + level.abs() - if hole.is_nan() { 1.0 } else { hole * u[0] } + u[5] * 0.3,
        );
    }
    (Dense::from_rows(COLUMNS, x).unwrap(), y)
}

fn fixture<F: Float, L>(labels: impl Fn(&[f64]) -> L) -> Fixture<Dense<F>, L> {
    let strange = [
        f64::NAN,
        f64::INFINITY,
        f64::NEG_INFINITY,
        f64::NAN,
        1e300,
        7.0,
    ];
    fixture_of(rows::<F>, &strange, labels)
}

fn fixture_of<F: Float, L>(
    rows: impl Fn(usize, u64) -> (Dense<F>, Vec<f64>),
    strange: &[f64],
    labels: impl Fn(&[f64]) -> L,
) -> Fixture<Dense<F>, L> {
    let ((train, y), (valid, vy)) = (rows(400, 1), rows(60, 2));
    let strange = strange.iter().map(|&v| F::of(v)).collect();
    Fixture {
        strange: Dense::from_rows(train.width(), strange).unwrap(),
        train,
        labels: labels(&y),
        valid,
        valid_labels: labels(&vy),
    }
}

fn passes(report: &Report) {
    assert!(report.passed(), "{report}");
}

fn boost() -> Boost {
    Boost::new()
        .num_iterations(25)
        .num_leaves(15)
        .min_data_in_leaf(5)
}

#[test]
fn boosting_of_numbers_conforms() {
    let labels = |y: &[f64]| RealLabels::new(y).unwrap();
    passes(&check_model::<_, Real, _>(
        &boost(),
        &fixture::<f64, _>(labels),
        Claims::default(),
    ));
    passes(&check_model::<_, Real, _>(
        &boost(),
        &fixture::<f32, _>(labels),
        Claims::default(),
    ));
    let wide = boost().num_leaves(100).min_data_in_leaf(1);
    passes(&check_model::<_, Real, _>(
        &wide,
        &fixture::<f64, _>(labels),
        Claims::default(),
    ));
}

#[test]
fn every_growth_policy_conforms() {
    let labels = |y: &[f64]| RealLabels::new(y).unwrap();
    for policy in [GrowPolicy::Depthwise, GrowPolicy::SymmetricTree] {
        let boost = boost().grow_policy(policy).max_depth(Some(4));
        let boost = boost.categorical_feature(["x1"]).min_data_per_group(5);
        for report in [
            check_model::<_, Real, _>(&boost, &fixture::<f64, _>(labels), Claims::default()),
            check_model::<_, Real, _>(&boost, &fixture::<f32, _>(labels), Claims::default()),
        ] {
            assert!(report.passed(), "{policy:?}: {report}");
        }
    }
}

#[test]
fn boosting_of_two_classes_conforms() {
    let labels = |y: &[f64]| {
        let positive: Vec<u8> = y.iter().map(|&y| u8::from(y > 0.8)).collect();
        BinaryLabels::new(positive, "yes").unwrap()
    };
    passes(&check_model::<_, Binary, _>(
        &boost(),
        &fixture::<f64, _>(labels),
        Claims::default(),
    ));
    let narrow = boost().num_leaves(50).min_data_in_leaf(2);
    passes(&check_model::<_, Binary, _>(
        &narrow,
        &fixture::<f32, _>(labels),
        Claims::default(),
    ));
}

#[test]
fn boosting_of_classes_conforms() {
    let labels = |y: &[f64]| {
        let codes: Vec<u32> = y.iter().map(|y| y.clamp(0.0, 2.0) as u32).collect();
        ClassLabels::new(codes, ["low", "middle", "high"].map(Box::from).to_vec()).unwrap()
    };
    let claims = Claims::default;
    for objective in [Objective::Multiclass, Objective::MulticlassOva] {
        let boost = boost().num_iterations(8).objective(objective);
        let boost = boost.categorical_feature(["x1"]).min_data_per_group(5);
        passes(&check_model::<_, Class, _>(
            &boost,
            &fixture::<f64, _>(labels),
            claims(),
        ));
        passes(&check_model::<_, Class, _>(
            &boost,
            &fixture::<f32, _>(labels),
            claims(),
        ));
    }
}

#[test]
fn every_loss_of_numbers_conforms() {
    let labels = |y: &[f64]| {
        let positive: Vec<f64> = y.iter().map(|y| y.abs() + 0.1).collect();
        RealLabels::new(positive).unwrap()
    };
    for objective in [
        Objective::RegressionL1,
        Objective::Huber,
        Objective::Fair,
        Objective::Poisson,
        Objective::Quantile,
        Objective::Gamma,
        Objective::Tweedie,
    ] {
        let boost = boost().num_iterations(8).objective(objective);
        let report =
            check_model::<_, Real, _>(&boost, &fixture::<f64, _>(labels), Claims::default());
        assert!(report.passed(), "{objective:?}: {report}");
    }
}

#[test]
fn boosting_of_lists_conforms() {
    let labels = |y: &[f64]| {
        let grades: Vec<f32> = y.iter().map(|y| y.round().clamp(0.0, 3.0) as f32).collect();
        let queries: Vec<u32> = (0..y.len() as u32).map(|i| i / 8).collect();
        RelevanceLabels::new(grades, queries).unwrap()
    };
    let claims = Claims {
        weights: Weights::ZeroOnly(
            1e-9,
            "a document twice in a query makes other pairs than a document of weight 2",
        ),
        permutation: Err("documents with equal scores are ranked in the order of the rows"),
        ..Claims::default()
    };
    passes(&check_model::<_, Relevance, _>(
        &boost(),
        &fixture::<f64, _>(labels),
        claims,
    ));
}

/// Rows are drawn by position, so a row of weight 2 is not drawn as two rows are.
fn drawn() -> Claims {
    Claims {
        weights: Weights::ZeroOnly(0.0, "rows are drawn by their position"),
        permutation: Err("rows are drawn by their position"),
        ..Claims::default()
    }
}

#[test]
fn forests_and_trees_conform() {
    let real = |y: &[f64]| RealLabels::new(y).unwrap();
    let binary = |y: &[f64]| {
        let positive: Vec<u8> = y.iter().map(|&y| u8::from(y > 0.8)).collect();
        BinaryLabels::new(positive, "yes").unwrap()
    };
    let class = |y: &[f64]| {
        let codes: Vec<u32> = y.iter().map(|y| y.clamp(0.0, 2.0) as u32).collect();
        ClassLabels::new(codes, ["a", "b", "c"].map(Box::<str>::from)).unwrap()
    };
    let tree = DecisionTree::new().max_depth(Some(5));
    passes(&check_model::<_, Real, _>(
        &tree,
        &fixture::<f64, _>(real),
        Claims::default(),
    ));
    passes(&check_model::<_, Binary, _>(
        &tree,
        &fixture::<f32, _>(binary),
        Claims::default(),
    ));
    let forest = RandomForest::new().n_estimators(12).oob_score(true);
    passes(&check_model::<_, Real, _>(
        &forest,
        &fixture::<f32, _>(real),
        drawn(),
    ));
    passes(&check_model::<_, Class, _>(
        &forest,
        &fixture::<f64, _>(class),
        drawn(),
    ));
    // All rows go into each tree, and what is drawn does not depend on their order.
    let extra = ExtraTrees::new().n_estimators(12);
    passes(&check_model::<_, Binary, _>(
        &extra,
        &fixture::<f64, _>(binary),
        Claims::default(),
    ));
    passes(&check_model::<_, Class, _>(
        &extra.min_samples_leaf(3),
        &fixture::<f32, _>(class),
        Claims {
            weights: Weights::ZeroOnly(
                0.0,
                "`min_samples_leaf` counts a row of weight 2 once, as scikit-learn does",
            ),
            ..Claims::default()
        },
    ));
}

#[test]
fn isolation_forest_conforms() {
    let claims = Claims {
        weights: Weights::Refused,
        permutation: Err("rows are drawn by their position"),
        ..Claims::default()
    };
    let forest = IsolationForest::new().n_estimators(20);
    // None, for as many rows.
    let labels = |y: &[f64]| {
        let rows = Dense::from_rows(1, y.to_vec()).unwrap();
        Dataset::unlabelled(rows).unwrap().into_train().y().clone()
    };
    passes(&check_model::<_, Unlabelled, _>(
        &forest,
        &fixture::<f64, _>(labels),
        claims,
    ));
}

/// Two dense columns and an id of 12 levels, all there, and a number that depends on them.
fn dense_rows<F: Float>(n: usize, seed: u64) -> (Dense<F>, Vec<f64>) {
    let mut rng = generator(seed, "conformance", 1);
    let (mut x, mut y) = (Vec::new(), Vec::new());
    for _ in 0..n {
        let (a, b) = (rng.random_range(-1.0..1.0), rng.random_range(-1.0..1.0));
        let id = f64::from(rng.random_range(0..12u32));
        x.extend([a, b, id].map(F::of));
        y.push(a * b + (id * 0.7).sin());
    }
    (Dense::from_rows(3, x).unwrap(), y)
}

fn network() -> Mlp {
    Mlp::new()
        .hidden_layer_sizes([16, 8])
        .dropout(0.1)
        .batch_size(32)
        .epochs(4)
}

/// Batches are drawn by the rows' positions, and a row drawn twice is in two batches.
fn network_claims() -> Claims {
    Claims {
        weights: Weights::ZeroOnly(
            0.0,
            "a row twice is in two batches, a row of weight 2 in one",
        ),
        permutation: Err("batches are drawn by the position of rows"),
        row_batch: 1e-5,
        takes_missing: false,
    }
}

#[test]
fn network_on_dense_columns_conforms_and_refuses_what_is_missing() {
    let strange = [f64::NAN, f64::INFINITY, 1.0];
    let real = |y: &[f64]| RealLabels::new(y).unwrap();
    let of_f64 = fixture_of(dense_rows::<f64>, &strange, real);
    passes(&check_model::<_, Real, _>(
        &network(),
        &of_f64,
        network_claims(),
    ));
    let of_f32 = fixture_of(dense_rows::<f32>, &strange, real);
    passes(&check_model::<_, Real, _>(
        &network(),
        &of_f32,
        network_claims(),
    ));
    let grades = |y: &[f64]| {
        let grade: Vec<f32> = y.iter().map(|y| y.round().clamp(0.0, 2.0) as f32).collect();
        RelevanceLabels::new(
            grade,
            (0..y.len() as u32).map(|i| i / 8).collect::<Vec<_>>(),
        )
        .unwrap()
    };
    let lists = fixture_of(dense_rows::<f32>, &strange, grades);
    passes(&check_model::<_, Relevance, _>(
        &network(),
        &lists,
        network_claims(),
    ));
    let classes = |y: &[f64]| {
        let codes: Vec<u32> = y.iter().map(|y| y.clamp(0.0, 2.0) as u32).collect();
        ClassLabels::new(codes, ["low", "middle", "high"].map(Box::from).to_vec()).unwrap()
    };
    let classes = fixture_of(dense_rows::<f64>, &strange, classes);
    passes(&check_model::<_, Class, _>(
        &network(),
        &classes,
        network_claims(),
    ));
    passes(&check_valid::<_, Class, _>(&network(), &classes));
}

#[test]
fn network_with_an_embedding_conforms_and_takes_unknown_ids() {
    let labels = |y: &[f64]| {
        let positive: Vec<u8> = y.iter().map(|&y| u8::from(y > 0.0)).collect();
        BinaryLabels::new(positive, "yes").unwrap()
    };
    let embedded = network().embedding(Embedding::new("x2", 12, 4));
    let claims = Claims {
        takes_missing: true,
        ..network_claims()
    };
    let strange = [0.5, -0.5, f64::NAN, 0.1, 0.2, 999.0];
    let fixture = fixture_of(dense_rows::<f32>, &strange, labels);
    passes(&check_model::<_, Binary, _>(&embedded, &fixture, claims));
}

#[test]
fn trainings_that_watch_validation_rows_conform() {
    let real = fixture::<f64, _>(|y| RealLabels::new(y).unwrap());
    let stopped = boost()
        .learning_rate(0.6)
        .early_stopping_round(Some(3))
        .is_provide_training_metric(true);
    let bagged = boost().bagging_freq(1).bagging_fraction(0.5);
    for boost in [
        boost(),
        stopped,
        boost().boosting(Boosting::Dart).drop_rate(0.5),
        bagged.boosting(Boosting::Rf),
    ] {
        passes(&check_valid::<_, Real, _>(&boost, &real));
    }
    let class = fixture::<f32, _>(|y| {
        let codes: Vec<u32> = y.iter().map(|y| y.clamp(0.0, 2.0) as u32).collect();
        ClassLabels::new(codes, ["low", "middle", "high"].map(Box::from).to_vec()).unwrap()
    });
    passes(&check_valid::<_, Class, _>(&boost(), &class));
    let strange = [f64::NAN, f64::INFINITY, 1.0];
    let dense = fixture_of(dense_rows::<f64>, &strange, |y| RealLabels::new(y).unwrap());
    passes(&check_valid::<_, Real, _>(&network(), &dense));
    passes(&check_valid::<_, Real, _>(&network().patience(1), &dense));
}

#[test]
fn explanations_of_trees_conform() {
    let numbers = fixture::<f64, _>(|y| RealLabels::new(y).unwrap());
    let train = Dataset::<_, Real>::new(numbers.train.clone(), numbers.labels.clone());
    let train = train.unwrap().into_train();
    let model = boost().fit(&train).unwrap();
    passes(&check_explain(&model, &numbers, 1e-9));
    passes(&check_importances(&model, View::all(&numbers.valid)));
    let boosted = boost()
        .boosting(Boosting::Dart)
        .objective(Objective::Poisson);
    let y: Vec<f64> = numbers.labels.values().iter().map(|y| y.abs()).collect();
    let counts = Dataset::<_, Real>::new(numbers.train.clone(), RealLabels::new(y).unwrap());
    let counts = counts.unwrap().into_train();
    passes(&check_explain(
        &boosted.fit(&counts).unwrap(),
        &numbers,
        1e-9,
    ));
    for forest in [
        RandomForest::new().n_estimators(15),
        RandomForest::new().bootstrap(false),
    ] {
        let model = forest.fit(&train).unwrap();
        passes(&check_explain(&model, &numbers, 1e-9));
        passes(&check_importances(&model, View::all(&numbers.valid)));
    }

    let classes = fixture::<f32, _>(|y| {
        let codes: Vec<u32> = y.iter().map(|y| y.clamp(0.0, 2.0) as u32).collect();
        ClassLabels::new(codes, ["low", "middle", "high"].map(Box::from).to_vec()).unwrap()
    });
    let train = Dataset::<_, Class>::new(classes.train.clone(), classes.labels.clone());
    let train = train.unwrap().into_train();
    passes(&check_explain(
        &boost().fit(&train).unwrap(),
        &classes,
        1e-9,
    ));
    let forest = ExtraTrees::new().n_estimators(15).fit(&train).unwrap();
    passes(&check_explain(&forest, &classes, 1e-9));
}

#[test]
fn explanations_of_outliers_conform() {
    let (x, _) = rows::<f64>(300, 1);
    let train = Dataset::unlabelled(x).unwrap().into_train();
    let forest = IsolationForest::new().n_estimators(20).fit(&train).unwrap();
    let fixture = fixture::<f64, _>(|_| ());
    passes(&check_explain(&forest, &fixture, 1e-9));
}
