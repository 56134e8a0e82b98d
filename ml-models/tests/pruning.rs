//! Pruned trees against scikit-learn.
#![allow(clippy::unwrap_used)]

use ml_data::prelude::*;
use ml_data::sample::{BinaryLabels, ClassLabels, RealLabels};
use ml_models::forest::{DecisionTree, FittedForest, FittedForestClassifier, RandomForest};
use serde_json::Value;

fn numbers(v: &Value) -> Vec<f64> {
    let number = |v: &Value| v.as_f64().unwrap_or(f64::NAN);
    v.as_array().unwrap().iter().map(number).collect()
}

#[test]
fn pruned_trees_equal_scikit_learns() {
    let golden: Value = ml_data::testkit::golden!("pruning").unwrap();
    let rows: Vec<f64> = (golden["x"].as_array().unwrap().iter())
        .flat_map(numbers)
        .collect();
    let dense = |rows: &[f64]| Dense::from_rows(3, rows.to_vec()).unwrap();
    let (x, test) = (dense(&rows[..1050]), dense(&rows[1050..]));
    let weights = numbers(&golden["w"])[..350].to_vec();
    let cases = golden["cases"].as_array().unwrap();
    assert_eq!(cases.len(), 7);
    for case in cases {
        let tree = DecisionTree::new()
            .min_samples_leaf(6)
            .ccp_alpha(case["ccp_alpha"].as_f64().unwrap());
        let target = case["target"].as_str().unwrap();
        let labels = numbers(&golden["targets"][target])[..350].to_vec();
        macro_rules! fitted {
            ($model:ty, $target:ty, $labels:expr) => {{
                let data = Dataset::<_, $target>::new(x.clone(), $labels).unwrap();
                let data = data.with_weights(weights.clone()).unwrap();
                let model: $model = tree.fit(&data.into_train()).unwrap();
                let leaves: Vec<usize> = model.trees().iter().map(|t| t.leaves().len()).collect();
                (leaves, model.predict(&test).unwrap())
            }};
        }
        let (leaves, got) = match target {
            "numbers" => {
                let (leaves, said) = fitted!(FittedForest, Real, RealLabels::new(labels).unwrap());
                (leaves, said.0)
            }
            "two" => {
                let codes: Vec<u8> = labels.iter().map(|&y| y as u8).collect();
                let labels = BinaryLabels::new(codes, "1").unwrap();
                let (leaves, said) = fitted!(FittedForest, Binary, labels);
                (leaves, said.0)
            }
            _ => {
                let codes: Vec<u32> = labels.iter().map(|&y| y as u32).collect();
                let names: Vec<Box<str>> = (0..4).map(|k| k.to_string().into()).collect();
                let labels = ClassLabels::new(codes, names).unwrap();
                let (leaves, said) = fitted!(FittedForestClassifier, Class, labels);
                (leaves, said.values().to_vec())
            }
        };
        let want = case["leaves"].as_u64().unwrap() as usize;
        assert!(
            leaves.iter().all(|&l| l == want),
            "{target} {leaves:?} {want}"
        );
        for (got, want) in got.iter().zip(numbers(&case["predictions"])) {
            assert!((got - want).abs() < 1e-9, "{target}: {got} {want}");
        }
    }
}

#[test]
fn a_pruned_forest_is_smaller_and_knows_its_error() {
    let x: Vec<f64> = (0..1200)
        .map(|i| f64::from(i * 7919 % 1201) / 120.0)
        .collect();
    let noise = |i: usize| (i * 104_729 % 1009) as f64 / 504.5 - 1.0;
    let y: Vec<f64> = x
        .iter()
        .enumerate()
        .map(|(i, x)| x.sin() + noise(i))
        .collect();
    let data =
        Dataset::<_, Real>::new(Dense::from_rows(1, x).unwrap(), RealLabels::new(y).unwrap());
    let train = data.unwrap().into_train();
    let fit = |alpha: f64| -> (usize, f64) {
        let forest = RandomForest::new().oob_score(true).ccp_alpha(alpha);
        let model: FittedForest = forest.fit(&train).unwrap();
        let leaves = model.trees().iter().map(|t| t.leaves().len()).sum();
        (leaves, model.oob_score().unwrap())
    };
    let (whole, pruned) = (fit(0.0), fit(0.003));
    assert!(10 * pruned.0 < whole.0, "{whole:?} {pruned:?}");
    assert!(pruned.1 > whole.1, "{whole:?} {pruned:?}");
}
