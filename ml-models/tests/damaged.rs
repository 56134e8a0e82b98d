//! Artifacts that were damaged and signed again: refused, or models that answer; never a panic,
//! never much memory.

#![allow(clippy::unwrap_used)] // helpers of tests

use ml_data::contract::{Candidates, Ranker};
use ml_data::prelude::*;
use ml_data::repr::Names;
use ml_data::sample::{BinaryLabels, ClassLabels, RealLabels};
use ml_data::testkit::{CountingAllocator, Damage, check_damaged, check_damaged_model};
use ml_models::baseline::{FittedPopularity, Popularity};
use ml_models::boost::{Boost, FittedBoost, Objective};
use ml_models::factor::{FittedImplicitAls, ImplicitAls, Interactions};
use ml_models::forest::{DecisionTree, ExtraTrees, IsolationForest, RandomForest};
use ml_models::neural::{Embedding, Mlp};
use ml_models::tree::{Explainer, Printer};

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

/// Payloads of each model; `DAMAGED` asks for more.
fn times() -> usize {
    let asked = std::env::var("DAMAGED").ok();
    asked.and_then(|n| n.parse().ok()).unwrap_or(400)
}

/// Two numbers and a category.
fn rows() -> (Dense, Vec<f64>) {
    let (mut x, mut y) = (Vec::new(), Vec::new());
    for i in 0..120_u32 {
        let (a, b, c) = (
            f64::from(i * 37 % 101),
            f64::from(i * 11 % 7),
            f64::from(i % 9),
        );
        x.extend([a, b, c]);
        y.push(a / 10.0 + b * b + f64::from(i % 9 == 4) * 5.0);
    }
    (Dense::from_rows(3, x).unwrap(), y)
}

fn real() -> Sample<Dense, Real, Train> {
    let (x, y) = rows();
    Dataset::<_, Real>::new(x, RealLabels::new(y).unwrap())
        .unwrap()
        .into_train()
}

fn binary() -> Sample<Dense, Binary, Train> {
    let (x, y) = rows();
    let yes: Vec<u8> = y.iter().map(|&y| u8::from(y > 20.0)).collect();
    let labels = BinaryLabels::new(yes, "yes").unwrap();
    Dataset::<_, Binary>::new(x, labels).unwrap().into_train()
}

fn classes() -> Sample<Dense, Class, Train> {
    let (x, y) = rows();
    let codes: Vec<u32> = y.iter().map(|&y| (y / 20.0).min(2.0) as u32).collect();
    let labels = ClassLabels::new(codes, ["a", "b", "c"].map(Box::from).to_vec()).unwrap();
    Dataset::<_, Class>::new(x, labels).unwrap().into_train()
}

/// Damage is found, and not by the checksum: most payloads are refused, some load and answer.
fn found(damage: Result<Damage, String>) {
    let damage = damage.unwrap();
    assert_eq!(damage.tried, times());
    assert!(
        damage.loaded > 0 && damage.loaded < damage.tried,
        "{damage:?}"
    );
}

#[test]
fn case_v6_boosting() {
    let (x, _) = rows();
    let x = View::all(&x);
    let boost = Boost::new()
        .num_iterations(4)
        .num_leaves(6)
        .min_data_in_leaf(3);
    let boost = boost.categorical_feature(["x2"]);
    let model: FittedBoost = boost.fit(&real()).unwrap();
    found(check_damaged_model(&model, x, times()));
    // Explained and printed, too.
    found(check_damaged(&model, times(), |model: &FittedBoost| {
        let explainer = Explainer::new(model.ensemble());
        let _ = (explainer.shap(x), explainer.interactions(x));
        let _ = (
            model.ensemble().leaves(x),
            model.ensemble().gain_importance(),
        );
        let names = Names::numbered(3);
        for tree in model.trees() {
            let printer = Printer::new(&names);
            let _ = (printer.text(tree), printer.dot(tree), printer.svg(tree));
            let _ = (tree.pruned(1.0), tree.depth());
        }
        let _ = ml_models::interchange::lightgbm::to_string(model.ensemble());
        let _ = ml_models::interchange::xgboost::to_ubjson(model.ensemble());
        let _ = ml_models::interchange::onnx::to_bytes(model.ensemble());
    }));
    let model = boost.fit(&classes()).unwrap();
    found(check_damaged_model(&model, x, times()));
    let model = boost.objective(Objective::Binary).fit(&binary()).unwrap();
    found(check_damaged_model(&model, x, times()));
}

