//! The confusion matrix, and what is read from it.

use super::codes;
use crate::check;
use crate::error::{self, Error, Result};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// How the figures of the classes become one: scikit-learn's `average`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Average {
    /// That of the second of two classes.
    Binary,
    /// The mean over classes: rare ones count as much as frequent ones.
    #[default]
    Macro,
    /// From the counts of all classes together; with one class a row, precision, recall and F1 are then the accuracy.
    Micro,
    /// The mean over classes, weighted by how often each occurs.
    Weighted,
}

/// How often each class was predicted for each class: rows are the truth, columns what was predicted.
///
/// Accuracy, precision, recall, F1 and Matthews' correlation are methods; equal to scikit-learn's functions, with `zero_division=0`.
/// Classes that occur neither in the truth nor among the predictions do not enter a mean.
///
/// # Weights
/// A row of weight 2 counts like the row twice, a row of weight 0 like no row.
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
/// Sokolova, Lapalme: A systematic analysis of performance measures for classification tasks. Information Processing & Management
/// 45 (2009). <https://doi.org/10.1016/j.ipm.2009.03.002>
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

    /// The same up to a factor, which no figure sees: weights of any size.
    pub(super) fn up_to_a_factor(
        classes: usize,
        truth: &[u32],
        predicted: &[u32],
        weights: Option<&[f64]>,
    ) -> Result<Self> {
        match weights {
            Some(w) if w.len() == truth.len() => {
                let scaled = check::weights(w, truth.len())?;
                Self::new(classes, truth, predicted, Some(&scaled.values))
            }
            _ => Self::new(classes, truth, predicted, weights),
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
    fn scaled(&self) -> Cow<'_, Self> {
        let largest = self.counts.iter().copied().fold(0.0, f64::max);
        match check::scale(largest) {
            None => Cow::Borrowed(self),
            Some(by) => Cow::Owned(Self {
                classes: self.classes,
                counts: self.counts.iter().map(|c| c * by).collect(),
            }),
        }
    }

    /// Number of classes.
    #[must_use]
    pub fn classes(&self) -> usize {
        self.classes
    }

    /// Rows (by weight) of class `truth` for which `predicted` was predicted; 0 for classes that do not exist.
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

    /// Share of the rows whose class was predicted.
    #[must_use]
    pub fn accuracy(&self) -> f64 {
        let scaled = self.scaled();
        scaled.hits() / scaled.total()
    }

    /// Of the rows for which a class was predicted, the share that is of it.
    ///
    /// # Errors
    /// [`Average::Binary`] of more or fewer than two classes.
    pub fn precision(&self, average: Average) -> Result<f64> {
        self.scaled()
            .averaged(average, |hits, _, predicted| ratio(hits, predicted))
    }

    /// Of the rows of a class, the share for which it was predicted.
    ///
    /// # Errors
    /// [`Average::Binary`] of more or fewer than two classes.
    pub fn recall(&self, average: Average) -> Result<f64> {
        self.scaled()
            .averaged(average, |hits, true_rows, _| ratio(hits, true_rows))
    }

    /// The harmonic mean of precision and recall.
    ///
    /// # Errors
    /// [`Average::Binary`] of more or fewer than two classes.
    pub fn f1(&self, average: Average) -> Result<f64> {
        self.scaled()
            .averaged(average, |hits, true_rows, predicted| {
                ratio(2.0 * hits, true_rows + predicted)
            })
    }

    /// Matthews' correlation coefficient of truth and prediction (`matthews_corrcoef`): 1 for perfect predictions, 0 when they say
    /// nothing, and 0 when all rows are of one class or one class is predicted for all.
    ///
    /// # References
    /// Gorodkin: Comparing two K-category assignments by a K-category correlation coefficient. Computational Biology and Chemistry
    /// 28 (2004). <https://doi.org/10.1016/j.compbiolchem.2004.09.006>
    #[must_use]
    pub fn mcc(&self) -> f64 {
        let scaled = self.scaled();
        let total = scaled.total();
        let (mut both, mut of_truth, mut of_predicted) = (0.0, 0.0, 0.0);
        for c in 0..scaled.classes {
            let (t, p) = (scaled.truth(c), scaled.predicted(c));
            both += t * p;
            of_truth += t * t;
            of_predicted += p * p;
        }
        let spread = (total * total - of_truth) * (total * total - of_predicted);
        if spread <= 0.0 {
            return 0.0;
        }
        (scaled.hits() * total - both) / spread.sqrt()
    }

    fn hits(&self) -> f64 {
        (0..self.classes).map(|c| self.count(c, c)).sum()
    }
    fn total(&self) -> f64 {
        self.counts.iter().sum()
    }
    fn truth(&self, class: usize) -> f64 {
        (0..self.classes).map(|p| self.count(class, p)).sum()
    }
    fn predicted(&self, class: usize) -> f64 {
        (0..self.classes).map(|t| self.count(t, class)).sum()
    }

    /// One figure from each class's hits, true rows and predicted rows.
    fn averaged(&self, average: Average, of: impl Fn(f64, f64, f64) -> f64) -> Result<f64> {
        let class = |c: usize| of(self.count(c, c), self.truth(c), self.predicted(c));
        let occurs = |c: &usize| self.truth(*c) + self.predicted(*c) > 0.0;
        match average {
            Average::Binary if self.classes == 2 => Ok(class(1)),
            Average::Binary => Err(error::parameter(
                "ConfusionMatrix",
                "average",
                "Binary",
                "Macro, Micro or Weighted unless there are two classes",
            )),
            Average::Micro => Ok(of(self.hits(), self.total(), self.total())),
            Average::Macro => {
                let figures: Vec<f64> = (0..self.classes).filter(occurs).map(class).collect();
                Ok(ratio(figures.iter().sum(), figures.len() as f64))
            }
            Average::Weighted => {
                let sum = (0..self.classes).map(|c| self.truth(c) * class(c)).sum();
                Ok(ratio(sum, self.total()))
            }
        }
    }
}

/// 0 when there is nothing to divide by, as scikit-learn does.
fn ratio(part: f64, whole: f64) -> f64 {
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
