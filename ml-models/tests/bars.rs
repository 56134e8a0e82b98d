//! Bars of forests, networks and factors; `boost_checkpoint/record.rs` has those of boosting.
#![allow(clippy::unwrap_used)] // helpers of tests

use ml_data::indicatif::ProgressBar;
use ml_data::prelude::*;
use ml_data::sample::RealLabels;
use ml_models::factor::{ImplicitAls, Interactions};
use ml_models::forest::{DecisionTree, ExtraTrees, IsolationForest, RandomForest};
use ml_models::neural::Mlp;

fn train() -> Sample<Dense, Real, Train> {
    let x: Vec<f64> = (0..60).map(|i| f64::from(i * 7 % 11) / 11.0).collect();
    let y = RealLabels::new(x.clone()).unwrap();
    let data = Dataset::new(Dense::from_rows(1, x).unwrap(), y).unwrap();
    data.into_train()
}

fn shown(bar: &ProgressBar) -> (u64, Option<u64>) {
    (bar.position(), bar.length())
}

#[test]
fn forests_count_their_trees() {
    let bar = ProgressBar::hidden();
    let plain = RandomForest::new().n_estimators(9).fit(&train()).unwrap();
    let forest = RandomForest::new()
        .n_estimators(9)
        .progress_bar(bar.clone());
    let model = forest.fit(&train()).unwrap();
    assert_eq!(shown(&bar), (9, Some(9)));
    assert_eq!(model, plain);
    let bar = ProgressBar::hidden();
    let trees = ExtraTrees::new().n_estimators(4).progress_bar(bar.clone());
    trees.fit(&train()).unwrap();
    assert_eq!(shown(&bar), (4, Some(4)));
    let bar = ProgressBar::hidden();
    let rows = Dense::from_rows(1, vec![1.0, 2.0, 3.0]).unwrap();
    let forest = IsolationForest::new()
        .n_estimators(5)
        .progress_bar(bar.clone());
    let rows = Dataset::unlabelled(rows).unwrap().into_train();
    forest.fit(&rows).unwrap();
    assert_eq!(shown(&bar), (5, Some(5)));
    // One tree is grown in no time.
    DecisionTree::new().fit(&train()).unwrap();
}

#[test]
fn networks_count_their_epochs_and_tell_the_loss() {
    let bar = ProgressBar::hidden();
    let network = Mlp::new().hidden_layer_sizes([4]).epochs(3);
    let plain = network.fit(&train()).unwrap();
    let model = network.progress_bar(bar.clone()).fit(&train()).unwrap();
    assert_eq!(shown(&bar), (3, Some(3)));
    assert_eq!(model, plain);
    let loss = model.history().epochs()[2].train_loss;
    assert_eq!(bar.message(), format!("training squared_error {loss:.6}"));
}

#[test]
fn factors_count_their_iterations() {
    let seen = Interactions::from_pairs(3, 3, [(0, 2), (1, 2), (2, 1), (2, 2)]).unwrap();
    let als = ImplicitAls::new().factors(2).iterations(5);
    let bar = ProgressBar::hidden();
    let model = als.clone().progress_bar(bar.clone()).fit(&seen).unwrap();
    assert_eq!((shown(&bar), bar.message().as_str()), ((5, Some(5)), ""));
    let plain = als.fit(&seen).unwrap();
    let first = |m: &ml_models::factor::FittedImplicitAls| m.recommend(0, 2, &seen).unwrap();
    assert_eq!(first(&model), first(&plain));
    let bar = ProgressBar::hidden();
    let als = als.calculate_training_loss(true).progress_bar(bar.clone());
    als.fit(&seen).unwrap();
    assert!(
        bar.message().starts_with("training loss "),
        "{}",
        bar.message()
    );
}
