//! A challenger trained up to the live weeks against the frozen champion.

use crate::deployment::lineage;
use crate::deployment::serving::{MODEL, ShopModel, publish};
use crate::features::past::{FitTimes, Past};
use crate::features::profile::profile;
use crate::features::windows::holdout;
use crate::job::Job;
use crate::models::learn::Lesson;
use crate::models::rungs::{Learned, Rungs};
use crate::optimisation::Candidate;
use crate::support::report::Report;
use ml_pipeline::eval::goal::{Criterion, Gate, GateDecision, SuccessCriteria};
use ml_pipeline::eval::holdout::RankingBoard;
use ml_pipeline::prelude::*;
use ml_pipeline::serve::recommend::RecommendationService;
use ml_pipeline::serve::registry::{GateOutcome, Registry};
use serde_json::json;

/// Trains on everything known before the live weeks, lets champion and challenger rank them, and
/// serves the winner.
pub fn challenge(
    job: &Job<'_>,
    candidate: &Candidate,
    service: &RecommendationService,
    report: &mut Report,
) -> Result<()> {
    report.part("Challenger");
    let seed = job.args.seed + 1;
    let mut times = FitTimes::default();
    let windows = &job.windows;
    let train: Vec<_> = windows.train[1..]
        .iter()
        .copied()
        .chain([windows.valid])
        .collect();
    let lesson = Lesson {
        trade: &job.trade,
        train: &train,
        valid: windows.test,
        settings: &job.settings,
        seed,
    };
    let learned = lesson.learn(&mut times)?.learned;
    let now = Past::of(
        &job.trade,
        windows.live.from,
        &job.settings,
        job.args.seed,
        &mut times,
    )?;
    let board = duel(
        job,
        &now,
        &candidate.model.chosen,
        &candidate.model.learned,
        &learned,
    )?;
    tell(&board, report);
    let decision = judge(&board)?;
    report.show(&decision);
    let next = ShopModel::new(&job.trade, now, learned, &candidate.model.chosen);
    let bytes = next.artifact(&profile(job, &next.past)?)?;
    let ndcg = |model: &str| board.row(model).map_or(0.0, |r| r.ndcg.value);
    let (champion, challenger) = (ndcg("champion"), ndcg("challenger"));
    let registry = Registry::open(job.args.out.join("registry"))?;
    let metrics = [("ndcg_at_10", challenger)];
    let version = publish(&registry, &bytes, &metrics, &decision, lineage(job, seed)?)?;
    let promoted = registry.promote(MODEL, version, "champion", &GateOutcome::of(&decision));
    match promoted {
        Ok(_) => {
            let (model, _) = ShopModel::load(&registry.load(MODEL, version)?.artifact)?;
            service.swap(model.bundle(&version.to_string())?)?;
            report.say(format!(
                "version {version} is the new champion, and answers from the next request on"
            ));
        }
        Err(_) => report.say(format!(
            "version {version} is in the registry, and the champion stays"
        )),
    }
    report.set(
        "challenge",
        json!({ "promoted": decision.passed, "champion": champion, "challenger": challenger }),
    );
    Ok(())
}

/// Both with the counts and factors of the same moment: what differs is what was learned.
fn duel(
    job: &Job<'_>,
    now: &Past,
    chosen: &str,
    champion: &Learned,
    challenger: &Learned,
) -> Result<RankingBoard> {
    let ranker = |learned| Rungs::new(&job.trade.items, now, learned)?.named(chosen);
    let models = [
        ("champion", ranker(champion)?),
        ("challenger", ranker(challenger)?),
    ];
    let (live, _) = holdout::<Test>(&job.trade, job.windows.live)?;
    live.evaluate(&models, 10)
}

/// The challenger has to be better beyond doubt.
fn judge(board: &RankingBoard) -> Result<GateDecision> {
    let champion = board.row("champion").map_or(0.0, |r| r.ndcg.value);
    let criteria = SuccessCriteria::new().model(Criterion::new(
        "ndcg@10",
        Direction::HigherIsBetter,
        champion,
        champion,
        champion * 1.1,
    ));
    let measured = board
        .measured("challenger")
        .ok_or_else(|| Error::other("the board has no challenger"))?;
    Ok(Gate::new(criteria)?.decide(&measured))
}

fn tell(board: &RankingBoard, report: &mut Report) {
    report.say(format!(
        "the champion as it was trained, with fresh counts, against one trained up to the live weeks, before {} buyers of these weeks",
        board.users
    ));
    let rows: Vec<Vec<String>> = board
        .rows
        .iter()
        .map(|r| {
            vec![
                r.model.clone(),
                r.ndcg.to_string(),
                r.against_first.map_or("-".into(), |d| format!("{d:+}")),
                format!("{:.4}", r.map),
                format!("{:.4}", r.recall),
            ]
        })
        .collect();
    let head = [
        "model",
        "NDCG@10, 95 %",
        "gain over the champion",
        "MAP@10",
        "recall@10",
    ];
    report.table(&head, &rows);
}
