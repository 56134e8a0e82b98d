//! The rows of a sample that count: checked labels and weights, rows of weight 0 dropped, queries
//! brought together.

use ml_data::repr::{AnyView, Names, RowSet};
use ml_data::sample::{BinaryLabels, ClassLabels, RealLabels, RelevanceLabels};
use ml_data::{Error, Result, validate};

use super::bins::Bins;
use super::params::STEP;
use crate::limits::numbered;
use crate::tree::weights::{Weights, held};

/// Labels beyond this are refused: sums of their squares must stay finite in `f32` gradients.
const LARGEST_LABEL: f64 = 1e30;
/// Row numbers and packed sums need so few rows.
const MOST_ROWS: usize = 1 << 29;

/// Labels of a target.
#[derive(Debug, Clone, Copy)]
pub enum LabelsRef<'a> {
    Real(&'a RealLabels),
    Binary(&'a BinaryLabels),
    Class(&'a ClassLabels),
    Relevance(&'a RelevanceLabels),
}

/// The columns of a sample: numbers, or bins that were made of them.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Source<'a> {
    Rows(AnyView<'a>),
    Bins(&'a Bins),
}

impl<'a> Source<'a> {
    pub(crate) fn names(&self) -> &'a Names {
        match self {
            Self::Rows(x) => x.names(),
            Self::Bins(bins) => &bins.names,
        }
    }

    /// Number of rows.
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Rows(x) => x.len(),
            Self::Bins(bins) => bins.cells.rows,
        }
    }

    /// The rows of the matrix behind it.
    fn row_set(&self) -> RowSet<'a> {
        match self {
            Self::Rows(x) => x.rows(),
            Self::Bins(bins) => RowSet::Range(0, bins.cells.rows),
        }
    }

    /// The numbers themselves, for `what` can not do without.
    pub(crate) fn rows(&self, what: &'static str) -> Result<AnyView<'a>> {
        match self {
            Self::Rows(x) => Ok(*x),
            Self::Bins(_) => Err(Error::Unsupported {
                step: STEP,
                what: format!("{what} of training rows in bins"),
                why: "it needs the numbers, which are not kept".into(),
            }),
        }
    }
}

/// A training or validation sample whose types of rows and target are forgotten.
#[derive(Debug)]
pub(crate) struct SampleRef<'a> {
    pub(crate) x: Source<'a>,
    pub(crate) labels: LabelsRef<'a>,
    pub(crate) weights: Option<&'a [f64]>,
    /// Scores to start from, row after row.
    pub(crate) init_score: Option<&'a [f64]>,
}

/// The rows of a sample that count, in the order training wants them.
pub(crate) struct Rows {
    /// Positions in the sample.
    pub(crate) kept: Vec<u32>,
    /// Where each query begins, and the end.
    pub(crate) query_offsets: Vec<u32>,
}

impl Rows {
    pub(crate) fn of(sample: &SampleRef<'_>, what: &str) -> Result<Self> {
        numbered(STEP, what, sample.x.row_set())?;
        let n = sample.x.len();
        let weight = |i: usize| sample.weights.map_or(1.0, |w| w[i]);
        if let Some(w) = sample.weights {
            validate::weights(w, n)?;
        }
        let mut kept: Vec<u32> = (0..n as u32)
            .filter(|&i| weight(i as usize) > 0.0)
            .collect();
        if kept.is_empty() {
            return Err(Error::Empty(what.into()));
        }
        check_number(&format!("rows of the {what}"), kept.len())?;
        let mut query_offsets = Vec::new();
        if let LabelsRef::Relevance(labels) = sample.labels {
            let query = |i: u32| labels.query_ids()[i as usize];
            kept.sort_by_key(|&i| query(i));
            let begins = |k: &usize| *k == 0 || query(kept[k - 1]) != query(kept[*k]);
            query_offsets = (0..kept.len()).filter(begins).map(|k| k as u32).collect();
            query_offsets.push(kept.len() as u32);
        }
        Ok(Self {
            kept,
            query_offsets,
        })
    }

