//! The join of predictions and delayed outcomes, and the rate of success over a window.

use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

use ml_data::event::{Action, OutcomeEvent, PredictionEvent};
use ml_data::{Error, Result};
use ml_eval::bootstrap::Interval;
use serde::{Deserialize, Serialize};

use super::tally::{Tally, user_hash};

/// Definition of a successful prediction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Success {
    /// The user did this with any item: the conversion rate, with [`Action::Purchase`].
    Conversion(Action),
    /// The user did this with one of the first `k` items shown: the hit rate at `k`.
    Hit {
        /// Action of the user.
        action: Action,
        /// Number of the items shown that count.
        k: usize,
    },
}

/// Joins outcomes to predictions by request and compares the rate of success with the value
/// measured offline.
///
/// Outcomes are late by nature: a purchase may follow hours after the recommendation. A prediction
/// is *pending* until `label_delay` has passed, and only then counts, as a success if a fitting
/// outcome happened within that time, as a failure if none did. So a rate never falls only because
/// the newest predictions had no time to succeed.
///
/// The window holds the predictions that left the pending state during the last `window`. Outcomes
/// may arrive before their prediction; several outcomes of one request count once; requests that
/// failed are counted apart.
///
/// # Example
/// ```
/// use std::time::Duration;
/// use ml_data::event::{Action, OutcomeEvent, PredictionEvent};
/// use ml_monitor::performance::{PerformanceMonitor, Success};
///
/// let hour = 3_600_000_000i64;
/// let day = Duration::from_secs(86_400);
/// let mut monitor = PerformanceMonitor::new(Success::Conversion(Action::Purchase), 0.032)?
///     .window(7 * day)
///     .label_delay(day);
/// for id in 0..4000u64 {
///     let at = id as i64 * hour / 100;
///     monitor.predicted(&PredictionEvent {
///         request_id: id, at, model_version: "7".into(), answered_by: None, user: None,
///         items: vec!["lamp".into()], scores: vec![0.5], latency_us: 900, error: None,
///     });
///     if id % 50 == 0 {
///         monitor.outcome(&OutcomeEvent {
///             request_id: id, at: at + 2 * hour, item: "lamp".into(),
///             action: Action::Purchase, value: 20.0,
///         });
///     }
/// }
/// let now = monitor.snapshot(64 * hour)?;
/// assert_eq!((now.predictions, now.successes, now.rate), (4000, 80, Some(0.02)));
/// assert!(now.degraded); // 2 % with an interval up to 2.5 % against 3.2 % offline
/// # Ok::<(), ml_data::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct PerformanceMonitor {
    success: Success,
    offline: f64,
    window_us: i64,
    delay_us: i64,
    confidence: f64,
    max_drop: f64,
    min_predictions: u64,
    known: HashMap<u64, KnownPrediction>,
    /// Predictions by time, to find a window and to forget.
    by_time: BTreeSet<(i64, u64)>,
    /// Outcomes whose prediction has not come.
    waiting: HashMap<u64, Vec<OutcomeEvent>>,
    counts: Counts,
    /// Predictions up to this time have been forgotten.
    forgotten: i64,
}

#[derive(Debug, Clone)]
struct KnownPrediction {
    at: i64,
    user: Option<u64>,
    /// The first `k` items, when the success asks for them.
    items: Vec<String>,
    success: bool,
}

#[derive(Debug, Clone, Copy, Default)]
struct Counts {
    failed: u64,
    duplicates: u64,
    late_predictions: u64,
    late_outcomes: u64,
    unmatched: u64,
}

/// The window of a [`PerformanceMonitor`] at one moment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PerformanceSnapshot {
    /// Begin of the time the counted predictions were made in, microseconds since 1970.
    pub from: i64,
    /// End of that time: `label_delay` before now.
    pub to: i64,
    /// Predictions counted.
    pub predictions: u64,
    /// Those that succeeded.
    pub successes: u64,
    /// Share of successes; none without a prediction.
    pub rate: Option<f64>,
    /// Wilson's confidence interval of the rate, of fewer trials when predictions of one user
    /// succeed together (design effect).
    pub interval: Option<Interval>,
    /// The value measured offline.
    pub offline: f64,
    /// The whole interval lies more than `max_drop` below the offline value, on at least
    /// `min_predictions`. Of a rate that did not change, at confidence 0.95, one look in forty says
    /// so; looking again and again finds it sooner or later.
    pub degraded: bool,
    /// Predictions whose outcome is still open.
    pub pending: u64,
    /// Outcomes that wait for their prediction.
    pub waiting: u64,
    /// Since the monitor was made: requests that failed and so predicted nothing.
    pub failed: u64,
    /// Since the monitor was made: predictions with a request id already known; the first one
    /// counts.
    pub duplicates: u64,
    /// Since the monitor was made: predictions older than the window when they arrived.
    pub late_predictions: u64,
    /// Since the monitor was made: outcomes outside `label_delay` after their prediction.
    pub late_outcomes: u64,
    /// Since the monitor was made: outcomes given up on, because no prediction came for them.
    pub unmatched: u64,
}

impl PerformanceMonitor {
    /// A monitor of this success against its offline rate, over 7 days with a label delay of one
    /// day, confidence 0.95, `max_drop` 0, at least 100 predictions.
    ///
    /// # Errors
    /// An offline rate outside [0, 1]; hits among the first 0 items.
    pub fn new(success: Success, offline: f64) -> Result<Self> {
        const STEP: &str = "PerformanceMonitor";
        if !(0.0..=1.0).contains(&offline) {
            return Err(Error::parameter(STEP, "offline", offline, "in [0, 1]"));
        }
        if matches!(success, Success::Hit { k: 0, .. }) {
            return Err(Error::parameter(STEP, "k", 0, "at least 1"));
        }
        Ok(Self {
            success,
            offline,
            window_us: 7 * 86_400_000_000,
            delay_us: 86_400_000_000,
            confidence: 0.95,
            max_drop: 0.0,
            min_predictions: 100,
            known: HashMap::new(),
            by_time: BTreeSet::new(),
            waiting: HashMap::new(),
            counts: Counts::default(),
            forgotten: i64::MIN,
        })
    }

