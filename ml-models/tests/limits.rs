//! Parameters and numbers that ask for more memory than there is: an error that names the limit,
//! before anything is taken.

#![allow(clippy::unwrap_used)] // helpers of tests

use std::time::Duration;

use ml_data::prelude::*;
use ml_data::sample::RealLabels;
use ml_models::baseline::{ItemEvent, Popularity};
use ml_models::boost::Boost;
use ml_models::factor::{ImplicitAls, Interactions, Solver};
use ml_models::forest::{IsolationForest, MaxFeatures, MaxSamples, RandomForest};
use ml_models::limits::ModelLimits;
use ml_models::neural::{Activation, Embedding, Init, Mlp};

fn sample() -> Sample<Dense, Real, Train> {
    let x = Dense::from_rows(2, (0..80).map(|i| f64::from(i % 13)).collect()).unwrap();
    let y = (0..40).map(f64::from).collect::<Vec<_>>();
    Dataset::<_, Real>::new(x, RealLabels::new(y).unwrap())
        .unwrap()
        .into_train()
}

/// Whether it is refused by the limit on bytes, in words that say how to raise it.
fn too_large<T: std::fmt::Debug>(result: Result<T, Error>) {
    let error = result.unwrap_err();
    let raise = match &error {
        Error::Limit {
            limit: "bytes",
            allowed: 8_589_934_592,
            found,
            raise,
            ..
        } if *found > 8_589_934_592 => raise.as_str(),
        _ => "",
    };
    assert!(raise.contains("ModelLimits::bytes"), "{error:?}");
    assert!(error.to_string().contains("8589934592"), "{error}");
}

#[test]
fn case_m11_networks() {
    let train = sample();
    for sizes in [
        vec![1_000_000_000_000],
        vec![usize::MAX],
        vec![usize::MAX; 2],
        vec![1 << 20, 1 << 20],
        vec![1 << 31, 1],
    ] {
        too_large(Mlp::new().hidden_layer_sizes(sizes).fit(&train));
    }
    for dim in [usize::MAX, 1 << 40] {
        let wide = Embedding::new(0, 13, dim);
        too_large(Mlp::new().embedding(wide).fit(&train));
    }
    let many = Embedding::new(0, 1 << 24, 1 << 10);
    too_large(Mlp::new().embedding(many).fit(&train));
    // Long, but cheap: what is never reached costs nothing.
    let patient = Mlp::new().hidden_layer_sizes([4]).epochs(3);
    let patient = patient.batch_size(usize::MAX).patience(usize::MAX);
    assert_eq!(patient.fit(&train).unwrap().history().epochs().len(), 3);
}

#[test]
fn case_m11_interactions() {
    let most = u32::MAX as usize;
    for (users, items) in [(most, 1), (1, most), (most, most), (1 << 30, 1)] {
        too_large(Interactions::from_triples(users, items, [(0, 0, 1.0)]));
        too_large(Interactions::from_pairs(users, items, []));
    }
    let above = Interactions::from_pairs(most + 1, 1, []).unwrap_err();
    assert!(above.to_string().contains("4294967295"), "{above}");
    let few = ModelLimits::default().bytes(16 * 30);
    assert!(Interactions::from_triples_within(few, 10, 20, [(0, 0, 1.0)]).is_ok());
    assert!(Interactions::from_triples_within(few, 11, 20, [(0, 0, 1.0)]).is_err());
}

#[test]
fn case_m11_factors() {
    let seen = Interactions::from_pairs(3, 3, [(0, 0), (1, 1), (2, 2)]).unwrap();
    too_large(ImplicitAls::new().factors(65_536).fit(&seen));
    let exact = ImplicitAls::new().factors(40_000).solver(Solver::Cholesky);
    too_large(exact.fit(&seen));
    let mut model = ImplicitAls::new().factors(100).fit(&seen).unwrap();
    let far = [(u32::MAX - 1, vec![(0, 1.0)])];
    too_large(model.partial_fit_users(&far));
    too_large(model.partial_fit_items(&far));
    assert_eq!((model.users(), model.items()), (3, 3));
    let few = ModelLimits::default().bytes(10_000);
    let refused = ImplicitAls::new().factors(32).limits(few).fit(&seen);
    assert!(
        refused
            .unwrap_err()
            .to_string()
            .contains("`ImplicitAls::limits`")
    );
}

