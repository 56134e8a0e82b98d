//! Isolation forest: rows that random splits set apart soon are unlike the others.

use ml_data::contract::{Estimator, Params, Predict};
use ml_data::random::generator;
use ml_data::repr::{Dense, Float};
use ml_data::sample::{Sample, Train, Unlabelled};
use ml_data::{Error, Result};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::limits::ModelLimits;
use crate::tree::Tree;

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
/// let scores = forest.predict(View::all(&x))?.0;
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
}

impl Default for IsolationForest {
    fn default() -> Self {
        Self {
            n_estimators: 100,
            max_samples: 256,
            contamination: Contamination::Auto,
            seed: 0,
            limits: ModelLimits::default(),
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

    /// Which rows are outliers; decides the [`threshold`](FittedIsolationForest::threshold) alone, not the scores. Default
    /// [`Contamination::Auto`].
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
        if train.weights().is_some() {
            return Err(Error::Fit {
                step: STEP,
                reason: "weights are not supported".into(),
            });
        }
        let x = train.x();
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
        let trees: Vec<Tree> = (0..self.n_estimators)
            .into_par_iter()
            .map(|t| Grower::new(x, rows, generator(self.seed, STEP, t as u64)).grow())
            .collect();
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
mod tests {
    use ml_data::contract::Fit;
    use ml_data::repr::{Names, View};
    use ml_data::sample::Dataset;

    use super::grow::average_path_length;
    use super::*;
    use crate::tree::{Child, Condition, Leaf, Missing, Node};

    #[derive(Deserialize)]
    struct Golden {
        trees: Vec<Sklearn>,
        rows: Vec<f64>,
        scores: Vec<f64>,
        many: Vec<f64>,
        auc: f64,
    }

    /// A tree of scikit-learn: -1 stands for no child.
    #[derive(Deserialize)]
    struct Sklearn {
        left: Vec<i32>,
        right: Vec<i32>,
        feature: Vec<i32>,
        threshold: Vec<f64>,
        count: Vec<u64>,
    }

    fn golden() -> Golden {
        serde_json::from_str(include_str!("../../../tests/golden/isolation.json")).unwrap()
    }

    impl Sklearn {
        fn tree(&self) -> Tree {
            let leaf = |n: usize| self.left[n] < 0;
            let place = |n: usize| (0..n).filter(|&m| leaf(m) == leaf(n)).count() as u32;
            let child = |n: i32| match n as usize {
                n if leaf(n) => Child::Leaf(place(n)),
                n => Child::Node(place(n)),
            };
            let mut depths = vec![0; self.left.len()];
            let (mut nodes, mut leaves) = (Vec::new(), Vec::new());
            for n in 0..self.left.len() {
                let count = self.count[n];
                let value = f64::from(depths[n]) + average_path_length(count as usize);
                if leaf(n) {
                    leaves.push(Leaf {
                        value,
                        weight: 0.0,
                        count,
                    });
                    continue;
                }
                depths[self.left[n] as usize] = depths[n] + 1;
                depths[self.right[n] as usize] = depths[n] + 1;
                nodes.push(Node {
                    feature: self.feature[n] as u32,
                    test: Condition::Threshold(self.threshold[n]),
                    missing: Missing::Nan,
                    missing_left: false,
                    left: child(self.left[n]),
                    right: child(self.right[n]),
                    gain: 0.0,
                    value,
                    weight: 0.0,
                    count,
                });
            }
            Tree::new(nodes, leaves, 1.0).unwrap()
        }
    }

    fn fit(forest: &IsolationForest, x: &Dense<f64>) -> Result<FittedIsolationForest> {
        forest.fit(&Dataset::unlabelled(x.clone())?.into_train())
    }

    #[test]
    fn scores_of_the_same_trees_equal_scikit_learn() {
        let g = golden();
        let trees = g.trees.iter().map(Sklearn::tree).collect();
        let forest = FittedIsolationForest::of(Names::numbered(3), trees, 32).unwrap();
        let x = Dense::from_rows(3, g.rows).unwrap();
        let scores = forest.predict(View::all(&x)).unwrap().0;
        for (got, want) in scores.iter().zip(&g.scores) {
            assert!((got - want).abs() < 1e-12, "{got} {want}");
        }
    }

    #[test]
    fn outliers_are_found_as_well_as_by_scikit_learn() {
        let g = golden();
        let x = Dense::from_rows(4, g.many).unwrap();
        let auc = |seed| {
            let forest = fit(&IsolationForest::new().seed(seed), &x).unwrap();
            let scores = forest.predict(View::all(&x)).unwrap().0;
            let (inside, outside) = scores.split_at(570);
            let above = |s: &f64| inside.iter().filter(|&i| i < s).count();
            outside.iter().map(above).sum::<usize>() as f64 / (570.0 * 30.0)
        };
        let mean = (0..5).map(auc).sum::<f64>() / 5.0;
        assert!((mean - g.auc).abs() < 0.02, "{mean} {}", g.auc);
        let share = IsolationForest::new().contamination(Contamination::Share(0.05));
        let forest = fit(&share, &x).unwrap();
        let scores = forest.predict(View::all(&x)).unwrap().0;
        let outliers = scores.iter().filter(|s| **s > forest.threshold()).count();
        assert_eq!(outliers, 30);
    }

    #[test]
    fn unusual_rows_do_not_stop_it() {
        let forest = IsolationForest::new().n_estimators(10);
        let cells = (0..60).map(|i| match i % 3 {
            0 => 1.0,
            1 if i < 30 => f64::NAN,
            _ => f64::from(i / 7),
        });
        let x = Dense::from_rows(3, cells.collect()).unwrap();
        let scores = fit(&forest, &x).unwrap().predict(View::all(&x)).unwrap().0;
        assert!(scores.iter().all(|s| *s > 0.0 && *s < 1.0));
        let far = Dense::from_rows(1, vec![1.0, f64::INFINITY]).unwrap();
        assert!(fit(&forest, &far).unwrap_err().to_string().contains("x0"));
        let bad = |forest: IsolationForest| fit(&forest, &x).unwrap_err().to_string();
        assert!(bad(IsolationForest::new().n_estimators(0)).contains("n_estimators"));
        let share = Contamination::Share(0.7);
        assert!(bad(IsolationForest::new().contamination(share)).contains("contamination"));
    }

    /// scikit-learn 1.9: `-score_samples` is 0.5 and `predict` 1 for each.
    #[test]
    fn case_m6_samples_of_one_row_find_no_outliers() {
        let x = Dense::from_rows(1, vec![1.0, 1.1, 0.9, 50.0]).unwrap();
        let one = Dense::from_rows(1, vec![3.0]).unwrap();
        for contamination in [Contamination::Auto, Contamination::Share(0.25)] {
            let forest = IsolationForest::new().contamination(contamination);
            let models = [
                fit(&forest, &one).unwrap(),
                fit(&forest.clone().max_samples(1), &x).unwrap(),
            ];
            for model in models {
                let scores = model.predict(View::all(&x)).unwrap().0;
                assert_eq!(scores, [0.5; 4]);
                assert_eq!(model.threshold(), 0.5);
            }
        }
    }
}
