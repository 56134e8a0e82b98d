//! Predictions of any task.

use super::task::Task;
use ml_data::repr::Rows;
use ml_data::sample::{Prediction, Probabilities, Scores};

/// Predictions of the rows of a table, in their order.
#[derive(Debug, Clone, PartialEq)]
pub struct AutoPrediction {
    pub(super) task: Task,
    pub(super) classes: Vec<Box<str>>,
    pub(super) values: Values,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Values {
    Scores(Scores),
    Probabilities(Probabilities),
}

impl AutoPrediction {
    /// The task.
    #[must_use]
    pub fn task(&self) -> Task {
        self.task
    }

    /// The classes, in the order of the probabilities; empty where the task has none.
    #[must_use]
    pub fn classes(&self) -> &[Box<str>] {
        &self.classes
    }

    /// Number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        match &self.values {
            Values::Scores(scores) => scores.len(),
            Values::Probabilities(p) => p.len(),
        }
    }

    /// True when there are no rows.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// One number a row: the predicted number, the score of a ranking, or the probability of the
    /// positive class. Of several classes all probabilities, row by row.
    #[must_use]
    pub fn numbers(&self) -> &[f64] {
        match &self.values {
            Values::Scores(scores) => &scores.0,
            Values::Probabilities(p) => p.values(),
        }
    }

    /// The probability of each class in a row, in the order of [`AutoPrediction::classes`]; empty
    /// where the task has no classes.
    ///
    /// # Panics
    /// `row` past the last row, as indexing a slice.
    #[must_use]
    pub fn probabilities(&self, row: usize) -> Vec<f64> {
        match &self.values {
            Values::Probabilities(p) => p.row(row).to_vec(),
            Values::Scores(scores) if self.task == Task::Binary => {
                vec![1.0 - scores.0[row], scores.0[row]]
            }
            Values::Scores(_) => Vec::new(),
        }
    }

    /// The most probable class of a row, the first of equals; none where the task has no classes.
    ///
    /// # Panics
    /// `row` past the last row, as indexing a slice.
    #[must_use]
    pub fn class(&self, row: usize) -> Option<&str> {
        let p = self.probabilities(row);
        let best = (0..p.len()).reduce(|best, c| if p[c] > p[best] { c } else { best })?;
        self.classes.get(best).map(|c| &**c)
    }
}
