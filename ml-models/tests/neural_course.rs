//! The course of a network's training, what is told of it, and parameters at their limits.
#![allow(clippy::unwrap_used)]

use ml_data::contract::Params;
use ml_data::prelude::*;
use ml_data::random::{RngExt, generator};
use ml_data::sample::{BinaryLabels, RealLabels};
use ml_models::neural::{Activation, Embedding, FittedMlp, Mlp};
use serde_json::json;

fn noise(n: usize, seed: u64) -> Vec<f64> {
    let mut rng = generator(seed, "course", 0);
    (0..n).map(|_| rng.random::<f64>() * 2.0 - 1.0).collect()
}

fn sample(width: usize, x: Vec<f64>, y: Vec<f64>) -> Dataset<Dense<f64>, Real> {
    let labels = RealLabels::new(y).unwrap();
    Dataset::new(Dense::from_rows(width, x).unwrap(), labels).unwrap()
}

/// Where training stops, from the validation losses of a run that never does: after `patience`
/// epochs in a row that are not better than the best before them by `tol`.
fn stop(losses: &[f64], patience: usize, tol: f64) -> usize {
    let (mut best, mut waited) = (f64::INFINITY, 0);
    for (epoch, &loss) in losses.iter().enumerate() {
        waited = if loss > best - tol { waited + 1 } else { 0 };
        best = best.min(loss);
        if waited >= patience {
            return epoch + 1;
        }
    }
    losses.len()
}

#[test]
fn patience_counts_epochs_that_gain_less_than_tol() {
    // Labels are noise, so that the losses go up and down.
    let train = sample(4, noise(320, 1), noise(80, 2)).into_train();
    let valid = sample(4, noise(200, 3), noise(50, 4)).into_valid();
    let mlp = Mlp::new()
        .hidden_layer_sizes([16])
        .learning_rate(0.02)
        .batch_size(16)
        .epochs(30);
    let run = |patience, tol| -> Vec<f64> {
        let model: FittedMlp = mlp
            .clone()
            .patience(patience)
            .tol(tol)
            .fit_valid(&train, &valid)
            .unwrap();
        let history = model.history().epochs().iter();
        history.map(|e| e.valid_loss.unwrap()).collect()
    };
    let all = run(usize::MAX, 0.0);
    assert_eq!(all.len(), 30);
    let mut lengths = vec![];
    for patience in [1, 2, 3, 6] {
        for tol in [0.0, 1e-4, 0.01, 0.1, 1.0] {
            let got = run(patience, tol);
            assert_eq!(got, all[..stop(&all, patience, tol)], "{patience} {tol}");
            lengths.push(got.len());
        }
    }
    lengths.sort_unstable();
    lengths.dedup();
    assert!(lengths.len() > 4, "{lengths:?}");
}

#[test]
fn parameters_have_their_documented_defaults_and_limits() {
    let want = json!({
        "hidden_layer_sizes": [100], "activation": "Relu", "init": "Glorot", "embeddings": [],
        "dots": [], "unknown_rate": 0.01, "batch_size": 256, "learning_rate": 0.001, "beta_1": 0.9,
        "beta_2": 0.999, "epsilon": 1e-8, "weight_decay": 0.0, "dropout": 0.0, "epochs": 20,
        "shuffle": true, "patience": 10, "tol": 1e-4, "restore_best": true, "seed": 0,
    });
    assert_eq!(serde_json::to_value(Mlp::new()).unwrap(), want);
    let set = Mlp::new()
        .hidden_layer_sizes([3, 4])
        .activation(Activation::Tanh)
        .unknown_rate(0.5)
        .batch_size(7)
        .learning_rate(0.25)
        .beta_1(0.5)
        .beta_2(0.75)
        .epsilon(0.125)
        .weight_decay(2.0)
        .dropout(0.375)
        .epochs(8)
        .shuffle(false)
        .patience(9)
        .tol(0.5)
        .restore_best(false)
        .seed(11);
    let want = json!({
        "hidden_layer_sizes": [3, 4], "activation": "Tanh", "init": "Glorot", "embeddings": [],
        "dots": [], "unknown_rate": 0.5, "batch_size": 7, "learning_rate": 0.25, "beta_1": 0.5,
        "beta_2": 0.75, "epsilon": 0.125, "weight_decay": 2.0, "dropout": 0.375, "epochs": 8,
        "shuffle": false, "patience": 9, "tol": 0.5, "restore_best": false, "seed": 11,
    });
    assert_eq!(serde_json::to_value(&set).unwrap(), want);
    assert_eq!(set.name(), "Mlp");
    let least = Mlp::new()
        .beta_1(0.0)
        .beta_2(0.0)
        .dropout(0.0)
        .unknown_rate(0.0)
        .weight_decay(0.0)
        .tol(0.0)
        .patience(1)
        .batch_size(1)
        .epochs(1)
        .embedding(Embedding::new(0, 1, 1).init_std(0.0))
        .embedding(Embedding::new(0, 1 << 24, 1));
    least.check().unwrap();
    for bad in [
        Mlp::new().learning_rate(f64::INFINITY),
        Mlp::new().epsilon(f64::INFINITY),
        Mlp::new().weight_decay(f64::INFINITY),
        Mlp::new().tol(-1e-9),
        Mlp::new().unknown_rate(1.0),
        Mlp::new().embedding(Embedding::new(0, 1, 1).init_std(-0.1)),
        Mlp::new().embedding(Embedding::new(0, 1, 1).init_std(f32::INFINITY)),
    ] {
        assert!(bad.check().is_err(), "{bad:?}");
    }
}

