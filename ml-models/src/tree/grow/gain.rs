//! Gains of splits.
//!
//! # Formula
//!
//! With `G` and `H` the sums of gradients and hessians of a leaf, and
//! `T = sign(G) max(|G| - l1, 0)`, the regularised loss of the leaf at the value `v` is, to second
//! order, `T v + (H + l2) v² / 2` above that at 0. Gains are twice what it decreases by, as in
//! LightGBM:
//!
//! ```text
//! leaf gain at v   = -(2 T v + (H + l2) v²)
//! leaf gain        = T² / (H + l2), that of the best v
//! gain of a split  = leaf gain of the left side + that of the right side - that of the parent
//! ```
//!
//! Where leaf values are bounded or smoothed, the gain is that of the values the leaves may have,
//! not of the best ones.

use super::leaf_value::LeafValue;
use super::rules::{LeafRules, Limits};
use crate::tree::kernel;

impl LeafRules {
    /// The value of a leaf with this packed sum and so many rows, in packed units.
    fn value(&self, packed: u64, rows: i64, l2: f64, limits: &Limits) -> f64 {
        let (g, h) = kernel::unpack(packed);
        let rule = LeafValue {
            lambda_l1: self.constants.lambda_l1,
            lambda_l2: l2,
            step: limits.step,
            smooth: limits.smooth,
        };
        let bounds = [limits.low, limits.high];
        rule.bounded([g, h], rows as f64, Some(limits.parent_output), bounds)
    }

    /// The gain of a leaf with this packed sum and so many rows.
    pub(super) fn leaf_gain(&self, packed: u64, rows: i64, l2: f64) -> f64 {
        match &self.limits {
            Some(limits) => {
                self.leaf_gain_given_output(packed, l2, self.value(packed, rows, l2, limits))
            }
            None => {
                let (g, h) = kernel::unpack(packed);
                kernel::shrink(g, self.constants.lambda_l1).powi(2) / (h + l2)
            }
        }
    }

    /// The gain of a leaf that has this value.
    fn leaf_gain_given_output(&self, packed: u64, l2: f64, value: f64) -> f64 {
        let (g, h) = kernel::unpack(packed);
        let g = kernel::shrink(g, self.constants.lambda_l1).copysign(g);
        -(2.0 * g * value + (h + l2) * value * value)
    }

    /// The gain of the leaf as it is, before a split; bounds that its ancestors set do not count,
    /// as in LightGBM.
    pub(super) fn parent_gain(&self) -> f64 {
        let free = Self {
            limits: self.limits.map(|l| Limits {
                low: f64::NEG_INFINITY,
                high: f64::INFINITY,
                ..l
            }),
            ..*self
        };
        free.leaf_gain(self.constants.total, self.count, self.constants.lambda_l2)
    }

    /// The gains of both sides together where this packed sum and so many rows go left; none if the
    /// values of the sides are not in the order of `direction`.
    pub(super) fn bounded_gain(
        &self,
        left: u64,
        rows: i64,
        direction: i8,
        limits: &Limits,
    ) -> Option<f64> {
        let l2 = self.constants.lambda_l2;
        let right = self.constants.total.wrapping_sub(left);
        let a = self.value(left, rows, l2, limits);
        let b = self.value(right, self.count - rows, l2, limits);
        if f64::from(direction) * (b - a) < 0.0 {
            return None;
        }
        Some(self.leaf_gain_given_output(left, l2, a) + self.leaf_gain_given_output(right, l2, b))
    }

    /// As [`kernel::best_of`], for bounded values in one direction. `rows` says how many go left at
    /// each threshold.
    pub(super) fn best_bounded(
        &self,
        prefix: &[u64],
        rows: impl Fn(usize) -> Option<i64>,
        extra: u64,
        direction: i8,
        first_wins: bool,
    ) -> Option<(f64, usize)> {
        let limits = self.limits.as_ref()?;
        let mut best: Option<(f64, usize)> = None;
        for (at, p) in prefix.iter().enumerate() {
            let left = p.wrapping_add(extra);
            let lefts = rows(at).unwrap_or(i64::from(left as u32));
            let Some(gain) = self.bounded_gain(left, lefts, direction, limits) else {
                continue;
            };
            if best.is_none_or(|(most, _)| gain > most || (gain == most && !first_wins)) {
                best = Some((gain, at));
            }
        }
        best
    }
}