    /// Weights of the rows that count; weights that sums do not hold, or that are small and
    /// sum to less than `least`, are divided by their largest.
    pub(crate) fn weights(&self, sample: &SampleRef<'_>, least: f64) -> Weights {
        sample
            .weights
            .map_or(Weights::Unit, |w| Weights::new(held(self.pick(w), least)))
    }

    pub(crate) fn pick(&self, values: &[f64]) -> Vec<f64> {
        self.kept.iter().map(|&i| values[i as usize]).collect()
    }

    /// All rows in the sample's order.
    pub(crate) fn all(sample: &SampleRef<'_>, what: &str) -> Result<Self> {
        numbered(STEP, what, sample.x.row_set())?;
        Ok(Self {
            kept: (0..sample.x.len() as u32).collect(),
            query_offsets: Vec::new(),
        })
    }

    /// The scores to start from, one output after the other.
    pub(crate) fn init_score(
        &self,
        sample: &SampleRef<'_>,
        outputs: usize,
    ) -> Result<Option<Vec<f64>>> {
        let Some(scores) = sample.init_score else {
            return Ok(None);
        };
        let expected = sample.x.len() * outputs;
        Error::check_len("init_score (one a row and output)", expected, scores.len())?;
        let output = |k: usize| {
            self.kept
                .iter()
                .map(move |&i| scores[i as usize * outputs + k])
        };
        Ok(Some((0..outputs).flat_map(output).collect()))
    }

    /// Positions in the matrix behind the view.
    pub(crate) fn in_matrix(&self, rows: RowSet<'_>) -> Vec<u32> {
        in_matrix(&self.kept, rows)
    }

    /// The labels as numbers.
    pub(crate) fn numbers(&self, sample: &SampleRef<'_>) -> Result<Vec<f64>> {
        match sample.labels {
            LabelsRef::Real(labels) => {
                let too_large = |&&i: &&u32| labels.values()[i as usize].abs() > LARGEST_LABEL;
                if let Some(&row) = self.kept.iter().find(too_large) {
                    let row = row as usize;
                    return Err(Error::cell(
                        "label",
                        row,
                        "a number between -1e30 and 1e30",
                        labels.values()[row],
                    ));
                }
                Ok(self.pick(labels.values()))
            }
            LabelsRef::Binary(labels) => {
                let number = |&i: &u32| f64::from(labels.values()[i as usize]);
                Ok(self.kept.iter().map(number).collect())
            }
            _ => Err(Error::parameter(
                STEP,
                "objective",
                "custom",
                "real or binary labels for a custom objective",
            )),
        }
    }

    /// Refuses training labels that leave nothing to learn.
    pub(crate) fn check_classes(&self, sample: &SampleRef<'_>) -> Result<()> {
        let one_class = match sample.labels {
            LabelsRef::Binary(labels) => self.all_equal(|i| u32::from(labels.values()[i])),
            LabelsRef::Class(labels) => self.all_equal(|i| labels.codes()[i]),
            _ => false,
        };
        if one_class {
            return Err(Error::Fit {
                step: STEP,
                reason: "the training sample has one class only; at least two are needed".into(),
            });
        }
        Ok(())
    }

    fn all_equal(&self, label: impl Fn(usize) -> u32) -> bool {
        let mut labels = self.kept.iter().map(|&i| label(i as usize));
        let first = labels.next();
        labels.all(|l| Some(l) == first)
    }
}

/// Refuses more rows than there may be.
pub(super) fn check_number(what: &str, rows: usize) -> Result<()> {
    if rows > MOST_ROWS {
        return Err(Error::too_many(format!("{STEP}: {what}"), MOST_ROWS, rows));
    }
    Ok(())
}

/// Positions in a matrix of rows by their positions in a view of it.
pub(super) fn in_matrix(kept: &[u32], rows: RowSet<'_>) -> Vec<u32> {
    let position = |&i: &u32| rows.get(i as usize) as u32;
    kept.iter().map(position).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// More rows than fit into a test, so the check alone.
    #[test]
    fn rows_are_2_to_the_29_at_most() {
        check_number("training rows", 1 << 29).unwrap();
        let e = check_number("training rows", (1 << 29) + 1).unwrap_err();
        assert_eq!(
            e.to_string(),
            "Boost: training rows: at most 536870912 are supported, found 536870913"
        );
    }
}
