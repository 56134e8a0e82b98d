//! The metrics of classes as values that score samples through `ml_data`'s `Metric`.

use super::{Average, ConfusionMatrix, Decided, multi_log_loss, roc_auc_ovr};
use crate::error::{self, Result};
use ml_data::contract::{Direction, Metric};
use ml_data::sample::{Class, ClassLabels, Prediction, Probabilities};
use serde::{Deserialize, Serialize};

fn matrix<Y: Decided>(
    truth: &Y::Labels,
    predicted: &Y::Prediction,
    weights: Option<&[f64]>,
) -> Result<ConfusionMatrix> {
    let (classes, truth) = (Y::classes(truth), Y::truth(truth));
    ConfusionMatrix::up_to_a_factor(classes, &truth, &Y::decided(predicted)?, weights)
}

/// Share of the rows whose class is the most probable one; "accuracy", higher is better. See [`ConfusionMatrix::accuracy`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Accuracy;

impl<Y: Decided> Metric<Y> for Accuracy {
    fn name(&self) -> &str {
        "accuracy"
    }
    fn direction(&self) -> Direction {
        Direction::HigherIsBetter
    }
    fn score(&self, y: &Y::Labels, p: &Y::Prediction, weights: Option<&[f64]>) -> Result<f64> {
        Ok(matrix::<Y>(y, p, weights)?.accuracy())
    }
}

/// F1 of the most probable classes; "f1" or "f1_macro", "f1_micro", "f1_weighted", higher is better. See [`ConfusionMatrix::f1`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct F1(
    /// How the classes' figures become one.
    pub Average,
);

impl<Y: Decided> Metric<Y> for F1 {
    fn name(&self) -> &str {
        match self.0 {
            Average::Binary => "f1",
            Average::Macro => "f1_macro",
            Average::Micro => "f1_micro",
            Average::Weighted => "f1_weighted",
        }
    }
    fn direction(&self) -> Direction {
        Direction::HigherIsBetter
    }
    fn score(&self, y: &Y::Labels, p: &Y::Prediction, weights: Option<&[f64]>) -> Result<f64> {
        matrix::<Y>(y, p, weights)?.f1(self.0)
    }
}

/// Matthews' correlation of truth and most probable class; "mcc", higher is better. See [`ConfusionMatrix::mcc`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mcc;

impl<Y: Decided> Metric<Y> for Mcc {
    fn name(&self) -> &str {
        "mcc"
    }
    fn direction(&self) -> Direction {
        Direction::HigherIsBetter
    }
    fn score(&self, y: &Y::Labels, p: &Y::Prediction, weights: Option<&[f64]>) -> Result<f64> {
        Ok(matrix::<Y>(y, p, weights)?.mcc())
    }
}

/// Predictions must have a column for each class of the labels.
fn columns(truth: &ClassLabels, predicted: &Probabilities) -> Result<usize> {
    let classes = truth.classes().len();
    if predicted.classes() != classes && !predicted.values().is_empty() {
        let what = "probabilities of a row";
        return Err(error::length(what, classes, predicted.classes()));
    }
    Ok(classes)
}

/// [`multi_log_loss`] of a sample of classes; "multi_log_loss", lower is better.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MultiLogLoss;

impl Metric<Class> for MultiLogLoss {
    fn name(&self) -> &str {
        "multi_log_loss"
    }
    fn direction(&self) -> Direction {
        Direction::LowerIsBetter
    }
    fn score(&self, y: &ClassLabels, p: &Probabilities, weights: Option<&[f64]>) -> Result<f64> {
        multi_log_loss(p.values(), columns(y, p)?, y.codes(), weights)
    }
}

/// [`roc_auc_ovr`] of a sample of classes; "roc_auc_ovr" or "roc_auc_ovr_weighted", higher is better.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RocAucOvr(
    /// How the classes' areas become one: `Macro` or `Weighted`.
    pub Average,
);

impl Metric<Class> for RocAucOvr {
    fn name(&self) -> &str {
        match self.0 {
            Average::Weighted => "roc_auc_ovr_weighted",
            _ => "roc_auc_ovr",
        }
    }
    fn direction(&self) -> Direction {
        Direction::HigherIsBetter
    }
    fn score(&self, y: &ClassLabels, p: &Probabilities, weights: Option<&[f64]>) -> Result<f64> {
        roc_auc_ovr(p.values(), columns(y, p)?, y.codes(), self.0, weights)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ml_data::sample::{Binary, BinaryLabels, Scores};

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
}
