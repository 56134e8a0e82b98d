//! Parameters of boosting: one table, with LightGBM's names and defaults.

use std::path::PathBuf;

use ml_data::error::hint;
#[cfg(feature = "progress")]
use ml_data::indicatif::ProgressBar;
use ml_data::{Error, Result};
use serde::{Deserialize, Serialize};

use super::choices::{Boosting, DataSampleStrategy};
use super::objective::Objective;
use super::parameter::{ParameterValue, parameters, rule_holds, rule_text, setter};
use crate::progress::BarHandle;
use crate::tree::GrowPolicy;

/// Name of the model in errors.
pub(crate) const STEP: &str = "Boost";

/// Gradient-boosted decision trees on histograms.
///
/// The target of the sample chooses what is minimised: squared error for real labels, log loss for
/// binary labels and for classes, LambdaMART (NDCG) for graded relevance;
/// [`objective`](Self::objective) chooses another loss of the same target. Parameters carry
/// LightGBM's names and defaults.
///
/// Trees grow leaf by leaf: the leaf whose best split gains most is split next, until there are
/// `num_leaves`; [`grow_policy`](Self::grow_policy) has other orders.
/// The result does not depend on the number of threads, to the last bit.
///
/// ```
/// use ml_data::prelude::*;
/// use ml_models::boost::{Boost, FittedBoost};
/// use ml_models::tree::Condition;
///
/// let x: Vec<f64> = (0..200).map(|i| f64::from(i % 50)).collect();
/// let y: Vec<f64> = x.iter().map(|&x| if x < 20.0 { 1.0 } else { 5.0 }).collect();
/// let train = Dataset::regression(Dense::from_rows(1, x)?, y)?.into_train();
/// let model: FittedBoost = Boost::new().num_iterations(50).learning_rate(0.3).fit(&train)?;
///
/// let new = Dense::from_rows(1, vec![3.0, 19.0, 20.0])?;
/// let predicted = model.predict(&new)?;
/// assert!((predicted.0[1] - 1.0).abs() < 1e-6 && (predicted.0[2] - 5.0).abs() < 1e-6);
/// assert!(matches!(model.trees()[0].nodes()[0].test, Condition::Threshold(t) if t.round() == 20.0)); // between 19 and 20
/// # Ok::<(), ml_data::Error>(())
/// ```
///
/// # Missing values
///
/// `NaN` is missing. Each split learns the side missing values go to; a column that had none in
/// training sends them to the heavier child. `-inf` and `+inf` are ordinary values at the two ends.
///
/// # Weights
///
/// A row of weight 0 is left out, and whole-number weights count as repeated rows everywhere but in
/// `is_unbalance`, which counts rows, as LightGBM does: in
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
/// A sample that carries scores
/// ([`Dataset::with_init_score`](ml_data::sample::Dataset::with_init_score), LightGBM's
/// `init_score`) is learned from there: the model starts from 0 instead of the average, and its
/// predictions do not contain the scores. Validation rows start from their own. Forests refuse
/// them.
///
/// # Errors
///
/// Fitting refuses a parameter outside its range, one that others keep from having an effect (such
/// as `bagging_fraction` without `bagging_freq`), an empty sample, one class only, labels beyond
/// 1e30, grades without a gain, early stopping without validation rows, and gradients that `f32`
/// does not hold; each names the place.
///
/// # References
///
/// Friedman, *Greedy function approximation: a gradient boosting machine*, Annals of Statistics 29
/// (2001), [doi:10.1214/aos/1013203451](https://doi.org/10.1214/aos/1013203451); Ke et al.,
/// *LightGBM: a highly efficient gradient boosting decision tree*, NeurIPS 30 (2017); Burges, *From
/// RankNet to LambdaRank to LambdaMART: an overview*, Microsoft Research MSR-TR-2010-82 (2010).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Boost {
    params: BoostParams,
    #[serde(skip)]
    pub(super) checkpoint: Option<Checkpoint>,
    #[serde(skip)]
    pub(super) progress_bar: BarHandle,
}

