//! Successes counted by user, and the interval of their rate.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use ml_data::Result;
use ml_eval::bootstrap::{Interval, wilson_interval};

/// Predictions and successes, by user.
///
/// Predictions of one user succeed or fail together more often than chance, so that a hundred of
/// them tell less than a hundred of strangers. The interval is Wilson's of fewer trials: `n`
/// divided by the design effect, which is the variance of the rate over users in units of that of
/// independent trials (Kish 1965), at least 1.
///
/// Sums are whole numbers, so the interval does not depend on the order of the users.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub(super) trials: u64,
    pub(super) successes: u64,
    /// Trials and successes of each known user.
    users: HashMap<u64, (u64, u64)>,
    anonymous: u64,
    anonymous_successes: u64,
}

/// A number that stands for a user's name.
pub(super) fn user_hash(user: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    user.hash(&mut hasher);
    hasher.finish()
}

impl Tally {
    /// Counts a prediction; one of an unknown user stands for itself.
    pub(super) fn count(&mut self, user: Option<u64>, success: bool) {
        let success = u64::from(success);
        self.trials += 1;
        self.successes += success;
        match user {
            Some(user) => {
                let of = self.users.entry(user).or_default();
                *of = (of.0 + 1, of.1 + success);
            }
            None => {
                self.anonymous += 1;
                self.anonymous_successes += success;
            }
        }
    }

    /// The rate; none without a prediction.
    pub(super) fn rate(&self) -> Option<f64> {
        (self.trials != 0).then(|| self.successes as f64 / self.trials as f64)
    }

    /// The interval of the rate; none without a prediction.
    pub(super) fn interval(&self, level: f64) -> Result<Option<Interval>> {
        let effect = self.design_effect();
        let (k, n) = (self.successes as f64, self.trials as f64);
        let interval = || wilson_interval(k / effect, n / effect, level);
        (self.trials != 0).then(interval).transpose()
    }

    fn design_effect(&self) -> f64 {
        let units = self.users.len() as u64 + self.anonymous;
        let Some(rate) = self.rate().filter(|_| units < self.trials) else {
            return 1.0;
        };
        let own = u128::from(self.anonymous_successes);
        let mut sums = (own, own, u128::from(self.anonymous));
        for &(n, k) in self.users.values() {
            let (n, k) = (u128::from(n), u128::from(k));
            sums = (sums.0 + k * k, sums.1 + k * n, sums.2 + n * n);
        }
        let (kk, kn, nn) = (sums.0 as f64, sums.1 as f64, sums.2 as f64);
        let between = kk - 2.0 * rate * kn + rate * rate * nn;
        let independent = self.trials as f64 * rate * (1.0 - rate);
        let small = match units {
            0 | 1 => 1.0,
            units => units as f64 / (units - 1) as f64,
        };
        // A rate of 0 or 1 makes it 0 / 0, and the larger of that and 1 is 1.
        (small * between / independent).max(1.0)
    }
}

#[cfg(test)]
mod tests;
