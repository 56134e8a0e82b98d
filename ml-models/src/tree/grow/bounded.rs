//! Bounded and smoothed leaf values: the gain of a split is that of the values its leaves may have, not of the best ones.

use super::params::smooth;
use super::split::LeafRules;
use crate::tree::kernel;

/// What leaf values are held to, in packed units.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    pub(super) low: f64,
    pub(super) high: f64,
    pub(super) step: f64,
    /// Rows that count as much as the node above; 0 for no smoothing.
    pub(super) smooth: f64,
    /// The value of the leaf that is split, to which its children's are drawn.
    pub(super) above: f64,
}

impl LeafRules {
    /// The value of a leaf with this packed sum and so many rows, in packed units.
    fn value(&self, packed: u64, rows: i64, l2: f64, limits: &Limits) -> f64 {
        let (g, h) = kernel::unpack(packed);
        let value = -kernel::shrink(g, self.constants.lambda_l1).copysign(g) / (h + l2);
        let value = value.clamp(-limits.step, limits.step);
        let value = if limits.smooth > 0.0 {
            smooth(value, rows as f64 / limits.smooth, limits.above)
        } else {
            value
        };
        value.clamp(limits.low, limits.high)
    }

    /// What a leaf with this packed sum and so many rows gains.
    pub(super) fn part(&self, packed: u64, rows: i64, l2: f64) -> f64 {
        match &self.limits {
            Some(limits) => self.part_of(packed, l2, self.value(packed, rows, l2, limits)),
            None => {
                let (g, h) = kernel::unpack(packed);
                kernel::shrink(g, self.constants.lambda_l1).powi(2) / (h + l2)
            }
        }
    }

    /// What a leaf gains with a given value.
    fn part_of(&self, packed: u64, l2: f64, value: f64) -> f64 {
        let (g, h) = kernel::unpack(packed);
        let g = kernel::shrink(g, self.constants.lambda_l1).copysign(g);
        -(2.0 * g * value + (h + l2) * value * value)
    }

    /// What the leaf gains as it is; bounds from above do not count, as in LightGBM.
    pub(super) fn own_part(&self) -> f64 {
        let free = Self {
            limits: self.limits.map(|l| Limits {
                low: f64::NEG_INFINITY,
                high: f64::INFINITY,
                ..l
            }),
            ..*self
        };
        free.part(self.constants.total, self.count, self.constants.lambda_l2)
    }

    /// As [`kernel::best_of`], for bounded values in one direction. `rows` says how many go left at each threshold.
    pub(super) fn best_bounded(
        &self,
        prefix: &[u64],
        rows: impl Fn(usize) -> Option<i64>,
        extra: u64,
        direction: i8,
        first_wins: bool,
    ) -> Option<(f64, usize)> {
        let (limits, l2) = (self.limits.as_ref()?, self.constants.lambda_l2);
        let mut best: Option<(f64, usize)> = None;
        for (at, p) in prefix.iter().enumerate() {
            let left = p.wrapping_add(extra);
            let right = self.constants.total.wrapping_sub(left);
            let lefts = rows(at).unwrap_or(i64::from(left as u32));
            let a = self.value(left, lefts, l2, limits);
            let b = self.value(right, self.count - lefts, l2, limits);
            if f64::from(direction) * (b - a) < 0.0 {
                continue;
            }
            let gain = self.part_of(left, l2, a) + self.part_of(right, l2, b);
            if best.is_none_or(|(most, _)| gain > most || (gain == most && !first_wins)) {
                best = Some((gain, at));
            }
        }
        best
    }
}
