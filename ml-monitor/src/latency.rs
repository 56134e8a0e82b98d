//! Latency percentiles, throughput and error rate over a sliding window of event time.

use std::time::Duration;

use crate::limits;
use hdrhistogram::Histogram;
use ml_data::event::PredictionEvent;
use ml_data::{Error, Result};
use serde::{Deserialize, Serialize};

/// Latencies above this are counted as this: one hour.
const MAX_LATENCY_US: u64 = 3_600_000_000;

/// A sliding window over the requests a service answered.
///
/// The window is kept as `slices` equal parts of time, each with a histogram of three significant
/// digits, so percentiles are within 0.1 % of the true ones and memory (0.1 MB a slice) does not
/// grow with traffic. It moves forward a slice at a time: with 60 slices of a 5-minute window, what
/// is reported covers the last 295 to 300 seconds.
///
/// Time is that of the events, not of the clock on the wall: events may come out of order as long
/// as they fall into the window. Failed requests count in the percentiles too, with the time they
/// took.
///
/// # Example
/// ```
/// use std::time::Duration;
/// use ml_monitor::latency::LatencyMonitor;
///
/// let mut monitor = LatencyMonitor::new(Duration::from_secs(60), 60)?;
/// for i in 0..1000u64 {
///     monitor.record(i as i64 * 10_000, (i + 1) * 100, i % 100 == 0);
/// }
/// let now = monitor.snapshot(10_000_000);
/// assert_eq!((now.requests, now.errors), (1000, 10));
/// assert_eq!(now.error_rate, Some(0.01));
/// assert_eq!(now.throughput, Some(100.0));
/// assert!((now.p95_ms.unwrap() - 95.0).abs() < 0.1);
/// # Ok::<(), ml_data::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct LatencyMonitor {
    slice_us: i64,
    ring: Vec<Slice>,
    /// Number of the first slice ever used: the window is shorter until it has filled once.
    first: Option<i64>,
    late: u64,
}

#[derive(Debug, Clone)]
struct Slice {
    /// Number of this slice of time since 1970; none before the first use.
    number: Option<i64>,
    latency: Histogram<u32>,
    requests: u64,
    errors: u64,
}

/// The window of a [`LatencyMonitor`] at one moment. Without a request in it, rates and percentiles
/// are `None`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct LatencySnapshot {
    /// Begin of the time covered, microseconds since 1970.
    pub from: i64,
    /// End of the time covered.
    pub to: i64,
    /// Requests, failed ones included.
    pub requests: u64,
    /// Failed requests.
    pub errors: u64,
    /// Requests a second.
    pub throughput: Option<f64>,
    /// Share of failed requests.
    pub error_rate: Option<f64>,
    /// Median latency, milliseconds.
    pub p50_ms: Option<f64>,
    /// 95th percentile, milliseconds.
    pub p95_ms: Option<f64>,
    /// 99th percentile, milliseconds.
    pub p99_ms: Option<f64>,
    /// Longest latency, milliseconds.
    pub max_ms: Option<f64>,
    /// Requests since the monitor was made that came too late to be counted in any window.
    pub late: u64,
}

impl LatencyMonitor {
    /// A window of this length in this many slices, at most [`limits::SLICES`].
    ///
    /// # Errors
    /// No slice or too many of them, or slices shorter than a microsecond.
    pub fn new(window: Duration, slices: usize) -> Result<Self> {
        Self::with_max_slices(window, slices, limits::SLICES)
    }

    /// The same with another limit on the slices, each of which takes 0.1 MB.
    ///
    /// # Errors
    /// As [`LatencyMonitor::new`].
    pub fn with_max_slices(window: Duration, slices: usize, max_slices: usize) -> Result<Self> {
        const STEP: &str = "LatencyMonitor";
        if slices == 0 {
            return Err(Error::parameter(STEP, "slices", slices, "at least 1"));
        }
        if slices > max_slices {
            return Err(Error::parameter(
                STEP,
                "slices",
                format!("{slices}, above the limit of {max_slices}"),
                "within the limit; `LatencyMonitor::with_max_slices` raises it, at 0.1 MB a slice",
            ));
        }
        let slice_us = i64::try_from(window.as_micros() / slices as u128).unwrap_or(i64::MAX);
        if slice_us == 0 {
            return Err(Error::parameter(
                STEP,
                "window",
                format!("{window:?}"),
                "at least a microsecond a slice",
            ));
        }
        let latency = Histogram::new_with_bounds(1, MAX_LATENCY_US, 3).map_err(|e| Error::Fit {
            step: STEP,
            reason: e.to_string(),
        })?;
        let slice = Slice {
            number: None,
            latency,
            requests: 0,
            errors: 0,
        };
        Ok(Self {
            slice_us,
            ring: ring(slice, slices)?,
            first: None,
            late: 0,
        })
    }

