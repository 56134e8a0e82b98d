//! Parameters of the growth of a tree.

use super::policy::GrowPolicy;
use crate::tree::sampling::{choose, rounded_share};

/// Limits and penalties, under LightGBM's names.
#[derive(Debug, Clone)]
pub(crate) struct TreeParams {
    pub(crate) policy: GrowPolicy,
    pub(crate) num_leaves: usize,
    pub(crate) max_depth: Option<usize>,
    pub(crate) min_data_in_leaf: usize,
    pub(crate) min_sum_hessian_in_leaf: f64,
    pub(crate) lambda_l1: f64,
    pub(crate) lambda_l2: f64,
    pub(crate) min_gain_to_split: f64,
    /// Factor of leaf values.
    pub(crate) shrinkage: f64,
    pub(crate) categorical: Categorical,
    /// Largest size of a leaf value before shrinkage; 0 for any.
    pub(crate) max_delta_step: f64,
    /// Rows that the value of the node above counts as in a leaf's value; 0 for none.
    pub(crate) path_smooth: f64,
    /// By column of the feature matrix: 1 where predictions may only rise with it, -1 where they
    /// may only fall; or empty.
    pub(crate) monotone: Vec<i8>,
    /// Sets of columns of the feature matrix that may meet on a way down; or empty.
    pub(crate) interactions: Vec<Vec<u32>>,
    /// Share of the columns drawn for each node.
    pub(crate) feature_fraction_bynode: f64,
    /// One random threshold a column.
    pub(crate) extra_trees: bool,
    pub(crate) seed: u64,
}

/// Parameters of splits on categories, under LightGBM's names.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Categorical {
    pub(crate) max_cat_to_onehot: usize,
    pub(crate) max_cat_threshold: usize,
    pub(crate) cat_smooth: f64,
    pub(crate) cat_l2: f64,
    pub(crate) min_data_per_group: i64,
}

impl Default for Categorical {
    fn default() -> Self {
        Self {
            max_cat_to_onehot: 4,
            max_cat_threshold: 32,
            cat_smooth: 10.0,
            cat_l2: 10.0,
            min_data_per_group: 100,
        }
    }
}

impl TreeParams {
    /// Levels of a symmetric tree.
    pub(super) fn symmetric_depth(&self) -> usize {
        self.max_depth.unwrap_or(GrowPolicy::SYMMETRIC_DEPTH)
    }

    /// A share of the columns, drawn for the node or level of that number.
    pub(super) fn draw_columns(&self, columns: Vec<u32>, key: u64) -> Vec<u32> {
        let k = rounded_share(columns.len(), self.feature_fraction_bynode);
        let drawn = choose(columns.len(), k, self.seed, "boost node", key);
        drawn.into_iter().map(|i| columns[i as usize]).collect()
    }

    /// Whether leaf values are bounded while splits are sought.
    pub(crate) fn bounded(&self) -> bool {
        self.max_delta_step > 0.0 || self.path_smooth > 0.0 || self.monotone.iter().any(|&m| m != 0)
    }
}

impl Default for TreeParams {
    fn default() -> Self {
        Self {
            policy: GrowPolicy::default(),
            num_leaves: 31,
            max_depth: None,
            min_data_in_leaf: 20,
            min_sum_hessian_in_leaf: 1e-3,
            lambda_l1: 0.0,
            lambda_l2: 0.0,
            min_gain_to_split: 0.0,
            shrinkage: 0.1,
            categorical: Categorical::default(),
            max_delta_step: 0.0,
            path_smooth: 0.0,
            monotone: Vec::new(),
            interactions: Vec::new(),
            feature_fraction_bynode: 1.0,
            extra_trees: false,
            seed: 0,
        }
    }
}
