//! Splits of formats that compare in single precision.
//!
//! For rows of `f32` both ways are exact. A row of `f64` is rounded to `f32` there: reading takes
//! that into account, so it is exact, too; in writing it can not be, and values within a rounding
//! of a threshold may change sides.

use crate::tree::ZERO;
use crate::tree::{Condition, MissingType, Node};

/// The largest `f32` that is at most `x`: `v <= x` and `v <= at_most(x)` are the same for every
/// `f32`.
pub(super) fn at_most(x: f64) -> f32 {
    let nearest = x as f32;
    if f64::from(nearest) > x {
        nearest.next_down()
    } else {
        nearest
    }
}

/// The largest `f64` that is below `limit` once rounded to `f32`: `v <= below(limit)` and `(v as
/// f32) < limit` are the same for every `f64`. None where nothing is below.
pub(super) fn below(limit: f32) -> Option<f64> {
    if limit.is_nan() || limit == f32::NEG_INFINITY {
        return None;
    }
    // Beyond the largest number the next one would be 2^128.
    let wide = |x: f32| match x.is_infinite() {
        true => 2.0_f64.powi(128).copysign(f64::from(x)),
        false => f64::from(x),
    };
    let middle = 0.5 * (wide(limit) + wide(limit.next_down()));
    Some(if (middle as f32) < limit {
        middle
    } else {
        middle.next_down()
    })
}

/// Where `NaN` goes, were the split to treat zero as any number. None where zero is missing and
/// goes elsewhere than its value would.
pub(super) fn missing_left(node: &Node) -> Option<bool> {
    let threshold = match node.test {
        Condition::Categories(_) => return Some(node.missing_left),
        Condition::Present => f64::INFINITY,
        Condition::Threshold(threshold) => threshold,
    };
    match node.missing {
        MissingType::Nan => Some(node.missing_left),
        MissingType::Never => Some(0.0 <= threshold),
        MissingType::Zero => {
            let agrees = if node.missing_left {
                threshold >= ZERO
            } else {
                threshold < -ZERO
            };
            agrees.then_some(node.missing_left)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn limits() -> impl Strategy<Value = f32> {
        prop_oneof![
            prop::num::f32::NORMAL | prop::num::f32::SUBNORMAL | prop::num::f32::ZERO,
            Just(f32::MAX),
            Just(f32::MIN),
            Just(f32::INFINITY),
        ]
    }

    proptest! {
        #[test]
        fn limits_in_single_precision_become_thresholds_and_back(limit in limits()) {
            let threshold = below(limit).unwrap();
            prop_assert!((threshold as f32) < limit);
            prop_assert!((threshold.next_up() as f32) >= limit);
            let back = at_most(threshold).next_up();
            prop_assert!(back == limit);
        }

        #[test]
        fn thresholds_keep_the_sides_of_single_precision(x in prop::num::f64::ANY, v in prop::num::f32::ANY) {
            prop_assume!(!x.is_nan() && !v.is_nan());
            for v in [v, at_most(x), at_most(x).next_up()] {
                prop_assert_eq!(f64::from(v) <= x, v <= at_most(x));
                prop_assert!(v == f32::INFINITY || (f64::from(v) <= x) == (v < at_most(x).next_up()));
            }
        }
    }
}