/// Two dense columns and ids below 3 and 4, by hand: 8 + 15 vectors' numbers, 2 + 2 + 3 inputs.
#[test]
fn the_parts_of_a_network_have_their_sizes() {
    let x: Vec<f64> = (0..40)
        .flat_map(|i| [f64::from(i), f64::from(i % 3), 0.5, f64::from(i % 4)])
        .collect();
    let y = (0..40).map(|i| u8::from(i % 3 == 1)).collect::<Vec<_>>();
    let labels = BinaryLabels::new(y, "one").unwrap();
    let x = Dense::from_rows(4, x).unwrap();
    let train = Dataset::<_, Binary>::new(x, labels).unwrap().into_train();
    let mlp = Mlp::new()
        .hidden_layer_sizes([5, 2])
        .epochs(1)
        .embedding(Embedding::new(1, 3, 2))
        .embedding(Embedding::new(3, 4, 3));
    let model: FittedMlp = mlp.fit(&train).unwrap();
    assert_eq!(model.parameters(), 8 + 15 + 7 * 5 + 5 + 5 * 2 + 2 + 2 + 1);
    let shape = |l| model.layer(l).map(|(w, b)| (w.dim(), b.len()));
    let want = [
        Some(((7, 5), 5)),
        Some(((5, 2), 2)),
        Some(((2, 1), 1)),
        None,
    ];
    assert_eq!([0, 1, 2, 3].map(shape), want);
    let dim = |e| model.embedding(e).map(|v| v.dim());
    assert_eq!([0, 1, 2].map(dim), [Some((4, 2)), Some((5, 3)), None]);
    assert_eq!(Predict::<Dense<f64>>::input(&model).len(), 4);
}

#[test]
fn labels_and_ids_are_refused_by_their_row() {
    let mlp = || Mlp::new().epochs(1).embedding(Embedding::new(1, 3, 2));
    let x = vec![0.0, 0.0, 0.0, 2.0, 0.0, 1.0];
    let train = |x: &[f64], y: [f64; 3]| sample(2, x.to_vec(), y.to_vec());
    let refused = |x: &[f64], y| {
        let fit = mlp().fit(&train(x, y).into_train());
        fit.map(|m: FittedMlp| m).unwrap_err().to_string()
    };
    let error = refused(&x, [0.0, 1.0, 1e300]);
    assert!(
        error.contains("label") && error.contains("row 2"),
        "{error}"
    );
    let mut high = x.clone();
    high[3] = 3.0;
    let error = refused(&high, [0.0; 3]);
    assert!(
        error.contains("row 1") && error.contains("below the cardinality 3"),
        "{error}"
    );
    high[3] = -1.0;
    let error = refused(&high, [0.0; 3]);
    assert!(
        error.contains("row 1") && error.contains("an id: a whole number"),
        "{error}"
    );
    // In validation an id that training did not know is the unknown one.
    high[3] = 3.0;
    let (train, valid) = (
        train(&x, [0.0; 3]).into_train(),
        train(&high, [0.0; 3]).into_valid(),
    );
    let model: FittedMlp = mlp().fit_valid(&train, &valid).unwrap();
    assert_eq!(model.history().epochs()[0].epoch, 1);
}
