//! The live weeks replayed against the service.

use crate::data::trade::DAY;
use crate::features::windows::{Window, demand};
use crate::job::Job;
use crate::optimisation::Candidate;
use crate::support::report::Report;
use ml_pipeline::data::event::{Action, OutcomeEvent, PredictionEvent};
use ml_pipeline::monitor::alert::AlertManager;
use ml_pipeline::monitor::latency::LatencyMonitor;
use ml_pipeline::monitor::performance::{PerformanceMonitor, Success};
use ml_pipeline::prelude::*;
use ml_pipeline::serve::recommend::{RecommendationService, Request};
use serde_json::json;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// A request that was answered, and the purchases of what it showed.
type Asked = (PredictionEvent, Vec<OutcomeEvent>);

const HOUR: Duration = Duration::from_secs(3600);
const WEEK: Duration = Duration::from_secs(7 * 86_400);

/// Every known buyer of the live weeks asks once; the shares that bought something shown, in the
/// test window and live. Only buyers ask, so the conversion of these requests lies above that of
/// all visits, at which the alert rule is set.
pub fn replay(
    job: &Job<'_>,
    candidate: &Candidate,
    service: &Arc<RecommendationService>,
    alerts: &mut AlertManager,
    report: &mut Report,
) -> Result<(f64, f64)> {
    report.part("The live weeks");
    let offline = hit_rate(&ask(job, candidate, service, job.windows.test, 0)?);
    let asked = ask(job, candidate, service, job.windows.live, 1_000_000)?;
    let mut latency = LatencyMonitor::new(WEEK, 7)?;
    let mut performance = PerformanceMonitor::new(Success::Conversion(Action::Purchase), offline)?
        .window(WEEK)
        .label_delay(HOUR);
    for (event, outcomes) in &asked {
        latency.observe(event);
        performance.predicted(event);
        outcomes.iter().for_each(|o| performance.outcome(o));
    }
    // A hit is known when the last request had its hour.
    let last = asked.last().map_or(job.windows.live.from, |(e, _)| e.at);
    let now = last + 2 * HOUR.as_micros() as i64;
    let (speed, quality) = (latency.snapshot(now), performance.snapshot(now)?);
    if let Some(p95) = speed.p95_ms {
        alerts.observe("latency_ms", now, p95)?;
    }
    if let Some(errors) = speed.error_rate {
        alerts.observe("error_rate", now, errors)?;
    }
    if let Some(conversion) = quality.rate {
        alerts.observe("conversion_rate", now, conversion)?;
    }
    let online = quality.rate.unwrap_or(0.0);
    let ms = |v: Option<f64>| v.map_or("-".to_string(), |v| format!("{v:.2}"));
    report.table(
        &["requests", "p50 ms", "p95 ms", "p99 ms", "failed"],
        &[vec![
            speed.requests.to_string(),
            ms(speed.p50_ms),
            ms(speed.p95_ms),
            ms(speed.p99_ms),
            speed.errors.to_string(),
        ]],
    );
    report.say(format!(
        "hit rate, the share of buyers who bought something they were shown: {:.1} % in the {} live days against {:.1} % in the {} days of the test window{}",
        online * 100.0,
        days(job.windows.live),
        offline * 100.0,
        days(job.windows.test),
        if quality.degraded { ": lower beyond chance" } else { "" }
    ));
    report.set("live", json!({ "requests": speed.requests, "p95_ms": speed.p95_ms, "hit_rate": online, "hit_rate_offline": offline }));
    Ok((offline, online))
}

fn days(window: Window) -> i64 {
    (window.to - window.from) / DAY
}

fn hit_rate(asked: &[Asked]) -> f64 {
    let hits = asked.iter().filter(|(_, bought)| !bought.is_empty());
    hits.count() as f64 / asked.len().max(1) as f64
}

fn ask(
    job: &Job<'_>,
    candidate: &Candidate,
    service: &RecommendationService,
    window: Window,
    first_id: u64,
) -> Result<Vec<Asked>> {
    let (users, items) = (&candidate.model.users, &candidate.model.items);
    let mut out = Vec::new();
    for (n, (user, bought)) in demand(&job.trade, window).bought.iter().enumerate() {
        let (id, at) = (first_id + n as u64, window.from + n as i64 * 1_000_000);
        let start = Instant::now();
        let answer = service.recommend(&Request::new(users[*user as usize].clone()))?;
        let latency_us = start.elapsed().as_micros() as u64;
        let shown = answer.recommendations.iter();
        let event = PredictionEvent {
            request_id: id,
            at,
            model_version: answer.metadata.model_version.clone(),
            answered_by: answer.trace.answered_by.clone(),
            user: Some(users[*user as usize].clone()),
            scores: shown.clone().map(|r| r.score).collect(),
            items: shown.map(|r| r.product_id.clone()).collect(),
            latency_us,
            error: None,
        };
        let bought = bought.iter().map(|i| &items[*i as usize]);
        let hits = bought.filter(|i| event.items.contains(&i.id));
        let outcome = |i: &crate::data::trade::Item| OutcomeEvent {
            request_id: id,
            at: at + 1,
            item: i.id.clone(),
            action: Action::Purchase,
            value: i.price,
        };
        let outcomes = hits.map(outcome).collect();
        out.push((event, outcomes));
    }
    Ok(out)
}
