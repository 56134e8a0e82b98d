//! Isolation forest: rows that random splits set apart soon are unlike the others.

use ml_data::contract::{Estimator, OnRound, Params, Predict};
use ml_data::random::generator;
use ml_data::repr::{Dense, Float};
use ml_data::sample::{Sample, Train, Unlabelled};
use ml_data::{Error, Result};
use serde::{Deserialize, Serialize};

use super::rounds::grow_each;
use crate::limits::{ModelLimits, numbered};
use crate::progress::BarHandle;

mod grow;
mod model;

use grow::Grower;
pub use model::FittedIsolationForest;

const STEP: &str = "IsolationForest";

/// Which share of the rows is taken for outliers.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub enum Contamination {
    /// Rows with a score above 0.5, as in the paper.
    Auto,
    /// This share of the training rows, above 0 and at most 0.5.
    Share(f64),
}

/// Isolation forest, for anomalies among rows without labels.
///
/// Each tree splits a small sample of the rows at random, a random column at a random value between
/// its extremes, until rows are alone or the depth is the logarithm of the sample's size. Rows that
/// few splits set apart are anomalous: the score is `2^(-h / c)` with `h` the mean depth of the
/// row's leaves and `c` that of an unsuccessful search in a binary search tree of the sample's
/// size. Scores near 1 are anomalies, below 0.5 ordinary rows. (scikit-learn's `score_samples` is
/// the same with the sign turned.) Samples of one row say nothing: then every row has the score
/// 0.5, and none is an outlier.
///
/// Names and defaults are scikit-learn's.
///
/// # Missing values
///
/// `NaN` goes to a random side of each split.
///
/// # Weights
///
/// Not supported: a sample with weights is refused.
///
/// # References
///
/// Liu, Ting and Zhou, *Isolation forest*, ICDM 2008,
/// [doi:10.1109/ICDM.2008.17](https://doi.org/10.1109/ICDM.2008.17).
///
/// ```
/// use ml_data::prelude::*;
/// use ml_models::forest::IsolationForest;
/// let mut cells: Vec<f64> = (0..400).map(|i| f64::from(i * 37 % 101) / 100.0).collect();
/// cells.extend([9.0, -7.0]);
/// let x = Dense::from_rows(2, cells)?;
/// let train = Dataset::unlabelled(x.clone())?.into_train();
/// let forest = IsolationForest::new().fit(&train)?;
/// let scores = forest.predict(&x)?.0;
/// assert!(scores[200] > 0.7);
/// assert!(scores[..200].iter().all(|s| *s < scores[200]));
/// # Ok::<(), ml_data::Error>(())
/// ```
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct IsolationForest {
    n_estimators: usize,
    max_samples: usize,
    contamination: Contamination,
    seed: u64,
    #[serde(skip)]
    limits: ModelLimits,
    #[serde(skip)]
    progress_bar: BarHandle,
}

impl Default for IsolationForest {
    fn default() -> Self {
        Self {
            n_estimators: 100,
            max_samples: 256,
            contamination: Contamination::Auto,
            seed: 0,
            limits: ModelLimits::default(),
            progress_bar: BarHandle::default(),
        }
    }
}

impl IsolationForest {
    /// 100 trees of at most 256 rows each.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Number of trees. Default 100.
    #[must_use]
    pub fn n_estimators(mut self, n_estimators: usize) -> Self {
        self.n_estimators = n_estimators;
        self
    }

    /// Rows of a tree, drawn without replacement; all rows where there are fewer. Default 256.
    #[must_use]
    pub fn max_samples(mut self, max_samples: usize) -> Self {
        self.max_samples = max_samples;
        self
    }

    /// Which rows are outliers; decides the [`threshold`](FittedIsolationForest::threshold) alone,
    /// not the scores. Default [`Contamination::Auto`].
    #[must_use]
    pub fn contamination(mut self, contamination: Contamination) -> Self {
        self.contamination = contamination;
        self
    }

    /// Decides samples and splits. Default 0.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Moves a bar by a tree at a time, as trees are done. Its looks are its style's business.
    #[cfg(feature = "progress")]
    #[must_use]
    pub fn progress_bar(mut self, bar: ml_data::indicatif::ProgressBar) -> Self {
        self.progress_bar = BarHandle(Some(bar));
        self
    }

    /// Most bytes that the trees may take (default 8 GiB), 200 for each row of a tree.
    #[must_use]
    pub fn limits(mut self, limits: ModelLimits) -> Self {
        self.limits = limits;
        self
    }
}

impl Params for IsolationForest {
    fn name(&self) -> &'static str {
        STEP
    }

    fn check(&self) -> Result<()> {
        let positive = |name, value: usize| match value {
            0 => Err(Error::parameter(STEP, name, value, "at least 1")),
            _ => Ok(()),
        };
        positive("n_estimators", self.n_estimators)?;
        positive("max_samples", self.max_samples)?;
        match self.contamination {
            Contamination::Share(s) if !(s > 0.0 && s <= 0.5) => {
                let rule = "above 0 and at most 0.5";
                Err(Error::parameter(STEP, "contamination", s, rule))
            }
            _ => Ok(()),
        }
    }
}

impl<F: Float> Estimator<Dense<F>, Unlabelled> for IsolationForest {
    type Model = FittedIsolationForest;

    fn learn(&self, train: &Sample<Dense<F>, Unlabelled, Train>) -> Result<FittedIsolationForest> {
        self.grown(train, None)
    }

    fn learn_watched(
        &self,
        train: &Sample<Dense<F>, Unlabelled, Train>,
        on: OnRound<'_>,
    ) -> Result<FittedIsolationForest> {
        self.grown(train, Some(on))
    }
}

impl IsolationForest {
    fn grown<F: Float>(
        &self,
        train: &Sample<Dense<F>, Unlabelled, Train>,
        on: Option<OnRound<'_>>,
    ) -> Result<FittedIsolationForest> {
        if train.weights().is_some() {
            return Err(Error::Fit {
                step: STEP,
                reason: "weights are not supported".into(),
            });
        }
        let x = train.x();
        numbered(STEP, "training sample", x.rows())?;
        let names = x.data().names().clone();
        for i in 0..x.len() {
            if let Some(c) = x.row(i).iter().position(|v| v.f64().is_infinite()) {
                let column = names.get(c);
                return Err(Error::cell(
                    column,
                    i,
                    "a finite number or NaN",
                    x.row(i)[c].f64(),
                ));
            }
        }
        let rows = self.max_samples.min(x.len());
        self.limits.check_bytes(
            &format!("{STEP}: {} trees of {rows} rows", self.n_estimators),
            [self.n_estimators, rows],
            200,
            "`IsolationForest::limits`",
        )?;
        let grow = |t: u64| Grower::new(x, rows, generator(self.seed, STEP, t)).grow();
        let trees = grow_each(self.n_estimators, &self.progress_bar, on, grow);
        let mut forest = FittedIsolationForest::of(names, trees, rows)?;
        if let Contamination::Share(share) = self.contamination {
            let mut scores = forest.predict(x)?.0;
            scores.sort_unstable_by(f64::total_cmp);
            forest.threshold = quantile(&scores, 1.0 - share);
        }
        Ok(forest)
    }
}

/// The quantile of ascending numbers, between neighbours by their distances.
fn quantile(sorted: &[f64], q: f64) -> f64 {
    let at = q * sorted.len().saturating_sub(1) as f64;
    let (low, high) = (at.floor() as usize, at.ceil() as usize);
    sorted[low] + (sorted[high] - sorted[low]) * (at - low as f64)
}

#[cfg(test)]
mod tests;
