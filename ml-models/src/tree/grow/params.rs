//! What bounds the growth of a tree.

use crate::tree::kernel;

/// Limits and penalties, under LightGBM's names.
#[derive(Debug, Clone)]
pub(crate) struct Growth {
    pub(crate) num_leaves: usize,
    pub(crate) max_depth: Option<usize>,
    pub(crate) min_data_in_leaf: usize,
    pub(crate) min_sum_hessian_in_leaf: f64,
    pub(crate) lambda_l1: f64,
    pub(crate) lambda_l2: f64,
    pub(crate) min_gain_to_split: f64,
    /// What leaf values are multiplied by.
    pub(crate) shrinkage: f64,
    pub(crate) categorical: Categorical,
}

/// How categories are split, under LightGBM's names.
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

impl Growth {
    /// The best value of a leaf with these sums of gradients and hessians, shrunk; `extra_l2` is added to the penalty.
    pub(crate) fn value(&self, [g, h]: [f64; 2], extra_l2: f64) -> f64 {
        let h = h + (self.lambda_l2 + extra_l2);
        let size = kernel::shrink(g, self.lambda_l1);
        if h > 0.0 {
            -size.copysign(g) / h * self.shrinkage
        } else {
            0.0
        }
    }
}

impl Default for Growth {
    fn default() -> Self {
        Self {
            num_leaves: 31,
            max_depth: None,
            min_data_in_leaf: 20,
            min_sum_hessian_in_leaf: 1e-3,
            lambda_l1: 0.0,
            lambda_l2: 0.0,
            min_gain_to_split: 0.0,
            shrinkage: 0.1,
            categorical: Categorical::default(),
        }
    }
}
