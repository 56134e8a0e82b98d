//! Stage 9, deployment: the registry behind the gate, and the service that loads from it.

pub mod experiment;
pub mod front;
pub mod rollout;
pub mod serving;

use crate::deployment::serving::{KIND, MODEL, ShopModel, publish};
use crate::job::Job;
use crate::optimisation::Candidate;
use crate::support::report::Report;
use ml_pipeline::prelude::*;
use ml_pipeline::serve::recommend::{EventBuffer, RecommendationService, Request};
use ml_pipeline::serve::registry::{GateOutcome, Lineage, Registry};
use serde::Serialize;
use serde_json::json;
use std::sync::Arc;

/// Stage 9, first half: publish, promote, load, answer.
pub fn deploy(
    job: &Job<'_>,
    candidate: &Candidate,
    report: &mut Report,
) -> Result<Arc<RecommendationService>> {
    report.stage(
        9,
        "Deployment",
        "registry behind the gate, fallback chain, shadow, canary that rolls itself back, experiment",
    );
    let registry = Registry::open(job.args.out.join("registry"))?;
    let version = publish(
        &registry,
        &candidate.bytes,
        &[("ndcg_at_10", candidate.ndcg)],
        &candidate.decision,
        lineage(job, job.args.seed)?,
    )?;
    let promoted = registry.promote(
        MODEL,
        version,
        "champion",
        &GateOutcome::of(&candidate.decision),
    );
    report.say(match promoted {
        Ok(before) => format!(
            "version {version} published and promoted to champion (before: {})",
            before.map_or("none".into(), |v| v.to_string())
        ),
        Err(refusal) => format!("version {version} published, not promoted: {refusal}"),
    });
    let (model, _) = ShopModel::load(&registry.load(MODEL, version)?.artifact)?;
    let bundle = if candidate.decision.passed {
        model.bundle(&version.to_string())?
    } else {
        report.say("without a promoted model the service answers with popular products");
        model.popularity_only()?
    };
    let events = Arc::new(EventBuffer::new());
    let service = Arc::new(RecommendationService::new(bundle)?.sink(events.clone()));
    ask(&model, &service, report)?;
    report.set("requests_served", events.take().len());
    Ok(service)
}

/// The origin of a version: data, code, settings, seed.
pub fn lineage(job: &Job<'_>, seed: u64) -> Result<Lineage> {
    let settings =
        serde_json::to_value(&job.settings).map_err(|e| Error::encode("settings as JSON", e))?;
    Ok(Lineage {
        data_digest: job.source.digest.clone(),
        code_version: env!("CARGO_PKG_VERSION").into(),
        parameters: json!({ "kind": KIND, "settings": settings }),
        seed,
    })
}

/// A shopper the shop knows, and one it does not.
fn ask(model: &ShopModel, service: &RecommendationService, report: &mut Report) -> Result<()> {
    let request = Request::new(model.users[0].clone())
        .history(model.items.iter().take(2).map(|i| i.id.clone()))
        .count(3)
        .price_max(100.0);
    let answer = service.recommend(&request)?;
    report.part("A request and its answer");
    report.show(format!("{}\n{}", pretty(&request)?, pretty(&answer)?));
    let stranger = service.recommend(&Request::new("somebody nobody has seen").count(3))?;
    let why = stranger.recommendations.first().map(|r| r.reason.as_str());
    report.say(format!(
        "a stranger gets {}, because: {}",
        stranger.products().join(", "),
        why.unwrap_or("nothing is left")
    ));
    Ok(())
}

fn pretty(value: &impl Serialize) -> Result<String> {
    serde_json::to_string_pretty(value).map_err(|e| Error::encode("report as JSON", e))
}
