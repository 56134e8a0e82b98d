//! The decision of a day.

use chrono::Weekday;
use ml_data::validate::distinct;
use ml_data::{Error, Result};
use serde::{Deserialize, Serialize};

use super::decision::{RetrainDecision, RetrainReason};
use super::schedule::{Cadence, RetrainAction, ScheduleRule};
use super::situation::Situation;
use super::trigger::{Trigger, fell_by_more_than};

/// Schedule and triggers by which a model is trained anew.
///
/// # Example
/// ```
/// use chrono::NaiveDate;
/// use ml_monitor::retrain::{RetrainAction, RetrainPolicy, Situation};
///
/// let policy = RetrainPolicy::recommendations();
/// let wednesday = NaiveDate::from_ymd_opt(2024, 6, 19).unwrap();
/// let monday = NaiveDate::from_ymd_opt(2024, 6, 17).unwrap();
/// let quiet = Situation::new(wednesday)
///     .done("weekly", monday)
///     .done("monthly", monday)
///     .done("quarterly", monday)
///     .metric("conversion", 0.032, 0.031);
/// assert!(!policy.decide(&quiet)?.due);
///
/// let decision = policy.decide(&quiet.metric("conversion", 0.032, 0.0285))?;
/// assert!(decision.due);
/// assert_eq!(decision.action, Some(RetrainAction::TrainWindow { months: 3 }));
/// let reason = decision.reasons[0].to_string();
/// assert_eq!(reason, "conversion fell from 0.032 to 0.0285, more than 0.003");
/// # Ok::<(), ml_data::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct RetrainPolicy {
    schedule: Vec<ScheduleRule>,
    triggers: Vec<Trigger>,
}

impl RetrainPolicy {
    /// Never due, but by hand.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Weekly (`weekly`, on Mondays, the last 3 months), monthly (`monthly`, on the 1st, all data),
    /// a quarterly review (`quarterly`, on the 1st), and the last 3 months when `conversion` falls
    /// by more than 0.003, half of the features drift, a `catalogue` is renewed or a `promotion`
    /// ends.
    #[must_use]
    pub fn recommendations() -> Self {
        let action = RetrainAction::TrainWindow { months: 3 };
        Self::new()
            .schedule(ScheduleRule::new(
                "weekly",
                Cadence::Weekly(Weekday::Mon),
                action,
            ))
            .schedule(ScheduleRule::new(
                "monthly",
                Cadence::Monthly { day: 1 },
                RetrainAction::TrainFull,
            ))
            .schedule(ScheduleRule::new(
                "quarterly",
                Cadence::Quarterly { day: 1 },
                RetrainAction::Review,
            ))
            .trigger(Trigger::MetricDrop {
                metric: "conversion".into(),
                max_drop: 0.003,
                action,
            })
            .trigger(Trigger::DriftShare { share: 0.5, action })
            .trigger(Trigger::Event {
                name: "catalogue".into(),
                action,
            })
            .trigger(Trigger::Event {
                name: "promotion".into(),
                action,
            })
    }

    /// Adds a line to the schedule.
    #[must_use]
    pub fn schedule(mut self, rule: ScheduleRule) -> Self {
        self.schedule.push(rule);
        self
    }

    /// Adds a trigger.
    #[must_use]
    pub fn trigger(mut self, trigger: Trigger) -> Self {
        self.triggers.push(trigger);
        self
    }

    /// Decides. When a scheduled reason was acted on, say so in the next [`Situation`] with
    /// [`Situation::done`].
    ///
    /// # Errors
    /// A rule or trigger outside its domain, two schedule rules of one name, a metric or share that
    /// is not a number, a done date or an event that no rule knows.
    pub fn decide(&self, situation: &Situation) -> Result<RetrainDecision> {
        self.check(situation)?;
        let mut reasons = Vec::new();
        for rule in &self.schedule {
            let done = situation.done.get(&rule.name).map(|day| day.0);
            if let Some(date) = rule.due(situation.today, done) {
                reasons.push(RetrainReason::Scheduled {
                    rule: rule.name.clone(),
                    date,
                    action: rule.action,
                });
            }
        }
        let mut unknown = Vec::new();
        for trigger in &self.triggers {
            match evaluate(trigger, situation) {
                TriggerState::Fires(reason) => reasons.push(reason),
                TriggerState::Unknown => unknown.push(trigger.clone()),
                TriggerState::Quiet => {}
            }
        }
        if let Some((why, action)) = &situation.manual {
            reasons.push(RetrainReason::Manual {
                why: why.clone(),
                action: *action,
            });
        }
        let action = reasons
            .iter()
            .map(RetrainReason::action)
            .filter(RetrainAction::trains)
            .max();
        let review = reasons.iter().any(|r| !r.action().trains());
        Ok(RetrainDecision {
            due: action.is_some(),
            action,
            review,
            reasons,
            unknown,
        })
    }

