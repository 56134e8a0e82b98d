//! Stage 8, optimisation: the settings, the model that the validation board chose, and the gate
//! before production.

use crate::deployment::serving::{ShopModel, model_digest};
use crate::features::profile::profile;
use crate::job::Job;
use crate::models::Trained;
use crate::models::rungs::MEMBERS;
use crate::problem;
use crate::support::report::Report;
use ml_pipeline::eval::goal::{Explainability, Gate, GateDecision};
use ml_pipeline::eval::holdout::RankingBoard;
use ml_pipeline::monitor::drift::ReferenceProfile;
use ml_pipeline::prelude::*;
use serde_json::json;

/// A model that went to the gate, and what the gate said.
pub struct Candidate {
    pub model: ShopModel,
    pub profile: ReferenceProfile,
    pub bytes: Vec<u8>,
    pub decision: GateDecision,
    pub ndcg: f64,
}

/// Stage 8.
pub fn decide(
    job: &Job<'_>,
    trained: Trained,
    board: &RankingBoard,
    report: &mut Report,
) -> Result<Candidate> {
    report.stage(
        8,
        "Optimisation and the gate",
        "what the validation window settled; then a model that misses a minimum, or does not beat popularity beyond doubt, is not promoted",
    );
    report.part("Settings, and the weights of the blend");
    settings(job, &trained, report);
    report.part("The gate");
    let chosen = chosen(&trained.valid)?;
    let model = ShopModel::new(&job.trade, trained.now, trained.learned, &chosen);
    let profile = profile(job, &model.past)?;
    let bytes = model.artifact(&profile)?;
    let baseline = board.row("popularity").map_or(0.0, |r| r.ndcg.value);
    let gate = Gate::new(problem::criteria(baseline))?;
    let measured = board
        .measured(&chosen)
        .ok_or_else(|| Error::other(format!("the board has no {chosen}")))?
        .model_size_mb(bytes.len() as f64 / 1e6)
        .explainability(Explainability::PerPrediction);
    let decision = gate.decide(&measured);
    report.show(gate.criteria());
    let row = board.row(&chosen);
    report.say(format!(
        "the validation window chose the {chosen}; measured on the test window: NDCG@10 {}, 95th percentile of a ranking {:.1} ms, model file {:.1} MB",
        row.map_or("-".into(), |r| r.ndcg.to_string()),
        row.map_or(f64::NAN, |r| r.p95_us / 1e3),
        bytes.len() as f64 / 1e6
    ));
    report.show(&decision);
    let reasons: Vec<String> = decision.reasons.iter().map(ToString::to_string).collect();
    report.set(
        "gate",
        json!({ "model": chosen, "promoted": decision.passed, "reasons": reasons }),
    );
    report.set(
        "digest",
        model_digest(&model.past, &model.learned, &chosen)?,
    );
    let ndcg = row.map_or(0.0, |r| r.ndcg.value);
    Ok(Candidate {
        model,
        profile,
        bytes,
        decision,
        ndcg,
    })
}

/// The rung with the highest NDCG@10 on the validation window; the test window has no say.
fn chosen(valid: &RankingBoard) -> Result<String> {
    // Of equal ones the first, which is the simplest.
    valid.best("ndcg@10").map(str::to_owned)
}

fn settings(job: &Job<'_>, trained: &Trained, report: &mut Report) {
    let s = &job.settings;
    let row = |model: &str, text: String| vec![model.to_string(), text];
    let weights: Vec<String> = MEMBERS
        .iter()
        .zip(&trained.learned.weights)
        .map(|(name, w)| format!("{name} {w:.2}"))
        .collect();
    report.table(
        &["model", "settings"],
        &[
            row("popularity", format!("half-life {} days", s.popularity_half_life)),
            row(
                "factorisation",
                format!(
                    "{} factors, regularization {}, alpha {}, {} iterations, half-life {} days",
                    s.factors, s.regularization, s.alpha, s.als_iterations, s.taste_half_life
                ),
            ),
            row(
                "boosting",
                format!(
                    "LambdaMART, learning rate {}, {} leaves of at least {} rows, {} items drawn a buyer, stopped after {} rounds without gain",
                    s.boosting_rate, s.leaves, s.min_data_in_leaf, s.negatives, s.early_stopping
                ),
            ),
            row(
                "network",
                format!(
                    "layers {:?}, embeddings of {}, dropout {}, weight decay {}, learning rate {}, ids hidden {}, patience {}",
                    s.hidden, s.embedding, s.dropout, s.weight_decay, s.network_rate, s.unknown_rate, s.patience
                ),
            ),
            row("blend", format!("{:?} of {}", s.fusion, weights.join(", "))),
        ],
    );
}
