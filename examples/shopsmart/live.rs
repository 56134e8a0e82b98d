//! Stages 9 and 10: deployment, and what happens afterwards.

use crate::args::Args;
use crate::console::{block, stage};
use crate::data::Source;
use crate::ladder::{FitTimes, Past, learn, past, rungs};
use crate::report::Report;
use crate::rows::{Judged, judge};
use crate::serving::{MODEL, ShopModel, outcome, publish};
use crate::trade::Trade;
use crate::windows::{Windows, demand, holdout};
use chrono::{DateTime, NaiveDate};
use ml_pipeline::data::contract::{ByVisit, Candidates, Ranker, Visit};
use ml_pipeline::data::event::{Action, OutcomeEvent, PredictionEvent};
use ml_pipeline::eval::goal::{Criterion, Decision, Gate, SuccessCriteria};
use ml_pipeline::eval::holdout::RankingBoard;
use ml_pipeline::monitor::alert::{
    AlertManager, FileSink, MemorySink, Rule, presets::recommendations,
};
use ml_pipeline::monitor::drift::{
    ColumnSet, DriftDetector, DriftReport, ReferenceProfile, Values,
};
use ml_pipeline::monitor::latency::LatencyMonitor;
use ml_pipeline::monitor::performance::{PerformanceMonitor, Success};
use ml_pipeline::monitor::retrain::{Action as Retrain, RetrainPolicy, Situation, Trigger};
use ml_pipeline::prelude::*;
use ml_pipeline::serve::http::Server;
use ml_pipeline::serve::recommend::{
    Bundle, Memory, Recommend, RecommendationService, Request, Rung,
};
use ml_pipeline::serve::registry::{Lineage, Registry};
use ml_pipeline::serve::rollout::{Canary, CanaryRollout, Gates, Shadow};
use serde_json::json;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

/// Features of the test window as the reference that live features are compared with.
pub fn profile(trade: &Trade, windows: &Windows, model: &ShopModel) -> Result<ReferenceProfile> {
    let rows = model.past.rows(trade);
    let judged = judge(trade, &[(windows.test, &rows)], 20, 1)?;
    ReferenceProfile::new(&columns(&transposed(&judged), judged.x.names())?)
}

fn transposed(judged: &Judged) -> Vec<Vec<f64>> {
    let width = judged.x.width();
    (0..width)
        .map(|c| {
            judged
                .x
                .values()
                .iter()
                .skip(c)
                .step_by(width)
                .copied()
                .collect()
        })
        .collect()
}

fn columns<'a>(values: &'a [Vec<f64>], names: &Names) -> Result<ColumnSet<'a>> {
    names
        .iter()
        .zip(values)
        .try_fold(ColumnSet::new(), |set, (name, v)| {
            set.with(name, Values::numeric(v))
        })
}

/// A ranker with an injected fault: it fails one call in `every`.
struct Faulty {
    every: u64,
    calls: std::sync::atomic::AtomicU64,
}

impl Ranker for Faulty {
    type Query = ByVisit;
    type Scratch = ();
    fn rank_into(
        &self,
        _: Visit<'_>,
        among: Candidates<'_>,
        k: usize,
        (): &mut (),
        out: &mut Vec<Scored>,
    ) -> Result<()> {
        out.clear();
        let call = self
            .calls
            .fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        if call.is_multiple_of(self.every) {
            return Err(Error::Data(
                "injected fault: the feature store does not answer".into(),
            ));
        }
        among.for_each(k, |item| {
            out.push(Scored {
                item,
                score: -(item as f32),
            })
        });
        Ok(())
    }
}

