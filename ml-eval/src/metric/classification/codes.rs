//! Checks of class codes and of rows of probabilities.

use crate::error::{self, Error, Result};
use ml_data::repr::Rows;
use ml_data::sample::{ClassLabels, Prediction, Probabilities};
use ml_data::schema::Levels;
use std::borrow::Cow;

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

/// The predictions with a column for each class of the labels, in their order. Where the
/// predictions name their classes these must be the labels' names, in any order.
pub(super) fn in_order_of<'a>(
    truth: &ClassLabels,
    predicted: &'a Probabilities,
) -> Result<Cow<'a, Probabilities>> {
    let classes = truth.classes();
    match predicted.class_names() {
        Some(names) if names != classes => reordered(classes, names, predicted).map(Cow::Owned),
        None if predicted.classes() != classes.len() && !predicted.values().is_empty() => {
            let what = "probabilities of a row";
            Err(error::length(what, classes.len(), predicted.classes()))
        }
        _ => Ok(Cow::Borrowed(predicted)),
    }
}

/// The predictions of the classes `names` in the order of `classes`.
fn reordered(
    classes: &[Box<str>],
    names: &[Box<str>],
    predicted: &Probabilities,
) -> Result<Probabilities> {
    let sorted = |names: &[Box<str>]| {
        let mut sorted = names.to_vec();
        sorted.sort_unstable();
        sorted
    };
    let levels = Levels::try_from(names.to_vec())?;
    let from = classes.iter().map(|c| levels.code(c));
    let from: Option<Vec<u32>> = from.collect();
    let Some(from) = from.filter(|_| sorted(classes) == sorted(names)) else {
        let found = format!(
            "{}; `with_classes` codes labels as a model",
            names.join(", ")
        );
        let expected = format!("those of the labels: {}", classes.join(", "));
        return Err(Error::value("classes of the predictions", expected, found));
    };
    let rows = (0..predicted.len()).map(|i| predicted.row(i));
    let flat = rows.flat_map(|row| from.iter().map(|&c| row[c as usize]));
    Probabilities::new(classes.len(), flat.collect())?.with_class_names(classes.to_vec())
}
