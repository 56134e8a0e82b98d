//! Predicted classes: ties, and predictions that do not fit the labels.

use super::*;
use ml_data::contract::Metric;
use ml_data::sample::{Binary, BinaryLabels, Class, ClassLabels, Probabilities, Scores};

#[test]
fn the_first_of_equally_probable_classes_is_predicted() {
    let names: Vec<Box<str>> = ["a", "b"].map(Into::into).into();
    let truth = ClassLabels::new(vec![0, 1], names).unwrap();
    let p = Probabilities::new(2, vec![0.5, 0.5, 0.5, 0.5]).unwrap();
    assert_eq!(
        Metric::<Class>::score(&Accuracy, &truth, &p, None).unwrap(),
        0.5
    );
    let two = BinaryLabels::new(vec![0, 1], "b").unwrap();
    let score = Metric::<Binary>::score(&Accuracy, &two, &Scores(vec![0.5, 0.5]), None);
    assert_eq!(score.unwrap(), 0.5);
}

/// All rows are of one class, so the accuracy tells which class a tie is decided for.
#[test]
fn ties_are_decided_for_the_first_class() {
    let names: Vec<Box<str>> = ["a", "b", "c"].map(Into::into).into();
    let p = Probabilities::new(3, vec![0.4, 0.4, 0.2, 0.2, 0.4, 0.4]).unwrap();
    let truth = ClassLabels::new(vec![0, 1], names).unwrap();
    assert_eq!(
        Metric::<Class>::score(&Accuracy, &truth, &p, None).unwrap(),
        1.0
    );
    let no = BinaryLabels::new(vec![0, 0], "b").unwrap();
    let half = Scores(vec![0.5, 0.5]);
    assert_eq!(
        Metric::<Binary>::score(&Accuracy, &no, &half, None).unwrap(),
        1.0
    );
    let yes = BinaryLabels::new(vec![1, 1], "b").unwrap();
    assert_eq!(
        Metric::<Binary>::score(&Accuracy, &yes, &half, None).unwrap(),
        0.0
    );
    let more = Scores(vec![0.5f64.next_up(), 0.5]);
    assert_eq!(
        Metric::<Binary>::score(&Accuracy, &yes, &more, None).unwrap(),
        0.5
    );
}

#[test]
fn predictions_that_do_not_fit_the_labels_are_refused() {
    let names: Vec<Box<str>> = ["a", "b", "c"].map(Into::into).into();
    let truth = ClassLabels::new(vec![0, 1], names).unwrap();
    let two = Probabilities::new(2, vec![0.5, 0.5, 0.5, 0.5]).unwrap();
    let e = MultiLogLoss
        .score(&truth, &two, None)
        .unwrap_err()
        .to_string();
    assert!(
        e.contains("probabilities of a row") && e.contains("expected 3"),
        "{e}"
    );
    let bad = Probabilities::new(3, vec![0.5, 0.5, 0.0, 0.1, f64::NAN, 0.0]).unwrap();
    let e = Metric::<Class>::score(&Mcc, &truth, &bad, None)
        .unwrap_err()
        .to_string();
    assert!(e.contains("row 1"), "{e}");
    let two = BinaryLabels::new(vec![0, 1], "b").unwrap();
    let raw = Scores(vec![0.5, 3.0]);
    assert!(Metric::<Binary>::score(&F1(Average::Binary), &two, &raw, None).is_err());
}
