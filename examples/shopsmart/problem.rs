//! Stage 1, problem definition: the goal of the shop, its worth in money, and the criteria that a
//! model has to reach before it may serve.

pub mod feasibility;

use crate::support::report::Report;
use ml_pipeline::eval::goal::{
    Criterion, Explainability, Limits, ProblemDefinition, ProblemType, SuccessCriteria, ValueModel,
};
use ml_pipeline::prelude::*;

/// The shop converts 2 % of its visits with popular products today; 2.5 % is the least a model must
/// bring, 3.5 % a success.
pub fn conversion() -> Criterion {
    Criterion::new("conversion", Direction::HigherIsBetter, 0.020, 0.025, 0.035)
}

/// A point of conversion brings 5 million dollars a year; building and running the recommender is
/// taken at 0.9 million.
pub fn value() -> ValueModel {
    ValueModel::new(5e8)
        .build_cost(600_000.0)
        .run_cost(300_000.0)
}

fn problem() -> ProblemDefinition {
    ProblemDefinition::new(
        ProblemType::Ranking,
        "raise revenue per user with personal recommendations",
    )
    .decision("which ten products a known shopper is shown first")
    .consumer("product page, home page and cart of the shop")
    .consumer("e-mail campaigns")
    .constraint("answers within 50 ms at the 95th percentile")
    .constraint("no personal data but purchases")
    .constraint("every recommendation comes with a reason")
}

/// 20 % more NDCG@10 than popularity, beyond doubt, within the limits; conversion is known only in
/// production.
pub fn criteria(popularity_ndcg: f64) -> SuccessCriteria {
    SuccessCriteria::new()
        .business(conversion())
        .model(Criterion::new(
            "ndcg@10",
            Direction::HigherIsBetter,
            popularity_ndcg,
            popularity_ndcg * 1.2,
            popularity_ndcg * 2.0,
        ))
        .limits(Limits {
            p95_latency_ms: Some(50.0),
            model_size_mb: Some(500.0),
            explainability: Some(Explainability::PerPrediction),
            ..Limits::default()
        })
}

/// Stage 1.
pub fn define(report: &mut Report) -> Result<()> {
    report.stage(
        1,
        "Problem definition",
        "what the shop wants and what it is worth, decided before any data is seen",
    );
    let problem = problem();
    problem.check()?;
    report.show(&problem);
    let (goal, roi) = (conversion(), value().roi(&conversion())?);
    let percent = |share: f64| format!("{:.2} %", share * 100.0);
    let dollars = |gain: f64| format!("${:.2} million", gain / 1e6);
    let returns = |share: f64| format!("{:+.0} %", share * 100.0);
    report.table(
        &[
            "conversion of visits",
            "rate",
            "gain in the first year",
            "return on cost",
        ],
        &[
            vec![
                "today, popular products".into(),
                percent(goal.baseline),
                "-".into(),
                "-".into(),
            ],
            vec![
                "breaks even".into(),
                percent(roi.break_even),
                dollars(roi.cost),
                returns(0.0),
            ],
            vec![
                "minimum to deploy".into(),
                percent(goal.minimum),
                dollars(roi.gain_at_minimum),
                returns(roi.at_minimum),
            ],
            vec![
                "target".into(),
                percent(goal.target),
                dollars(roi.gain_at_target),
                returns(roi.at_target),
            ],
        ],
    );
    report.say(format!(
        "the shop's own figures: a point of conversion is worth $5 million a year; building and running the recommender for the first year is taken at {}",
        dollars(roi.cost)
    ));
    report.set(
        "roi",
        serde_json::to_value(&roi).map_err(|e| Error::encode("return on investment as JSON", e))?,
    );
    Ok(())
}