/// Where checkpoints go, and how often.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Checkpoint {
    pub(super) path: PathBuf,
    pub(super) every: usize,
}

parameters! {
    /// The loss that is minimised. Default: by the target, squared error, log loss or LambdaMART.
    objective: Option<Objective> = None, any, ["objective_type", "app", "application", "loss"], own;
    /// The quantile of the quantile loss, in (0, 1), and where Huber's loss turns straight. Default
    /// 0.9.
    alpha: f64 = 0.9, positive, [], plain;
    /// Scale of the fair loss. Default 1.
    fair_c: f64 = 1.0, positive, [], plain;
    /// Poisson: safeguard of the hessian. Default 0.7.
    poisson_max_delta_step: f64 = 0.7, positive, [], plain;
    /// Tweedie: power of the variance, in [1, 2). Default 1.5.
    tweedie_variance_power: f64 = 1.5, below(1, 2), [], plain;
    /// Binary: both classes weigh the same altogether. Default false.
    is_unbalance: bool = false, any, ["unbalance", "unbalanced_sets"], plain;
    /// Binary: what rows of the positive class count for. Default 1.
    scale_pos_weight: f64 = 1.0, positive, [], plain;
    /// Number of boosting rounds: one tree each, of several classes one tree a class. Default 100.
    num_iterations: usize = 100, at_least(1), ["num_iteration", "n_iter", "num_tree", "num_trees", "num_round", "num_rounds", "nrounds", "num_boost_round", "n_estimators", "max_iter"], plain;
    /// Shrinkage of each tree, in (0, 1]. Default 0.1.
    learning_rate: f64 = 0.1, fraction, ["shrinkage_rate", "eta"], plain;
    /// The order in which the leaves of a tree are split: leaf-wise, level by level, or all leaves
    /// of a level by one split. Default leaf-wise.
    grow_policy: GrowPolicy = GrowPolicy::Lossguide, any, [], plain;
    /// Largest number of leaves of a tree, at least 2; symmetric trees have a depth instead.
    /// Default 31.
    num_leaves: usize = 31, within(2, 131072), ["num_leaf", "max_leaves", "max_leaf", "max_leaf_nodes"], plain;
    /// Largest depth of a tree, `None` for no limit (LightGBM's -1). Symmetric trees have 6 levels
    /// where it is `None`, and at most 16. Default `None`.
    max_depth: Option<usize> = None, at_least(1), [], plain;
    /// Least number of rows in a leaf. Where hessians differ between rows the number is estimated
    /// from the leaf's share of the hessian, as LightGBM does. Default 20.
    min_data_in_leaf: usize = 20, any, ["min_data_per_leaf", "min_data", "min_child_samples", "min_samples_leaf"], plain;
    /// Least sum of hessians in a leaf. Default 1e-3.
    min_sum_hessian_in_leaf: f64 = 1e-3, penalty, ["min_sum_hessian_per_leaf", "min_sum_hessian", "min_hessian", "min_child_weight"], plain;
    /// L1 penalty on leaf values. Default 0.
    lambda_l1: f64 = 0.0, penalty, ["reg_alpha", "l1_regularization"], plain;
    /// L2 penalty on leaf values. Default 0.
    lambda_l2: f64 = 0.0, penalty, ["reg_lambda", "lambda", "l2_regularization"], plain;
    /// A split must gain more than this. Default 0.
    min_gain_to_split: f64 = 0.0, penalty, ["min_split_gain", "gamma"], plain;
    /// Largest number of bins of a column, the bin of missing values included; 2 to 65535, cells
    /// take a byte up to 255. Default 255.
    max_bin: usize = 255, within(2, 65535), ["max_bins"], plain;
    /// Least number of rows in a bin. Default 3.
    min_data_in_bin: usize = 3, at_least(1), [], plain;
    /// Number of rows that the bin boundaries are learned from. Default 200,000.
    bin_construct_sample_cnt: usize = 200_000, at_least(1), ["subsample_for_bin"], plain;
    /// Columns that hold category codes: whole numbers without an order, from 0 on. Splits on them
    /// send a set of categories left. Codes not seen in training, rare ones, negative numbers and
    /// missing values go right. Default none.
    categorical_feature: Vec<String> = Vec::new(), any, ["cat_feature", "categorical_column", "cat_column", "categorical_features"], own;
    /// Columns of at most so many categories are split by one category against the rest. Default 4.
    max_cat_to_onehot: usize = 4, any, [], plain;
    /// Most categories on the left of a split. Default 32.
    max_cat_threshold: usize = 32, at_least(1), [], plain;
    /// Added to a category's hessian when categories are sorted; categories with fewer rows are not
    /// sent left. Default 10.
    cat_smooth: f64 = 10.0, penalty, [], plain;
    /// L2 penalty of splits on several categories, besides `lambda_l2`. Default 10.
    cat_l2: f64 = 10.0, penalty, [], plain;
    /// Least number of rows between two splits that are tried on a sorted category column. Default
    /// 100.
    min_data_per_group: usize = 100, any, [], plain;
    /// Share of the columns drawn for each tree, in (0, 1], rounded to whole columns, at least one.
    /// Default 1.
    feature_fraction: f64 = 1.0, fraction, ["sub_feature", "colsample_bytree"], plain;
    /// Share of the rows drawn without replacement, in (0, 1]; needs `bagging_freq`. Default 1.
    bagging_fraction: f64 = 1.0, fraction, ["sub_row", "subsample", "bagging"], plain;
    /// Rows are drawn anew every so many rounds; 0 turns bagging off. Default 0.
    bagging_freq: usize = 0, any, ["subsample_freq"], plain;
    /// Ranking: whole queries are drawn, not rows. Default false.
    bagging_by_query: bool = false, any, [], plain;
    /// Kind of rounds: boosting, boosting with dropout, or a forest, whose trees must differ by the
    /// rows or columns that they are given. Default boosting.
    boosting: Boosting = Boosting::Gbdt, any, ["boosting_type", "boost"], plain;
    /// Sampling of rows; GOSS does not go with bagging. Default bagging.
    data_sample_strategy: DataSampleStrategy = DataSampleStrategy::Bagging, any, [], plain;
    /// GOSS: share of the rows with the largest gradients, which are kept. Default 0.2.
    top_rate: f64 = 0.2, fraction, [], plain;
    /// GOSS: share of the rows that are drawn from the others. Default 0.1.
    other_rate: f64 = 0.1, fraction, [], plain;
    /// DART: chance of each earlier tree to be dropped; lowered where it would pass `max_drop` on
    /// average. Default 0.1.
    drop_rate: f64 = 0.1, chance, ["rate_drop"], plain;
    /// DART: most trees dropped at a time, 0 for no limit. Default 50.
    max_drop: usize = 50, any, [], plain;
    /// DART: chance of a round without dropping. Default 0.5.
    skip_drop: f64 = 0.5, chance, [], plain;
    /// Largest size of a leaf value before shrinkage; 0 for any. Default 0.
    max_delta_step: f64 = 0.0, penalty, ["max_tree_output", "max_leaf_output"], plain;
    /// Draws the value of each leaf and node of `n` rows to that of the node above it, which counts
    /// as much as so many rows: `(n value + path_smooth above) / (n + path_smooth)`, before
    /// shrinkage. Small leaves of deep trees overfit less. Needs `min_data_in_leaf` of at least 2.
    /// Default 0.
    path_smooth: f64 = 0.0, penalty, [], plain;
    /// For each column 1 where predictions may only rise with it, -1 where they may only fall, 0
    /// otherwise; of several classes these are raw scores. Holds for the trees that are grown, and
    /// for those of a [`refit`](Boost::refit) with the same constraints, not for a model that
    /// training goes on from. Refused for columns of categories and, as by LightGBM, for
    /// `RegressionL1`, `Quantile` and `Mape`: their leaf values are found anew after growth. Empty
    /// (the default) for none.
    monotone_constraints: Vec<i8> = Vec::new(), direction, ["mc", "monotone_constraint", "monotonic_cst"], own;
    /// Sets of columns, by name, that may split nodes on one way down a tree; a column in no set is
    /// not used. Default none: all may meet.
    interaction_constraints: Vec<Vec<String>> = Vec::new(), any, [], own;
    /// Share of the columns drawn for each node, in (0, 1], rounded to whole columns, at least one.
    /// Default 1.
    feature_fraction_bynode: f64 = 1.0, fraction, ["sub_feature_bynode", "colsample_bynode"], plain;
    /// One random threshold for each column and node instead of all. Default false.
    extra_trees: bool = false, any, ["extra_tree"], plain;
    /// Sparse columns that never differ from their usual value in the same row share a byte, which
    /// changes time and memory and no tree. Default true.
    enable_bundle: bool = true, any, ["is_enable_bundle", "bundle"], plain;
    /// Gradients and hessians are rounded to few levels before trees grow from them; leaf values
    /// are those of the exact ones (LightGBM's `quant_train_renew_leaf`). Rounding by chance is
    /// noise that can keep large trees from overfitting, as where classes have few rows; it saves
    /// no time here. Shi et al., NeurIPS 2022,
    /// [arXiv:2207.09682](https://arxiv.org/abs/2207.09682). Default false.
    use_quantized_grad: bool = false, any, [], plain;
    /// Levels of quantised hessians, and of gradients from the lowest to the highest; 2 to 65536.
    /// Default 4.
    num_grad_quant_bins: usize = 4, within(2, 65536), [], plain;
    /// Quantised gradients are rounded up or down by chance, so that they are right on average;
    /// else to the nearest level. Default true.
    stochastic_rounding: bool = true, any, [], plain;
    /// Stop when the validation metric has not improved for so many rounds, and keep the best
    /// round; refused where there are no validation rows. Default `None`.
    early_stopping_round: Option<usize> = None, at_least(1), ["early_stopping_rounds", "early_stopping", "n_iter_no_change"], plain;
    /// Smallest change of the validation metric that counts as an improvement. Default 0.
    early_stopping_min_delta: f64 = 0.0, penalty, [], plain;
    /// Start from constant scores near the best rather than 0: the mean label, its logarithm
    /// (Poisson, gamma, Tweedie), the median or the quantile (`RegressionL1`, `Mape`, `Quantile`),
    /// log odds, or logarithms of the classes' shares; 0 for rankings. Default true.
    boost_from_average: bool = true, any, [], plain;
    /// Steepness of the sigmoid, for binary labels and LambdaMART. Default 1.
    sigmoid: f64 = 1.0, positive, [], plain;
    /// LambdaMART: pairs with both documents below this rank are ignored. Default 30.
    lambdarank_truncation_level: usize = 30, at_least(1), [], plain;
    /// LambdaMART: normalise the gradients of each query. Default true.
    lambdarank_norm: bool = true, any, [], plain;
    /// YetiRank: rankings drawn of each query and round. Default 10.
    yetirank_permutations: usize = 10, at_least(1), [], plain;
    /// YetiRank: factor of the weight of a pair a place further down, in (0, 1]. Default 0.85.
    yetirank_decay: f64 = 0.85, fraction, [], plain;
    /// Ranking: gain of each grade, `None` for 2^grade - 1 of grades from 0 to 30. YetiRank learns
    /// from the grades themselves and is measured by their gains. Default `None`.
    label_gain: Option<Vec<f64>> = None, penalty, [], plain;
    /// Ranking: cut-off of the NDCG or MAP that early stopping watches. Default 5.
    eval_at: usize = 5, at_least(1), ["ndcg_eval_at", "ndcg_at", "map_eval_at", "map_at"], plain;
    /// Share of the old leaf values that a [`refit`](Boost::refit) keeps, in [0, 1]. Default 0.9.
    refit_decay_rate: f64 = 0.9, chance, [], plain;
    /// Measures the objective's metric on the training rows too, after each round, for callbacks
    /// and [`evals_result`](super::FittedBoost::evals_result); a [`metric`](Boost::metric) of the
    /// user's own is measured on validation rows only, and then this is not. Default false.
    is_provide_training_metric: bool = false, any, ["training_metric", "is_training_metric", "train_metric"], plain;
    /// Seed of all that is drawn: the rows and columns of rounds and nodes, thresholds
    /// (`extra_trees`), dropped rounds, the rounding of quantised gradients, the rows that bins are
    /// learned from, and what XE-NDCG and YetiRank draw. Default 0.
    seed: u64 = 0, any, ["random_seed", "random_state"], plain;
}

