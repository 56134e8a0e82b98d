//! Random forests, extremely randomised trees and single trees.
#![allow(clippy::unwrap_used)]

mod growth;
mod out_of_bag;
mod reference;
mod values;
mod weights;

use ml_data::prelude::*;
use ml_data::sample::{BinaryLabels, ClassLabels, RealLabels};
use ml_models::forest::{
    ClassWeight, DecisionTree, ExtraTrees, FittedForest, FittedForestClassifier, MaxFeatures,
    MaxSamples, RandomForest,
};
use ml_models::tree::{Combine, Condition as Ask};
use serde_json::Value;

fn golden() -> Value {
    ml_data::testkit::golden!("forest").unwrap()
}

fn numbers(v: &Value) -> Vec<f64> {
    let number = |v: &Value| v.as_f64().unwrap_or(f64::NAN);
    v.as_array().unwrap().iter().map(number).collect()
}

fn matrix(v: &Value) -> Vec<Vec<f64>> {
    v.as_array().unwrap().iter().map(numbers).collect()
}

fn dense(rows: &[Vec<f64>]) -> Dense<f64> {
    Dense::from_rows(rows[0].len(), rows.concat()).unwrap()
}

fn real(rows: &[Vec<f64>], y: &[f64]) -> Sample<Dense<f64>, Real, Train> {
    Dataset::<_, Real>::new(dense(rows), RealLabels::new(y).unwrap())
        .unwrap()
        .into_train()
}

fn classes(codes: &[f64]) -> ClassLabels {
    let codes: Vec<u32> = codes.iter().map(|&c| c as u32).collect();
    let n = codes.iter().max().unwrap() + 1;
    let names: Vec<Box<str>> = (0..n).map(|k| k.to_string().into()).collect();
    ClassLabels::new(codes, names).unwrap()
}

fn class(rows: &[Vec<f64>], codes: &[f64]) -> Sample<Dense<f64>, Class, Train> {
    Dataset::<_, Class>::new(dense(rows), classes(codes))
        .unwrap()
        .into_train()
}

fn mean(v: &[f64]) -> f64 {
    v.iter().sum::<f64>() / v.len() as f64
}

fn r2(truth: &[f64], predicted: &[f64]) -> f64 {
    let centre = mean(truth);
    let all: f64 = truth.iter().map(|y| (y - centre).powi(2)).sum();
    let left: f64 = truth
        .iter()
        .zip(predicted)
        .map(|(y, p)| (y - p).powi(2))
        .sum();
    1.0 - left / all
}

fn accuracy(truth: &[f64], predicted: &[f64]) -> f64 {
    let k = predicted.len() / truth.len();
    let right = truth.iter().zip(predicted.chunks(k)).filter(|(y, p)| {
        let first = (1..k).fold(0, |a, b| if p[b] > p[a] { b } else { a });
        first == **y as usize
    });
    right.count() as f64 / truth.len() as f64
}

/// Binary labels, with weights if there are any.
fn binary(rows: &[Vec<f64>], y: &[u8], w: Option<Vec<f64>>) -> Sample<Dense<f64>, Binary, Train> {
    let data =
        Dataset::<_, Binary>::new(dense(rows), BinaryLabels::new(y.to_vec(), "yes").unwrap())
            .unwrap();
    match w {
        Some(w) => data.with_weights(w).unwrap().into_train(),
        None => data.into_train(),
    }
}

/// Two columns of few values, and two classes, one of them rare.
fn rare() -> (Vec<Vec<f64>>, Vec<u8>) {
    let x: Vec<Vec<f64>> = (0..200)
        .map(|i| vec![f64::from(i * 7 % 11), f64::from(i * 5 % 13)])
        .collect();
    let y = x.iter().map(|r| u8::from(r[0] + r[1] > 18.0)).collect();
    (x, y)
}
