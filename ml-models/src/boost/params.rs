//! What a user configures: LightGBM's names, LightGBM's defaults.

use ml_data::random::hash;
use serde::{Deserialize, Serialize};

use super::checkpoint::Checkpoint;
use super::objective::Objective;
use super::progress::Shown;
use crate::tree::bin::Binning;
use crate::tree::grow::{Categorical, Growth, Levels};

/// What a round of boosting is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Boosting {
    /// Each tree lowers the loss that the trees before it left.
    #[default]
    Gbdt,
    /// As [`Gbdt`](Self::Gbdt), but each tree is grown as if some of those before it were not there (Rashmi and Gilad-Bachrach,
    /// *DART: dropouts meet multiple additive regression trees*, AISTATS 2015,
    /// [arXiv:1505.01866](https://arxiv.org/abs/1505.01866)).
    Dart,
    /// Trees of rows drawn anew, side by side, averaged.
    Rf,
}

/// How the rows of a round are drawn.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum DataSampleStrategy {
    /// A share of the rows at random; needs `bagging_fraction` and `bagging_freq`.
    #[default]
    Bagging,
    /// The rows with large gradients, and a random share of the others that stands for all of them (Ke et al.,
    /// *LightGBM*, NeurIPS 2017).
    Goss,
}

/// Gradient-boosted decision trees on histograms.
///
/// The target of the sample chooses what is minimised: squared error for real labels, log loss for binary labels and for
/// classes, LambdaMART (NDCG) for graded relevance; [`objective`](Self::objective) chooses another loss of the same target. Parameters carry LightGBM's names and defaults.
///
/// Trees grow leaf by leaf: the leaf whose best split gains most is split next, until there are `num_leaves`.
/// The result does not depend on the number of threads, to the last bit.
///
/// ```
/// use ml_data::prelude::*;
/// use ml_data::sample::RealLabels;
/// use ml_models::boost::{Boost, FittedBoost};
/// use ml_models::tree::Condition;
///
/// let x: Vec<f64> = (0..200).map(|i| f64::from(i % 50)).collect();
/// let y: Vec<f64> = x.iter().map(|&x| if x < 20.0 { 1.0 } else { 5.0 }).collect();
/// let train = Dataset::<_, Real>::new(Dense::from_rows(1, x)?, RealLabels::new(y)?)?.into_train();
/// let model: FittedBoost = Boost::new().num_iterations(50).learning_rate(0.3).fit(&train)?;
///
/// let new = Dense::from_rows(1, vec![3.0, 19.0, 20.0])?;
/// let predicted = model.predict(View::all(&new))?;
/// assert!((predicted.0[1] - 1.0).abs() < 1e-6 && (predicted.0[2] - 5.0).abs() < 1e-6);
/// assert!(matches!(model.trees()[0].nodes()[0].test, Condition::Threshold(t) if t.round() == 20.0)); // between 19 and 20
/// # Ok::<(), ml_data::Error>(())
/// ```
///
/// # Missing values
///
/// `NaN` is missing. Each split learns the side missing values go to; a column that had none in training sends
/// them to the heavier child. `-inf` and `+inf` are ordinary values at the two ends.
///
/// # Weights
///
/// A row of weight 0 is left out, and whole-number weights count as repeated rows everywhere, in
/// `min_data_in_leaf` and in the bins too. Other weights scale gradients and hessians and leave the
/// row counts alone. With relevance labels a weight scales the gradient of its document; the
/// document still forms one pair with each other one, and where validation measures, a list counts
/// for the mean weight of its documents. Medians and quantiles are those of
/// [`Objective::Quantile`](super::Objective::Quantile).
///
/// As in LightGBM, `min_sum_hessian_in_leaf`, `lambda_l1`, `lambda_l2` and `min_gain_to_split` are
/// compared with sums that the weights scale: weights a hundred times as large are held back a
/// hundred times less. Weights that sums do not hold are divided by their largest before use: those
/// whose largest lies beyond 2^64 or below 2^-64, and those all below 2^-20 that together do not
/// reach `min_sum_hessian_in_leaf` twice, of which nothing could be learned.
///
/// # Initial scores
///
/// A sample that carries scores ([`Dataset::with_init_score`](ml_data::sample::Dataset::with_init_score), LightGBM's
/// `init_score`) is learned from there: the model starts from 0 instead of the average, and its predictions do not contain the
/// scores. Validation rows start from their own. Forests refuse them.
///
/// # Errors
///
/// Fitting refuses a parameter outside its range, an empty sample, one class only, labels beyond
/// 1e30, grades without a gain, early stopping without validation rows, and gradients that `f32`
/// does not hold; each names the place.
///
/// # References
///
/// Friedman, *Greedy function approximation: a gradient boosting machine*, Annals of Statistics 29 (2001),
/// [doi:10.1214/aos/1013203451](https://doi.org/10.1214/aos/1013203451); Ke et al., *LightGBM: a highly efficient
/// gradient boosting decision tree*, NeurIPS 30 (2017); Burges, *From RankNet to LambdaRank to LambdaMART: an
/// overview*, Microsoft Research MSR-TR-2010-82 (2010).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Boost {
    pub(crate) objective: Option<Objective>,
    pub(crate) alpha: f64,
    pub(crate) fair_c: f64,
    pub(crate) poisson_max_delta_step: f64,
    pub(crate) tweedie_variance_power: f64,
    pub(crate) is_unbalance: bool,
    pub(crate) scale_pos_weight: f64,
    pub(crate) num_iterations: usize,
    pub(crate) learning_rate: f64,
    pub(crate) num_leaves: usize,
    pub(crate) max_depth: Option<usize>,
    pub(crate) min_data_in_leaf: usize,
    pub(crate) min_sum_hessian_in_leaf: f64,
    pub(crate) lambda_l1: f64,
    pub(crate) lambda_l2: f64,
    pub(crate) min_gain_to_split: f64,
    pub(crate) max_bin: usize,
    pub(crate) min_data_in_bin: usize,
    pub(crate) bin_construct_sample_cnt: usize,
    pub(crate) categorical_feature: Vec<String>,
    pub(crate) max_cat_to_onehot: usize,
    pub(crate) max_cat_threshold: usize,
    pub(crate) cat_smooth: f64,
    pub(crate) cat_l2: f64,
    pub(crate) min_data_per_group: usize,
    pub(crate) feature_fraction: f64,
    pub(crate) bagging_fraction: f64,
    pub(crate) bagging_freq: usize,
    pub(crate) bagging_by_query: bool,
    pub(crate) boosting: Boosting,
    pub(crate) data_sample_strategy: DataSampleStrategy,
    pub(crate) top_rate: f64,
    pub(crate) other_rate: f64,
    pub(crate) drop_rate: f64,
    pub(crate) max_drop: usize,
    pub(crate) skip_drop: f64,
    pub(crate) max_delta_step: f64,
    pub(crate) path_smooth: f64,
    pub(crate) monotone_constraints: Vec<i8>,
    pub(crate) interaction_constraints: Vec<Vec<String>>,
    pub(crate) feature_fraction_bynode: f64,
    pub(crate) extra_trees: bool,
    pub(crate) enable_bundle: bool,
    pub(crate) use_quantized_grad: bool,
    pub(crate) num_grad_quant_bins: usize,
    pub(crate) stochastic_rounding: bool,
    pub(crate) early_stopping_round: Option<usize>,
    pub(crate) early_stopping_min_delta: f64,
    pub(crate) boost_from_average: bool,
    pub(crate) sigmoid: f64,
    pub(crate) lambdarank_truncation_level: usize,
    pub(crate) lambdarank_norm: bool,
    pub(crate) label_gain: Option<Vec<f64>>,
    pub(crate) eval_at: usize,
    pub(crate) refit_decay_rate: f64,
    pub(crate) is_provide_training_metric: bool,
    pub(crate) seed: u64,
    #[serde(skip)]
    pub(crate) checkpoint: Option<Checkpoint>,
    #[serde(skip)]
    pub(crate) progress_bar: Shown,
}