    fn check(&self, situation: &Situation) -> Result<()> {
        self.schedule.iter().try_for_each(ScheduleRule::check)?;
        distinct(
            "schedule rule",
            self.schedule.iter().map(|r| r.name.as_str()),
        )?;
        self.triggers.iter().try_for_each(Trigger::check)?;
        let scheduled = |name: &str| self.schedule.iter().any(|r| r.name == name);
        if let Some(name) = situation.done.keys().find(|name| !scheduled(name)) {
            return Err(Error::Unknown {
                what: "schedule rule".into(),
                name: name.clone(),
                known: self.schedule.iter().map(|r| r.name.clone()).collect(),
            });
        }
        let knows = |event: &str| {
            self.triggers
                .iter()
                .any(|t| matches!(t, Trigger::Event { name, .. } if name == event))
        };
        if let Some(event) = situation.events.iter().find(|event| !knows(event)) {
            let event_of = |t: &Trigger| match t {
                Trigger::Event { name, .. } => Some(name.clone()),
                _ => None,
            };
            return Err(Error::Unknown {
                what: "event of a trigger".into(),
                name: event.clone(),
                known: self.triggers.iter().filter_map(event_of).collect(),
            });
        }
        for m in &situation.metrics {
            if !(m.baseline.is_finite() && m.current.is_finite()) {
                let found = format!("{} and {}", m.baseline, m.current);
                let what = format!("metric `{}`", m.metric);
                return Err(Error::value(what, "two finite numbers", found));
            }
        }
        match situation.drifted_share {
            Some(share) if !(0.0..=1.0).contains(&share) => Err(Error::parameter(
                "Situation",
                "drifted_share",
                share,
                "in [0, 1]",
            )),
            _ => Ok(()),
        }
    }
}

enum TriggerState {
    Fires(RetrainReason),
    Quiet,
    Unknown,
}

