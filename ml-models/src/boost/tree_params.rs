//! Parameters of bins and of growth, from those of boosting.

use ml_data::random::hash;

use super::choices::Boosting;
use super::params::BoostParams;
use crate::tree::bin::Binning;
use crate::tree::grow::{Categorical, Levels, TreeParams};

impl BoostParams {
    /// `interactions` are positions of columns.
    pub(crate) fn tree_params(&self, interactions: Vec<Vec<u32>>) -> TreeParams {
        TreeParams {
            policy: self.grow_policy,
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
    pub(crate) fn quantized_levels(&self, tree: u64) -> Option<Levels> {
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
}
