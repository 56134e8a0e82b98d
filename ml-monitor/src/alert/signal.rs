//! Alerts and decisions as signals to whatever can be steered.

use ml_data::Result;
use ml_data::health::{Act, Action, HealthSignal, Severity};

use super::event::{AlertChange, AlertEvent};
use super::sink::Sink;

/// Turns alerts into signals: each alert that opens at this severity, or rises to it, asks for an
/// action of whatever it was given. Alerts that are resolved ask for nothing.
///
/// A failed signal stays with the [`AlertManager`](super::AlertManager), which tries again with the
/// next observation.
///
/// ```
/// use ml_data::health::{Act, Action, HealthSignal, Severity};
/// use ml_monitor::alert::{AlertManager, AlertRule, SignalSink};
/// use std::sync::{Arc, Mutex};
///
/// #[derive(Default)]
/// struct Heard(Mutex<Vec<HealthSignal>>);
/// impl Act for Heard {
///     fn act(&self, signal: &HealthSignal) -> ml_data::Result<bool> {
///         self.0.lock().unwrap().push(signal.clone());
///         Ok(true)
///     }
/// }
/// let heard = Arc::new(Heard::default());
/// let sink = SignalSink::new(heard.clone(), Severity::Critical, Action::RollBack);
/// let rule = AlertRule::above("error_rate", 0.005, 0.01);
/// let mut alerts = AlertManager::new([rule])?.sink(sink);
/// for (second, rate) in [0.006, 0.02, 0.03, 0.001].into_iter().enumerate() {
///     alerts.observe("error_rate", second as i64 * 1_000_000, rate)?;
/// }
/// let heard: Vec<String> = heard.0.lock().unwrap().iter().map(|s| s.to_string()).collect();
/// assert_eq!(heard, ["CRITICAL error_rate: roll back, value 0.02 crossed 0.01"]);
/// # Ok::<(), ml_data::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct SignalSink<A> {
    target: A,
    from: Severity,
    action: Action,
}

impl<A: Act> SignalSink<A> {
    /// Asks `target` for `action` where an alert is at least this severe.
    #[must_use]
    pub fn new(target: A, from: Severity, action: Action) -> Self {
        Self {
            target,
            from,
            action,
        }
    }
}

impl<A: Act> Sink for SignalSink<A> {
    fn name(&self) -> &str {
        "signals"
    }

    fn deliver(&mut self, event: &AlertEvent) -> Result<()> {
        if event.change == AlertChange::Resolved || event.severity < self.from {
            return Ok(());
        }
        self.target.act(&event.signal(self.action)).map(|_| ())
    }
}

impl AlertEvent {
    /// The alert as a signal that asks for an action.
    #[must_use]
    pub fn signal(&self, action: Action) -> HealthSignal {
        let (value, level) = (ml_data::figure(self.value), ml_data::figure(self.level));
        HealthSignal {
            source: self.rule.clone(),
            at: self.at,
            severity: self.severity,
            action,
            reason: format!("value {value} crossed {level}"),
        }
    }
}
