//! Alert events.

use std::fmt;

use serde::{Deserialize, Serialize};

pub use ml_data::health::Severity;

/// Change of an alert.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum AlertChange {
    /// There was none, and now there is.
    Opened,
    /// It was a warning and became critical.
    Escalated,
    /// The value is back on the good side of the clear level.
    Resolved,
}

/// One change of one alert; what sinks receive.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct AlertEvent {
    /// The rule.
    pub rule: String,
    /// The change.
    pub change: AlertChange,
    /// The severity now; of a resolved alert, the highest it had.
    pub severity: Severity,
    /// Moment, microseconds since 1970.
    pub at: i64,
    /// Since when the alert is open.
    pub since: i64,
    /// The value (aggregated over the rule's window) that caused the change.
    pub value: f64,
    /// The level that value crossed.
    pub level: f64,
    /// Page that says what to do.
    pub runbook: Option<String>,
}

impl fmt::Display for AlertEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let severity = if self.severity == Severity::Critical {
            "CRITICAL"
        } else {
            "WARNING"
        };
        let change = match self.change {
            AlertChange::Opened => "opened",
            AlertChange::Escalated => "escalated",
            AlertChange::Resolved => "resolved",
        };
        write!(
            f,
            "{severity} {}: {change} at value {} (level {})",
            self.rule,
            ml_data::figure(self.value),
            ml_data::figure(self.level)
        )?;
        match &self.runbook {
            Some(link) => write!(f, ", see {link}"),
            None => Ok(()),
        }
    }
}
