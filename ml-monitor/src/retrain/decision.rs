//! Decisions with their reasons.

use std::fmt;

use chrono::NaiveDate;
use ml_data::health::{Action, HealthSignal, Severity};
use serde::{Deserialize, Serialize};

use super::schedule::RetrainAction;
use super::text;
use super::trigger::{MetricState, Trigger};

/// One cause of a decision.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum RetrainReason {
    /// A date of the schedule has come.
    Scheduled {
        /// The schedule rule.
        rule: String,
        /// The date it is due for.
        #[serde(with = "text")]
        date: NaiveDate,
        /// Action to take.
        action: RetrainAction,
    },
    /// A metric fell.
    MetricDrop {
        /// The metric, then and now.
        state: MetricState,
        /// The largest fall accepted.
        max_drop: f64,
        /// Action to take.
        action: RetrainAction,
    },
    /// Features drifted.
    DriftShare {
        /// The share that drifted.
        found: f64,
        /// The share from which on to act.
        from: f64,
        /// Action to take.
        action: RetrainAction,
    },
    /// An event of the policy happened.
    Event {
        /// Its name.
        name: String,
        /// Action to take.
        action: RetrainAction,
    },
    /// Somebody asked.
    Manual {
        /// Person or reason.
        why: String,
        /// Action to take.
        action: RetrainAction,
    },
}

impl RetrainReason {
    /// The action that this reason asks for.
    #[must_use]
    pub fn action(&self) -> RetrainAction {
        match self {
            RetrainReason::Scheduled { action, .. }
            | RetrainReason::MetricDrop { action, .. }
            | RetrainReason::DriftShare { action, .. }
            | RetrainReason::Event { action, .. }
            | RetrainReason::Manual { action, .. } => *action,
        }
    }
}

impl fmt::Display for RetrainReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RetrainReason::Scheduled { rule, date, action } => {
                write!(f, "{rule}: {action}, due on {date}")
            }
            RetrainReason::MetricDrop {
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
            RetrainReason::DriftShare { found, from, .. } => {
                write!(
                    f,
                    "{:.0}% of the features drifted, {:.0}% or more",
                    found * 100.0,
                    from * 100.0
                )
            }
            RetrainReason::Event { name, .. } => write!(f, "event: {name}"),
            RetrainReason::Manual { why, .. } => write!(f, "asked for: {why}"),
        }
    }
}

impl RetrainDecision {
    /// The decision as a signal at this moment (microseconds since 1970): to train anew, or to hold
    /// a review. None where nothing is due.
    ///
    /// ```
    /// use chrono::NaiveDate;
    /// use ml_data::health::Action;
    /// use ml_monitor::retrain::{RetrainAction, RetrainPolicy, Situation};
    /// let day = Situation::new(NaiveDate::from_ymd_opt(2024, 6, 19).unwrap());
    /// let quiet = RetrainPolicy::new().decide(&day)?;
    /// assert_eq!(quiet.signal(0), None);
    /// let asked = day.manual("new prices", RetrainAction::TrainFull);
    /// let signal = RetrainPolicy::new().decide(&asked)?.signal(0).unwrap();
    /// assert_eq!(signal.action, Action::Retrain);
    /// assert_eq!(signal.reason, "asked for: new prices");
    /// # Ok::<(), ml_data::Error>(())
    /// ```
    #[must_use]
    pub fn signal(&self, at: i64) -> Option<HealthSignal> {
        if !self.due && !self.review {
            return None;
        }
        let action = match self.due {
            true => Action::Retrain,
            false => Action::Review,
        };
        let reasons: Vec<String> = self.reasons.iter().map(ToString::to_string).collect();
        Some(HealthSignal {
            source: "retrain".into(),
            at,
            severity: Severity::Warning,
            action,
            reason: reasons.join("; "),
        })
    }
}

/// Training decision of a day, with its reasons.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RetrainDecision {
    /// A model is to be trained.
    pub due: bool,
    /// The widest training any reason asks for: all data before a window, a longer window before a
    /// shorter one.
    pub action: Option<RetrainAction>,
    /// A review is to be held.
    pub review: bool,
    /// Every cause, the schedule first.
    pub reasons: Vec<RetrainReason>,
    /// Triggers that could not be judged, because their metric or the drift share is not known.
    pub unknown: Vec<Trigger>,
}