    /// Length of the window.
    #[must_use]
    pub fn window(mut self, window: Duration) -> Self {
        self.window_us = micros(window);
        self
    }

    /// Time an outcome has to happen in; a prediction counts when it has passed.
    #[must_use]
    pub fn label_delay(mut self, delay: Duration) -> Self {
        self.delay_us = micros(delay);
        self
    }

    /// Confidence of the interval, in (0, 1).
    #[must_use]
    pub fn confidence(mut self, confidence: f64) -> Self {
        self.confidence = confidence;
        self
    }

    /// Distance below the offline value at which the rate may lie without being degraded.
    #[must_use]
    pub fn max_drop(mut self, max_drop: f64) -> Self {
        self.max_drop = max_drop;
        self
    }

    /// Fewest predictions that can be called degraded.
    #[must_use]
    pub fn min_predictions(mut self, min_predictions: u64) -> Self {
        self.min_predictions = min_predictions;
        self
    }

    /// Takes note of a prediction.
    pub fn predicted(&mut self, event: &PredictionEvent) {
        if event.error.is_some() {
            self.counts.failed += 1;
        } else if event.at <= self.forgotten {
            self.counts.late_predictions += 1;
        } else if self.known.contains_key(&event.request_id) {
            self.counts.duplicates += 1;
        } else {
            let items = match self.success {
                Success::Hit { k, .. } => event.items.iter().take(k).cloned().collect(),
                Success::Conversion(_) => Vec::new(),
            };
            self.known.insert(
                event.request_id,
                KnownPrediction {
                    at: event.at,
                    user: event.user.as_deref().map(user_hash),
                    items,
                    success: false,
                },
            );
            self.by_time.insert((event.at, event.request_id));
            for outcome in self.waiting.remove(&event.request_id).unwrap_or_default() {
                self.outcome(&outcome);
            }
        }
    }

    /// Takes note of an outcome.
    pub fn outcome(&mut self, event: &OutcomeEvent) {
        let Some(known) = self.known.get_mut(&event.request_id) else {
            if event.at <= self.forgotten {
                self.counts.unmatched += 1;
            } else {
                self.waiting
                    .entry(event.request_id)
                    .or_default()
                    .push(event.clone());
            }
            return;
        };
        if event.at < known.at || event.at.saturating_sub(known.at) > self.delay_us {
            self.counts.late_outcomes += 1;
            return;
        }
        known.success |= match self.success {
            Success::Conversion(action) => event.action == action,
            Success::Hit { action, .. } => {
                event.action == action && known.items.contains(&event.item)
            }
        };
    }

    /// The rate over the window that ends `label_delay` before `now` (microseconds since 1970), and
    /// forgets what lies before that window. Call it regularly, with a time that does not go back:
    /// memory is bounded by it.
    ///
    /// # Errors
    /// A confidence outside (0, 1), a negative or missing `max_drop`.
    pub fn snapshot(&mut self, now: i64) -> Result<PerformanceSnapshot> {
        if !(self.max_drop >= 0.0 && self.max_drop.is_finite()) {
            return Err(Error::parameter(
                "PerformanceMonitor",
                "max_drop",
                self.max_drop,
                "a number >= 0",
            ));
        }
        if !(self.confidence > 0.0 && self.confidence < 1.0) {
            return Err(Error::parameter(
                "PerformanceMonitor",
                "confidence",
                self.confidence,
                "in (0, 1)",
            ));
        }
        let to = now.saturating_sub(self.delay_us);
        let from = to.saturating_sub(self.window_us);
        self.forget(from);
        let mut tally = Tally::default();
        for (_, id) in self.by_time.range(..=(to, u64::MAX)) {
            if let Some(known) = self.known.get(id) {
                tally.count(known.user, known.success);
            }
        }
        let interval = tally.interval(self.confidence)?;
        let (predictions, successes) = (tally.trials, tally.successes);
        let below = interval.is_some_and(|i| i.upper < self.offline - self.max_drop);
        Ok(PerformanceSnapshot {
            from,
            to,
            predictions,
            successes,
            rate: tally.rate(),
            interval,
            offline: self.offline,
            degraded: below && predictions >= self.min_predictions,
            pending: self.by_time.len() as u64 - predictions,
            waiting: self.waiting.values().map(|w| w.len() as u64).sum(),
            failed: self.counts.failed,
            duplicates: self.counts.duplicates,
            late_predictions: self.counts.late_predictions,
            late_outcomes: self.counts.late_outcomes,
            unmatched: self.counts.unmatched,
        })
    }

    /// Drops predictions made up to `from`, and outcomes that waited as long.
    fn forget(&mut self, from: i64) {
        if from <= self.forgotten {
            return;
        }
        self.forgotten = from;
        while let Some(&(at, id)) = self.by_time.first()
            && at <= from
        {
            self.by_time.pop_first();
            self.known.remove(&id);
        }
        let counts = &mut self.counts;
        self.waiting.retain(|_, outcomes| {
            let before = outcomes.len();
            outcomes.retain(|o| o.at > from);
            counts.unmatched += (before - outcomes.len()) as u64;
            !outcomes.is_empty()
        });
    }
}

fn micros(d: Duration) -> i64 {
    i64::try_from(d.as_micros()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests;
