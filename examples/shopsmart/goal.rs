//! Stage 1: what the shop wants, and what a model has to reach before it may serve.

use ml_pipeline::eval::goal::{
    Criterion, Explainability, Limits, ProblemDefinition, ProblemType, SuccessCriteria,
};
use ml_pipeline::prelude::*;

pub fn problem() -> ProblemDefinition {
    ProblemDefinition::new(
        ProblemType::Ranking,
        "raise revenue per user with personal recommendations",
    )
    .decision("which ten products a known shopper is shown first")
    .consumer("product page, home page and cart of the shop")
    .consumer("e-mail campaigns")
    .constraint("answers within 50 ms at the 95th percentile")
    .constraint("no personal data but purchases; identifiers leave the shop only hashed")
}

/// The criteria once the baseline is measured on validation: 20 % more NDCG@10 than popularity, within the limits.
pub fn criteria(popularity_ndcg: f64) -> SuccessCriteria {
    let least = popularity_ndcg * 1.2;
    SuccessCriteria::new()
        .model(Criterion::new(
            "ndcg@10",
            Direction::HigherIsBetter,
            popularity_ndcg,
            least,
            popularity_ndcg * 2.0,
        ))
        .limits(Limits {
            p95_latency_ms: Some(50.0),
            model_size_mb: Some(500.0),
            explainability: Some(Explainability::PerPrediction),
            ..Limits::default()
        })
        .milestone("proof of concept", "2026-03-01")
        .milestone("in production", "2026-07-01")
}
