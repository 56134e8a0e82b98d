//! Parameters of forests: scikit-learn's names and defaults.

use ml_data::Result;
use ml_data::contract::Params;
use serde::{Deserialize, Serialize};

use super::counted::ClassWeight;
use super::settings::{MaxFeatures, MaxSamples, Settings};

/// A random forest: trees grown on rows drawn with replacement, each node split by the best of some
/// columns drawn for it, averaged.
///
/// Use it where a model should be good without tuning, where the error is wanted without a
/// validation sample ([`oob_score`](Self::oob_score)), or as one of several models that are
/// blended. Names and defaults are scikit-learn's: 100 trees, grown until their leaves are pure;
/// nodes look at the square root of the number of columns for classes, at all columns for numbers.
///
/// Numbers are split by variance and predicted by means; classes are split by Gini's impurity and
/// predicted by the mean of the trees' shares. Thresholds are sought between at most
/// [`max_bin`](Self::max_bin) bins a column rather than between all values, which is exact where a
/// column has no more distinct values than that. The result does not depend on the number of
/// threads, to the last bit.
///
/// ```
/// use ml_data::prelude::*;
/// use ml_models::forest::{FittedForest, RandomForest};
///
/// // Inside a circle or not.
/// let points = (0..400).map(|i| ((i % 20) as f64 - 9.5, (i / 20) as f64 - 9.5));
/// let (x, y): (Vec<[f64; 2]>, Vec<u8>) = points.map(|(a, b)| ([a, b], u8::from(a * a + b * b < 50.0))).unzip();
/// let x = Dense::from_rows(2, x.concat())?;
/// let train = Dataset::binary(x, y, "inside")?.into_train();
/// let forest: FittedForest = RandomForest::new().oob_score(true).fit(&train)?;
///
/// let new = Dense::from_rows(2, vec![0.0, 1.0, 9.0, 9.0])?;
/// assert_eq!(forest.predict(&new)?.0, [1.0, 0.0]);
/// assert!(forest.oob_score().is_some_and(|accuracy| accuracy > 0.9));
/// # Ok::<(), ml_data::Error>(())
/// ```
///
/// # Missing values
///
/// `NaN` is missing. Each split learns the side missing values go to; where its node had none they
/// go to the side of more rows. `-inf` and `+inf` are ordinary values at the two ends.
///
/// # Weights
///
/// A row of weight 0 is left out. Other weights count in impurities and leaf values, not in
/// `min_samples_split` and `min_samples_leaf`, nor in which rows are drawn. Weights whose largest
/// lies beyond 2^64 or below 2^-64 are divided by it before use, as sums would not hold them.
///
/// # Errors
///
/// Fitting refuses a parameter outside its range, class weights that do not fit the labels, an
/// empty sample and labels beyond 1e100; each names the place.
///
/// # References
///
/// Breiman, *Random forests*, Machine Learning 45 (2001),
/// [doi:10.1023/A:1010933404324](https://doi.org/10.1023/A:1010933404324).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RandomForest {
    pub(super) settings: Settings,
}

/// Extremely randomised trees: as [`RandomForest`], but of each column drawn for a node only one
/// threshold is looked at, drawn between the least and the largest value there, and all rows are
/// used for each tree.
///
/// Faster than a random forest, and often as good or better where many columns carry a little: the
/// trees differ more. Names and defaults are scikit-learn's.
///
/// ```
/// use ml_data::prelude::*;
/// use ml_models::forest::{ExtraTrees, FittedForest};
///
/// let x: Vec<f64> = (0..200).map(|i| f64::from(i) / 20.0).collect();
/// let y: Vec<f64> = x.iter().map(|x| x.sin()).collect();
/// let train = Dataset::regression(Dense::from_rows(1, x)?, y)?.into_train();
/// let trees: FittedForest = ExtraTrees::new().fit(&train)?;
///
/// let new = Dense::from_rows(1, vec![1.01, 4.72])?;
/// let predicted = trees.predict(&new)?.0;
/// assert!((predicted[0] - 1.01_f64.sin()).abs() < 0.05 && (predicted[1] - 4.72_f64.sin()).abs() < 0.05);
/// # Ok::<(), ml_data::Error>(())
/// ```
///
/// # Missing values
///
/// As in [`RandomForest`].
///
/// # Weights
///
/// As in [`RandomForest`].
///
/// # Errors
///
/// As in [`RandomForest`].
///
/// # References
///
/// Geurts, Ernst and Wehenkel, *Extremely randomized trees*, Machine Learning 63 (2006),
/// [doi:10.1007/s10994-006-6226-1](https://doi.org/10.1007/s10994-006-6226-1).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ExtraTrees {
    pub(super) settings: Settings,
}

