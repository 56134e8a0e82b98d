//! What was learned: how anomalous rows are.

use ml_data::Result;
use ml_data::contract::Predict;
use ml_data::repr::{Dense, Float, Names, View};
use ml_data::sample::Scores;
use serde::{Deserialize, Serialize};

use super::grow::average_path_length;
use crate::tree::{Combine, Ensemble, Link, Parts, Scratch, Tree};

/// A fitted [`IsolationForest`](super::IsolationForest): predicts how anomalous rows are, from 0 to 1.
///
/// # Missing values
///
/// `NaN` takes the side that its split has drawn.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FittedIsolationForest {
    ensemble: Ensemble,
    /// Mean depth that is neither long nor short.
    usual: f64,
    pub(super) threshold: f64,
}

impl FittedIsolationForest {
    pub(super) fn of(names: Names, trees: Vec<Tree>, rows: usize) -> Result<Self> {
        let ensemble = Ensemble::new(Parts {
            names,
            outputs: 1,
            trees,
            start: vec![0.0],
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
        // A sample of one row says nothing.
        let usual = if self.usual > 0.0 { self.usual } else { 1.0 };
        (-depth / usual).exp2()
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

    fn predict(&self, x: View<'_, Dense<F>>) -> Result<Scores> {
        let mut scores = self.ensemble.raw_scores(x)?;
        scores.iter_mut().for_each(|s| *s = self.score(*s));
        Ok(Scores(scores))
    }
}
