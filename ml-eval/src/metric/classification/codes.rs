//! Checks of class codes and of rows of probabilities.

use crate::error::{self, Error, Result};
use ml_data::sample::{ClassLabels, Prediction, Probabilities};

/// Every code must be below the number of classes.
pub(super) fn codes(what: &str, codes: &[u32], classes: usize) -> Result<()> {
    match codes.iter().position(|c| *c as usize >= classes) {
        Some(row) => {
            let expected = format!("a class below {classes}");
            Err(error::value(what, row, codes[row], &expected))
        }
        None => Ok(()),
    }
}

/// Rows of `classes` probabilities, one for each label.
pub(super) fn rows(numbers: usize, classes: usize, labels: usize) -> Result<()> {
    if labels == 0 {
        return Err(error::empty("list of rows to score"));
    }
    if classes < 2 {
        return Err(Error::too_few("classes", 2, classes));
    }
    let expected = classes.saturating_mul(labels);
    if numbers != expected {
        return Err(error::length("probabilities", expected, numbers));
    }
    Ok(())
}

/// The number of classes; predictions must have a column for each of them.
pub(super) fn class_count(truth: &ClassLabels, predicted: &Probabilities) -> Result<usize> {
    let classes = truth.classes().len();
    if predicted.classes() != classes && !predicted.values().is_empty() {
        let what = "probabilities of a row";
        return Err(error::length(what, classes, predicted.classes()));
    }
    Ok(classes)
}
