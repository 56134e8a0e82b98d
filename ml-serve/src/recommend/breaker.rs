//! Switching off what keeps failing.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// What a breaker lets through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BreakerState {
    /// Everything.
    Closed,
    /// Nothing, until the cool-down is over.
    Open,
    /// One trial, whose outcome closes or opens it.
    HalfOpen,
}

/// Opens after a number of failures in a row; after a cool-down lets one trial through, which closes it again or not.
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
    /// When the trial of a half-open breaker began.
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

    /// What it would let through now.
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

    #[test]
    fn only_failures_in_a_row_count_and_a_failed_trial_opens_again() {
        let (breaker, t) = (Breaker::new(3, Duration::from_secs(10)), Instant::now());
        for _ in 0..10 {
            breaker.failed(t);
            breaker.failed(t);
            breaker.succeeded();
        }
        assert_eq!(breaker.state(t), BreakerState::Closed);
        (0..3).for_each(|_| breaker.failed(t));
        assert_eq!(breaker.state(t), BreakerState::Open);
        let later = t + Duration::from_secs(10);
        assert_eq!(breaker.state(later), BreakerState::HalfOpen);
        assert!(breaker.allows(later));
        breaker.failed(later);
        assert!(!breaker.allows(later + Duration::from_secs(9)));
        assert!(breaker.allows(later + Duration::from_secs(10)));
    }

    #[test]
    fn zero_never_opens() {
        let (breaker, t) = (Breaker::new(0, Duration::from_secs(10)), Instant::now());
        (0..100).for_each(|_| breaker.failed(t));
        assert!(breaker.allows(t));
    }
}
