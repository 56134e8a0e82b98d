//! A monitor and a rollout that do not know each other: an alert takes the challenger back, a
//! decision of the retraining policy starts a training.
#![allow(clippy::unwrap_used)] // helpers of tests

use ml_pipeline::data::health::{Act, Action, HealthSignal, Severity};
use ml_pipeline::monitor::alert::{AlertManager, AlertRule, SignalSink};
use ml_pipeline::serve::recommend::{Recommend, Request, Response};
use ml_pipeline::serve::rollout::{Canary, CanaryRollout, RolloutPhase};
use std::sync::{Arc, Mutex};

/// A version that answers nobody.
struct Silent(&'static str);

impl Recommend for Silent {
    fn recommend(&self, _: &Request) -> ml_pipeline::serve::Result<Response> {
        Err(ml_pipeline::data::Error::other("nobody is asked here").into())
    }
    fn version(&self) -> Option<String> {
        Some(self.0.into())
    }
}

#[derive(Default)]
struct Trainer(Mutex<Vec<String>>);

impl Act for Trainer {
    fn act(&self, signal: &HealthSignal) -> ml_pipeline::data::Result<bool> {
        let mine = signal.action == Action::Retrain;
        if mine {
            self.0.lock().unwrap().push(signal.reason.clone());
        }
        Ok(mine)
    }
}

#[test]
fn a_critical_alert_rolls_the_canary_back_and_a_warning_does_not() {
    let (now, next) = (Arc::new(Silent("1")), Arc::new(Silent("2")));
    let rollout = CanaryRollout::new(now, next, Canary::new(), "salt").unwrap();
    let rollout = Arc::new(rollout);
    let trainer = Arc::new(Trainer::default());
    let rules = [AlertRule::above("error_rate", 0.005, 0.01)];
    let mut alerts = AlertManager::new(rules)
        .unwrap()
        .sink(SignalSink::new(
            rollout.clone(),
            Severity::Critical,
            Action::RollBack,
        ))
        .sink(SignalSink::new(
            trainer.clone(),
            Severity::Warning,
            Action::Retrain,
        ));
    alerts.observe("error_rate", 1, 0.007).unwrap();
    assert!(matches!(rollout.phase(), RolloutPhase::Running { .. }));
    let outcome = alerts.observe("error_rate", 2, 0.02).unwrap();
    assert!(outcome.failures.is_empty());
    assert_eq!(rollout.phase(), RolloutPhase::RolledBack);
    let steps = rollout.steps();
    assert!(
        steps[0].reasons[0].contains("value 0.02 crossed 0.01"),
        "{}",
        steps[0]
    );
    // Back to normal: nobody is asked for anything.
    alerts.observe("error_rate", 3, 0.0).unwrap();
    assert_eq!(rollout.steps().len(), 1);
    let told = trainer.0.lock().unwrap().clone();
    assert_eq!(
        told,
        ["value 0.007 crossed 0.005", "value 0.02 crossed 0.01"]
    );
}
