//! Rules for a recommendation service: a shop that earns by conversion and answers while the page
//! loads.

use super::rule::AlertRule;

/// Observed as `latency_ms`: warning above 100 ms, critical above 200 ms, closed again at 90 ms.
/// Feed it with the 95th percentile.
#[must_use]
pub fn latency_ms() -> AlertRule {
    AlertRule::above("latency_ms", 100.0, 200.0).clear(90.0)
}

/// Observed as `error_rate`: warning above 0.5 %, critical above 1 %, closed again at 0.4 %.
#[must_use]
pub fn error_rate() -> AlertRule {
    AlertRule::above("error_rate", 0.005, 0.01).clear(0.004)
}

/// Observed as `conversion_rate`: warning below 3.0 %, critical below 2.8 %, closed again at 3.1 %.
#[must_use]
pub fn conversion_rate() -> AlertRule {
    AlertRule::below("conversion_rate", 0.030, 0.028).clear(0.031)
}

/// All three.
///
/// # Example
/// ```
/// use ml_monitor::alert::{AlertManager, Severity, presets};
///
/// let mut alerts = AlertManager::new(presets::recommendations())?;
/// let opened = alerts.observe("latency_ms", 0, 230.0)?.event.unwrap();
/// assert_eq!((opened.severity, opened.level), (Severity::Critical, 200.0));
/// assert!(alerts.observe("conversion_rate", 0, 0.030)?.event.is_none());
/// # Ok::<(), ml_data::Error>(())
/// ```
#[must_use]
pub fn recommendations() -> Vec<AlertRule> {
    vec![latency_ms(), error_rate(), conversion_rate()]
}