/// Stage 9: registry, service, shadow, canary.
pub fn deploy(
    args: &Args,
    source: &Source,
    board: &RankingBoard,
    decision: &Decision,
    bytes: &[u8],
    report: &mut Report,
) -> Result<Arc<RecommendationService>> {
    stage(
        9,
        "Deployment",
        "registry behind the gate, fallback chain, shadow, canary that rolls itself back",
    );
    report.section(
        "9. Deployment",
        "Registry behind the gate, fallback chain, shadow, canary that rolls itself back.",
    );
    let registry = Registry::open(args.out.join("registry"))?;
    let ndcg = board.row("blend").map_or(0.0, |r| r.ndcg.estimate);
    let lineage = Lineage {
        data_digest: source.digest.clone(),
        code_version: env!("CARGO_PKG_VERSION").into(),
        parameters: json!({ "kind": crate::serving::KIND }),
        seed: args.seed,
    };
    let version = publish(&registry, bytes, &[("ndcg_at_10", ndcg)], decision, lineage)?;
    let said = match registry.promote(MODEL, version, "champion", &outcome(decision)) {
        Ok(before) => format!(
            "{version} published and promoted to champion (before: {})",
            before.map_or("none".into(), |v| v.to_string())
        ),
        Err(refusal) => format!("{version} published, not promoted: {refusal}"),
    };
    block(&said);
    report.text(&said);

    let loaded = registry.load(MODEL, version)?;
    let (model, _) = ShopModel::load(&loaded.artifact)?;
    let full = model.bundle(&version.to_string())?;
    let bundle = if decision.promoted {
        full
    } else {
        popularity_only(&model)?
    };
    let events = Arc::new(Memory::new());
    let service = Arc::new(RecommendationService::new(bundle)?.sink(events.clone()));

    let request = Request::new(model.users[0].clone())
        .history([model.items[0].id.clone(), model.items[1].id.clone()])
        .count(5)
        .price_max(100.0);
    let answer = service.recommend(&request)?;
    let pretty = |v: &dyn erased::Json| v.pretty();
    block(format!(
        "a request:\n{}\nits answer:\n{}",
        pretty(&request),
        pretty(&answer)
    ));
    report.text("A request and its answer:");
    report.pre(format!("{}\n\n{}", pretty(&request), pretty(&answer)));
    let stranger = service.recommend(&Request::new("somebody nobody has seen").count(3))?;
    block(format!(
        "a stranger gets {:?}, because: {}",
        stranger.products(),
        stranger.recommendations[0].reason
    ));

    let plain = Arc::new(RecommendationService::new(factorisation_first(&model)?)?);
    let shadow = Shadow::new(service.clone(), plain, 10_000)?;
    for user in model.users.iter().take(400) {
        shadow.recommend(&Request::new(user.clone()))?;
    }
    shadow.catch_up(Duration::from_secs(20));
    let seen = shadow.report();
    let said = format!("shadow: {seen:?}");
    block(&said);
    report.text(&said);

    let faulty = Faulty {
        every: 5,
        calls: 0.into(),
    };
    let broken =
        Bundle::new("broken", catalogue(&model)?, users(&model)?).rung(Rung::new("blend", faulty));
    let broken = Arc::new(RecommendationService::new(broken)?);
    let gates = Gates {
        min_requests: 100,
        judge_from: 30,
        ..Gates::default()
    };
    let canary = CanaryRollout::new(
        service.clone(),
        broken,
        Canary::new().gates(gates),
        "canary with a fault",
    )?
    .judge_every(10);
    for user in model.users.iter().cycle().take(4_000) {
        // A failed request of the canary is what the gate is there for.
        let _ = canary.recommend(&Request::new(user.clone()));
    }
    let steps: Vec<String> = canary.steps().iter().map(|s| format!("{s:?}")).collect();
    block(format!(
        "canary with an injected fault: {:?}",
        canary.phase()
    ));
    steps.iter().for_each(block);
    report.text(&format!(
        "Canary with an injected fault (one call in five fails): {:?}",
        canary.phase()
    ));
    report.pre(steps.join("\n"));
    report.set(
        "canary",
        json!({ "phase": format!("{:?}", canary.phase()), "steps": steps }),
    );
    report.set("requests_served", events.take().len());
    Ok(service)
}

/// Serialisable things, printed.
mod erased {
    pub trait Json {
        fn pretty(&self) -> String;
    }
    impl<T: serde::Serialize> Json for T {
        fn pretty(&self) -> String {
            serde_json::to_string_pretty(self).unwrap_or_default()
        }
    }
}

fn catalogue(model: &ShopModel) -> Result<ml_pipeline::serve::recommend::Catalogue> {
    let categories = crate::serving::categories(&model.items);
    let products = model.items.iter().zip(&categories);
    let products = products.map(|(i, c)| {
        ml_pipeline::serve::recommend::Product::new(i.id.clone(), *c, i.price.max(0.0))
    });
    Ok(ml_pipeline::serve::recommend::Catalogue::new(products)?)
}

