//! Fitted isolation forest: anomaly scores of rows.

use ml_data::Result;
use ml_data::contract::Predict;
use ml_data::repr::{Dense, Float, Names, View};
use ml_data::sample::Scores;
use serde::{Deserialize, Serialize};

use super::grow::average_path_length;
use crate::tree::{Combine, Ensemble, EnsembleParts, Link, Scratch, Tree};

/// A fitted [`IsolationForest`](super::IsolationForest): predicts how anomalous rows are, from 0 to
/// 1.
///
/// # Missing values
///
/// `NaN` takes the side that its split has drawn.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Stored")]
pub struct FittedIsolationForest {
    ensemble: Ensemble,
    /// Mean depth that is neither long nor short.
    pub(in crate::forest) usual: f64,
    pub(in crate::forest) threshold: f64,
}

/// The same as it is stored, before it is checked.
#[derive(Deserialize)]
struct Stored {
    ensemble: Ensemble,
    usual: f64,
    threshold: f64,
}

impl TryFrom<Stored> for FittedIsolationForest {
    type Error = String;

    fn try_from(stored: Stored) -> Result<Self, String> {
        let Stored {
            ensemble,
            usual,
            threshold,
        } = stored;
        if ensemble.outputs() != 1 {
            return Err(format!("{} depths a row instead of 1", ensemble.outputs()));
        }
        if !(usual >= 0.0 && usual.is_finite()) {
            return Err(format!("the usual depth {usual} is not a number from 0 up"));
        }
        if threshold.is_nan() {
            return Err("the threshold is not a number".into());
        }
        Ok(Self {
            ensemble,
            usual,
            threshold,
        })
    }
}

impl FittedIsolationForest {
    pub(super) fn of(names: Names, trees: Vec<Tree>, rows: usize) -> Result<Self> {
        let ensemble = Ensemble::new(EnsembleParts {
            names,
            outputs: 1,
            trees,
            base_score: vec![0.0],
            combine: Combine::Mean,
            link: Link::Identity,
            objective: "isolation".into(),
        })?;
        Ok(Self {
            ensemble,
            usual: average_path_length(rows),
            threshold: 0.5,
        })
    }

    /// The trees; their leaves' values are depths.
    #[must_use]
    pub fn ensemble(&self) -> &Ensemble {
        &self.ensemble
    }

    /// Rows with a higher score are outliers.
    #[must_use]
    pub fn threshold(&self) -> f64 {
        self.threshold
    }

    fn score(&self, depth: f64) -> f64 {
        self.log_score(depth).exp2()
    }

    /// The binary logarithm of the score of a depth.
    pub(in crate::forest) fn log_score(&self, depth: f64) -> f64 {
        // Trees of one row each say nothing: every row is as deep as usual, as in scikit-learn.
        match self.usual > 0.0 {
            true => -depth / self.usual,
            false => -1.0,
        }
    }
}

impl<F: Float> Predict<Dense<F>> for FittedIsolationForest {
    type Prediction = Scores;
    type Scratch = Scratch;

    fn input(&self) -> &Names {
        self.ensemble.names()
    }

    fn predict_row(&self, row: &[F], scratch: &mut Scratch, out: &mut f64) -> Result<()> {
        let mut depth = [0.0];
        self.ensemble.raw_row(row, scratch, &mut depth)?;
        *out = self.score(depth[0]);
        Ok(())
    }

    fn predict_batch(&self, x: View<'_, Dense<F>>) -> Result<Scores> {
        let mut scores = self.ensemble.raw_scores(x)?;
        scores.iter_mut().for_each(|s| *s = self.score(*s));
        Ok(Scores(scores))
    }
}
