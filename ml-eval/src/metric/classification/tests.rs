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

/// Every metric of several classes.
fn metrics_of_classes() -> Vec<Box<dyn Metric<Class>>> {
    let mut all: Vec<Box<dyn Metric<Class>>> = vec![
        Box::new(Accuracy),
        Box::new(Mcc),
        Box::new(MultiLogLoss),
        Box::new(RocAucOvr(Average::Macro)),
        Box::new(RocAucOvr(Average::Weighted)),
    ];
    for average in [Average::Macro, Average::Micro, Average::Weighted] {
        all.push(Box::new(F1(average)));
        all.push(Box::new(Precision(average)));
        all.push(Box::new(Recall(average)));
    }
    all
}

fn names<const N: usize>(names: [&str; N]) -> Vec<Box<str>> {
    names.map(Into::into).into()
}

/// Columns `oak, pine, yew`, and the same numbers as `yew, oak, pine`.
#[test]
fn classes_are_compared_by_name() {
    let truth = ClassLabels::new(vec![0, 1, 2, 0, 2], names(["oak", "pine", "yew"])).unwrap();
    let own = [
        [0.6, 0.3, 0.1],
        [0.2, 0.5, 0.3],
        [0.1, 0.7, 0.2],
        [0.5, 0.2, 0.3],
        [0.2, 0.2, 0.6],
    ];
    let p = Probabilities::new(3, own.concat()).unwrap();
    let turned = own.map(|[oak, pine, yew]| [yew, oak, pine]).concat();
    let turned = Probabilities::new(3, turned).unwrap();
    let turned = turned
        .with_class_names(names(["yew", "oak", "pine"]))
        .unwrap();
    let named = p
        .clone()
        .with_class_names(names(["oak", "pine", "yew"]))
        .unwrap();
    for metric in metrics_of_classes() {
        let score = |p: &Probabilities| metric.score(&truth, p, None).unwrap();
        assert_eq!(score(&p), score(&named), "{}", metric.name());
        assert_eq!(score(&p), score(&turned), "{}", metric.name());
    }
    assert_eq!(
        Metric::<Class>::score(&Accuracy, &truth, &turned, None).unwrap(),
        0.8
    );
}

/// Of two classes the positive one is the labels' second, whatever the predictions call second.
#[test]
fn the_positive_class_is_that_of_the_labels() {
    let truth = ClassLabels::new(vec![1, 0, 1, 1], names(["no", "yes"])).unwrap();
    let p = vec![0.9, 0.1, 0.6, 0.4, 0.2, 0.8, 0.7, 0.3];
    let p = Probabilities::new(2, p)
        .unwrap()
        .with_class_names(names(["yes", "no"]))
        .unwrap();
    // Said yes, yes, no, yes: of three that are yes two were found, of three said two are right.
    let f1 = Metric::<Class>::score(&F1(Average::Binary), &truth, &p, None).unwrap();
    assert_eq!(f1, 2.0 / 3.0);
}

#[test]
fn other_classes_are_refused_with_both_lists() {
    let truth = ClassLabels::new(vec![0, 1, 2], names(["oak", "pine", "yew"])).unwrap();
    let third = 1.0 / 3.0;
    let three = Probabilities::new(3, vec![third; 9]).unwrap();
    let four = Probabilities::new(4, vec![0.25; 12]).unwrap();
    let two = Probabilities::new(2, vec![0.5; 6]).unwrap();
    for (p, said) in [
        (
            three.with_class_names(names(["oak", "pine", "ash"])),
            "oak, pine, ash",
        ),
        (
            four.with_class_names(names(["oak", "pine", "yew", "ash"])),
            "oak, pine, yew, ash",
        ),
        (two.with_class_names(names(["oak", "yew"])), "oak, yew"),
    ] {
        let p = p.unwrap();
        for metric in metrics_of_classes() {
            let e = metric.score(&truth, &p, None).unwrap_err().to_string();
            assert!(e.contains("oak, pine, yew") && e.contains(said), "{e}");
        }
    }
    // Without names the number of classes is compared, by every metric.
    let unnamed = Probabilities::new(2, vec![0.5; 6]).unwrap();
    for metric in metrics_of_classes() {
        let e = metric
            .score(&truth, &unnamed, None)
            .unwrap_err()
            .to_string();
        assert!(e.contains("probabilities of a row"), "{e}");
    }
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