    /// Counts a prediction event.
    pub fn observe(&mut self, event: &PredictionEvent) {
        self.record(event.at, event.latency_us, event.error.is_some());
    }

    /// Counts a request that came at `at` (microseconds since 1970) and took `latency_us`.
    pub fn record(&mut self, at: i64, latency_us: u64, failed: bool) {
        let number = at.div_euclid(self.slice_us);
        let slot = number.rem_euclid(self.ring.len() as i64) as usize;
        let slice = &mut self.ring[slot];
        if slice.number > Some(number) {
            self.late += 1;
            return;
        }
        if slice.number != Some(number) {
            slice.latency.reset();
            (slice.number, slice.requests, slice.errors) = (Some(number), 0, 0);
        }
        slice.latency.saturating_record(latency_us);
        slice.requests += 1;
        slice.errors += u64::from(failed);
        self.first = Some(self.first.map_or(number, |first| first.min(number)));
    }

    /// The window that ends with the slice of `now`.
    #[must_use]
    pub fn snapshot(&self, now: i64) -> LatencySnapshot {
        let last = now.div_euclid(self.slice_us);
        let oldest = last.saturating_sub(self.ring.len() as i64 - 1);
        let begin = self.first.map_or(oldest, |first| first.clamp(oldest, last));
        let (mut requests, mut errors) = (0, 0);
        let mut all: Option<Histogram<u32>> = None;
        for slice in self
            .ring
            .iter()
            .filter(|s| s.number.is_some_and(|n| (oldest..=last).contains(&n)))
        {
            requests += slice.requests;
            errors += slice.errors;
            match &mut all {
                None => all = Some(slice.latency.clone()),
                // Adding fails only for values beyond the receiver's range, and all have the same.
                Some(sum) => drop(sum.add(&slice.latency)),
            }
        }
        let from = begin.saturating_mul(self.slice_us);
        let seconds = now.saturating_sub(from) as f64 / 1e6;
        let some = |value: f64| (requests > 0).then_some(value);
        let quantile = |q: f64| all.as_ref().map(|h| h.value_at_quantile(q) as f64 / 1e3);
        LatencySnapshot {
            from,
            to: now,
            requests,
            errors,
            throughput: if seconds > 0.0 {
                some(requests as f64 / seconds)
            } else {
                None
            },
            error_rate: some(errors as f64 / requests as f64),
            p50_ms: quantile(0.5),
            p95_ms: quantile(0.95),
            p99_ms: quantile(0.99),
            max_ms: all.as_ref().map(|h| h.max() as f64 / 1e3),
            late: self.late,
        }
    }
}

