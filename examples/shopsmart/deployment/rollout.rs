//! A new version before shoppers without betting the shop on it: shadow, and a canary with an
//! injected fault.

use crate::deployment::serving::ShopModel;
use crate::support::report::Report;
use ml_pipeline::data::contract::{ByVisit, Candidates, RankFn, Ranker, Visit};
use ml_pipeline::prelude::*;
use ml_pipeline::serve::recommend::{Bundle, Recommend, RecommendationService, Request, Rung};
use ml_pipeline::serve::rollout::{Canary, CanaryRollout, Gates, RolloutPhase, Shadow};
use serde_json::json;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

type Service = Arc<RecommendationService>;

/// Factorisation sees what the champion sees, and is heard by nobody.
pub fn shadow(model: &ShopModel, service: &Service, report: &mut Report) -> Result<()> {
    report.part("Shadow: factorisation behind the champion");
    let behind = Arc::new(RecommendationService::new(model.factorisation_first()?)?);
    let shadow = Shadow::new(service.clone(), behind, 10_000)?;
    for user in model.users.iter().take(400) {
        shadow.recommend(&Request::new(user.clone()))?;
    }
    shadow.catch_up(Duration::from_secs(20));
    let seen = shadow.report();
    report.say(seen);
    report.set(
        "shadow",
        json!({ "compared": seen.compared, "errors": seen.errors, "skipped": seen.skipped, "overlap": seen.overlap }),
    );
    Ok(())
}

/// A version that fails one call in five is given traffic, and loses it.
pub fn canary(model: &ShopModel, service: &Service, report: &mut Report) -> Result<()> {
    report.part("Canary: a version that fails one call in five");
    let calls = Arc::new(AtomicU64::new(0));
    let broken = Bundle::new("broken", model.catalogue()?, model.users()?)
        .rung(Rung::new("blend", faulty(5, calls.clone())));
    let broken = Arc::new(RecommendationService::new(broken)?);
    let gates = Gates {
        min_requests: 100,
        ..Gates::default()
    };
    let stages = Canary::new().gates(gates.clone());
    report.say(format!(
        "the gates compare errors and conversion with those of the champion beside it, and latency with {:.0} ms, by always-valid tests: a version without fault is rolled back with probability at most {:.0} %, over all stages, looks and gates (each test at {:.1e})",
        gates.p95_max_ms,
        gates.alpha * 100.0,
        stages.level()
    ));
    let canary = CanaryRollout::new(service.clone(), broken, stages, "canary with a fault")?;
    let (mut unanswered, mut found) = (0, None);
    for (n, user) in model.users.iter().cycle().take(4_000).enumerate() {
        let answer = canary.recommend(&Request::new(user.clone()));
        unanswered += u32::from(answer.is_err());
        if canary.phase() == RolloutPhase::RolledBack && found.is_none() {
            found = Some((n + 1, calls.load(Ordering::Relaxed)));
        }
    }
    let steps: Vec<String> = canary.steps().iter().map(ToString::to_string).collect();
    for step in &steps {
        report.say(step);
    }
    if let Some((all, of_it)) = found {
        report.say(format!(
            "the fault was found after {of_it} requests of the version, {all} of the shop"
        ));
    }
    report.say(format!(
        "canary {}; {unanswered} of 4000 requests stayed without an answer: where the canary fails, the champion answers",
        canary.phase()
    ));
    report.set(
        "canary",
        json!({
            "phase": canary.phase().to_string(), "steps": steps, "unanswered": unanswered,
            "alpha": gates.alpha, "found_after": found.map(|(_, of_it)| of_it),
        }),
    );
    Ok(())
}

/// A ranker with an injected fault: it fails one call in `every`, and counts them.
fn faulty(every: u64, calls: Arc<AtomicU64>) -> impl Ranker<Query = ByVisit> {
    let rank = move |_: Visit<'_>, among: Candidates<'_>, k: usize, out: &mut Vec<Scored>| {
        if calls.fetch_add(1, Ordering::Relaxed).is_multiple_of(every) {
            let reason = "injected fault: the feature store does not answer";
            return Err(Error::other(reason));
        }
        among.for_each(k, |item| {
            let score = -(item as f32);
            out.push(Scored { item, score });
        });
        Ok(())
    };
    RankFn::<ByVisit, _>::new(rank)
}