#[test]
fn case_m11_popularity() {
    let event = |item, segment| ItemEvent {
        item,
        value: 1.0,
        at: 0,
        segment,
    };
    too_large(Popularity::new().fit_events(usize::MAX, &[event(0, None)]));
    too_large(Popularity::new().fit_events(1 << 40, &[event(0, None)]));
    too_large(Popularity::new().fit_events(10_000_000, &[event(0, Some(9_999))]));
    let recent = Popularity::new().half_life(Duration::from_secs(1));
    assert!(recent.fit_events(5, &[event(4, Some(9_999))]).is_ok());
}

#[test]
fn case_m11_isolation_forests() {
    let x = Dense::from_rows(1, (0..100).map(f64::from).collect()).unwrap();
    let train = Dataset::unlabelled(x).unwrap().into_train();
    for trees in [usize::MAX, 1 << 40, 1 << 20] {
        too_large(IsolationForest::new().n_estimators(trees).fit(&train));
    }
    let all = IsolationForest::new()
        .n_estimators(2)
        .max_samples(usize::MAX);
    assert!(all.fit(&train).is_ok());
}

#[test]
fn case_m11_trees() {
    let train = sample();
    let forest = || RandomForest::new().n_estimators(2);
    for trees in [usize::MAX, 1 << 40, (1 << 24) + 1] {
        let refused = forest().n_estimators(trees).fit(&train).unwrap_err();
        let said = refused.to_string();
        assert!(
            said.contains("`n_estimators`") && said.contains("1 to 16777216"),
            "{said}"
        );
    }
    for (name, boost) in [
        ("num_leaves", Boost::new().num_leaves(usize::MAX)),
        ("max_bin", Boost::new().max_bin(usize::MAX)),
    ] {
        let refused = boost.fit(&train).unwrap_err().to_string();
        assert!(refused.contains(&format!("`{name}`")), "{refused}");
    }
    // What is at most as large as the data is cut to them.
    let whole = forest()
        .max_samples(MaxSamples::Count(usize::MAX))
        .max_features(MaxFeatures::Count(usize::MAX))
        .max_leaf_nodes(Some(usize::MAX))
        .max_depth(Some(usize::MAX));
    assert!(whole.fit(&train).is_ok());
    let deep = Boost::new()
        .num_iterations(2)
        .num_leaves(131_072)
        .max_bin(65_535);
    let deep = deep
        .max_depth(Some(usize::MAX))
        .bin_construct_sample_cnt(usize::MAX);
    assert!(deep.max_cat_threshold(usize::MAX).fit(&train).is_ok());
}

/// Largest absolute weight or bias of each layer against the bounds of scikit-learn's `_init_coef`
/// and of PyTorch's `Linear`.
#[test]
fn case_m12_networks_start_as_they_say() {
    let train = sample();
    let largest = |init: Init, activation: Activation| -> Vec<f64> {
        let mlp = Mlp::new()
            .hidden_layer_sizes([400, 50])
            .activation(activation);
        // One step that moves nothing.
        let mlp = mlp.init(init).epochs(1).learning_rate(1e-300);
        let model = mlp.fit(&train).unwrap();
        let layers = (0..3).map(|l| model.layer(l).unwrap());
        layers
            .map(|(w, b)| {
                let all = w.iter().chain(b);
                all.fold(0.0, |m: f64, &v| m.max(f64::from(v).abs()))
            })
            .collect()
    };
    let (inputs, outputs) = ([2.0, 400.0, 50.0], [400.0, 50.0, 1.0]);
    for (init, activation, squared) in [
        (
            Init::Glorot,
            Activation::Relu,
            [6.0 / 402.0, 6.0 / 450.0, 6.0 / 51.0],
        ),
        (
            Init::Glorot,
            Activation::Logistic,
            [2.0 / 402.0, 2.0 / 450.0, 2.0 / 51.0],
        ),
        (
            Init::Kaiming,
            Activation::Relu,
            [1.0 / 2.0, 1.0 / 400.0, 1.0 / 50.0],
        ),
    ] {
        let found = largest(init, activation);
        for layer in 0..3 {
            let bound: f64 = f64::sqrt(squared[layer]);
            // The largest of n uniform draws is beyond 1 - 14 / n of the bound but once in a
            // million.
            let draws = inputs[layer] * outputs[layer] + outputs[layer];
            let share = found[layer] / bound;
            assert!(
                share <= 1.0 + 1e-6 && share > 1.0 - 14.0 / draws,
                "{init:?} {layer}: {share}"
            );
        }
    }
    assert_eq!(
        largest(Init::default(), Activation::Tanh),
        largest(Init::Glorot, Activation::Tanh)
    );
}