impl Default for Boost {
    fn default() -> Self {
        Self {
            objective: None,
            alpha: 0.9,
            fair_c: 1.0,
            poisson_max_delta_step: 0.7,
            tweedie_variance_power: 1.5,
            is_unbalance: false,
            scale_pos_weight: 1.0,
            num_iterations: 100,
            learning_rate: 0.1,
            num_leaves: 31,
            max_depth: None,
            min_data_in_leaf: 20,
            min_sum_hessian_in_leaf: 1e-3,
            lambda_l1: 0.0,
            lambda_l2: 0.0,
            min_gain_to_split: 0.0,
            max_bin: 255,
            min_data_in_bin: 3,
            bin_construct_sample_cnt: 200_000,
            categorical_feature: Vec::new(),
            max_cat_to_onehot: 4,
            max_cat_threshold: 32,
            cat_smooth: 10.0,
            cat_l2: 10.0,
            min_data_per_group: 100,
            feature_fraction: 1.0,
            bagging_fraction: 1.0,
            bagging_freq: 0,
            bagging_by_query: false,
            boosting: Boosting::Gbdt,
            data_sample_strategy: DataSampleStrategy::Bagging,
            top_rate: 0.2,
            other_rate: 0.1,
            drop_rate: 0.1,
            max_drop: 50,
            skip_drop: 0.5,
            max_delta_step: 0.0,
            path_smooth: 0.0,
            monotone_constraints: Vec::new(),
            interaction_constraints: Vec::new(),
            feature_fraction_bynode: 1.0,
            extra_trees: false,
            enable_bundle: true,
            use_quantized_grad: false,
            num_grad_quant_bins: 4,
            stochastic_rounding: true,
            early_stopping_round: None,
            early_stopping_min_delta: 0.0,
            boost_from_average: true,
            sigmoid: 1.0,
            lambdarank_truncation_level: 30,
            lambdarank_norm: true,
            label_gain: None,
            eval_at: 5,
            refit_decay_rate: 0.9,
            is_provide_training_metric: false,
            seed: 0,
            checkpoint: None,
            progress_bar: Shown::default(),
        }
    }
}

