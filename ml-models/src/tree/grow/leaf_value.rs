//! The value of a leaf, from the sums of its gradients and hessians.
//!
//! # Formula
//!
//! With `G` and `H` the sums of gradients and hessians of `n` rows, `l1` and `l2` the penalties,
//! `step` the largest size (`max_delta_step`), `s` the smoothing (`path_smooth`), `p` the value of
//! the node above and `[low, high]` the bounds of monotone constraints:
//!
//! ```text
//! newton   = -sign(G) max(|G| - l1, 0) / (H + l2), and 0 where H + l2 <= 0
//! limited  = min(max(newton, -step), step)
//! smoothed = (n limited + s p) / (n + s)
//! value    = min(max(smoothed, low), high)
//! ```
//!
//! This is the only place where it is computed: growth uses it in the units of the packed sums
//! while it seeks splits, in those of the labels for constraints and for the finished leaves, and a
//! refit for its new leaves. Chen and Guestrin, *XGBoost: a scalable tree boosting system*, KDD
//! 2016, [doi:10.1145/2939672.2939785](https://doi.org/10.1145/2939672.2939785), equation 5.

use super::params::TreeParams;
use crate::tree::kernel;

/// Penalties and limits of a leaf's value, in any units.
#[derive(Debug, Clone, Copy)]
pub(super) struct LeafValue {
    pub(super) lambda_l1: f64,
    pub(super) lambda_l2: f64,
    /// Largest size; infinity for any.
    pub(super) step: f64,
    /// Rows that count as much as the node above; 0 for no smoothing.
    pub(super) smooth: f64,
}

impl LeafValue {
    /// The value without smoothing and bounds; 0 where gradients have no curvature.
    pub(super) fn limited(&self, [g, h]: [f64; 2]) -> f64 {
        let h = h + self.lambda_l2;
        let newton = if h > 0.0 {
            -kernel::shrink(g, self.lambda_l1).copysign(g) / h
        } else {
            0.0
        };
        newton.clamp(-self.step, self.step)
    }

    /// A value of so many rows, drawn to that of the node above it; the root has none.
    pub(super) fn smoothed(&self, value: f64, rows: f64, parent_output: Option<f64>) -> f64 {
        match parent_output {
            Some(parent_output) if self.smooth > 0.0 => {
                let share = rows / self.smooth;
                value * share / (share + 1.0) + parent_output / (share + 1.0)
            }
            _ => value,
        }
    }

    /// The value of a leaf with these sums and so many rows, within its bounds.
    pub(super) fn bounded(
        &self,
        sums: [f64; 2],
        rows: f64,
        parent_output: Option<f64>,
        [low, high]: [f64; 2],
    ) -> f64 {
        self.smoothed(self.limited(sums), rows, parent_output)
            .clamp(low, high)
    }
}

impl TreeParams {
    /// Penalties and limits in the units of gradients; `extra_l2` is added to the penalty.
    pub(super) fn leaf_value(&self, extra_l2: f64) -> LeafValue {
        LeafValue {
            lambda_l1: self.lambda_l1,
            lambda_l2: self.lambda_l2 + extra_l2,
            step: self.step(),
            smooth: self.path_smooth,
        }
    }

    /// Largest size of a leaf's value before shrinkage; infinity for any.
    pub(super) fn step(&self) -> f64 {
        if self.max_delta_step > 0.0 {
            self.max_delta_step
        } else {
            f64::INFINITY
        }
    }

    /// The value of a leaf with these sums of gradients and hessians, shrunk, without smoothing.
    pub(crate) fn value(&self, sums: [f64; 2], extra_l2: f64) -> f64 {
        self.leaf_value(extra_l2).limited(sums) * self.shrinkage
    }

    /// The same for a leaf of so many rows, drawn to the value of the node above it.
    pub(crate) fn value_below(
        &self,
        sums: [f64; 2],
        extra_l2: f64,
        rows: u64,
        parent_output: Option<f64>,
    ) -> f64 {
        let parent_output = parent_output.map(|a| a * self.shrinkage);
        let value = self.value(sums, extra_l2);
        self.leaf_value(extra_l2)
            .smoothed(value, rows as f64, parent_output)
    }

    /// The same within bounds, which are not shrunk.
    pub(super) fn value_within(
        &self,
        sums: [f64; 2],
        extra_l2: f64,
        rows: u64,
        parent_output: Option<f64>,
        [low, high]: [f64; 2],
    ) -> f64 {
        let value = self.value_below(sums, extra_l2, rows, parent_output);
        value.clamp(low * self.shrinkage, high * self.shrinkage)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_follow_the_formula() {
        let tree_params = TreeParams {
            lambda_l1: 1.0,
            lambda_l2: 2.0,
            shrinkage: 0.5,
            ..TreeParams::default()
        };
        // -(7 - 1) / (3 + 2) = -1.2, and with 5 more -0.6.
        assert_eq!(tree_params.value([7.0, 3.0], 0.0), -0.6);
        assert_eq!(tree_params.value([-7.0, 3.0], 5.0), 0.3);
        assert_eq!(tree_params.value([0.5, 3.0], 0.0), 0.0);
        assert_eq!(tree_params.value([7.0, -2.0], 0.0), 0.0);
        let tree_params = TreeParams {
            max_delta_step: 1.0,
            path_smooth: 4.0,
            ..tree_params
        };
        assert_eq!(tree_params.value([7.0, 3.0], 0.0), -0.5);
        // 12 rows at -0.5 and 4 at half of 2.
        let value = tree_params.value_below([7.0, 3.0], 0.0, 12, Some(2.0));
        assert!((value - (12.0 * -0.5 + 4.0 * 1.0) / 16.0).abs() < 1e-15);
        assert_eq!(tree_params.value_below([7.0, 3.0], 0.0, 12, None), -0.5);
        // Bounds are shrunk by a half, too; without shrinkage -1 lies below them.
        let bounds = [-0.6, 2.0];
        assert_eq!(
            tree_params.value_within([7.0, 3.0], 0.0, 12, None, bounds),
            -0.3
        );
        let rule = tree_params.leaf_value(0.0);
        assert_eq!(rule.bounded([7.0, 3.0], 12.0, None, bounds), -0.6);
        assert_eq!(rule.bounded([-7.0, 3.0], 12.0, None, bounds), 1.0);
    }
}
