//! Networks of several classes.
#![cfg(feature = "linalg")]
#![allow(clippy::unwrap_used, missing_docs)]

use ml_data::contract::Predict;
use ml_data::prelude::*;
use ml_data::sample::{Class, ClassLabels};
use ml_models::neural::{FittedMlpClassifier, Mlp};

const NAMES: [&str; 3] = ["low", "middle", "high"];

/// Three clouds on a circle.
fn data(rows: usize, names: [&str; 3]) -> Dataset<Dense, Class> {
    let at = |i: usize| {
        let angle = (i % 3) as f64 * 2.1 + (i * 7 % 11) as f64 * 0.09;
        [angle.cos(), angle.sin()]
    };
    let y: Vec<&str> = (0..rows).map(|i| names[i % 3]).collect();
    let x = Dense::from_rows(2, (0..rows).flat_map(at).collect()).unwrap();
    Dataset::new(x, ClassLabels::of_names(&y).unwrap()).unwrap()
}

fn mlp() -> Mlp {
    Mlp::new()
        .hidden_layer_sizes([16])
        .learning_rate(0.02)
        .batch_size(32)
        .epochs(40)
}

#[test]
fn classes_are_learned_and_named() {
    let model: FittedMlpClassifier = mlp().fit(&data(300, NAMES).into_train()).unwrap();
    // Sorted by name.
    let classes: Vec<&str> = model.classes().iter().map(AsRef::as_ref).collect();
    assert_eq!(classes, ["high", "low", "middle"]);
    let test = data(90, NAMES).into_valid();
    let p = model.predict(test.x().data()).unwrap();
    let right = p.labels().unwrap();
    let right = right
        .iter()
        .enumerate()
        .filter(|(i, l)| **l == NAMES[i % 3]);
    assert_eq!(right.count(), 90);
    for i in 0..90 {
        assert!((p.row(i).iter().sum::<f64>() - 1.0).abs() < 1e-12);
    }
    // Two inputs of 16 units, three outputs.
    assert_eq!(model.parameters(), 3 * 16 + 17 * 3);
    assert_eq!(model.layer(1).unwrap().0.dim(), (16, 3));
}

#[test]
fn validation_labels_are_recoded_and_other_classes_refused() {
    let train = data(300, NAMES).into_train();
    let valid = data(90, NAMES).into_valid();
    // The same rows and names, coded in another order.
    let names: Vec<Box<str>> = ["middle", "low", "high"].map(Box::from).to_vec();
    let labels = valid.y().recode(&names).unwrap();
    let other = Dataset::<Dense, Class>::new(valid.x().data().clone(), labels).unwrap();
    let one = mlp().fit_valid(&train, &valid).unwrap();
    let two = mlp().fit_valid(&train, &other.into_valid()).unwrap();
    assert_eq!(one, two);
    let last = one.history().epochs().last().unwrap().valid_loss.unwrap();
    assert!(last < 0.1, "{last}");
    let strange = data(90, ["low", "middle", "top"]).into_valid();
    let e = mlp().fit_valid(&train, &strange).unwrap_err().to_string();
    assert!(e.contains("top"), "{e}");
}

#[test]
fn a_dot_product_has_no_place_among_several_outputs() {
    let train = data(30, NAMES).into_train();
    let with = mlp().dot(0, 1);
    let embedding = |c| ml_models::neural::Embedding::new(c, 5, 2);
    let with = with.embedding(embedding(0)).embedding(embedding(1));
    let e = with.fit(&train).unwrap_err().to_string();
    assert!(e.contains("`dot`") && e.contains("classes"), "{e}");
}

#[test]
fn one_class_is_certain() {
    let x = Dense::from_rows(1, vec![1.0, 2.0, 3.0]).unwrap();
    let labels = ClassLabels::of_names(&["only"; 3]).unwrap();
    let train = Dataset::<Dense, Class>::new(x, labels)
        .unwrap()
        .into_train();
    let model = mlp().fit(&train).unwrap();
    let p = model
        .predict(&Dense::from_rows(1, vec![9.0]).unwrap())
        .unwrap();
    assert_eq!(p.row(0), [1.0]);
}

#[test]
fn a_saved_model_gives_the_same_bits() {
    let model = mlp().fit(&data(60, NAMES).into_train()).unwrap();
    let text = serde_json::to_string(&model).unwrap();
    let loaded: FittedMlpClassifier = serde_json::from_str(&text).unwrap();
    assert_eq!(loaded, model);
    let (x, mut scratch, mut row) = ([0.3, -0.4], Default::default(), Vec::new());
    loaded.predict_row(&x, &mut scratch, &mut row).unwrap();
    let batch = model
        .predict(&Dense::from_rows(2, x.to_vec()).unwrap())
        .unwrap();
    for (a, b) in row.iter().zip(batch.row(0)) {
        assert!((a - b).abs() < 1e-6);
    }
    // A network of three outputs is none of one, nor of four classes.
    assert!(serde_json::from_str::<ml_models::neural::FittedMlp>(&text).is_err());
    let more = text.replacen("[\"high\",", "[\"more\",\"high\",", 1);
    assert_ne!(more, text);
    let e = serde_json::from_str::<FittedMlpClassifier>(&more).unwrap_err();
    assert!(e.to_string().contains("3 outputs for 4 classes"), "{e}");
}
