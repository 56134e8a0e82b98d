//! Successes counted by user, and the interval of their rate.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use ml_data::{Error, Result};

use super::interval::{Interval, wilson};

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
    strangers: u64,
    successful_strangers: u64,
}

/// A number that stands for a user's name.
pub(super) fn number(user: &str) -> u64 {
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
                self.strangers += 1;
                self.successful_strangers += success;
            }
        }
    }

    /// The rate; none without a prediction.
    pub(super) fn rate(&self) -> Option<f64> {
        (self.trials > 0).then(|| self.successes as f64 / self.trials as f64)
    }

    /// The interval of the rate; none without a prediction.
    pub(super) fn interval(&self, confidence: f64) -> Result<Option<Interval>> {
        if !(confidence > 0.0 && confidence < 1.0) {
            return Err(Error::parameter(
                "PerformanceMonitor",
                "confidence",
                confidence,
                "in (0, 1)",
            ));
        }
        let effect = self.design_effect();
        let (k, n) = (self.successes as f64, self.trials as f64);
        Ok((self.trials > 0).then(|| wilson(k / effect, n / effect, confidence)))
    }

    fn design_effect(&self) -> f64 {
        let units = self.users.len() as u64 + self.strangers;
        let Some(rate) = self
            .rate()
            .filter(|r| units < self.trials && *r > 0.0 && *r < 1.0)
        else {
            return 1.0;
        };
        let own = u128::from(self.successful_strangers);
        let mut sums = (own, own, u128::from(self.strangers));
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
        (small * between / independent).max(1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::super::wilson_interval;
    use super::*;
    use ml_data::random::{RngExt, Xoshiro256PlusPlus, generator};

    #[test]
    fn strangers_and_single_visits_are_independent_trials() {
        for known in [false, true] {
            let mut tally = Tally::default();
            (0..200).for_each(|i| tally.count(known.then_some(i), i % 10 == 0));
            let found = tally.interval(0.95).unwrap();
            assert_eq!(found, Some(wilson_interval(20, 200, 0.95).unwrap()));
        }
        assert_eq!(Tally::default().interval(0.95).unwrap(), None);
    }

    /// Users who always do the same: ten visits of one tell what one visit tells. By hand, (100 -
    /// 20 + 10) / 9 = 10 times 10/9 of the variance, up to the small-sample factor.
    #[test]
    fn visits_that_are_all_alike_count_once() {
        let mut tally = Tally::default();
        (0..100).for_each(|i| tally.count(Some(i / 10), i < 10));
        let effect = 10.0 * 10.0 / 9.0;
        approx::assert_relative_eq!(tally.design_effect(), effect, max_relative = 1e-12);
        let found = tally.interval(0.95).unwrap().unwrap();
        let once = wilson_interval(1, 10, 0.95).unwrap();
        assert!(found.low < once.low && found.high > once.high);
    }

    fn bell(rng: &mut Xoshiro256PlusPlus) -> f64 {
        (0..12).map(|_| rng.random::<f64>()).sum::<f64>() - 6.0
    }

    /// Five visits of each of 150 users, whose log odds have standard deviation 1.5: the share of
    /// unchanged rates that lie above the whole interval is that of one tail, .025; taken as
    /// independent it was twice to three times as large.
    #[test]
    fn case_s3_visits_of_one_user_raise_no_false_alarm() {
        let chance = |rng: &mut Xoshiro256PlusPlus| {
            let odds = (-2.0 + 1.5 * bell(rng)).exp();
            odds / (1.0 + odds)
        };
        let mut rng = generator(1, "truth", 0);
        let truth = (0..200_000).map(|_| chance(&mut rng)).sum::<f64>() / 200_000.0;
        let trials = 2000;
        let (mut alarms, mut as_independent) = (0.0, 0.0);
        for trial in 0..trials {
            let mut rng = generator(trial, "visits", 0);
            let mut tally = Tally::default();
            for user in 0..150 {
                let chance = chance(&mut rng);
                (0..5).for_each(|_| tally.count(Some(user), rng.random::<f64>() < chance));
            }
            let high = |i: Interval| f64::from(u8::from(i.high < truth));
            alarms += high(tally.interval(0.95).unwrap().unwrap());
            as_independent += high(wilson_interval(tally.successes, 750, 0.95).unwrap());
        }
        let n = trials as f64;
        let most = 0.025 + 4.0 * (0.025 * 0.975 / n).sqrt();
        assert!(alarms / n <= most, "{}", alarms / n);
        assert!(as_independent / n > most, "{}", as_independent / n);
    }
}
