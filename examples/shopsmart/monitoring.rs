//! Stage 10, monitoring: the live weeks, alerts, and whether it is time to train anew.

mod challenge;
mod drift;
mod replay;

use crate::job::{Job, day};
use crate::optimisation::Candidate;
use crate::support::report::Report;
use challenge::challenge;
use chrono::{DateTime, NaiveDate};
use drift::drift;
use ml_pipeline::monitor::alert::{
    AlertManager, AlertRule, FileSink, MemorySink, presets::recommendations,
};
use ml_pipeline::monitor::retrain::{RetrainAction, RetrainPolicy, Situation, Trigger};
use ml_pipeline::prelude::*;
use ml_pipeline::serve::recommend::RecommendationService;
use replay::replay;
use serde_json::json;
use std::sync::Arc;

/// Stage 10.
pub fn monitor(
    job: &Job<'_>,
    candidate: &Candidate,
    service: &Arc<RecommendationService>,
    report: &mut Report,
) -> Result<()> {
    report.stage(
        10,
        "Monitoring",
        "the live weeks replayed: latency, hit rate, drift, alerts, and a challenger when it is time",
    );
    let memory = MemorySink::new();
    let file = FileSink::new(job.args.out.join("alerts.jsonl"));
    let rules = recommendations()
        .into_iter()
        .chain([AlertRule::above("drift_share", 0.3, 0.6)]);
    let mut alerts = AlertManager::new(rules)?.sink(memory.clone()).sink(file);
    let (offline, online) = replay(job, candidate, service, &mut alerts, report)?;
    let share = drift(job, candidate, &mut alerts, report)?;
    tell(&memory, report);

    report.part("Is it time to train anew?");
    let policy = RetrainPolicy::new()
        .trigger(Trigger::DriftShare {
            share: 0.3,
            action: RetrainAction::TrainFull,
        })
        .trigger(Trigger::MetricDrop {
            metric: "hit_rate".into(),
            max_drop: 0.05,
            action: RetrainAction::TrainFull,
        });
    let situation = Situation::new(date(job.windows.live.to)?)
        .drifted_share(share)
        .metric("hit_rate", offline, online);
    let retrain = policy.decide(&situation)?;
    let reasons: Vec<String> = retrain.reasons.iter().map(ToString::to_string).collect();
    report.say(if retrain.due {
        format!("a new training is due: {}", reasons.join("; "))
    } else {
        "no new training is due".to_string()
    });
    report.set("retrain", json!({ "due": retrain.due, "reasons": reasons }));
    if retrain.due {
        challenge(job, candidate, service, report)?;
    }
    Ok(())
}

fn tell(memory: &MemorySink, report: &mut Report) {
    report.part("Alerts");
    let events = memory.events();
    let rows: Vec<Vec<String>> = events
        .iter()
        .map(|e| vec![day(e.at), e.to_string()])
        .collect();
    if rows.is_empty() {
        report.say("none was raised");
    } else {
        report.table(&["day", "alert"], &rows);
    }
    let lines: Vec<String> = events.iter().map(ToString::to_string).collect();
    report.set("alerts", lines);
}

/// The date of a moment.
fn date(micros: i64) -> Result<NaiveDate> {
    let time = DateTime::from_timestamp_micros(micros);
    let time = time.ok_or_else(|| Error::value("end of the live weeks", "a date", micros))?;
    Ok(time.date_naive())
}