impl Boost {
    /// LightGBM's defaults: 100 rounds, learning rate 0.1, 31 leaves, at least 20 rows a leaf, 255
    /// bins.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The parameters.
    #[must_use]
    pub fn params(&self) -> &BoostParams {
        &self.params
    }

    /// Sets a parameter by name, or by an alias that LightGBM, XGBoost or scikit-learn know it by.
    /// Lists are separated by commas. [`BoostParams`] has the table of names.
    ///
    /// ```
    /// use ml_models::boost::Boost;
    ///
    /// let boost = Boost::new().set("eta", "0.05")?.set("n_estimators", "300")?.set("max_depth", "-1")?;
    /// assert_eq!(boost, Boost::new().learning_rate(0.05).num_iterations(300));
    /// assert_eq!(boost.params().learning_rate, 0.05);
    /// assert!(Boost::new().set("eta", "fast").is_err());
    /// let e = Boost::new().set("learning_rat", "0.1").unwrap_err();
    /// assert!(e.to_string().contains("`learning_rate`"));
    /// # Ok::<(), ml_data::Error>(())
    /// ```
    ///
    /// # Errors
    /// An unknown name, with the nearest one; a value that is not of the parameter's kind.
    /// `verbosity` (`verbose`) is refused: [`log_every`](ml_data::contract::log_every), given to
    /// [`fit_watched`](ml_data::contract::Fit::fit_watched), writes lines about rounds.
    pub fn set(mut self, name: &str, value: &str) -> Result<Self> {
        let mut names = BoostParams::NAMES.iter();
        let own = names.find(|(own, aliases)| *own == name || aliases.contains(&name));
        let own = own.map(|(own, _)| *own);
        match own.and_then(|own| self.params.set(own, value.trim())) {
            Some(Ok(())) => Ok(self),
            Some(Err((own, kind))) => Err(Error::parameter(STEP, own, value, kind)),
            None if VERBOSITY.contains(&name) => {
                let rule =
                    "left out: `log_every`, given to `fit_watched`, writes lines about rounds";
                Err(Error::parameter(STEP, "verbosity", value, rule))
            }
            None => Err(unknown(name)),
        }
    }

