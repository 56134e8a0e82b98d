//! The manager: observations in, alerts out.

use std::collections::VecDeque;
use std::fmt;

use ml_data::validate::distinct;
use ml_data::{Error, Result};

use super::event::{AlertChange, AlertEvent, Severity};
use super::rule::{Aggregate, AlertRule, ThresholdSide};
use super::sink::Sink;

/// Rules with their open alerts, and the sinks of every change.
///
/// A rule has at most one open alert. It is reported when it opens, once more if a warning becomes
/// critical, and when it closes; an observation that changes nothing reports nothing. An alert that
/// was critical stays critical until it closes.
///
/// # Example
/// ```
/// use ml_monitor::alert::{AlertManager, AlertChange, MemorySink, AlertRule};
///
/// let memory = MemorySink::new();
/// let rule = AlertRule::above("error_rate", 0.005, 0.01).clear(0.004);
/// let mut alerts = AlertManager::new([rule])?.sink(memory.clone());
/// for (second, rate) in [0.006, 0.007, 0.02, 0.02, 0.0045, 0.001].into_iter().enumerate() {
///     alerts.observe("error_rate", second as i64 * 1_000_000, rate)?;
/// }
/// let changes: Vec<AlertChange> = memory.events().iter().map(|e| e.change).collect();
/// assert_eq!(changes, [AlertChange::Opened, AlertChange::Escalated, AlertChange::Resolved]);
/// # Ok::<(), ml_data::Error>(())
/// ```
pub struct AlertManager {
    rules: Vec<RuleState>,
    sinks: Vec<Outbox>,
}

struct RuleState {
    rule: AlertRule,
    /// Observations inside the window, oldest first.
    recent: VecDeque<(i64, f64)>,
    /// Time of the first observation.
    first_seen: Option<i64>,
    open: Option<OpenAlert>,
}

#[derive(Clone, Copy)]
struct OpenAlert {
    severity: Severity,
    since: i64,
}

struct Outbox {
    sink: Box<dyn Sink>,
    waiting: VecDeque<AlertEvent>,
}

/// Outcome of one observation.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct AlertOutcome {
    /// The change, if there was one.
    pub event: Option<AlertEvent>,
    /// Sinks that could not take what they were given. They keep it and are tried again with the
    /// next observation.
    pub failures: Vec<SinkFailure>,
}

/// A sink that failed.
#[derive(Debug)]
#[non_exhaustive]
pub struct SinkFailure {
    /// The sink's name.
    pub sink: String,
    /// The sink's error.
    pub error: Error,
    /// Events it has not taken yet.
    pub waiting: usize,
}

impl AlertManager {
    /// A manager of these rules, without a sink.
    ///
    /// # Errors
    /// A rule that contradicts itself (see [`AlertRule::check`]), or two rules of one name.
    pub fn new(rules: impl IntoIterator<Item = AlertRule>) -> Result<Self> {
        let mut states: Vec<RuleState> = Vec::new();
        for rule in rules {
            rule.check()?;
            states.push(RuleState {
                rule,
                recent: VecDeque::new(),
                first_seen: None,
                open: None,
            });
        }
        distinct("alert rule", states.iter().map(|s| s.rule.name.as_str()))?;
        Ok(Self {
            rules: states,
            sinks: Vec::new(),
        })
    }

    /// Adds a sink; every event goes to every sink.
    #[must_use]
    pub fn sink(mut self, sink: impl Sink + 'static) -> Self {
        self.sinks.push(Outbox {
            sink: Box::new(sink),
            waiting: VecDeque::new(),
        });
        self
    }

    /// The rules, in the order given.
    pub fn rules(&self) -> impl Iterator<Item = &AlertRule> {
        self.rules.iter().map(|s| &s.rule)
    }

    /// Rules with an open alert, and its severity.
    pub fn open(&self) -> impl Iterator<Item = (&AlertRule, Severity)> {
        self.rules
            .iter()
            .filter_map(|s| s.open.map(|open| (&s.rule, open.severity)))
    }

