//! The confusion matrix: rows counted by true and predicted class.

use super::codes::codes;
use super::target::Classification;
use crate::check;
use crate::error::{self, Error, Result};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// The mean over classes of a figure that each class has: scikit-learn's `average`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Average {
    /// The figure of the second of two classes.
    Binary,
    /// The mean over classes: rare ones count as much as frequent ones.
    #[default]
    Macro,
    /// The figure of the counts of all classes together; with one class a row, precision, recall
    /// and F1 are then the accuracy.
    Micro,
    /// The mean over classes, weighted by how often each occurs.
    Weighted,
}

/// Counts of rows by class: rows of the matrix are the true classes, columns the predicted ones.
///
/// Accuracy, precision, recall, F1 and Matthews' correlation are methods, each with its formula;
/// equal to scikit-learn's functions, with `zero_division=0`. Classes that occur neither in the
/// truth nor among the predictions do not enter a mean.
///
/// # Formula
/// `C[t][p] = sum_i w_i [truth_i = t and predicted_i = p]`. Of class `c`, the true positives are
/// `TP_c = C[c][c]`, the false positives `FP_c` the rest of column `c`, the false negatives `FN_c`
/// the rest of row `c`, the support `TP_c + FN_c`.
///
/// # Weights
/// Row `i` has weight `w_i`, 1 without weights: a row of weight 2 counts like the row twice, a row
/// of weight 0 like no row.
///
/// ```
/// use ml_eval::metric::{Average, ConfusionMatrix};
/// let matrix = ConfusionMatrix::new(3, &[0, 1, 2, 0, 1, 2], &[0, 2, 1, 0, 0, 1], None)?;
/// assert_eq!(matrix.count(1, 2), 1.0);
/// assert_eq!(matrix.accuracy(), 2.0 / 6.0);
/// assert!((matrix.f1(Average::Macro)? - 0.26666666666666666).abs() < 1e-15);
/// # Ok::<(), ml_data::Error>(())
/// ```
///
/// # References
/// Sokolova, Lapalme: A systematic analysis of performance measures for classification tasks.
/// Information Processing & Management 45 (2009). <https://doi.org/10.1016/j.ipm.2009.03.002>
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ConfusionMatrix {
    classes: usize,
    /// Row by row.
    counts: Vec<f64>,
}

impl ConfusionMatrix {
    /// Counts pairs of true and predicted classes, both from 0 to `classes` less one.
    ///
    /// # Errors
    /// No rows; lengths that differ; a code of no class (the row is named); weights that are
    /// negative, not finite, all zero, or add up to more than the largest number.
    pub fn new(
        classes: usize,
        truth: &[u32],
        predicted: &[u32],
        weights: Option<&[f64]>,
    ) -> Result<Self> {
        check::lengths(predicted.len(), "labels", truth.len())?;
        codes("label", truth, classes)?;
        codes("predicted class", predicted, classes)?;
        if let Some(w) = weights {
            check::weights(w, truth.len())?;
        }
        let matrix = Self::counted(classes, truth, predicted, weights)?;
        match matrix.counts.iter().sum::<f64>().is_finite() {
            true => Ok(matrix),
            false => Err(Error::value(
                "sum of the weights",
                "a finite number",
                "one too large",
            )),
        }
    }

    /// The matrix of a sample, up to a factor that no figure sees: weights of any size.
    pub(super) fn of_sample<Y: Classification>(
        truth: &Y::Labels,
        predicted: &Y::Prediction,
        weights: Option<&[f64]>,
    ) -> Result<Self> {
        let predicted = Y::predicted(truth, predicted)?;
        let (classes, truth) = (Y::classes(truth), Y::truth(truth));
        match weights {
            Some(w) if w.len() == truth.len() => {
                let scaled = check::weights(w, truth.len())?;
                Self::new(classes, &truth, &predicted, Some(&scaled.values))
            }
            _ => Self::new(classes, &truth, &predicted, weights),
        }
    }

    fn counted(
        classes: usize,
        truth: &[u32],
        predicted: &[u32],
        weights: Option<&[f64]>,
    ) -> Result<Self> {
        let cells = classes.saturating_mul(classes);
        let mut counts = Vec::new();
        counts.try_reserve_exact(cells).map_err(|_| Error::Memory {
            place: format!("confusion matrix of {classes} classes"),
            bytes: cells.saturating_mul(size_of::<f64>()) as u64,
            advice: "have fewer classes",
        })?;
        counts.resize(cells, 0.0);
        for (row, (t, p)) in truth.iter().zip(predicted).enumerate() {
            counts[*t as usize * classes + *p as usize] += weights.map_or(1.0, |w| w[row]);
        }
        Ok(Self { classes, counts })
    }