    /// The loss that is minimised. Default: by the target, squared error, log loss or LambdaMART.
    #[must_use]
    pub fn objective(mut self, objective: Objective) -> Self {
        self.params.objective = Some(objective);
        self
    }

    /// Columns that hold category codes: whole numbers without an order, from 0 on. Splits on them
    /// send a set of categories left. Codes not seen in training, rare ones, negative numbers and
    /// missing values go right. Default none.
    #[must_use]
    pub fn categorical_feature<S: Into<String>>(
        mut self,
        columns: impl IntoIterator<Item = S>,
    ) -> Self {
        self.params.categorical_feature = columns.into_iter().map(Into::into).collect();
        self
    }

    /// Moves a bar by a round at a time, with the metric and the best one so far as its message:
    /// with validation rows or without. Its looks are its style's business.
    #[cfg(feature = "progress")]
    #[must_use]
    pub fn progress_bar(mut self, bar: ProgressBar) -> Self {
        self.progress_bar = BarHandle(Some(bar));
        self
    }

    /// Keeps the state of the training in a file: before the first round, after every
    /// `every_n_rounds` rounds, and where a callback stops it. If the file is there already,
    /// training goes on from it, with the same rows, parameters and version of the library, and
    /// ends **with the same bits** as one that never stopped; so a program that may be killed at
    /// any moment is just started again. The file is replaced by a rename after its bytes are on
    /// the disk: there is a whole one at any time.
    ///
    /// The file is left behind when training ends; fitting again then only reads it.
    /// `num_iterations` may differ: more rounds go on from it, fewer than it holds are refused.
    /// Objectives and metrics of the user's own are recognised by their names. One training at a
    /// time may use a file. A checkpoint holds all trees, and the scores of all rows (8 bytes each
    /// and output).
    ///
    /// ```
    /// # use std::ops::ControlFlow;
    /// use ml_data::prelude::*;
    /// use ml_models::boost::{Boost, FittedBoost};
    ///
    /// let x: Vec<f64> = (0..200).map(|i| f64::from(i % 50)).collect();
    /// let y: Vec<f64> = x.iter().map(|&x| (x / 9.0).sin()).collect();
    /// let data = Dataset::regression(Dense::from_rows(1, x)?, y)?.into_train();
    /// # let path = std::env::temp_dir().join(format!("boost-doc-{}.checkpoint", std::process::id()));
    /// let boost = Boost::new().num_iterations(30);
    /// let whole: FittedBoost = boost.fit(&data)?;
    /// // Ends after 20 rounds; the second training adds the other ten.
    /// let _: FittedBoost = boost.clone().num_iterations(20).checkpoint(&path, 5).fit(&data)?;
    /// let gone_on: FittedBoost = boost.checkpoint(&path, 5).fit(&data)?;
    /// assert_eq!(gone_on, whole);
    /// # std::fs::remove_file(path).ok();
    /// # Ok::<(), ml_data::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Fitting refuses a checkpoint of other parameters (by the name of the first that differs), of
    /// other rows or another version, or one that is truncated or damaged; and it fails if the file
    /// can not be written (a full disk, a folder that is read-only), which leaves the last
    /// checkpoint as it was.
    #[must_use]
    pub fn checkpoint(mut self, path: impl Into<PathBuf>, every_n_rounds: usize) -> Self {
        self.checkpoint = Some(Checkpoint {
            path: path.into(),
            every: every_n_rounds,
        });
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
        self.params.monotone_constraints = directions.into();
        self
    }