fn users(model: &ShopModel) -> Result<ml_pipeline::serve::recommend::Users> {
    Ok(ml_pipeline::serve::recommend::Users::new(
        model.users.iter().cloned(),
    )?)
}

fn popularity_only(model: &ShopModel) -> Result<Bundle> {
    let rungs = rungs(&model.items, &model.past, &model.learned)?;
    Ok(Bundle::new("popularity", catalogue(model)?, users(model)?)
        .rung(Rung::shared("popularity", rungs.popularity)))
}

fn factorisation_first(model: &ShopModel) -> Result<Bundle> {
    let rungs = rungs(&model.items, &model.past, &model.learned)?;
    Ok(
        Bundle::new("factorisation", catalogue(model)?, users(model)?)
            .rung(Rung::shared("factorisation", rungs.factorisation))
            .rung(Rung::shared("popularity", rungs.popularity)),
    )
}

/// Stage 10: the live weeks, drift, alerts, and the challenger.
#[allow(clippy::too_many_arguments)]
pub fn monitor(
    args: &Args,
    source: &Source,
    trade: &Trade,
    windows: &Windows,
    model: &ShopModel,
    profile: &ReferenceProfile,
    service: &Arc<RecommendationService>,
    report: &mut Report,
) -> Result<()> {
    stage(
        10,
        "Monitoring",
        "the live weeks replayed: latency, conversion, drift, alerts, and a challenger when it is time",
    );
    report.section("10. Monitoring", "The live weeks replayed: latency, conversion, drift, alerts, and a challenger when it is time.");
    let memory = MemorySink::new();
    let file = FileSink::new(args.out.join("alerts.jsonl"));
    let rules = recommendations()
        .into_iter()
        .chain([Rule::above("drift_share", 0.3, 0.6)]);
    let mut alerts = AlertManager::new(rules)?.sink(memory.clone()).sink(file);

    let hit_rate = replay(trade, windows, model, service, &mut alerts, report)?;
    let share = drift(trade, windows, model, profile, &mut alerts, report)?;
    let raised: Vec<String> = memory
        .events()
        .iter()
        .map(|e| {
            format!(
                "{:?} {:?}: {} = {:.3} (limit {:.3})",
                e.change, e.severity, e.rule, e.value, e.level
            )
        })
        .collect();
    raised.iter().for_each(|a| block(format!("alert: {a}")));
    report.pre(raised.join("\n"));
    report.set("alerts", raised);

    let today = date(windows.live.to);
    let policy = RetrainPolicy::new()
        .trigger(Trigger::DriftShare {
            share: 0.3,
            action: Retrain::TrainFull,
        })
        .trigger(Trigger::MetricDrop {
            metric: "hit_rate".into(),
            max_drop: 0.05,
            action: Retrain::TrainFull,
        });
    let situation = Situation::new(today)
        .drifted_share(share)
        .metric("hit_rate", hit_rate.0, hit_rate.1);
    let retrain = policy.decide(&situation)?;
    let reasons: Vec<String> = retrain.reasons.iter().map(|r| format!("{r:?}")).collect();
    block(format!(
        "retrain: {} {}",
        if retrain.due { "due," } else { "not due" },
        reasons.join("; ")
    ));
    report.text(&format!(
        "Retrain due: {}. {}",
        retrain.due,
        reasons.join("; ")
    ));
    if retrain.due {
        challenge(args, source, trade, windows, model, report)?;
    }
    Ok(())
}

/// The date of a moment.
fn date(micros: i64) -> NaiveDate {
    DateTime::from_timestamp_micros(micros)
        .unwrap_or_default()
        .date_naive()
}

