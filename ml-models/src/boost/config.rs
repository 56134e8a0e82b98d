//! Parameters by name, as they come from configuration files and other libraries: LightGBM's names and their aliases.

use std::str::FromStr;

use ml_data::{Error, Result};

use super::fit::STEP;
use super::objective::Objective;
use super::params::{Boost, Boosting, DataSampleStrategy};

/// Each parameter with its aliases in LightGBM, XGBoost and scikit-learn.
const ALIASES: &[(&str, &[&str])] = &[
    (
        "objective",
        &["objective_type", "app", "application", "loss"],
    ),
    ("boosting", &["boosting_type", "boost"]),
    ("data_sample_strategy", &[]),
    (
        "num_iterations",
        &[
            "num_iteration",
            "n_iter",
            "num_tree",
            "num_trees",
            "num_round",
            "num_rounds",
            "nrounds",
            "num_boost_round",
            "n_estimators",
            "max_iter",
        ],
    ),
    ("learning_rate", &["shrinkage_rate", "eta"]),
    (
        "num_leaves",
        &["num_leaf", "max_leaves", "max_leaf", "max_leaf_nodes"],
    ),
    ("max_depth", &[]),
    (
        "min_data_in_leaf",
        &[
            "min_data_per_leaf",
            "min_data",
            "min_child_samples",
            "min_samples_leaf",
        ],
    ),
    (
        "min_sum_hessian_in_leaf",
        &[
            "min_sum_hessian_per_leaf",
            "min_sum_hessian",
            "min_hessian",
            "min_child_weight",
        ],
    ),
    ("lambda_l1", &["reg_alpha", "l1_regularization"]),
    ("lambda_l2", &["reg_lambda", "lambda", "l2_regularization"]),
    ("min_gain_to_split", &["min_split_gain", "gamma"]),
    ("max_bin", &["max_bins"]),
    ("min_data_in_bin", &[]),
    ("bin_construct_sample_cnt", &["subsample_for_bin"]),
    (
        "categorical_feature",
        &[
            "cat_feature",
            "categorical_column",
            "cat_column",
            "categorical_features",
        ],
    ),
    ("max_cat_to_onehot", &[]),
    ("max_cat_threshold", &[]),
    ("cat_smooth", &[]),
    ("cat_l2", &[]),
    ("min_data_per_group", &[]),
    ("feature_fraction", &["sub_feature", "colsample_bytree"]),
    (
        "feature_fraction_bynode",
        &["sub_feature_bynode", "colsample_bynode"],
    ),
    ("extra_trees", &["extra_tree"]),
    ("enable_bundle", &["is_enable_bundle", "bundle"]),
    ("use_quantized_grad", &[]),
    ("num_grad_quant_bins", &[]),
    ("stochastic_rounding", &[]),
    ("bagging_fraction", &["sub_row", "subsample", "bagging"]),
    ("bagging_freq", &["subsample_freq"]),
    ("bagging_by_query", &[]),
    ("top_rate", &[]),
    ("other_rate", &[]),
    ("drop_rate", &["rate_drop"]),
    ("max_drop", &[]),
    ("skip_drop", &[]),
    ("max_delta_step", &["max_tree_output", "max_leaf_output"]),
    ("path_smooth", &[]),
    (
        "monotone_constraints",
        &["mc", "monotone_constraint", "monotonic_cst"],
    ),
    (
        "early_stopping_round",
        &[
            "early_stopping_rounds",
            "early_stopping",
            "n_iter_no_change",
        ],
    ),
    ("early_stopping_min_delta", &[]),
    ("boost_from_average", &[]),
    ("alpha", &[]),
    ("fair_c", &[]),
    ("poisson_max_delta_step", &[]),
    ("tweedie_variance_power", &[]),
    ("is_unbalance", &["unbalance", "unbalanced_sets"]),
    ("scale_pos_weight", &[]),
    ("sigmoid", &[]),
    ("lambdarank_truncation_level", &[]),
    ("lambdarank_norm", &[]),
    ("label_gain", &[]),
    (
        "eval_at",
        &["ndcg_eval_at", "ndcg_at", "map_eval_at", "map_at"],
    ),
    ("refit_decay_rate", &[]),
    (
        "is_provide_training_metric",
        &["training_metric", "is_training_metric", "train_metric"],
    ),
    ("seed", &["random_seed", "random_state"]),
];

/// Objectives with their aliases.
const OBJECTIVES: &[(Objective, &[&str])] = &[
    (
        Objective::Regression,
        &[
            "regression",
            "regression_l2",
            "l2",
            "mean_squared_error",
            "mse",
            "l2_root",
            "root_mean_squared_error",
            "rmse",
            "reg:squarederror",
        ],
    ),
    (
        Objective::RegressionL1,
        &[
            "regression_l1",
            "l1",
            "mean_absolute_error",
            "mae",
            "reg:absoluteerror",
        ],
    ),
    (Objective::Huber, &["huber"]),
    (Objective::Fair, &["fair"]),
    (Objective::Poisson, &["poisson", "count:poisson"]),
    (Objective::Quantile, &["quantile"]),
    (Objective::Mape, &["mape", "mean_absolute_percentage_error"]),
    (Objective::Gamma, &["gamma", "reg:gamma"]),
    (Objective::Tweedie, &["tweedie", "reg:tweedie"]),
    (
        Objective::Binary,
        &["binary", "binary_logloss", "binary:logistic", "log_loss"],
    ),
    (
        Objective::Multiclass,
        &["multiclass", "softmax", "multi:softprob"],
    ),
    (
        Objective::MulticlassOva,
        &["multiclassova", "multiclass_ova", "ova", "ovr"],
    ),
    (Objective::Lambdarank, &["lambdarank", "rank:ndcg"]),
    (Objective::RankMap, &["rank:map"]),
    (
        Objective::RankXendcg,
        &[
            "rank_xendcg",
            "xendcg",
            "xe_ndcg",
            "xe_ndcg_mart",
            "xendcg_mart",
        ],
    ),
];

