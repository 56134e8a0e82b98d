//! What was decided, and why.

use std::fmt;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::schedule::Action;
use super::text;
use super::trigger::{MetricState, Trigger};

/// One cause of a decision.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Reason {
    /// A date of the schedule has come.
    Scheduled {
        /// The schedule rule.
        rule: String,
        /// The date it is due for.
        #[serde(with = "text")]
        date: NaiveDate,
        /// What to do.
        action: Action,
    },
    /// A metric fell.
    MetricDrop {
        /// The metric, then and now.
        state: MetricState,
        /// The largest fall accepted.
        max_drop: f64,
        /// What to do.
        action: Action,
    },
    /// Features drifted.
    DriftShare {
        /// The share that drifted.
        found: f64,
        /// The share from which on to act.
        from: f64,
        /// What to do.
        action: Action,
    },
    /// An event of the policy happened.
    Event {
        /// Its name.
        name: String,
        /// What to do.
        action: Action,
    },
    /// Somebody asked.
    Manual {
        /// Who or why.
        why: String,
        /// What to do.
        action: Action,
    },
}

impl Reason {
    /// What this reason asks for.
    #[must_use]
    pub fn action(&self) -> Action {
        match self {
            Reason::Scheduled { action, .. }
            | Reason::MetricDrop { action, .. }
            | Reason::DriftShare { action, .. }
            | Reason::Event { action, .. }
            | Reason::Manual { action, .. } => *action,
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reason::Scheduled { rule, date, action } => {
                write!(f, "{rule}: {action}, due on {date}")
            }
            Reason::MetricDrop {
                state:
                    MetricState {
                        metric,
                        baseline,
                        current,
                    },
                max_drop,
                ..
            } => {
                write!(
                    f,
                    "{metric} fell from {} to {}, more than {}",
                    ml_data::figure(*baseline),
                    ml_data::figure(*current),
                    ml_data::figure(*max_drop)
                )
            }
            Reason::DriftShare { found, from, .. } => {
                write!(
                    f,
                    "{:.0}% of the features drifted, {:.0}% or more",
                    found * 100.0,
                    from * 100.0
                )
            }
            Reason::Event { name, .. } => write!(f, "event: {name}"),
            Reason::Manual { why, .. } => write!(f, "asked for: {why}"),
        }
    }
}

/// What to do, and why.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RetrainDecision {
    /// A model is to be trained.
    pub due: bool,
    /// The widest training any reason asks for: all data before a window, a longer window before a shorter one.
    pub action: Option<Action>,
    /// A review is to be held.
    pub review: bool,
    /// Every cause, the schedule first.
    pub reasons: Vec<Reason>,
    /// Triggers that could not be judged, because their metric or the drift share is not known.
    pub unknown: Vec<Trigger>,
}
