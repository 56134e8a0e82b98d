//! What bounds the growth of a tree.

use super::policy::GrowPolicy;
use crate::tree::kernel;
use crate::tree::sampling::choose;

/// Limits and penalties, under LightGBM's names.
#[derive(Debug, Clone)]
pub(crate) struct Growth {
    pub(crate) policy: GrowPolicy,
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
    /// Largest size of a leaf value before shrinkage; 0 for any.
    pub(crate) max_delta_step: f64,
    /// How strongly leaf values are drawn to the value of the node above; 0 for not at all.
    pub(crate) path_smooth: f64,
    /// By column of the feature matrix: 1 where predictions may only rise with it, -1 where they may only fall; or empty.
    pub(crate) monotone: Vec<i8>,
    /// Sets of columns of the feature matrix that may meet on a way down; or empty.
    pub(crate) interactions: Vec<Vec<u32>>,
    /// Share of the columns drawn for each node.
    pub(crate) feature_fraction_bynode: f64,
    /// One random threshold a column.
    pub(crate) extra_trees: bool,
    pub(crate) seed: u64,
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

/// A mean of a leaf's value, which counts `share` times, and that of the node above.
pub(super) fn smooth(value: f64, share: f64, above: f64) -> f64 {
    value * share / (share + 1.0) + above / (share + 1.0)
}

impl Growth {
    /// The best value of a leaf with these sums of gradients and hessians, shrunk; `extra_l2` is added to the penalty.
    pub(crate) fn value(&self, [g, h]: [f64; 2], extra_l2: f64) -> f64 {
        let h = h + (self.lambda_l2 + extra_l2);
        let size = kernel::shrink(g, self.lambda_l1);
        if h > 0.0 {
            self.limited(-size.copysign(g) / h) * self.shrinkage
        } else {
            0.0
        }
    }

    /// The same for a leaf of so many rows, drawn to the value of the node above it.
    pub(crate) fn value_below(
        &self,
        sums: [f64; 2],
        extra_l2: f64,
        rows: u64,
        above: Option<f64>,
    ) -> f64 {
        let above = above.map(|a| a * self.shrinkage);
        self.smoothed(self.value(sums, extra_l2), rows, above)
    }

    /// A leaf value within `max_delta_step`.
    pub(crate) fn limited(&self, value: f64) -> f64 {
        if self.max_delta_step > 0.0 {
            value.clamp(-self.max_delta_step, self.max_delta_step)
        } else {
            value
        }
    }

    /// The value of a leaf of so many rows, drawn to that of the node `above` it; the root has none.
    pub(crate) fn smoothed(&self, value: f64, rows: u64, above: Option<f64>) -> f64 {
        match above {
            Some(above) if self.path_smooth > 0.0 => {
                smooth(value, rows as f64 / self.path_smooth, above)
            }
            _ => value,
        }
    }

    /// Levels of a symmetric tree.
    pub(super) fn levels(&self) -> usize {
        self.max_depth.unwrap_or(GrowPolicy::SYMMETRIC_DEPTH)
    }

    /// Leaves of a tree, at most.
    pub(super) fn most_leaves(&self) -> usize {
        match self.policy {
            GrowPolicy::SymmetricTree => 1 << self.levels().min(GrowPolicy::DEEPEST_SYMMETRIC),
            GrowPolicy::Lossguide | GrowPolicy::Depthwise => self.num_leaves,
        }
    }

    /// A share of the columns, drawn for the node or level of that number.
    pub(super) fn draw_columns(&self, columns: Vec<u32>, key: u64) -> Vec<u32> {
        let share = columns.len() as f64 * self.feature_fraction_bynode;
        let k = (share.round() as usize).max(1);
        let drawn = choose(columns.len(), k, self.seed, "boost node", key);
        drawn.into_iter().map(|i| columns[i as usize]).collect()
    }

    /// Whether leaf values are bounded while splits are sought.
    pub(crate) fn bounded(&self) -> bool {
        self.max_delta_step > 0.0 || self.path_smooth > 0.0 || self.monotone.iter().any(|&m| m != 0)
    }
}

impl Default for Growth {
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