    /// The matrix with its largest count near 1, so that products of counts stay in range.
    pub(super) fn scaled(&self) -> Cow<'_, Self> {
        let largest = self.counts.iter().copied().fold(0.0, f64::max);
        match check::scale(largest) {
            None => Cow::Borrowed(self),
            Some(scale) => Cow::Owned(Self {
                classes: self.classes,
                counts: self.counts.iter().map(|c| c * scale).collect(),
            }),
        }
    }

    /// Number of classes.
    #[must_use]
    pub fn classes(&self) -> usize {
        self.classes
    }

    /// Rows (by weight) of class `truth` for which `predicted` was predicted; 0 for classes that do
    /// not exist.
    #[must_use]
    pub fn count(&self, truth: usize, predicted: usize) -> f64 {
        let inside = truth < self.classes && predicted < self.classes;
        if inside {
            self.counts[truth * self.classes + predicted]
        } else {
            0.0
        }
    }

    /// Rows of each true class, in class order, of as many numbers as classes.
    pub fn rows(&self) -> impl Iterator<Item = &[f64]> {
        self.counts.chunks(self.classes.max(1))
    }

    /// Weight of the rows whose class was predicted.
    pub(super) fn true_positives(&self) -> f64 {
        (0..self.classes).map(|c| self.count(c, c)).sum()
    }
    /// Weight of all rows.
    pub(super) fn total(&self) -> f64 {
        self.counts.iter().sum()
    }
    /// Weight of the rows of a class.
    pub(super) fn support(&self, class: usize) -> f64 {
        (0..self.classes).map(|p| self.count(class, p)).sum()
    }
    /// Weight of the rows for which a class was predicted.
    pub(super) fn predicted(&self, class: usize) -> f64 {
        (0..self.classes).map(|t| self.count(t, class)).sum()
    }

    /// The average over classes of `figure(true positives, support, predicted)`.
    pub(super) fn averaged(
        &self,
        average: Average,
        figure: impl Fn(f64, f64, f64) -> f64,
    ) -> Result<f64> {
        let of_class = |c: usize| figure(self.count(c, c), self.support(c), self.predicted(c));
        let occurs = |c: &usize| self.support(*c) + self.predicted(*c) > 0.0;
        match average {
            Average::Binary if self.classes == 2 => Ok(of_class(1)),
            Average::Binary => Err(error::parameter(
                "ConfusionMatrix",
                "average",
                "Binary",
                "Macro, Micro or Weighted unless there are two classes",
            )),
            Average::Micro => {
                let total = self.total();
                Ok(figure(self.true_positives(), total, total))
            }
            Average::Macro => {
                let figures: Vec<f64> = (0..self.classes).filter(occurs).map(of_class).collect();
                Ok(ratio(figures.iter().sum(), figures.len() as f64))
            }
            Average::Weighted => {
                let weighted = |c| self.support(c) * of_class(c);
                Ok(ratio((0..self.classes).map(weighted).sum(), self.total()))
            }
        }
    }
}

/// The quotient, 0 when there is nothing to divide by: scikit-learn's `zero_division=0`.
pub(super) fn ratio(part: f64, whole: f64) -> f64 {
    if whole > 0.0 { part / whole } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_that_do_not_occur_are_left_out_of_means() {
        let few = ConfusionMatrix::new(2, &[0, 1, 1], &[0, 0, 1], None).unwrap();
        let more = ConfusionMatrix::new(5, &[0, 1, 1], &[0, 0, 1], None).unwrap();
        assert_eq!(
            few.f1(Average::Macro).unwrap(),
            more.f1(Average::Macro).unwrap()
        );
        assert_eq!(few.mcc(), more.mcc());
        assert_eq!(few.precision(Average::Binary).unwrap(), 1.0);
        assert_eq!(few.recall(Average::Binary).unwrap(), 0.5);
        assert!(more.f1(Average::Binary).is_err());
        assert_eq!(few.rows().collect::<Vec<_>>(), [[1.0, 0.0], [1.0, 1.0]]);
        assert_eq!(few.count(2, 0), 0.0);
    }

    /// scikit-learn 1.9: `f1_score([0, 0, 2], [0, 2, 2], average="macro")` and so on.
    #[test]
    fn means_are_those_over_the_classes_that_occur_or_are_predicted() {
        let gap = ConfusionMatrix::new(3, &[0, 0, 2], &[0, 2, 2], None).unwrap();
        assert_eq!(gap.f1(Average::Macro).unwrap(), 2.0 / 3.0);
        assert_eq!(gap.f1(Average::Weighted).unwrap(), 2.0 / 3.0);
        assert_eq!(gap.precision(Average::Macro).unwrap(), 0.75);
        assert_eq!(gap.recall(Average::Macro).unwrap(), 0.75);
        let negatives = ConfusionMatrix::new(2, &[0, 0], &[0, 0], None).unwrap();
        assert_eq!(negatives.f1(Average::Binary).unwrap(), 0.0);
        assert_eq!(negatives.f1(Average::Macro).unwrap(), 1.0);
    }

    #[test]
    fn predictions_that_say_nothing_correlate_by_zero() {
        let one = ConfusionMatrix::new(3, &[0, 1, 2], &[1, 1, 1], None).unwrap();
        assert_eq!(one.mcc(), 0.0);
        assert_eq!(
            ConfusionMatrix::new(2, &[1, 1], &[1, 1], None)
                .unwrap()
                .mcc(),
            0.0
        );
    }

    #[test]
    fn bad_input_names_the_row() {
        let text = |t: &[u32], p: &[u32], w: Option<&[f64]>| {
            ConfusionMatrix::new(2, t, p, w).unwrap_err().to_string()
        };
        assert!(text(&[0, 2], &[0, 1], None).contains("row 1"));
        assert!(text(&[0, 1], &[7, 1], None).contains("predicted class"));
        assert!(text(&[], &[], None).contains("is empty"));
        assert!(text(&[0, 1], &[0, 1], Some(&[0.0, 0.0])).contains("every row has weight 0"));
        assert!(text(&[0, 1], &[0], None).contains("expected 1 entries"));
        let e = ConfusionMatrix::new(usize::MAX, &[0], &[0], None).unwrap_err();
        assert!(e.to_string().contains("classes"), "{e}");
    }
}