/// One consuming setter for each parameter.
macro_rules! setters {
    ($($(#[$doc:meta])* $name:ident: $type:ty;)*) => {
        $($(#[$doc])* #[must_use] pub fn $name(mut self, $name: $type) -> Self { self.$name = $name; self })*
    };
}

impl Boost {
    /// LightGBM's defaults: 100 rounds, learning rate 0.1, 31 leaves, at least 20 rows a leaf, 255 bins.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// What is minimised. Default: by the target, squared error, log loss or LambdaMART.
    #[must_use]
    pub fn objective(mut self, objective: Objective) -> Self {
        self.objective = Some(objective);
        self
    }

    /// Columns that hold category codes: whole numbers without an order, from 0 on. Splits on them send a set of categories left.
    /// Codes not seen in training, rare ones, negative numbers and missing values go right. Default none.
    #[must_use]
    pub fn categorical_feature<S: Into<String>>(
        mut self,
        columns: impl IntoIterator<Item = S>,
    ) -> Self {
        self.categorical_feature = columns.into_iter().map(Into::into).collect();
        self
    }

    /// Moves a bar by a round at a time, with the metric and the best one so far as its message: with validation rows or without.
    /// How it looks is its style's business.
    #[must_use]
    pub fn progress_bar(mut self, bar: indicatif::ProgressBar) -> Self {
        self.progress_bar = Shown(Some(bar));
        self
    }

    /// For each column 1 where predictions may only rise with it, -1 where they may only fall, 0
    /// otherwise; of several classes these are raw scores. Holds for the trees that are grown, and
    /// for those of a [`refit`](Self::refit) with the same constraints, not for a model that
    /// training goes on from. Refused for columns of categories and, as by LightGBM, for
    /// `RegressionL1`, `Quantile` and `Mape`: their leaf values are found anew after growth. Empty
    /// (the default) for none.
    #[must_use]
    pub fn monotone_constraints(mut self, directions: impl Into<Vec<i8>>) -> Self {
        self.monotone_constraints = directions.into();
        self
    }

    /// Sets of columns, by name, that may split nodes on one way down a tree; a column in no set is not used. Default none:
    /// all may meet.
    #[must_use]
    pub fn interaction_constraints<S: Into<String>, I: IntoIterator<Item = S>>(
        mut self,
        sets: impl IntoIterator<Item = I>,
    ) -> Self {
        let set = |set: I| set.into_iter().map(Into::into).collect();
        self.interaction_constraints = sets.into_iter().map(set).collect();
        self
    }

    setters! {
        /// What a round is: boosting, boosting with dropout, or a forest. Default boosting.
        boosting: Boosting;
        /// How rows are drawn. Default bagging.
        data_sample_strategy: DataSampleStrategy;
        /// GOSS: share of the rows with the largest gradients, which are kept. Default 0.2.
        top_rate: f64;
        /// GOSS: share of the rows that are drawn from the others. Default 0.1.
        other_rate: f64;
        /// DART: chance of each earlier tree to be dropped. Default 0.1.
        drop_rate: f64;
        /// DART: most trees dropped at a time. Default 50.
        max_drop: usize;
        /// DART: chance of a round without dropping. Default 0.5.
        skip_drop: f64;
        /// Largest size of a leaf value before shrinkage; 0 for any. Default 0.
        max_delta_step: f64;
        /// Draws the value of each leaf and node of `n` rows to that of the node above it, which counts as much as so many rows:
        /// `(n value + path_smooth above) / (n + path_smooth)`, before shrinkage. Small leaves of deep trees overfit less.
        /// Needs `min_data_in_leaf` of at least 2. Default 0.
        path_smooth: f64;
        /// Share of the columns drawn for each node, in (0, 1]. Default 1.
        feature_fraction_bynode: f64;
        /// One random threshold for each column and node instead of all. Default false.
        extra_trees: bool;
        /// Sparse columns that never differ from their usual value in the same row share a byte, which changes time and memory
        /// and no tree. Default true.
        enable_bundle: bool;
        /// Gradients and hessians are rounded to few levels before trees grow from them; leaf values are those of the exact ones
        /// (LightGBM's `quant_train_renew_leaf`). Rounding by chance is noise that can keep large trees from overfitting, as where
        /// classes have few rows; it saves no time here. Shi et al., NeurIPS 2022, [arXiv:2207.09682](https://arxiv.org/abs/2207.09682). Default false.
        use_quantized_grad: bool;
        /// Levels of quantised hessians, and of gradients from the lowest to the highest; 2 to 65536. Default 4.
        num_grad_quant_bins: usize;
        /// Quantised gradients are rounded up or down by chance, so that they are right on average; else to the nearest level.
        /// Default true.
        stochastic_rounding: bool;
        /// Ranking: whole queries are drawn, not rows. Default false.
        bagging_by_query: bool;
        /// Columns of at most so many categories are split by one category against the rest. Default 4.
        max_cat_to_onehot: usize;
        /// Most categories on the left of a split. Default 32.
        max_cat_threshold: usize;
        /// Added to a category's hessian when categories are sorted; categories with fewer rows are not sent left. Default 10.
        cat_smooth: f64;
        /// L2 penalty of splits on several categories, besides `lambda_l2`. Default 10.
        cat_l2: f64;
        /// Least number of rows between two splits that are tried on a sorted category column. Default 100.
        min_data_per_group: usize;
        /// The quantile of the quantile loss, in (0, 1), and where Huber's loss turns straight. Default 0.9.
        alpha: f64;
        /// Scale of the fair loss. Default 1.
        fair_c: f64;
        /// Poisson: safeguard of the hessian. Default 0.7.
        poisson_max_delta_step: f64;
        /// Tweedie: power of the variance, in [1, 2). Default 1.5.
        tweedie_variance_power: f64;
        /// Binary: both classes weigh the same altogether. Default false.
        is_unbalance: bool;
        /// Binary: what rows of the positive class count for. Default 1.
        scale_pos_weight: f64;
        /// Number of boosting rounds, one tree each. Default 100.
        num_iterations: usize;
        /// Shrinkage of each tree, in (0, 1]. Default 0.1.
        learning_rate: f64;
        /// Largest number of leaves of a tree, at least 2. Default 31.
        num_leaves: usize;
        /// Largest depth of a tree, `None` for no limit. Default `None` (LightGBM's -1).
        max_depth: Option<usize>;
        /// Least number of rows in a leaf. Where hessians differ between rows the number is estimated from
        /// the leaf's share of the hessian, as LightGBM does. Default 20.
        min_data_in_leaf: usize;
        /// Least sum of hessians in a leaf. Default 1e-3.
        min_sum_hessian_in_leaf: f64;
        /// L1 penalty on leaf values. Default 0.
        lambda_l1: f64;
        /// L2 penalty on leaf values. Default 0.
        lambda_l2: f64;
        /// A split must gain more than this. Default 0.
        min_gain_to_split: f64;
        /// Largest number of bins of a column, the bin of missing values included; 2 to 65535, cells take a byte up to 255. Default 255.
        max_bin: usize;
        /// Least number of rows in a bin. Default 3.
        min_data_in_bin: usize;
        /// Number of rows that the bin boundaries are learned from. Default 200,000.
        bin_construct_sample_cnt: usize;
        /// Share of the columns drawn for each tree, in (0, 1]. Default 1.
        feature_fraction: f64;
        /// Share of the rows drawn without replacement, in (0, 1]; needs [`bagging_freq`](Self::bagging_freq). Default 1.
        bagging_fraction: f64;
        /// Rows are drawn anew every so many rounds; 0 turns bagging off. Default 0.
        bagging_freq: usize;
        /// Stop when the validation metric has not improved for so many rounds, and keep the best
        /// round; refused where there are no validation rows. Default `None`.
        early_stopping_round: Option<usize>;
        /// Smallest change of the validation metric that counts as an improvement. Default 0.
        early_stopping_min_delta: f64;
        /// Start from the mean label (its log odds for binary labels) rather than 0. Default true.
        boost_from_average: bool;
        /// Steepness of the sigmoid, for binary labels and LambdaMART. Default 1.
        sigmoid: f64;
        /// LambdaMART: pairs with both documents below this rank are ignored. Default 30.
        lambdarank_truncation_level: usize;
        /// LambdaMART: normalise the gradients of each query. Default true.
        lambdarank_norm: bool;
        /// LambdaMART: gain of each grade, `None` for 2^grade - 1. Default `None`.
        label_gain: Option<Vec<f64>>;
        /// LambdaMART: cut-off of the NDCG or MAP that early stopping watches. Default 5.
        eval_at: usize;
        /// What a [`refit`](Self::refit) keeps of the old leaf values, in [0, 1]. Default 0.9.
        refit_decay_rate: f64;
        /// Measures the objective's metric on the training rows too, after each round, for callbacks and
        /// [`evals_result`](super::FittedBoost::evals_result); a [`metric`](Self::metric) of the user's own is measured on
        /// validation rows only, and then this is not. Default false.
        is_provide_training_metric: bool;
        /// Seed of row sampling and column sampling. Default 0.
        seed: u64;
    }

    /// `interactions` are positions of columns.
    pub(crate) fn growth(&self, interactions: Vec<Vec<u32>>) -> Growth {
        Growth {
            interactions,
            max_delta_step: self.max_delta_step,
            path_smooth: self.path_smooth,
            monotone: self.monotone_constraints.clone(),
            feature_fraction_bynode: self.feature_fraction_bynode,
            extra_trees: self.extra_trees,
            seed: self.seed,
            num_leaves: self.num_leaves,
            max_depth: self.max_depth,
            min_data_in_leaf: self.min_data_in_leaf,
            min_sum_hessian_in_leaf: self.min_sum_hessian_in_leaf,
            lambda_l1: self.lambda_l1,
            lambda_l2: self.lambda_l2,
            min_gain_to_split: self.min_gain_to_split,
            shrinkage: if self.boosting == Boosting::Rf {
                1.0
            } else {
                self.learning_rate
            },
            categorical: Categorical {
                max_cat_to_onehot: self.max_cat_to_onehot,
                max_cat_threshold: self.max_cat_threshold,
                cat_smooth: self.cat_smooth,
                cat_l2: self.cat_l2,
                min_data_per_group: self.min_data_per_group as i64,
            },
        }
    }

    /// The levels that the gradients of a tree are rounded to, where they are.
    pub(crate) fn levels(&self, tree: u64) -> Option<Levels> {
        self.use_quantized_grad.then(|| Levels {
            number: self.num_grad_quant_bins,
            seed: self.stochastic_rounding.then(|| hash(self.seed, tree)),
        })
    }

    /// `categorical` are positions of columns.
    pub(crate) fn binning(&self, categorical: Vec<usize>) -> Binning {
        Binning {
            categorical,
            max_bin: self.max_bin,
            min_data_in_bin: self.min_data_in_bin,
            bin_construct_sample_cnt: self.bin_construct_sample_cnt,
            enable_bundle: self.enable_bundle,
            seed: self.seed,
        }
    }

    /// Whether a share of the rows is drawn.
    pub(crate) fn bags(&self) -> bool {
        self.data_sample_strategy == DataSampleStrategy::Bagging && self.random_rows()
    }

    pub(crate) fn random_rows(&self) -> bool {
        self.bagging_freq > 0 && self.bagging_fraction < 1.0
    }
}
