//! Facts known on the day of a decision.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::schedule::RetrainAction;
use super::text;
use super::trigger::MetricState;

/// Facts known on the day of the decision.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Situation {
    #[serde(with = "text")]
    pub(crate) today: NaiveDate,
    pub(crate) done: BTreeMap<String, Day>,
    pub(crate) metrics: Vec<MetricState>,
    pub(crate) drifted_share: Option<f64>,
    pub(crate) events: Vec<String>,
    pub(crate) manual: Option<(String, RetrainAction)>,
}

/// A date that serialises as text.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Day(#[serde(with = "text")] pub(crate) NaiveDate);

impl Situation {
    /// Nothing known but the date.
    #[must_use]
    pub fn new(today: NaiveDate) -> Self {
        let (done, metrics, events) = (BTreeMap::new(), Vec::new(), Vec::new());
        Self {
            today,
            done,
            metrics,
            drifted_share: None,
            events,
            manual: None,
        }
    }

    /// Day on which the action of the schedule rule `name` was last done. A rule never done is due.
    #[must_use]
    pub fn done(mut self, name: impl Into<String>, date: NaiveDate) -> Self {
        self.done.insert(name.into(), Day(date));
        self
    }

    /// A metric's baseline and present value; replaces what was said of that metric before.
    #[must_use]
    pub fn metric(mut self, metric: impl Into<String>, baseline: f64, current: f64) -> Self {
        let metric = metric.into();
        self.metrics.retain(|m| m.metric != metric);
        self.metrics.push(MetricState {
            metric,
            baseline,
            current,
        });
        self
    }

    /// The share of features that drifted, from
    /// [`DriftReport::drifted_share`](crate::drift::DriftReport::drifted_share).
    #[must_use]
    pub fn drifted_share(mut self, share: f64) -> Self {
        self.drifted_share = Some(share);
        self
    }

    /// Something that happened since the last training.
    #[must_use]
    pub fn event(mut self, name: impl Into<String>) -> Self {
        self.events.push(name.into());
        self
    }

    /// Somebody asks for it.
    #[must_use]
    pub fn manual(mut self, why: impl Into<String>, action: RetrainAction) -> Self {
        self.manual = Some((why.into(), action));
        self
    }
}