    /// Takes a value of the rule `name` seen at `at` (microseconds since 1970), decides, and
    /// delivers.
    ///
    /// The decision holds whether or not a sink could be reached; see [`AlertOutcome::failures`].
    /// An infinite value is judged like any other and reported as the largest finite one.
    ///
    /// # Errors
    /// No such rule, a value that is not a number, a time before the last observation's.
    pub fn observe(&mut self, name: &str, at: i64, value: f64) -> Result<AlertOutcome> {
        let Some(state) = self.rules.iter_mut().find(|s| s.rule.name == name) else {
            let known = self.rules.iter().map(|s| s.rule.name.clone()).collect();
            return Err(Error::Unknown {
                what: "alert rule".into(),
                name: name.into(),
                known,
            });
        };
        if value.is_nan() {
            let what = format!("observation of `{name}`");
            return Err(Error::value(what, "a number", value));
        }
        if let Some(&(last, _)) = state.recent.back()
            && at < last
        {
            let what = format!("observation of `{name}`");
            return Err(Error::value(what, format!("a time from {last} on"), at));
        }
        let event = state.observe(at, value);
        if let Some(event) = &event {
            self.sinks
                .iter_mut()
                .for_each(|outbox| outbox.waiting.push_back(event.clone()));
        }
        Ok(AlertOutcome {
            event,
            failures: self.flush(),
        })
    }

    /// Tries again to deliver what sinks have refused.
    pub fn flush(&mut self) -> Vec<SinkFailure> {
        self.sinks.iter_mut().filter_map(Outbox::flush).collect()
    }
}

impl RuleState {
    fn observe(&mut self, at: i64, value: f64) -> Option<AlertEvent> {
        let first_seen = *self.first_seen.get_or_insert(at);
        self.recent.push_back((at, value));
        let window = i64::try_from(self.rule.window.as_micros()).unwrap_or(i64::MAX);
        // The window reaches back to, and excludes, the moment one window ago; the newest
        // observation always stays.
        while self.recent.len() > 1
            && self
                .recent
                .front()
                .is_some_and(|&(t, _)| at.saturating_sub(t) >= window)
        {
            self.recent.pop_front();
        }
        let whole_window = at.saturating_sub(first_seen) >= window;
        let value = self.aggregate(value, whole_window)?;
        self.decide(at, value)
    }

    fn aggregate(&self, newest: f64, whole_window: bool) -> Option<f64> {
        let values = self.recent.iter().map(|&(_, v)| v);
        match (self.rule.aggregate, self.rule.side) {
            (Aggregate::Last, _) => Some(newest),
            (Aggregate::Mean, _) => Some(values.sum::<f64>() / self.recent.len() as f64),
            (Aggregate::Every, _) if !whole_window => None,
            (Aggregate::Every, ThresholdSide::Above) => values.reduce(f64::min),
            (Aggregate::Every, ThresholdSide::Below) => values.reduce(f64::max),
        }
    }

    fn decide(&mut self, at: i64, value: f64) -> Option<AlertEvent> {
        let found = self.rule.severity(value);
        let (change, open, level) = match (self.open, found) {
            (None, Some((severity, level))) => (
                AlertChange::Opened,
                OpenAlert {
                    severity,
                    since: at,
                },
                level,
            ),
            (Some(open), Some((severity, level))) if severity > open.severity => (
                AlertChange::Escalated,
                OpenAlert { severity, ..open },
                level,
            ),
            (Some(open), _) if !self.rule.beyond(value, self.rule.clear) => {
                (AlertChange::Resolved, open, self.rule.clear)
            }
            _ => return None,
        };
        self.open = (change != AlertChange::Resolved).then_some(open);
        Some(AlertEvent {
            rule: self.rule.name.clone(),
            change,
            severity: open.severity,
            at,
            since: open.since,
            // JSON has no infinities.
            value: value.clamp(f64::MIN, f64::MAX),
            level,
            runbook: self.rule.runbook.clone(),
        })
    }
}

impl Outbox {
    /// Delivers in order until the sink refuses.
    fn flush(&mut self) -> Option<SinkFailure> {
        while let Some(event) = self.waiting.front() {
            if let Err(error) = self.sink.deliver(event) {
                return Some(SinkFailure {
                    sink: self.sink.name().into(),
                    error,
                    waiting: self.waiting.len(),
                });
            }
            self.waiting.pop_front();
        }
        None
    }
}

impl fmt::Debug for AlertManager {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rules: Vec<&str> = self.rules.iter().map(|s| s.rule.name.as_str()).collect();
        let sinks: Vec<&str> = self.sinks.iter().map(|s| s.sink.name()).collect();
        f.debug_struct("AlertManager")
            .field("rules", &rules)
            .field("sinks", &sinks)
            .finish_non_exhaustive()
    }
}