impl Boost {
    /// Sets a parameter by name, or by an alias that LightGBM, XGBoost or scikit-learn know it by. Lists are separated by commas.
    ///
    /// ```
    /// use ml_models::boost::Boost;
    ///
    /// let boost = Boost::new().set("eta", "0.05")?.set("n_estimators", "300")?.set("max_depth", "-1")?;
    /// assert_eq!(boost, Boost::new().learning_rate(0.05).num_iterations(300));
    /// assert!(Boost::new().set("eta", "fast").is_err());
    /// # Ok::<(), ml_data::Error>(())
    /// ```
    ///
    /// # Errors
    /// An unknown name, or a value that is not of the parameter's kind.
    pub fn set(mut self, name: &str, value: &str) -> Result<Self> {
        let known = ALIASES
            .iter()
            .find(|(own, aliases)| *own == name || aliases.contains(&name));
        let Some(&(own, _)) = known else {
            return Err(Error::parameter(
                STEP,
                "name",
                name,
                "a parameter of boosting or an alias of one",
            ));
        };
        let value = value.trim();
        macro_rules! fields {
            ($($field:ident),*) => {
                match own {
                    $(stringify!($field) => self.$field = parse(own, value)?,)*
                    "objective" => self.objective = Some(objective(value)?),
                    "boosting" => self.boosting = boosting(value)?,
                    "data_sample_strategy" => self.data_sample_strategy = strategy(value)?,
                    "max_depth" => {
                        let depth: i64 = parse(own, value)?;
                        self.max_depth = usize::try_from(depth).ok().filter(|&d| d > 0);
                    }
                    "early_stopping_round" => {
                        let rounds: i64 = parse(own, value)?;
                        self.early_stopping_round = usize::try_from(rounds).ok().filter(|&r| r > 0);
                    }
                    "categorical_feature" => {
                        let names = value.strip_prefix("name:").unwrap_or(value);
                        self.categorical_feature = list(own, names)?;
                    }
                    "monotone_constraints" => self.monotone_constraints = list(own, value)?,
                    "label_gain" => self.label_gain = Some(list(own, value)?),
                    _ => {}
                }
            };
        }
        fields!(
            num_iterations,
            learning_rate,
            num_leaves,
            min_data_in_leaf,
            min_sum_hessian_in_leaf,
            lambda_l1,
            lambda_l2,
            min_gain_to_split,
            max_bin,
            min_data_in_bin,
            bin_construct_sample_cnt,
            max_cat_to_onehot,
            max_cat_threshold,
            cat_smooth,
            cat_l2,
            min_data_per_group,
            feature_fraction,
            feature_fraction_bynode,
            extra_trees,
            enable_bundle,
            use_quantized_grad,
            num_grad_quant_bins,
            stochastic_rounding,
            bagging_fraction,
            bagging_freq,
            bagging_by_query,
            top_rate,
            other_rate,
            drop_rate,
            max_drop,
            skip_drop,
            max_delta_step,
            path_smooth,
            early_stopping_min_delta,
            boost_from_average,
            alpha,
            fair_c,
            poisson_max_delta_step,
            tweedie_variance_power,
            is_unbalance,
            scale_pos_weight,
            sigmoid,
            lambdarank_truncation_level,
            lambdarank_norm,
            eval_at,
            refit_decay_rate,
            is_provide_training_metric,
            seed
        );
        Ok(self)
    }
}

fn parse<T: FromStr>(name: &'static str, value: &str) -> Result<T> {
    let rule = "a value of the parameter's kind: a number, or true or false";
    value
        .parse()
        .map_err(|_| Error::parameter(STEP, name, value, rule))
}

fn list<T: FromStr>(name: &'static str, value: &str) -> Result<Vec<T>> {
    value
        .split(',')
        .map(|part| parse(name, part.trim()))
        .collect()
}

fn objective(value: &str) -> Result<Objective> {
    let found = OBJECTIVES.iter().find(|(_, names)| names.contains(&value));
    found.map(|(objective, _)| *objective).ok_or_else(|| {
        Error::parameter(
            STEP,
            "objective",
            value,
            "the name of an objective in LightGBM",
        )
    })
}

fn boosting(value: &str) -> Result<Boosting> {
    match value {
        "gbdt" | "gbrt" | "gbtree" => Ok(Boosting::Gbdt),
        "dart" => Ok(Boosting::Dart),
        "rf" | "random_forest" => Ok(Boosting::Rf),
        _ => Err(Error::parameter(
            STEP,
            "boosting",
            value,
            "gbdt, dart or rf",
        )),
    }
}

fn strategy(value: &str) -> Result<DataSampleStrategy> {
    match value {
        "bagging" => Ok(DataSampleStrategy::Bagging),
        "goss" => Ok(DataSampleStrategy::Goss),
        _ => Err(Error::parameter(
            STEP,
            "data_sample_strategy",
            value,
            "bagging or goss",
        )),
    }
}

#[cfg(test)]
mod tests;
