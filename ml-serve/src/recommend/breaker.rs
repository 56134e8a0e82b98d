//! Switching off what keeps failing.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// State of a breaker: the calls that it lets through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BreakerState {
    /// Everything.
    Closed,
    /// Nothing, until the cool-down is over.
    Open,
    /// One trial, whose outcome closes or opens it.
    HalfOpen,
}

/// Opens after a number of failures in a row; after a cool-down lets one trial through, which
/// closes it again or not.
///
/// ```
/// use ml_serve::recommend::{Breaker, BreakerState};
/// use std::time::{Duration, Instant};
/// let breaker = Breaker::new(2, Duration::from_secs(30));
/// let start = Instant::now();
/// breaker.failed(start);
/// assert!(breaker.allows(start));
/// breaker.failed(start);
/// assert!(!breaker.allows(start + Duration::from_secs(29)));
/// let later = start + Duration::from_secs(30);
/// assert!(breaker.allows(later), "one trial");
/// assert!(!breaker.allows(later), "only one");
/// breaker.succeeded();
/// assert_eq!(breaker.state(later), BreakerState::Closed);
/// ```
#[derive(Debug)]
pub struct Breaker {
    threshold: u32,
    cool_down: Duration,
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    failures: u32,
    opened: Option<Instant>,
    /// Begin of the trial of a half-open breaker.
    trial: Option<Instant>,
}

impl Breaker {
    /// Opens after `threshold` failures in a row (0 never opens), for `cool_down`.
    pub fn new(threshold: u32, cool_down: Duration) -> Self {
        Self {
            threshold,
            cool_down,
            inner: Mutex::default(),
        }
    }

    /// The failures in a row that open it, and the cool-down.
    pub(super) fn settings(&self) -> (u32, Duration) {
        (self.threshold, self.cool_down)
    }

    fn inner(&self) -> std::sync::MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// True when the call may be made; the outcome must then be told.
    pub fn allows(&self, now: Instant) -> bool {
        let mut inner = self.inner();
        let Some(opened) = inner.opened else {
            return true;
        };
        let cooled = now.saturating_duration_since(opened) >= self.cool_down;
        // A trial nobody reported on is given up after another cool-down.
        let free = inner
            .trial
            .is_none_or(|t| now.saturating_duration_since(t) >= self.cool_down);
        if cooled && free {
            inner.trial = Some(now);
        }
        cooled && free
    }

    /// The call was answered.
    pub fn succeeded(&self) {
        *self.inner() = Inner::default();
    }

    /// The call failed.
    pub fn failed(&self, now: Instant) {
        let mut inner = self.inner();
        inner.failures = inner.failures.saturating_add(1);
        if self.threshold > 0 && (inner.failures >= self.threshold || inner.trial.is_some()) {
            inner.opened = Some(now);
        }
        inner.trial = None;
    }

    /// The state now.
    pub fn state(&self, now: Instant) -> BreakerState {
        match self.inner().opened {
            None => BreakerState::Closed,
            Some(at) if now.saturating_duration_since(at) < self.cool_down => BreakerState::Open,
            Some(_) => BreakerState::HalfOpen,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(t: Instant, seconds: u64) -> Instant {
        t + Duration::from_secs(seconds)
    }

    #[test]
    fn only_failures_in_a_row_count() {
        let (breaker, t) = (Breaker::new(3, Duration::from_secs(10)), Instant::now());
        for _ in 0..10 {
            breaker.failed(t);
            breaker.failed(t);
            assert!(breaker.allows(t));
            assert_eq!(breaker.state(t), BreakerState::Closed);
            breaker.succeeded();
        }
        // Two after a success are not five in a row.
        breaker.failed(t);
        breaker.failed(t);
        assert!(breaker.allows(t));
        breaker.failed(t);
        assert_eq!(breaker.state(t), BreakerState::Open);
        assert!(!breaker.allows(after(t, 9)));
        assert_eq!(breaker.state(after(t, 9)), BreakerState::Open);
        assert_eq!(breaker.state(after(t, 10)), BreakerState::HalfOpen);
    }

    fn open(t: Instant) -> Breaker {
        let breaker = Breaker::new(2, Duration::from_secs(10));
        breaker.failed(t);
        breaker.failed(t);
        breaker
    }

    #[test]
    fn one_trial_at_a_time_until_it_is_given_up() {
        let t = Instant::now();
        let breaker = open(t);
        assert!(breaker.allows(after(t, 10)), "the trial");
        assert!(!breaker.allows(after(t, 10)), "a second during the trial");
        assert!(!breaker.allows(after(t, 19)), "still during the trial");
        assert!(breaker.allows(after(t, 20)), "nobody reported on the first");
        assert!(!breaker.allows(after(t, 29)), "a second during the next");
        assert!(breaker.allows(after(t, 30)));
    }

    #[test]
    fn a_trial_closes_or_opens_again() {
        let t = Instant::now();
        let breaker = open(t);
        assert!(breaker.allows(after(t, 12)));
        // One failure is enough now, and the cool-down counts from it.
        breaker.failed(after(t, 13));
        assert_eq!(breaker.state(after(t, 22)), BreakerState::Open);
        assert!(!breaker.allows(after(t, 22)));
        assert!(breaker.allows(after(t, 23)));
        breaker.succeeded();
        assert_eq!(breaker.state(after(t, 23)), BreakerState::Closed);
        // Closed is closed: it takes as many failures as ever, and nothing is left of the trial.
        breaker.failed(after(t, 24));
        assert!(breaker.allows(after(t, 24)) && breaker.allows(after(t, 24)));
        breaker.failed(after(t, 24));
        assert!(!breaker.allows(after(t, 24)));
    }

    #[test]
    fn zero_never_opens() {
        let (breaker, t) = (Breaker::new(0, Duration::from_secs(10)), Instant::now());
        (0..100).for_each(|_| breaker.failed(t));
        assert!(breaker.allows(t));
        assert_eq!(breaker.state(t), BreakerState::Closed);
    }
}
