//! Callbacks without validation rows: where one stops a training, the model is that of so many
//! rounds. `conformance.rs` has the rules that all trainings keep.
#![allow(clippy::unwrap_used)] // helpers of tests

use std::fmt::Debug;
use std::ops::ControlFlow;

use ml_data::contract::{Estimator, log_every};
use ml_data::prelude::*;
use ml_data::random::{RngExt, generator};
use ml_data::sample::{RealLabels, Unlabelled};
use ml_models::boost::{Boost, Boosting, DataSampleStrategy, FitBinned, FittedBoost, GrowPolicy};
use ml_models::forest::{DecisionTree, ExtraTrees, IsolationForest, RandomForest};
use ml_models::neural::Mlp;

fn rows() -> (Dense, Vec<f64>) {
    let mut rng = generator(1, "rounds", 0);
    let (mut x, mut y) = (Vec::new(), Vec::new());
    for _ in 0..300 {
        let u: [f64; 3] = std::array::from_fn(|_| rng.random::<f64>());
        x.extend(u);
        y.push((6.0 * u[0]).sin() + u[1] * u[2] + 0.2 * rng.random::<f64>());
    }
    (Dense::from_rows(3, x).unwrap(), y)
}

fn train() -> Sample<Dense, Real, Train> {
    let (x, y) = rows();
    let data = Dataset::new(x, RealLabels::new(y).unwrap()).unwrap();
    data.into_train()
}

fn stop_after(last: usize) -> impl FnMut(Round<'_>) -> ControlFlow<()> {
    move |round| match round.round < last {
        true => ControlFlow::Continue(()),
        false => ControlFlow::Break(()),
    }
}

/// A training of many rounds that is stopped after each of `lasts` equals one of so many rounds.
fn stops<Y: Target, E>(of: impl Fn(usize) -> E, train: &Sample<Dense, Y, Train>)
where
    E: Estimator<Dense, Y, Model: PartialEq + Debug>,
{
    for last in [1, 3, 9] {
        let stopped = of(12).fit_watched(train, &mut stop_after(last)).unwrap();
        assert_eq!(stopped, of(last).fit(train).unwrap(), "{last}");
    }
}

#[test]
fn boosting_that_is_stopped_is_that_of_so_many_rounds() {
    let (boost, train) = (Boost::new().min_data_in_leaf(5).num_leaves(7), train());
    let bagged = boost.clone().bagging_freq(2).bagging_fraction(0.6);
    let ways = [
        boost.clone().is_provide_training_metric(true),
        bagged.clone(),
        bagged.boosting(Boosting::Rf),
        boost
            .clone()
            .data_sample_strategy(DataSampleStrategy::Goss)
            .learning_rate(0.4),
        boost.clone().grow_policy(GrowPolicy::SymmetricTree),
        boost.clone().extra_trees(true),
    ];
    for way in ways {
        stops(|rounds| way.clone().num_iterations(rounds), &train);
    }
    let first = boost.clone().num_iterations(2).fit(&train).unwrap();
    let on = |rounds| {
        boost
            .clone()
            .num_iterations(rounds)
            .init_model(first.clone())
    };
    let stopped: FittedBoost = on(12).fit_watched(&train, &mut stop_after(5)).unwrap();
    assert_eq!(stopped, on(5).fit(&train).unwrap());
    assert_eq!(stopped.trees().len(), 5);
}

#[test]
fn boosting_of_bins_tells_its_rounds() {
    let (x, y) = rows();
    let valid = Dataset::regression(x, y).unwrap().into_valid();
    let (boost, train) = (Boost::new().num_iterations(12), train());
    let bins = boost.bin_rows(&train).unwrap();
    let few = boost.clone().num_iterations(4);
    let stopped = boost.fit_binned_watched(&bins, &mut stop_after(4)).unwrap();
    assert_eq!(stopped, few.fit_binned(&bins).unwrap());
    let mut told = Vec::new();
    let mut on = |round: Round<'_>| {
        told.push(round.valid.unwrap());
        stop_after(4)(round)
    };
    let stopped = boost.fit_binned_valid_watched(&bins, &valid, &mut on);
    assert_eq!(
        stopped.unwrap(),
        few.fit_binned_valid(&bins, &valid).unwrap()
    );
    assert_eq!(told, few.fit_valid(&train, &valid).unwrap().history());
}

#[test]
fn forests_that_are_stopped_have_so_many_trees() {
    let train = train();
    let forest = |n| RandomForest::new().n_estimators(n).oob_score(true).seed(3);
    stops(forest, &train);
    stops(|n| ExtraTrees::new().n_estimators(n), &train);
    let rows = Dataset::unlabelled(rows().0).unwrap().into_train();
    stops::<Unlabelled, _>(|n| IsolationForest::new().n_estimators(n), &rows);
    let mut told = Vec::new();
    let tree = DecisionTree::new().fit_watched(&train, &mut |round| {
        told.push((round.round, round.of));
        ControlFlow::Break(())
    });
    assert_eq!(tree.unwrap(), DecisionTree::new().fit(&train).unwrap());
    assert_eq!(told, [(1, 1)]);
}

#[test]
fn networks_that_are_stopped_are_those_of_so_many_epochs() {
    let network = Mlp::new().hidden_layer_sizes([8]).dropout(0.1);
    stops(|n| network.clone().batch_size(32).epochs(n), &train());
}

#[test]
fn the_training_metric_can_stop_a_training() {
    let boost = Boost::new()
        .num_iterations(200)
        .is_provide_training_metric(true);
    let mut told = Vec::new();
    let model: FittedBoost = boost
        .fit_watched(&train(), &mut |round| {
            assert_eq!((round.metric, round.valid), ("l2", None));
            told.extend(round.train);
            match round.train.is_some_and(|l2| l2 < 0.1) {
                true => ControlFlow::Break(()),
                false => ControlFlow::Continue(()),
            }
        })
        .unwrap();
    let (last, before) = told.split_last().unwrap();
    assert!(*last < 0.1 && before.iter().all(|l2| *l2 >= 0.1));
    assert_eq!(model.trees().len(), told.len());
    assert_eq!(model.evals_result().training(), told);
}

#[test]
fn lines_of_a_training_name_both_metrics() {
    let (x, y) = rows();
    let valid = Dataset::regression(x, y).unwrap().into_valid();
    let boost = Boost::new()
        .num_iterations(25)
        .is_provide_training_metric(true);
    let mut lines = Vec::new();
    let mut log = log_every(10, |line| lines.push(line.to_owned()));
    let model: FittedBoost = boost.fit_valid_watched(&train(), &valid, &mut log).unwrap();
    drop(log);
    let record = model.evals_result();
    let want = [10, 20, 25].map(|round| {
        let [train, valid] = [record.training(), record.valid()].map(|m| m[round - 1]);
        (
            format!("[{round}/25] "),
            format!(" s, training l2 {train:.6}, valid l2 {valid:.6}"),
        )
    });
    assert_eq!(lines.len(), want.len());
    for (line, (start, end)) in lines.iter().zip(&want) {
        assert!(line.starts_with(start) && line.ends_with(end), "{line}");
    }
}
