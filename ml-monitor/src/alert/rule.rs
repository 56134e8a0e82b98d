//! Rules: values that are worth an alert.

use std::time::Duration;

use ml_data::{Error, Result};
use serde::{Deserialize, Serialize};

use super::event::Severity;

/// Side of a threshold that is bad.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ThresholdSide {
    /// Large values: latency, error rate.
    Above,
    /// Small values: conversion.
    Below,
}

/// Aggregation of the observations inside a rule's window into the one value that is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Aggregate {
    /// The newest observation.
    #[default]
    Last,
    /// The mean of the window.
    Mean,
    /// The best one of the window: the rule fires when *every* observation is bad, and not before a
    /// whole window has been observed.
    Every,
}

/// Warning and critical thresholds on a named value.
///
/// A value is bad when it lies strictly beyond a threshold. An open alert closes when the value is
/// no longer beyond the `clear` level, which may lie further on the good side than the warning
/// threshold, so that a value dancing around the threshold does not open and close alerts
/// (hysteresis).
///
/// # Example
/// ```
/// use std::time::Duration;
/// use ml_monitor::alert::{Aggregate, AlertRule};
///
/// let rule = AlertRule::above("queue_length", 50.0, 100.0)
///     .clear(40.0)
///     .window(Duration::from_secs(120), Aggregate::Every)
///     .runbook("https://wiki.example/queue");
/// assert!(rule.check().is_ok());
/// assert!(rule.clear(60.0).check().is_err()); // would close before it opens
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AlertRule {
    pub(crate) name: String,
    pub(crate) side: ThresholdSide,
    pub(crate) warning: f64,
    pub(crate) critical: f64,
    pub(crate) clear: f64,
    pub(crate) window: Duration,
    pub(crate) aggregate: Aggregate,
    pub(crate) runbook: Option<String>,
}

impl AlertRule {
    /// A rule against large values.
    #[must_use]
    pub fn above(name: impl Into<String>, warning: f64, critical: f64) -> Self {
        Self::new(name.into(), ThresholdSide::Above, warning, critical)
    }

    /// A rule against small values.
    #[must_use]
    pub fn below(name: impl Into<String>, warning: f64, critical: f64) -> Self {
        Self::new(name.into(), ThresholdSide::Below, warning, critical)
    }

    fn new(name: String, side: ThresholdSide, warning: f64, critical: f64) -> Self {
        let (window, aggregate) = (Duration::ZERO, Aggregate::Last);
        Self {
            name,
            side,
            warning,
            critical,
            clear: warning,
            window,
            aggregate,
            runbook: None,
        }
    }

    /// Level that the value has to come back to before an open alert closes. Default: the warning
    /// threshold.
    #[must_use]
    pub fn clear(mut self, clear: f64) -> Self {
        self.clear = clear;
        self
    }

    /// Compares an aggregate of the last `window` in place of the newest value.
    #[must_use]
    pub fn window(mut self, window: Duration, aggregate: Aggregate) -> Self {
        self.window = window;
        self.aggregate = aggregate;
        self
    }

    /// Link to what to do when it fires.
    #[must_use]
    pub fn runbook(mut self, link: impl Into<String>) -> Self {
        self.runbook = Some(link.into());
        self
    }

    /// The name observations are given under.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Refuses levels that are not numbers or in the wrong order, and a window without length for
    /// an aggregate that needs one.
    ///
    /// # Errors
    /// As said, naming the parameter.
    pub fn check(&self) -> Result<()> {
        const STEP: &str = "AlertRule";
        for (name, level) in [
            ("warning", self.warning),
            ("critical", self.critical),
            ("clear", self.clear),
        ] {
            if !level.is_finite() {
                return Err(Error::parameter(STEP, name, level, "a finite number"));
            }
        }
        if self.beyond(self.warning, self.critical) {
            return Err(Error::parameter(
                STEP,
                "warning",
                self.warning,
                "reached before the critical threshold",
            ));
        }
        if self.beyond(self.clear, self.warning) {
            return Err(Error::parameter(
                STEP,
                "clear",
                self.clear,
                "on the good side of the warning threshold",
            ));
        }
        if self.aggregate != Aggregate::Last && self.window.is_zero() {
            return Err(Error::parameter(
                STEP,
                "window",
                "0",
                "longer than 0 for an aggregate",
            ));
        }
        Ok(())
    }

    /// True when `value` is worse than `level`.
    pub(crate) fn beyond(&self, value: f64, level: f64) -> bool {
        match self.side {
            ThresholdSide::Above => value > level,
            ThresholdSide::Below => value < level,
        }
    }

    /// The severity of a value and the threshold it crossed.
    pub(crate) fn severity(&self, value: f64) -> Option<(Severity, f64)> {
        if self.beyond(value, self.critical) {
            Some((Severity::Critical, self.critical))
        } else if self.beyond(value, self.warning) {
            Some((Severity::Warning, self.warning))
        } else {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_in_the_wrong_order_are_refused() {
        assert!(AlertRule::above("x", 1.0, 2.0).check().is_ok());
        assert!(AlertRule::above("x", 1.0, 1.0).check().is_ok());
        for (rule, name) in [
            (AlertRule::above("x", 2.0, 1.0), "warning"),
            (AlertRule::below("x", 1.0, 2.0), "warning"),
            (AlertRule::above("x", f64::NAN, 1.0), "warning"),
            (AlertRule::below("x", 2.0, f64::NEG_INFINITY), "critical"),
            (AlertRule::below("x", 2.0, 1.0).clear(1.5), "clear"),
            (
                AlertRule::above("x", 1.0, 2.0).window(Duration::ZERO, Aggregate::Mean),
                "window",
            ),
        ] {
            let text = rule.check().unwrap_err().to_string();
            assert!(text.contains(name), "{text}");
        }
    }
}