/// Copies of an empty slice, or an error when memory does not hold their list.
fn ring(empty: Slice, slices: usize) -> Result<Vec<Slice>> {
    let mut ring = Vec::new();
    ring.try_reserve_exact(slices).map_err(|e| Error::Fit {
        step: "LatencyMonitor",
        reason: format!("{slices} slices: {e}"),
    })?;
    ring.resize(slices, empty);
    Ok(ring)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ml_data::random::{RngExt, generator};

    const SECOND: i64 = 1_000_000;

    fn monitor() -> LatencyMonitor {
        LatencyMonitor::new(Duration::from_secs(10), 10).unwrap()
    }

    #[test]
    fn percentiles_are_those_of_the_sorted_latencies() {
        let mut rng = generator(1, "latency", 0);
        let mut m = monitor();
        let mut all: Vec<u64> = (0..20_000)
            .map(|_| (1.0 / (1.0 - rng.random::<f64>()) * 2000.0) as u64)
            .collect();
        for (i, &l) in all.iter().enumerate() {
            m.record(i as i64 * 400, l, false);
        }
        all.sort_unstable();
        let s = m.snapshot(8 * SECOND);
        for (got, q) in [
            (s.p50_ms, 0.5),
            (s.p95_ms, 0.95),
            (s.p99_ms, 0.99),
            (s.max_ms, 1.0),
        ] {
            let want = all[(q * 20_000f64) as usize - 1] as f64 / 1e3;
            approx::assert_relative_eq!(got.unwrap(), want, max_relative = 1e-3);
        }
    }

    #[test]
    fn old_requests_leave_the_window() {
        let mut m = monitor();
        m.record(0, 5_000_000, true);
        for s in 1..=10 {
            m.record(s * SECOND + 1, 1000, false);
        }
        let s = m.snapshot(10 * SECOND + 1);
        assert_eq!((s.requests, s.errors, s.from), (10, 0, SECOND));
        assert!(s.max_ms.unwrap() < 1.1);
        let s = m.snapshot(15 * SECOND);
        assert_eq!((s.requests, s.throughput), (5, Some(5.0 / 9.0)));
    }

    /// Four requests, one of which failed, in two seconds.
    #[test]
    fn events_are_counted_with_their_time_and_fault() {
        let mut m = monitor();
        for i in 0..4 {
            m.observe(&PredictionEvent {
                request_id: i,
                at: SECOND,
                model_version: "1".into(),
                answered_by: None,
                user: None,
                items: vec![],
                scores: vec![],
                latency_us: 8000,
                error: (i == 2).then(|| "timeout".into()),
            });
        }
        let s = m.snapshot(3 * SECOND);
        assert_eq!((s.requests, s.errors, s.late), (4, 1, 0));
        assert_eq!((s.error_rate, s.throughput), (Some(0.25), Some(2.0)));
        approx::assert_relative_eq!(s.p50_ms.unwrap(), 8.0, max_relative = 1e-3);
    }

    #[test]
    fn late_requests_are_counted_as_late() {
        let mut m = monitor();
        m.record(20 * SECOND, 1000, false);
        m.record(15 * SECOND, 1000, false);
        m.record(10 * SECOND, 1000, false);
        let s = m.snapshot(20 * SECOND);
        assert_eq!((s.requests, s.late), (2, 1));
    }

    #[test]
    fn an_empty_window_has_no_rates() {
        let s = monitor().snapshot(5 * SECOND);
        assert_eq!(
            (s.requests, s.error_rate, s.p99_ms, s.throughput),
            (0, None, None, None)
        );
        let mut m = monitor();
        m.record(0, u64::MAX, true);
        let s = m.snapshot(0);
        assert_eq!((s.error_rate, s.throughput), (Some(1.0), None));
        approx::assert_relative_eq!(s.max_ms.unwrap(), 3_600_000.0, max_relative = 1e-3);
        assert_eq!(m.snapshot(100 * SECOND).p50_ms, None);
    }

    #[test]
    fn case_m11_windows_of_too_many_slices_are_refused() {
        let minute = Duration::from_secs(60);
        for slices in [1_000_000, 4_097, 60_000_000] {
            let text = LatencyMonitor::new(minute, slices).unwrap_err().to_string();
            assert!(text.contains("slices") && text.contains("4096"), "{text}");
            assert!(text.contains("with_max_slices"), "{text}");
        }
        assert!(LatencyMonitor::new(minute, 60).is_ok());
        assert!(LatencyMonitor::with_max_slices(minute, 11, 10).is_err());
        assert!(LatencyMonitor::with_max_slices(minute, 10, 10).is_ok());
        let most = Duration::MAX;
        assert!(LatencyMonitor::with_max_slices(most, usize::MAX, usize::MAX).is_err());
    }

    #[test]
    fn windows_without_length_are_refused() {
        assert!(LatencyMonitor::new(Duration::from_secs(1), 0).is_err());
        assert!(
            LatencyMonitor::new(Duration::from_nanos(50), 1)
                .unwrap_err()
                .to_string()
                .contains("window")
        );
    }
}