/// Every known buyer of the live weeks asks once; a purchase of something shown is a conversion.
fn replay(
    trade: &Trade,
    windows: &Windows,
    model: &ShopModel,
    service: &Arc<RecommendationService>,
    alerts: &mut AlertManager,
    report: &mut Report,
) -> Result<(f64, f64)> {
    let ask = |window, base: u64| -> Result<Vec<(PredictionEvent, Vec<OutcomeEvent>)>> {
        let mut out = Vec::new();
        for (n, (user, bought)) in demand(trade, window).bought.iter().enumerate() {
            let (id, at): (u64, i64) = (base + n as u64, window.from + n as i64 * 1_000_000);
            let start = std::time::Instant::now();
            let answer = service.recommend(&Request::new(model.users[*user as usize].clone()))?;
            let shown: Vec<String> = answer
                .recommendations
                .iter()
                .map(|r| r.product_id.clone())
                .collect();
            let event = PredictionEvent {
                request_id: id,
                at,
                model_version: answer.metadata.model_version.clone(),
                answered_by: answer.trace.answered_by.clone(),
                user: Some(model.users[*user as usize].clone()),
                scores: answer.recommendations.iter().map(|r| r.score).collect(),
                latency_us: start.elapsed().as_micros() as u64,
                error: None,
                items: shown.clone(),
            };
            let outcomes = bought
                .iter()
                .map(|i| &model.items[*i as usize])
                .filter(|i| shown.contains(&i.id));
            let outcomes = outcomes.map(|i| OutcomeEvent {
                request_id: id,
                at: at + 1,
                item: i.id.clone(),
                action: Action::Purchase,
                value: i.price,
            });
            out.push((event, outcomes.collect()));
        }
        Ok(out)
    };
    let rate = |asked: &[(PredictionEvent, Vec<OutcomeEvent>)]| {
        asked.iter().filter(|(_, o)| !o.is_empty()).count() as f64 / asked.len().max(1) as f64
    };
    let offline = rate(&ask(windows.test, 0)?);
    let asked = ask(windows.live, 1_000_000)?;
    let week = Duration::from_secs(7 * 86_400);
    let hour = Duration::from_secs(3600);
    let mut latency = LatencyMonitor::new(week, 7)?;
    let mut performance = PerformanceMonitor::new(Success::Conversion(Action::Purchase), offline)?
        .window(week)
        .label_delay(hour);
    for (event, outcomes) in &asked {
        latency.observe(event);
        performance.predicted(event);
        outcomes.iter().for_each(|o| performance.outcome(o));
    }
    // Conversion is known when the last request had its hour.
    let now = asked.last().map_or(windows.live.from, |(e, _)| e.at) + 2 * hour.as_micros() as i64;
    let (speed, quality) = (latency.snapshot(now), performance.snapshot(now)?);
    if let Some(p95) = speed.p95_ms {
        alerts.observe("latency_ms", now, p95)?;
    }
    if let Some(errors) = speed.error_rate {
        alerts.observe("error_rate", now, errors)?;
    }
    let online = quality.rate.unwrap_or(0.0);
    let lines = [
        format!(
            "latency of {} requests: p50 {:.2?} ms, p95 {:.2?} ms, p99 {:.2?} ms, errors {:.2?}",
            speed.requests, speed.p50_ms, speed.p95_ms, speed.p99_ms, speed.error_rate
        ),
        format!(
            "buyers who bought something they were shown: {:.1} % live against {:.1} % in the test window{}",
            online * 100.0,
            offline * 100.0,
            if quality.degraded { ": degraded" } else { "" }
        ),
    ];
    for line in &lines {
        block(line);
        report.text(line);
    }
    report.set("live", json!({ "requests": speed.requests, "p95_ms": speed.p95_ms, "hit_rate": online, "hit_rate_offline": offline }));
    Ok((offline, online))
}

