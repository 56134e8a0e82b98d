//! Conditions that a split must meet, of a tree and of each of its leaves.

use super::params::{Categorical, TreeParams};
use crate::tree::kernel::Constants;

/// A gain below this share of the leaf's own part is rounding, not signal.
const NOISE: f64 = 1e-12;

/// The conditions on all splits of a tree.
#[derive(Debug, Clone)]
pub(crate) struct SplitRules {
    lambda_l1: f64,
    lambda_l2: f64,
    min_data: u64,
    min_hessian: u64,
    min_gain: f64,
    /// Gains in packed units times this are gains.
    unit: f64,
    hessian_scale: f64,
    pub(super) categorical: Categorical,
    /// Set where leaf values are bounded.
    limits: Option<Bounding>,
    /// By column of the feature matrix.
    pub(super) monotone: Vec<i8>,
    extra_trees: bool,
}

/// Bounds of leaf values that all leaves share.
#[derive(Debug, Clone, Copy)]
struct Bounding {
    /// A leaf value times this is one in packed units.
    unit: f64,
    /// Largest size of a value.
    step: f64,
    /// Rows that count as much as the node above.
    smooth: f64,
}

/// A leaf in numbers, for the search of its split.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LeafStats {
    /// Packed sum of its rows.
    pub(crate) total: u64,
    /// Rows, repeats included.
    pub(crate) count: u64,
    /// Least and largest value of the leaves below it.
    pub(crate) value_bounds: [f64; 2],
    /// Its own value, not shrunk.
    pub(crate) output: f64,
    /// Number of the leaf for random draws.
    pub(crate) key: u64,
}

impl SplitRules {
    pub(crate) fn new(params: &TreeParams, gradient_scale: f64, hessian_scale: f64) -> Self {
        Self {
            lambda_l1: params.lambda_l1 * gradient_scale,
            lambda_l2: params.lambda_l2 * hessian_scale,
            min_data: params.min_data_in_leaf as u64,
            min_hessian: ((params.min_sum_hessian_in_leaf * hessian_scale).ceil() as u64).max(1),
            min_gain: params.min_gain_to_split,
            unit: hessian_scale / (gradient_scale * gradient_scale),
            hessian_scale,
            categorical: params.categorical.clone(),
            limits: params.bounded().then(|| Bounding {
                unit: gradient_scale / hessian_scale,
                step: params.step(),
                smooth: params.path_smooth,
            }),
            monotone: params.monotone.clone(),
            extra_trees: params.extra_trees,
        }
    }

    /// The gain of a split whose sides together have the `best` part, where its leaf has its `own`
    /// as it is; none if that is too little.
    pub(super) fn accepted(&self, best: f64, own: f64) -> Option<f64> {
        let gain = (best - own) * self.unit;
        (best - own > NOISE * own && gain > self.min_gain).then_some(gain)
    }

    /// A gain in packed units as a gain.
    pub(super) fn gain(&self, packed: f64) -> f64 {
        packed * self.unit
    }

    /// The limits of one leaf; `None` if it cannot be split at all.
    pub(super) fn leaf(&self, about: &LeafStats) -> Option<LeafRules> {
        let LeafStats { total, count, .. } = *about;
        let hessian = u64::from(total as u32);
        let rows_are_hessians = hessian == count;
        let least = self
            .min_hessian
            .max(if rows_are_hessians { self.min_data } else { 0 });
        let enough = 2 * least <= hessian && self.min_data.saturating_mul(2) <= count;
        enough.then_some(LeafRules {
            constants: Constants {
                total,
                lambda_l1: self.lambda_l1,
                lambda_l2: self.lambda_l2,
            },
            least: least as u32,
            count: count as i64,
            min_data: self.min_data as i64,
            rows_per_hessian: (!rows_are_hessians).then(|| count as f64 / hessian as f64),
            hessian_scale: self.hessian_scale,
            limits: self.limits.map(|l| Limits {
                low: about.value_bounds[0] * l.unit,
                high: about.value_bounds[1] * l.unit,
                step: l.step * l.unit,
                smooth: l.smooth,
                parent_output: about.output * l.unit,
            }),
            draw: self.extra_trees.then_some(about.key),
        })
    }
}

#[derive(Debug, Clone, Copy)]
pub(super) struct LeafRules {
    pub(super) constants: Constants,
    /// Least packed hessian of a side.
    pub(super) least: u32,
    /// Rows of the leaf, and the least of a side.
    pub(super) count: i64,
    pub(super) min_data: i64,
    /// Set where hessians differ: a bin then counts as so many rows, rounded, as in LightGBM.
    pub(super) rows_per_hessian: Option<f64>,
    pub(super) hessian_scale: f64,
    /// Set where leaf values are bounded.
    pub(super) limits: Option<Limits>,
    /// Set where thresholds are drawn.
    pub(super) draw: Option<u64>,
}

/// Bounds of the values of a leaf's children, in packed units.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    pub(super) low: f64,
    pub(super) high: f64,
    pub(super) step: f64,
    /// Rows that count as much as the node above; 0 for no smoothing.
    pub(super) smooth: f64,
    /// The value of the leaf that is split, to which its children's are drawn.
    pub(super) parent_output: f64,
}