    /// Sets of columns, by name, that may split nodes on one way down a tree; a column in no set is
    /// not used. Default none: all may meet.
    #[must_use]
    pub fn interaction_constraints<S: Into<String>, I: IntoIterator<Item = S>>(
        mut self,
        sets: impl IntoIterator<Item = I>,
    ) -> Self {
        let set = |set: I| set.into_iter().map(Into::into).collect();
        self.params.interaction_constraints = sets.into_iter().map(set).collect();
        self
    }
}

/// Names by which other libraries are told to print rounds.
const VERBOSITY: [&str; 5] = [
    "verbosity",
    "verbose",
    "verbose_eval",
    "metric_freq",
    "output_freq",
];

/// An unknown name, with the nearest one.
fn unknown(name: &str) -> Error {
    let all = BoostParams::NAMES.iter();
    let all = all.flat_map(|(own, aliases)| std::iter::once(own).chain(*aliases));
    let found = format!("{name}{}", hint(name, all.copied()));
    let rule = "a parameter of boosting or an alias of one";
    Error::parameter(STEP, "name", found, rule)
}

impl BoostParams {
    /// Whether a share of the rows is drawn.
    pub(crate) fn bags(&self) -> bool {
        self.data_sample_strategy == DataSampleStrategy::Bagging && self.random_rows()
    }

    pub(crate) fn random_rows(&self) -> bool {
        self.bagging_freq > 0 && self.bagging_fraction < 1.0
    }
}

#[cfg(test)]
mod tests;
