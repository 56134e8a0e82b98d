//! Triggers: causes of training apart from the calendar.

use ml_data::{Error, Result};
use serde::{Deserialize, Serialize};

use super::schedule::{RetrainAction, check_action};

/// A cause to act outside the schedule. Acting by hand needs no rule: see
/// [`Situation::manual`](super::Situation::manual).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Trigger {
    /// A metric for which more is better has fallen by more than `max_drop` below its baseline, in
    /// the metric's own unit: a conversion rate from 3.2 % to 2.8 % has dropped by 0.004.
    MetricDrop {
        /// The metric's name.
        metric: String,
        /// Largest fall that is accepted.
        max_drop: f64,
        /// Action to take.
        action: RetrainAction,
    },
    /// At least this share of the features has drifted.
    DriftShare {
        /// In (0, 1].
        share: f64,
        /// Action to take.
        action: RetrainAction,
    },
    /// Something happened outside: a new catalogue, the end of a promotion.
    Event {
        /// The event's name.
        name: String,
        /// Action to take.
        action: RetrainAction,
    },
}

/// A metric as it was when the model was accepted, and as it is now.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MetricState {
    /// The metric's name.
    pub metric: String,
    /// Its value offline or at promotion.
    pub baseline: f64,
    /// Its value now.
    pub current: f64,
}

impl Trigger {
    pub(crate) fn check(&self) -> Result<()> {
        const STEP: &str = "Trigger";
        match self {
            Trigger::MetricDrop { max_drop, .. } if !(*max_drop >= 0.0 && max_drop.is_finite()) => {
                Err(Error::parameter(
                    STEP,
                    "max_drop",
                    max_drop,
                    "a number >= 0",
                ))
            }
            Trigger::DriftShare { share, .. } if !(*share > 0.0 && *share <= 1.0) => {
                Err(Error::parameter(STEP, "share", share, "in (0, 1]"))
            }
            Trigger::MetricDrop { action, .. }
            | Trigger::DriftShare { action, .. }
            | Trigger::Event { action, .. } => check_action(*action),
        }
    }
}

/// True when `current` lies more than `max_drop` below `baseline`, beyond rounding: 0.032 - 0.029
/// is not more than 0.003.
pub(crate) fn fell_by_more_than(state: &MetricState, max_drop: f64) -> bool {
    let rounding = 4.0 * f64::EPSILON * state.baseline.abs().max(state.current.abs());
    state.baseline - state.current > max_drop + rounding
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 1000.1 - 1000 is 0.1 and 23 units of 1e-15: rounding of numbers of that size, no drop.
    #[test]
    fn a_drop_is_more_than_rounding() {
        let fell = |baseline, current, max_drop| {
            let metric = "m".into();
            let state = MetricState {
                metric,
                baseline,
                current,
            };
            fell_by_more_than(&state, max_drop)
        };
        assert!(!fell(1000.1, 1000.0, 0.1));
        assert!(fell(1000.1001, 1000.0, 0.1));
        // Rounding of 2 is 8 epsilon: together with the allowed drop that is the drop of 1.
        assert!(!fell(2.0, 1.0, 1.0 - 8.0 * f64::EPSILON));
        assert!(fell(2.0, 1.0, 1.0 - 9.0 * f64::EPSILON));
    }
}
