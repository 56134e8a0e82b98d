//! The multi-layer perceptron behind the contracts.
#![allow(clippy::unwrap_used)] // helpers of tests

mod course;
mod input;
mod learning;

use std::ops::ControlFlow;

use ml_data::prelude::*;
use ml_data::random::{RngExt, generator};
use ml_data::sample::{BinaryLabels, RealLabels, RelevanceLabels};
use ml_models::neural::{Activation, Embedding, FittedMlp, Mlp};

/// `n` rows of `width` uniform columns.
fn noise(n: usize, width: usize, seed: u64) -> Vec<f64> {
    let mut rng = generator(seed, "test", 0);
    (0..n * width)
        .map(|_| rng.random_range(-1.0..1.0))
        .collect()
}

fn binary(width: usize, x: Vec<f64>, y: Vec<u8>) -> Dataset<Dense<f64>, Binary> {
    Dataset::new(
        Dense::from_rows(width, x).unwrap(),
        BinaryLabels::new(y, "1").unwrap(),
    )
    .unwrap()
}

fn real(width: usize, x: Vec<f64>, y: Vec<f64>) -> Dataset<Dense<f64>, Real> {
    Dataset::new(
        Dense::from_rows(width, x).unwrap(),
        RealLabels::new(y).unwrap(),
    )
    .unwrap()
}

fn product(n: usize, seed: u64) -> (Vec<f64>, Vec<f64>) {
    let x = noise(n, 3, seed);
    let y = x.chunks(3).map(|r| 2.0 * r[0] * r[1] + r[2]).collect();
    (x, y)
}

fn predict(model: &FittedMlp, width: usize, x: &[f64]) -> Vec<f64> {
    model
        .predict(&Dense::from_rows(width, x.to_vec()).unwrap())
        .unwrap()
        .0
}

/// Users and items with hidden vectors; yes if their dot product is positive.
fn pairs(n: usize, seed: u64) -> (Vec<f64>, Vec<u8>) {
    let vectors = noise(60, 3, 99);
    let mut rng = generator(seed, "test", 2);
    let ids: Vec<f64> = (0..n)
        .flat_map(|_| {
            [
                f64::from(rng.random_range(0..30u32)),
                f64::from(rng.random_range(0..30u32)),
            ]
        })
        .collect();
    let vector = |i: usize| &vectors[i * 3..i * 3 + 3];
    let dot = |p: &[f64]| {
        vector(p[0] as usize)
            .iter()
            .zip(vector(30 + p[1] as usize))
            .map(|(a, b)| a * b)
            .sum::<f64>()
    };
    let y = ids.chunks(2).map(|p| u8::from(dot(p) > 0.0)).collect();
    (ids, y)
}