/// Live features against the profile in the artifact, as they came and with an injected price rise and a quiet clientele.
fn drift(
    trade: &Trade,
    windows: &Windows,
    model: &ShopModel,
    profile: &ReferenceProfile,
    alerts: &mut AlertManager,
    report: &mut Report,
) -> Result<f64> {
    let now = past(trade, windows.live.from, 1, &mut FitTimes::default())?;
    // Scores of other factors are on another scale: the champion's factors describe the live rows too.
    let now = Past {
        als: model.past.als.clone(),
        ..now
    };
    let rows = now.rows(trade);
    let judged = judge(trade, &[(windows.live, &rows)], 20, 1)?;
    let natural = transposed(&judged);
    let mut injected = natural.clone();
    let names: Vec<&str> = judged.x.names().iter().collect();
    for (name, column) in names.iter().zip(&mut injected) {
        match *name {
            "item:price" | "item:price_to_users_mean" => column.iter_mut().for_each(|v| *v *= 1.6),
            n if n.ends_with(":recency") => column.iter_mut().for_each(|v| *v = *v * 1.5 + 30.0),
            n if n.contains("count") || n.contains("velocity") || n.contains("frequency") => {
                column.iter_mut().for_each(|v| *v = (*v * 0.5).floor())
            }
            _ => {}
        }
    }
    let detector = DriftDetector::new().min_effect(0.1);
    let mut share = 0.0;
    let mut json = Vec::new();
    for (at, (title, columns_of)) in [("live weeks", &natural), ("injected", &injected)]
        .into_iter()
        .enumerate()
    {
        let found: DriftReport =
            detector.compare(profile, &columns(columns_of, judged.x.names())?)?;
        let drifted = found.drifted().count();
        block(format!(
            "drift, {title}: {drifted} of {} features ({:.0} %)",
            found.columns().len(),
            found.drifted_share() * 100.0
        ));
        report.text(&format!("Drift, {title}:"));
        report.pre(&found);
        share = found.drifted_share();
        alerts.observe(
            "drift_share",
            windows.live.from + at as i64 * 60_000_000,
            share,
        )?;
        for c in found.columns() {
            json.push(json!({ "sample": title, "feature": c.name, "statistic": c.statistic, "p_adjusted": c.p_adjusted, "effect": c.effect, "drifted": c.drifted }));
        }
    }
    report.set("drift", json);
    Ok(share)
}

/// Trains on everything known before the live weeks and lets champion and challenger rank them.
fn challenge(
    args: &Args,
    source: &Source,
    trade: &Trade,
    windows: &Windows,
    model: &ShopModel,
    report: &mut Report,
) -> Result<()> {
    let mut times = FitTimes::default();
    let (learned, _) = learn(
        trade,
        &[windows.train[1], windows.valid],
        windows.test,
        args.seed + 1,
        &mut times,
    )?;
    let now = past(trade, windows.live.from, args.seed, &mut times)?;
    let champion = rungs(&trade.items, &now, &model.learned)?.blend;
    let challenger = rungs(&trade.items, &now, &learned)?.blend;
    let (live, _) = holdout::<Test>(trade, windows.live)?;
    let board = live.evaluate(&[("champion", champion), ("challenger", challenger)], 10)?;
    block(&board);
    report.text(
        "Champion (frozen, with fresh counts) against the challenger trained up to the live weeks:",
    );
    report.pre(&board);
    let champion_ndcg = board.row("champion").map_or(0.0, |r| r.ndcg.estimate);
    let criteria = SuccessCriteria::new().model(Criterion::new(
        "ndcg@10",
        Direction::HigherIsBetter,
        champion_ndcg,
        champion_ndcg,
        champion_ndcg * 1.1,
    ));
    let measured = board
        .measured("challenger")
        .ok_or_else(|| Error::Data("the board has no challenger".into()))?;
    let decision = Gate::new(criteria)?.decide(&measured);
    block(&decision);
    report.pre(&decision);
    let next = ShopModel::new(trade, now, learned);
    let bytes = next.artifact(&profile(trade, windows, &next)?)?;
    let registry = Registry::open(args.out.join("registry"))?;
    let ndcg = board.row("challenger").map_or(0.0, |r| r.ndcg.estimate);
    let lineage = Lineage {
        data_digest: source.digest.clone(),
        code_version: env!("CARGO_PKG_VERSION").into(),
        parameters: json!({}),
        seed: args.seed + 1,
    };
    let version = publish(
        &registry,
        &bytes,
        &[("ndcg_at_10", ndcg)],
        &decision,
        lineage,
    )?;
    let said = match registry.promote(MODEL, version, "champion", &outcome(&decision)) {
        Ok(_) => format!("{version} is the new champion"),
        Err(refusal) => format!("the champion stays: {refusal}"),
    };
    block(&said);
    report.text(&said);
    report.set(
        "challenge",
        json!({ "promoted": decision.promoted, "champion": champion_ndcg, "challenger": ndcg }),
    );
    Ok(())
}

/// Serves until SIGTERM.
pub fn serve(address: SocketAddr, service: Arc<RecommendationService>) -> Result<()> {
    println!("\nserving on http://{address}/api/v1/recommendations (SIGTERM drains)");
    let service: Arc<dyn Recommend> = service;
    Ok(Server::new().run(&address.to_string(), service)?)
}