/// One decision tree of all rows and columns: CART, with scikit-learn's names and defaults.
///
/// Use it, kept small by [`max_depth`](Self::max_depth), [`max_leaf_nodes`](Self::max_leaf_nodes)
/// or [`ccp_alpha`](Self::ccp_alpha), where people must be able to read the model. Of equally good
/// splits the first column's and lowest threshold's is taken.
///
/// ```
/// use ml_data::prelude::*;
/// use ml_models::forest::{DecisionTree, FittedForest};
/// use ml_models::tree::Condition;
///
/// let x: Vec<f64> = (0..100).map(|i| f64::from(i % 10)).collect();
/// let y: Vec<f64> = x.iter().map(|&x| if x < 7.0 { 1.0 } else { 4.0 }).collect();
/// let train = Dataset::regression(Dense::from_rows(1, x)?, y)?.into_train();
/// let tree: FittedForest = DecisionTree::new().fit(&train)?;
///
/// assert_eq!(tree.trees()[0].nodes().len(), 1);
/// assert_eq!(tree.trees()[0].nodes()[0].test, Condition::Threshold(6.5));
/// # Ok::<(), ml_data::Error>(())
/// ```
///
/// # Missing values
///
/// As in [`RandomForest`].
///
/// # Weights
///
/// As in [`RandomForest`].
///
/// # Errors
///
/// As in [`RandomForest`].
///
/// # References
///
/// Breiman, Friedman, Olshen and Stone, *Classification and regression trees* (1984),
/// [doi:10.1201/9781315139470](https://doi.org/10.1201/9781315139470).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DecisionTree {
    pub(super) settings: Settings,
}

/// The parameters that all three have.
macro_rules! settings {
    ($forest:ident, $name:literal, $change:expr) => {
        impl $forest {
            /// Name of the model in errors.
            pub(super) const STEP: &'static str = $name;

            /// The defaults.
            #[must_use]
            pub fn new() -> Self {
                let mut settings = Settings::forest();
                let change: fn(&mut Settings) = $change;
                change(&mut settings);
                Self { settings }
            }

            /// Most splits on the way to a leaf; none (the default) for any number.
            #[must_use]
            pub fn max_depth(mut self, max_depth: Option<usize>) -> Self {
                self.settings.max_depth = max_depth;
                self
            }

            /// Least rows of a node that is split. Default 2.
            #[must_use]
            pub fn min_samples_split(mut self, min_samples_split: usize) -> Self {
                self.settings.min_samples_split = min_samples_split;
                self
            }

            /// Least rows of a leaf. Default 1.
            #[must_use]
            pub fn min_samples_leaf(mut self, min_samples_leaf: usize) -> Self {
                self.settings.min_samples_leaf = min_samples_leaf;
                self
            }

            /// Columns drawn for each node; if none of them can split it, more are drawn.
            #[must_use]
            pub fn max_features(mut self, max_features: MaxFeatures) -> Self {
                self.settings.max_features = Some(max_features);
                self
            }

            /// Most leaves of a tree, which then grows where impurity falls most; none (the
            /// default) for any number.
            #[must_use]
            pub fn max_leaf_nodes(mut self, max_leaf_nodes: Option<usize>) -> Self {
                self.settings.max_leaf_nodes = max_leaf_nodes;
                self
            }

            /// Cost of a leaf (minimal cost-complexity pruning), in the impurity of all rows of a
            /// tree: a grown tree is pruned to the splits that are worth their leaves (minimal
            /// cost-complexity pruning; see [`Tree::pruned`](crate::tree::Tree::pruned)). Default
            /// 0, which prunes nothing.
            #[must_use]
            pub fn ccp_alpha(mut self, ccp_alpha: f64) -> Self {
                self.settings.ccp_alpha = ccp_alpha;
                self
            }

            /// Factors of the rows of some classes, in impurities and leaf values; refused where
            /// labels are numbers. None (the default) for equally much.
            #[must_use]
            pub fn class_weight(mut self, class_weight: Option<ClassWeight>) -> Self {
                self.settings.class_weight = class_weight;
                self
            }

            /// Most bins of a column, from 2 to 255 (the default). One more is kept for missing
            /// values.
            #[must_use]
            pub fn max_bin(mut self, max_bin: usize) -> Self {
                self.settings.max_bin = max_bin;
                self
            }

            /// Seed of the random draws (scikit-learn's `random_state`). Default 0.
            #[must_use]
            pub fn seed(mut self, seed: u64) -> Self {
                self.settings.seed = seed;
                self
            }
        }

        impl Default for $forest {
            fn default() -> Self {
                Self::new()
            }
        }

        impl Params for $forest {
            fn name(&self) -> &'static str {
                Self::STEP
            }

            fn check(&self) -> Result<()> {
                self.settings.check(Self::STEP)
            }
        }
    };
}

