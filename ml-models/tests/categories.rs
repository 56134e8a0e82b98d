//! Categories by their codes: large ones cost no more than small ones, and mean the same.

#![allow(clippy::unwrap_used)] // helpers of tests

use ml_data::artifact::Artifact;
use ml_data::prelude::*;
use ml_data::sample::RealLabels;
use ml_models::boost::{Boost, FittedBoost};
use ml_models::interchange::{lightgbm, onnx, xgboost};
use ml_models::limits::ModelLimits;
use ml_models::tree::Explainer;

/// 20 categories, the k-th with the code `k * step`, and a number; more rows than a batch predicts
/// at once.
fn rows(step: f64) -> (Dense, Vec<f64>) {
    let (mut x, mut y) = (Vec::new(), Vec::new());
    for i in 0..3000_u32 {
        let (category, number) = (i * 7919 % 20, f64::from(i * 31 % 97));
        x.extend([f64::from(category) * step, number]);
        y.push(f64::from(category * 7 % 20) + (number / 9.0).sin());
    }
    (Dense::from_rows(2, x).unwrap(), y)
}

fn model(step: f64) -> FittedBoost {
    let (x, y) = rows(step);
    let train = Dataset::<_, Real>::new(x, RealLabels::new(y).unwrap()).unwrap();
    let boost = Boost::new().categorical_feature(["x0"]).num_iterations(40);
    boost.fit(&train.into_train()).unwrap()
}

#[test]
fn case_m5_large_codes_cost_kilobytes_and_mean_the_same() {
    let small = model(1.0);
    let (x, _) = rows(1.0);
    let want = small.predict(&x).unwrap().0;
    let reasons = Explainer::new(small.ensemble())
        .shap(View::all(&x))
        .unwrap();
    let size = Artifact::new("size/1", &small)
        .unwrap()
        .to_bytes()
        .unwrap()
        .len();
    for step in [1e3, 1e6, 1e8] {
        let large = model(step);
        let (x, _) = rows(step);
        // In a batch, row by row, and explained.
        assert_eq!(large.predict(&x).unwrap().0, want, "{step}");
        for i in [0, 7, 19] {
            let one = View::all(&x).row(i).to_vec();
            let one = Dense::from_rows(2, one).unwrap();
            assert_eq!(large.predict(&one).unwrap().0, [want[i]]);
        }
        let explained = Explainer::new(large.ensemble())
            .shap(View::all(&x))
            .unwrap();
        assert_eq!(explained, reasons);
        // Codes between and beyond are unknown, as 20 and up are among the small.
        let odd = Dense::from_rows(2, vec![step + 1.0, 3.0, 2e9, 3.0, 1e300, 3.0]).unwrap();
        let unknown = Dense::from_rows(2, vec![77.0, 3.0]).unwrap();
        let unknown = small.predict(&unknown).unwrap().0[0];
        assert_eq!(large.predict(&odd).unwrap().0, [unknown; 3]);
        let bytes = Artifact::new("size/1", &large).unwrap().to_bytes().unwrap();
        assert!(bytes.len() < size + 100_000, "{} {size}", bytes.len());
        let again: FittedBoost = Artifact::from_bytes(&bytes)
            .unwrap()
            .state("size/1")
            .unwrap();
        assert_eq!(again.predict(&x).unwrap().0, want);
    }
}

#[test]
fn case_m5_texts_for_lightgbm_are_small_or_refused_with_the_reason() {
    let text = lightgbm::to_string(model(1e3).ensemble()).unwrap();
    assert!(text.len() < 1_000_000, "{}", text.len());
    let (x, _) = rows(1e3);
    let read = lightgbm::from_str(&text).unwrap();
    assert_eq!(
        read.raw_scores(View::all(&x)).unwrap(),
        model(1e3).raw_scores(View::all(&x)).unwrap()
    );
    let far = model(1e8);
    let refused = lightgbm::to_string(far.ensemble()).unwrap_err();
    assert!(
        matches!(
            refused,
            Error::Limit {
                limit: "category_words",
                allowed: 16_777_216,
                ..
            }
        ),
        "{refused:?}"
    );
    let said = refused.to_string();
    for part in [
        "LightGBM",
        "tree 0",
        "`x0`",
        "to_string_within",
        "number the categories from 0",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    let few = ModelLimits::default().category_words(5_000);
    assert!(lightgbm::to_string_within(model(1e3).ensemble(), few).is_err());
    assert!(lightgbm::to_string_within(model(1.0).ensemble(), few).is_ok());
    // The other formats list categories, up to what single precision counts.
    for error in [
        xgboost::to_json(far.ensemble()).unwrap_err(),
        onnx::to_bytes(far.ensemble()).unwrap_err(),
    ] {
        assert!(error.to_string().contains("categor"), "{error}");
    }
    let listed = xgboost::to_json(model(5e5).ensemble()).unwrap();
    assert!(listed.len() < 1_000_000, "{}", listed.len());
    let (x, _) = rows(5e5);
    let read = xgboost::from_slice(listed.as_bytes()).unwrap();
    let apart = read.raw_scores(View::all(&x)).unwrap().into_iter();
    let ours = model(5e5).raw_scores(View::all(&x)).unwrap();
    assert!(apart.zip(ours).all(|(a, b)| (a - b).abs() < 1e-4));
}

/// A set that many nodes share would let a short text ask for much memory; LightGBM gives each node
/// one of its own.
#[test]
fn case_m5_sets_of_a_text_belong_to_one_node() {
    let (x, y) = rows(1.0);
    let train = Dataset::<_, Real>::new(x, RealLabels::new(y).unwrap()).unwrap();
    let boost = Boost::new().categorical_feature(["x0"]).num_iterations(1);
    let model: FittedBoost = boost.fit(&train.into_train()).unwrap();
    let text = lightgbm::to_string(model.ensemble()).unwrap();
    let nodes = model.trees()[0].nodes();
    let categorical =
        |n: &ml_models::tree::Node| matches!(n.test, ml_models::tree::Condition::Categories(_));
    let sets = nodes.iter().filter(|n| categorical(n)).count();
    assert!(sets > 1);
    let thresholds: Vec<&str> = text
        .lines()
        .find_map(|l| l.strip_prefix("threshold="))
        .unwrap()
        .split(' ')
        .collect();
    let shared: Vec<&str> = nodes
        .iter()
        .zip(&thresholds)
        .map(|(n, t)| if categorical(n) { "0" } else { t })
        .collect();
    let hostile = text.replacen(&thresholds.join(" "), &shared.join(" "), 1);
    assert!(lightgbm::from_str(&text).is_ok());
    let refused = lightgbm::from_str(&hostile).unwrap_err().to_string();
    assert!(refused.contains("each once"), "{refused}");
}
