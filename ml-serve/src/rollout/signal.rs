//! Rollouts hear the signals of monitors: one that asks to roll back does so.

use super::driver::CanaryRollout;
use ml_data::health::{Act, Action, HealthSignal};

/// [`Action::RollBack`] takes all traffic from the challenger, as a broken gate does.
impl Act for CanaryRollout {
    fn act(&self, signal: &HealthSignal) -> ml_data::Result<bool> {
        Ok(signal.action == Action::RollBack && self.roll_back(signal.to_string()))
    }
}
