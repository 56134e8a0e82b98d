//! Targets of classification: true and predicted classes of a sample.

use super::codes::in_order_of;
use crate::error::{self, Result};
use ml_data::repr::Rows;
use ml_data::sample::{Binary, BinaryLabels, Class, ClassLabels, Probabilities, Scores, Target};
use std::borrow::Cow;

/// Targets with a predicted class: the most probable one, of equally probable ones the first.
/// Sealed.
pub trait Classification: Target + sealed::Sealed {}

impl Classification for Binary {}
impl Classification for Class {}

pub(super) mod sealed {
    use super::{Cow, Result, Target};

    /// True and predicted class codes.
    pub trait Sealed: Target {
        /// Number of classes.
        fn classes(labels: &Self::Labels) -> usize;
        /// The code of each row's class.
        fn truth(labels: &Self::Labels) -> Cow<'_, [u32]>;
        /// The code of each row's most probable class, as the labels code it.
        fn predicted(labels: &Self::Labels, predicted: &Self::Prediction) -> Result<Vec<u32>>;
    }
}

impl sealed::Sealed for Binary {
    fn classes(_: &BinaryLabels) -> usize {
        2
    }
    fn truth(labels: &BinaryLabels) -> Cow<'_, [u32]> {
        labels.values().iter().map(|&v| u32::from(v)).collect()
    }
    fn predicted(_: &BinaryLabels, predicted: &Scores) -> Result<Vec<u32>> {
        let class = |(row, p): (usize, &f64)| match (0.0..=1.0).contains(p) {
            true => Ok(u32::from(*p > 0.5)),
            false => Err(probability(row, *p)),
        };
        predicted.0.iter().enumerate().map(class).collect()
    }
}

impl sealed::Sealed for Class {
    fn classes(labels: &ClassLabels) -> usize {
        labels.classes().len()
    }
    fn truth(labels: &ClassLabels) -> Cow<'_, [u32]> {
        labels.codes().into()
    }
    fn predicted(labels: &ClassLabels, predicted: &Probabilities) -> Result<Vec<u32>> {
        let predicted = in_order_of(labels, predicted)?;
        let class = |row: usize| {
            let p = predicted.row(row);
            if let Some(bad) = p.iter().find(|p| !(0.0..=1.0).contains(*p)) {
                return Err(probability(row, *bad));
            }
            let best = (1..p.len()).fold(0, |best, c| if p[c] > p[best] { c } else { best });
            Ok(best as u32)
        };
        (0..predicted.len()).map(class).collect()
    }
}

fn probability(row: usize, found: f64) -> ml_data::Error {
    error::value("predicted probability", row, found, "a number in [0, 1]")
}