fn evaluate(trigger: &Trigger, situation: &Situation) -> TriggerState {
    match trigger {
        Trigger::MetricDrop {
            metric,
            max_drop,
            action,
        } => match situation.metrics.iter().find(|m| m.metric == *metric) {
            None => TriggerState::Unknown,
            Some(state) if fell_by_more_than(state, *max_drop) => {
                TriggerState::Fires(RetrainReason::MetricDrop {
                    state: state.clone(),
                    max_drop: *max_drop,
                    action: *action,
                })
            }
            Some(_) => TriggerState::Quiet,
        },
        Trigger::DriftShare { share, action } => match situation.drifted_share {
            None => TriggerState::Unknown,
            Some(found) if found >= *share => TriggerState::Fires(RetrainReason::DriftShare {
                found,
                from: *share,
                action: *action,
            }),
            Some(_) => TriggerState::Quiet,
        },
        Trigger::Event { name, action } if situation.events.contains(name) => {
            TriggerState::Fires(RetrainReason::Event {
                name: name.clone(),
                action: *action,
            })
        }
        Trigger::Event { .. } => TriggerState::Quiet,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::NaiveDate;

    fn date(m: u32, d: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2024, m, d).unwrap()
    }

    /// Everything done the day before, all values as they were.
    fn quiet(today: NaiveDate) -> Situation {
        let yesterday = today.pred_opt().unwrap();
        Situation::new(today)
            .done("weekly", yesterday)
            .done("monthly", yesterday)
            .done("quarterly", yesterday)
            .metric("conversion", 0.032, 0.032)
            .drifted_share(0.1)
    }

    fn decide(situation: &Situation) -> RetrainDecision {
        RetrainPolicy::recommendations().decide(situation).unwrap()
    }

    #[test]
    fn nothing_to_do() {
        let d = decide(&quiet(date(6, 19)));
        assert_eq!(
            d,
            RetrainDecision {
                due: false,
                action: None,
                review: false,
                reasons: vec![],
                unknown: vec![]
            }
        );
    }

    #[test]
    fn the_widest_action_of_a_day_wins() {
        // Monday, 1 July 2024: weekly, monthly and quarterly fall together.
        let d = decide(&quiet(date(7, 1)));
        assert_eq!(
            (d.due, d.action, d.review, d.reasons.len()),
            (true, Some(RetrainAction::TrainFull), true, 3)
        );
        assert_eq!(
            d.reasons[0].to_string(),
            "weekly: train on the last 3 months, due on 2024-07-01"
        );
        let policy = RetrainPolicy::new().schedule(ScheduleRule::new(
            "q",
            Cadence::Quarterly { day: 1 },
            RetrainAction::Review,
        ));
        let d = policy.decide(&Situation::new(date(7, 1))).unwrap();
        assert_eq!((d.due, d.action, d.review), (false, None, true));
    }

    #[test]
    fn triggers_fire_at_their_marks() {
        let today = date(6, 19);
        // Exactly 0.003 is not more than 0.003, whatever the rounding of 0.032 - 0.029.
        assert!(!decide(&quiet(today).metric("conversion", 0.032, 0.029)).due);
        assert!(decide(&quiet(today).metric("conversion", 0.032, 0.02899)).due);
        assert!(!decide(&quiet(today).drifted_share(0.49)).due);
        assert!(decide(&quiet(today).drifted_share(0.5)).due);
        let d = decide(
            &quiet(today)
                .event("catalogue")
                .manual("new sizes", RetrainAction::TrainFull),
        );
        assert_eq!(d.action, Some(RetrainAction::TrainFull));
        let texts: Vec<String> = d.reasons.iter().map(ToString::to_string).collect();
        assert_eq!(texts, ["event: catalogue", "asked for: new sizes"]);
    }

    #[test]
    fn what_is_not_known_is_told() {
        let d = decide(&Situation::new(date(6, 19)));
        assert_eq!((d.unknown.len(), d.reasons.len(), d.due), (2, 3, true));
        assert!(
            matches!(&d.unknown[0], Trigger::MetricDrop { metric, .. } if metric == "conversion")
        );
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        let today = date(6, 19);
        let refuse = |s: Situation| {
            RetrainPolicy::recommendations()
                .decide(&s)
                .unwrap_err()
                .to_string()
        };
        assert!(refuse(quiet(today).metric("conversion", 0.03, f64::NAN)).contains("`conversion`"));
        assert!(refuse(quiet(today).drifted_share(1.5)).contains("drifted_share"));
        assert!(refuse(quiet(today).done("daily", today)).contains("`daily`"));
        assert!(refuse(quiet(today).event("flood")).contains("`flood`"));
        let bad = |policy: RetrainPolicy| {
            policy
                .decide(&Situation::new(today))
                .unwrap_err()
                .to_string()
        };
        let full = RetrainAction::TrainFull;
        let rule = |day| ScheduleRule::new("m", Cadence::Monthly { day }, full);
        assert!(bad(RetrainPolicy::new().schedule(rule(0))).contains("day"));
        assert!(bad(RetrainPolicy::new().schedule(rule(1)).schedule(rule(2))).contains("`m`"));
        assert!(
            bad(RetrainPolicy::new().trigger(Trigger::DriftShare {
                share: 0.0,
                action: full
            }))
            .contains("share")
        );
        let drop = Trigger::MetricDrop {
            metric: "x".into(),
            max_drop: -1.0,
            action: full,
        };
        assert!(bad(RetrainPolicy::new().trigger(drop)).contains("max_drop"));
        let window = Trigger::Event {
            name: "x".into(),
            action: RetrainAction::TrainWindow { months: 0 },
        };
        assert!(bad(RetrainPolicy::new().trigger(window)).contains("months"));
    }

    #[test]
    fn serde_round_trip() {
        let policy = RetrainPolicy::recommendations();
        let back: RetrainPolicy =
            serde_json::from_str(&serde_json::to_string(&policy).unwrap()).unwrap();
        assert_eq!(back, policy);
        let situation = quiet(date(7, 1)).manual("why not", RetrainAction::Review);
        let back: Situation =
            serde_json::from_str(&serde_json::to_string(&situation).unwrap()).unwrap();
        assert_eq!(
            policy.decide(&back).unwrap(),
            policy.decide(&situation).unwrap()
        );
    }
}