/// The parameters of several trees.
macro_rules! many {
    ($forest:ident) => {
        impl $forest {
            /// Number of trees. Default 100.
            #[must_use]
            pub fn n_estimators(mut self, n_estimators: usize) -> Self {
                self.settings.n_estimators = n_estimators;
                self
            }

            /// Whether each tree gets rows drawn with replacement, rather than all rows.
            #[must_use]
            pub fn bootstrap(mut self, bootstrap: bool) -> Self {
                self.settings.bootstrap = bootstrap;
                self
            }

            /// Rows drawn for each tree, where they are drawn. Default all.
            #[must_use]
            pub fn max_samples(mut self, max_samples: MaxSamples) -> Self {
                self.settings.max_samples = max_samples;
                self
            }

            /// Moves a bar by a tree at a time, as trees are done. Its looks are its style's
            /// business.
            #[cfg(feature = "progress")]
            #[must_use]
            pub fn progress_bar(mut self, bar: ml_data::indicatif::ProgressBar) -> Self {
                self.settings.progress_bar = $crate::progress::BarHandle(Some(bar));
                self
            }

            /// Whether to predict each row by the trees that were not grown on it: an estimate of
            /// the error on new rows, found in the fitted model's `oob_score` and `oob_prediction`.
            /// Default false.
            #[must_use]
            pub fn oob_score(mut self, oob_score: bool) -> Self {
                self.settings.oob_score = oob_score;
                self
            }
        }
    };
}

settings!(RandomForest, "RandomForest", |_| {});
settings!(ExtraTrees, "ExtraTrees", |s| {
    s.bootstrap = false;
    s.random_thresholds = true;
});
settings!(DecisionTree, "DecisionTree", |s| {
    s.n_estimators = 1;
    s.bootstrap = false;
    s.max_features = Some(MaxFeatures::All);
});
many!(RandomForest);
many!(ExtraTrees);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_pass_and_each_bad_value_is_named() {
        assert!(
            RandomForest::new().check().is_ok()
                && ExtraTrees::new().check().is_ok()
                && DecisionTree::new().check().is_ok()
        );
        let bad: [(RandomForest, &str); 12] = [
            (RandomForest::new().ccp_alpha(-0.1), "ccp_alpha"),
            (RandomForest::new().ccp_alpha(f64::NAN), "ccp_alpha"),
            (
                RandomForest::new().class_weight(Some(ClassWeight::Each(vec![1.0, 0.0]))),
                "class_weight",
            ),
            (RandomForest::new().n_estimators(0), "n_estimators"),
            (RandomForest::new().max_depth(Some(0)), "max_depth"),
            (
                RandomForest::new().min_samples_split(1),
                "min_samples_split",
            ),
            (RandomForest::new().min_samples_leaf(0), "min_samples_leaf"),
            (
                RandomForest::new().max_features(MaxFeatures::Share(f64::NAN)),
                "max_features",
            ),
            (
                RandomForest::new().max_leaf_nodes(Some(1)),
                "max_leaf_nodes",
            ),
            (
                RandomForest::new().max_samples(MaxSamples::Share(1.5)),
                "max_samples",
            ),
            (
                RandomForest::new().bootstrap(false).oob_score(true),
                "oob_score",
            ),
            (RandomForest::new().max_bin(256), "max_bin"),
        ];
        for (forest, name) in bad {
            let message = forest.check().unwrap_err().to_string();
            assert!(message.contains(&format!("`{name}`")), "{message}");
        }
    }
}