#[test]
fn case_v6_forests() {
    let (x, _) = rows();
    let x = View::all(&x);
    let forest = RandomForest::new().n_estimators(3).max_depth(Some(4));
    found(check_damaged_model(
        &forest.fit(&real()).unwrap(),
        x,
        times(),
    ));
    found(check_damaged_model(
        &forest.fit(&classes()).unwrap(),
        x,
        times(),
    ));
    let extra = ExtraTrees::new().n_estimators(3).max_depth(Some(4));
    found(check_damaged_model(
        &extra.fit(&binary()).unwrap(),
        x,
        times(),
    ));
    let tree = DecisionTree::new().max_depth(Some(4));
    found(check_damaged_model(&tree.fit(&real()).unwrap(), x, times()));
    let (rows, _) = rows();
    let train = Dataset::unlabelled(rows).unwrap().into_train();
    let isolation = IsolationForest::new().n_estimators(3).max_samples(16);
    found(check_damaged_model(
        &isolation.fit(&train).unwrap(),
        x,
        times(),
    ));
}

#[test]
fn case_v6_networks() {
    let (x, _) = rows();
    let x = View::all(&x);
    let plain = Mlp::new()
        .hidden_layer_sizes([5, 3])
        .epochs(2)
        .learning_rate(1e-4);
    found(check_damaged_model(
        &plain.fit(&binary()).unwrap(),
        x,
        times(),
    ));
    let (rows, y) = rows();
    let names: Vec<&str> = y
        .iter()
        .map(|y| if *y > 0.0 { "more" } else { "less" })
        .collect();
    let classes = Dataset::<_, Class>::new(rows, ClassLabels::of_names(&names).unwrap());
    let model = plain.fit(&classes.unwrap().into_train()).unwrap();
    found(check_damaged_model(&model, x, times()));
    let embedded = plain
        .embedding(Embedding::new("x1", 7, 2))
        .embedding(Embedding::new("x2", 9, 2))
        .dot(0, 1);
    let model = embedded.fit(&real()).unwrap();
    found(check_damaged_model(&model, x, times()));
    found(check_damaged(
        &model,
        times(),
        |model: &ml_models::neural::FittedMlp| {
            for which in 0..4 {
                let _ = (model.embedding(which), model.layer(which));
            }
            let history = model.history();
            let _ = history.epochs().get(history.best_epoch().wrapping_sub(1));
            let _ = model.parameters();
        },
    ));
}

#[test]
fn case_v6_rankers() {
    let pairs = (0..40_u32).flat_map(|u| [(u, u % 7), (u, u * 3 % 11)]);
    let seen = Interactions::from_pairs(40, 11, pairs).unwrap();
    let ask = |model: &dyn Fn(u32, Candidates<'_>)| {
        for user in [0, 7, 39, 40, u32::MAX] {
            model(user, Candidates::All);
            model(user, Candidates::Only(&[1, 10, 11, u32::MAX]));
        }
    };
    let als = ImplicitAls::new()
        .factors(3)
        .iterations(2)
        .fit(&seen)
        .unwrap();
    found(check_damaged(&als, times(), |als: &FittedImplicitAls| {
        ask(&|user, among| {
            let _ = Ranker::rank_into(
                als,
                user,
                among,
                5,
                &mut Default::default(),
                &mut Vec::new(),
            );
        });
        let _ = (als.recommend(1, 5, &seen), als.similar_items(1, 5));
        let _ = als.fold_in_user(&[(2, 1.0)]);
        let _ = als.recommend_batch(&[0, 1], 3, Some(&seen));
    }));
    let segments: Vec<u32> = (0..40).map(|u| u % 3).collect();
    let popular = Popularity::new().fit_segments(&seen, &segments).unwrap();
    found(check_damaged(
        &popular,
        times(),
        |popular: &FittedPopularity| {
            ask(&|user, among| {
                let scratch = &mut Default::default();
                let _ = popular.rank_into(Some(user), among, 5, scratch, &mut Vec::new());
            });
            for item in popular.top() {
                assert!(popular.score(item.item) > 0.0 || item.score == 0.0);
            }
            let _ = popular.top_of(2);
        },
    ));
    found(check_damaged(&seen, times(), |seen: &Interactions| {
        let _ = Popularity::new().fit(seen);
        let _ = (seen.iter().count(), seen.item(3));
    }));
}
