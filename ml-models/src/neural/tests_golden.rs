//! The engine against PyTorch and scikit-learn.

use super::activation::Activation;
use super::embedding::Embedding;
use super::loss::Loss;
use super::mlp::Mlp;
use super::network::{Network, RowScratch};
use super::shard::Examples;
use super::train::train;
use serde::Deserialize;
use std::ops::ControlFlow;

#[derive(Deserialize)]
struct Golden {
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    loss: String,
    activation: String,
    dense: usize,
    hidden: Vec<usize>,
    #[serde(default)]
    classes: usize,
    cards: Vec<usize>,
    dim: usize,
    dot: bool,
    weight_decay: f64,
    epsilon: Option<f64>,
    batch_size: usize,
    x: Vec<f32>,
    ids: Vec<u32>,
    y: Vec<f32>,
    w: Vec<f32>,
    initial: Weights,
    #[serde(rename = "final")]
    last: Weights,
    train_loss: f64,
    outputs: Vec<f32>,
}

#[derive(Deserialize)]
struct Weights {
    layers: Vec<GoldenLayer>,
    tables: Vec<Vec<f32>>,
}

#[derive(Deserialize)]
struct GoldenLayer {
    weights: Vec<f32>,
    bias: Vec<f32>,
}

impl Case {
    fn mlp(&self) -> Mlp {
        let activation = match self.activation.as_str() {
            "relu" => Activation::Relu,
            "tanh" => Activation::Tanh,
            "sigmoid" => Activation::Logistic,
            other => panic!("{other}"),
        };
        let mut mlp = Mlp::new()
            .hidden_layer_sizes(self.hidden.clone())
            .activation(activation)
            .epochs(1)
            .shuffle(false);
        mlp = mlp
            .batch_size(self.batch_size)
            .learning_rate(0.01)
            .weight_decay(self.weight_decay)
            .epsilon(self.epsilon.unwrap_or(1e-8))
            .unknown_rate(0.0);
        for (k, &card) in self.cards.iter().enumerate() {
            mlp = mlp.embedding(Embedding::new(self.dense + k, card, self.dim));
        }
        if self.dot { mlp.dot(0, 1) } else { mlp }
    }

    fn width(&self) -> usize {
        self.dense + self.cards.len()
    }

    fn columns(&self) -> Vec<usize> {
        (self.dense..self.width()).collect()
    }

    /// Dense columns, then ids, row after row.
    fn matrix(&self) -> Vec<f32> {
        let tables = self.cards.len();
        let row = |r: usize| {
            let ids = self.ids[r * tables..(r + 1) * tables]
                .iter()
                .map(|&id| id as f32);
            self.x[r * self.dense..(r + 1) * self.dense]
                .iter()
                .copied()
                .chain(ids)
                .collect::<Vec<_>>()
        };
        (0..self.y.len()).flat_map(row).collect()
    }

    fn loss(&self) -> Loss {
        match self.loss.as_str() {
            "logistic" => Loss::Logistic,
            "softmax" => Loss::Softmax,
            _ => Loss::Squared,
        }
    }
}

fn set(net: &mut Network, to: &Weights) {
    let Network {
        hidden,
        head,
        tables,
        ..
    } = net;
    for (layer, to) in hidden.iter_mut().chain([head]).zip(&to.layers) {
        layer.weights.copy_from_slice(&to.weights);
        layer.bias.copy_from_slice(&to.bias);
    }
    for (table, to) in tables.iter_mut().zip(&to.tables) {
        table.weights.copy_from_slice(to);
    }
}

fn close(got: &[f32], want: &[f32], tolerance: f32, what: &str) {
    assert_eq!(got.len(), want.len(), "{what}");
    for (i, (g, w)) in got.iter().zip(want).enumerate() {
        assert!(
            (g - w).abs() <= tolerance,
            "{what}[{i}]: {g}, the reference has {w}"
        );
    }
}

#[test]
fn three_adam_steps_equal_pytorch() {
    let golden: Golden = ml_data::testkit::golden!("neural_mlp").unwrap();
    assert_eq!(golden.cases.len(), 7);
    steps_equal(&golden.cases);
}

#[test]
fn three_adam_steps_of_several_classes_equal_scikit_learn() {
    let golden: Golden = ml_data::testkit::golden!("neural_classes").unwrap();
    assert_eq!(golden.cases.len(), 4);
    steps_equal(&golden.cases);
}

fn steps_equal(cases: &[Case]) {
    for case in cases {
        let mlp = case.mlp();
        let mut net = Network::new(
            mlp.shape(case.width(), &case.columns(), case.classes.max(1)),
            0,
        )
        .unwrap();
        set(&mut net, &case.initial);
        let x = case.matrix();
        let data = Examples {
            x: &x,
            width: case.width(),
            ids: case.ids.clone(),
            y: &case.y,
            weights: Some(&case.w),
        };
        let (net, history) = train(mlp.plan(case.loss()), net, &data, None, &mut |_| {
            ControlFlow::Continue(())
        })
        .unwrap();
        let loss = history.epochs()[0].train_loss;
        assert!(
            (loss - case.train_loss).abs() < 1e-5,
            "{}: loss {loss}, the reference has {}",
            case.name,
            case.train_loss
        );
        for (layer, want) in net.hidden.iter().chain([&net.head]).zip(&case.last.layers) {
            close(&layer.weights, &want.weights, 1e-5, &case.name);
            close(&layer.bias, &want.bias, 1e-5, &case.name);
        }
        for (table, want) in net.tables.iter().zip(&case.last.tables) {
            close(&table.weights, want, 1e-5, &case.name);
        }
        let mut batch = vec![0.0; case.outputs.len()];
        net.outputs(&x, &mut batch).unwrap();
        close(&batch, &case.outputs, 2e-5, &case.name);
        let mut scratch = RowScratch::default();
        let rows: Vec<f32> = x
            .chunks(case.width())
            .flat_map(|row| net.output(row, &mut scratch).unwrap().to_vec())
            .collect();
        close(&rows, &case.outputs, 2e-5, &case.name);
    }
}
