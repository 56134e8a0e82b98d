//! The fitted ensemble.

use ml_data::contract::Predict;
use ml_data::repr::{Dense, Float, Names, Repr, View};
use ml_data::sample::Scores;
use ml_data::{Error, Result};
use serde::{Deserialize, Serialize};

use super::fit::STEP;
use super::math;
use super::predict::{Compiled, Scratch};
use super::train::Trained;
use super::tree::Tree;

/// How a score becomes a prediction.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) enum Link {
    /// The score itself.
    Identity,
    /// 1 / (1 + exp(-sigmoid * score)).
    Sigmoid(f64),
}

/// A fitted [`Boost`](super::Boost): predicts values, probabilities of the positive class, or ranking scores.
///
/// Rows may be `f32` or `f64`; a row and a batch give the same bits.
///
/// # Missing values
///
/// `NaN` takes the side its split has learned.
///
/// # References
///
/// Batches follow Lucchese et al., *QuickScorer* (SIGIR 2015), [doi:10.1145/2766462.2767733](https://doi.org/10.1145/2766462.2767733),
/// in spirit: all nodes are evaluated for many rows at a time, without branches.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(try_from = "Stored", into = "Stored")]
pub struct FittedBoost {
    stored: Stored,
    compiled: Compiled,
}

/// What is written to files.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Stored {
    names: Names,
    link: Link,
    start: f64,
    trees: Vec<Tree>,
    best_iteration: Option<u32>,
    history: Vec<f64>,
}

impl PartialEq for FittedBoost {
    fn eq(&self, other: &Self) -> bool {
        self.stored == other.stored
    }
}

impl TryFrom<Stored> for FittedBoost {
    type Error = String;

    fn try_from(stored: Stored) -> Result<Self, String> {
        for (i, tree) in stored.trees.iter().enumerate() {
            if let Some(flaw) = tree.flaw(stored.names.len()) {
                return Err(format!("{STEP}: tree {i}: {flaw}"));
            }
        }
        let compiled =
            Compiled::new(&stored.trees, stored.start).map_err(|flaw| format!("{STEP}: {flaw}"))?;
        Ok(Self { stored, compiled })
    }
}

impl From<FittedBoost> for Stored {
    fn from(model: FittedBoost) -> Self {
        model.stored
    }
}

impl FittedBoost {
    pub(crate) fn new(names: Names, link: Link, trained: Trained) -> Result<Self> {
        let Trained {
            start,
            trees,
            best_iteration,
            history,
        } = trained;
        let best_iteration = best_iteration.map(|b| b as u32);
        let stored = Stored {
            names,
            link,
            start,
            trees,
            best_iteration,
            history,
        };
        Self::try_from(stored).map_err(|reason| Error::Fit { step: STEP, reason })
    }

    /// The trees, in the order they are added up.
    #[must_use]
    pub fn trees(&self) -> &[Tree] {
        &self.stored.trees
    }

    /// The score every row starts from: the mean label or its log odds, unless `boost_from_average` is off.
    #[must_use]
    pub fn start(&self) -> f64 {
        self.stored.start
    }

    /// The round after which validation was best, counted from 1; the model has no later trees. `None` without early
    /// stopping.
    #[must_use]
    pub fn best_iteration(&self) -> Option<usize> {
        self.stored.best_iteration.map(|b| b as usize)
    }

    /// The validation metric after each round: mean squared error (`l2`), `binary_logloss`, or `ndcg` at `eval_at`.
    /// Empty if fitted without validation rows.
    #[must_use]
    pub fn history(&self) -> &[f64] {
        &self.stored.history
    }

    /// Names of the feature columns.
    #[must_use]
    pub fn feature_names(&self) -> &Names {
        &self.stored.names
    }

    /// How often each feature splits a node (LightGBM's `split` importance), in column order.
    #[must_use]
    pub fn split_importance(&self) -> Vec<u64> {
        self.importance(|_| 1)
    }

    /// How much all splits on each feature have gained (LightGBM's `gain` importance), in column order.
    #[must_use]
    pub fn gain_importance(&self) -> Vec<f64> {
        self.importance(|node| node.gain)
    }

    fn importance<T: Default + Clone + std::ops::AddAssign>(
        &self,
        of: impl Fn(&super::Node) -> T,
    ) -> Vec<T> {
        let mut sums = vec![T::default(); self.stored.names.len()];
        for node in self.stored.trees.iter().flat_map(Tree::nodes) {
            sums[node.feature as usize] += of(node);
        }
        sums
    }

    /// The raw scores, before they become probabilities: the sums of leaf values.
    ///
    /// # Errors
    /// Other columns than the trained ones.
    pub fn raw_scores<F: Float>(&self, x: View<'_, Dense<F>>) -> Result<Vec<f64>> {
        x.data().check(&self.stored.names)?;
        Ok(self.compiled.scores(x))
    }

    #[inline]
    fn link(&self, score: f64) -> f64 {
        match self.stored.link {
            Link::Identity => score,
            Link::Sigmoid(sigmoid) => math::sigmoid(sigmoid * score),
        }
    }
}

impl<F: Float> Predict<Dense<F>> for FittedBoost {
    type Prediction = Scores;
    type Scratch = Scratch;

    fn input(&self) -> &Names {
        &self.stored.names
    }

    fn predict_row(&self, row: &[F], scratch: &mut Scratch, out: &mut f64) -> Result<()> {
        if row.len() != self.stored.names.len() {
            return Err(Error::Length {
                what: "features of a row".into(),
                expected: self.stored.names.len(),
                found: row.len(),
            });
        }
        *out = self.link(self.compiled.score(row, scratch));
        Ok(())
    }

    fn predict(&self, x: View<'_, Dense<F>>) -> Result<Scores> {
        let mut scores = self.raw_scores(x)?;
        if self.stored.link != Link::Identity {
            scores.iter_mut().for_each(|s| *s = self.link(*s));
        }
        Ok(Scores(scores))
    }
}
