//! Stage 6, models: the ladder is fitted; the validation window decides.

pub mod learn;
pub mod reasons;
pub mod rungs;
pub mod settings;

use crate::features::past::{FitTimes, Past};
use crate::job::Job;
use crate::models::learn::Lesson;
use crate::models::rungs::Learned;
use crate::support::report::Report;
use crate::support::svg;
use ml_pipeline::eval::holdout::RankingBoard;
use ml_pipeline::prelude::*;
use serde_json::json;

/// The fitted ladder, ready for the test window: what was learned stays as it is, counts and
/// factors know everything before it.
pub struct Trained {
    pub learned: Learned,
    pub now: Past,
    pub times: FitTimes,
    pub valid: RankingBoard,
}

/// Stage 6.
pub fn train(job: &Job<'_>, report: &mut Report) -> Result<Trained> {
    report.stage(
        6,
        "Models",
        "simple first: popularity, factorisation, boosting, network, blend; validation decides, the test waits",
    );
    let mut times = FitTimes::default();
    let lesson = Lesson {
        trade: &job.trade,
        train: &job.windows.train,
        valid: job.windows.valid,
        settings: &job.settings,
        seed: job.args.seed,
    };
    let lessons = lesson.learn(&mut times)?;
    let now = Past::of(
        &job.trade,
        job.windows.test.from,
        &job.settings,
        job.args.seed,
        &mut times,
    )?;
    report.say(format!(
        "{} training rows of {} visits in {} windows, {} validation rows, {} features",
        lessons.rows[0],
        lessons.queries,
        job.windows.train.len(),
        lessons.rows[1],
        lessons.features
    ));
    let trained = Trained {
        learned: lessons.learned,
        now,
        times,
        valid: lessons.valid,
    };
    validation(&trained, report);
    curves(&trained.learned, report);
    lessons.reasons.tell(&trained.learned, report);
    Ok(trained)
}

fn validation(trained: &Trained, report: &mut Report) {
    let rows: Vec<Vec<String>> = trained
        .valid
        .rows
        .iter()
        .map(|r| {
            vec![
                r.model.clone(),
                r.ndcg.to_string(),
                r.against_previous.map_or("-".into(), |d| format!("{d:+}")),
                format!("{:.2}", trained.times.of(&r.model)),
            ]
        })
        .collect();
    report.table(
        &[
            "model",
            "NDCG@10 on validation, 95 %",
            "gain over the rung below",
            "fit s",
        ],
        &rows,
    );
    report.say("the settings were chosen by NDCG@10 on the validation window of Online Retail II 2009-2010; early stopping and the blend use this run's validation window, so its figures flatter them; the test window had no say");
    let json: Vec<_> = trained
        .valid
        .rows
        .iter()
        .map(|r| json!({ "model": r.model, "ndcg_at_10": r.ndcg.value, "ndcg_ci": [r.ndcg.interval.lower, r.ndcg.interval.upper] }))
        .collect();
    report.set("validation", json);
}

fn curves(learned: &Learned, report: &mut Report) {
    let score = learned.boost.history();
    let epochs = learned.mlp.history().epochs();
    let train: Vec<f64> = epochs.iter().map(|e| e.train_loss).collect();
    let valid: Vec<f64> = epochs
        .iter()
        .map(|e| e.valid_loss.unwrap_or(f64::NAN))
        .collect();
    report.say(format!(
        "boosting kept {} of {} trees, the network the weights of epoch {} of {}",
        learned.boost.trees().len(),
        score.len(),
        learned.mlp.history().best_epoch(),
        epochs.len()
    ));
    report.plots(&[
        (
            "Boosting: NDCG@10 among the rows of the validation window, by tree",
            svg::lines(
                "NDCG@10",
                "trees",
                &[("validation", score)],
                ("1", &score.len().to_string()),
                false,
            ),
        ),
        (
            "Network: log loss by epoch; the training loss is measured with dropout",
            svg::lines(
                "log loss",
                "epochs",
                &[("training", &train), ("validation", &valid)],
                ("1", &epochs.len().to_string()),
                false,
            ),
        ),
    ]);
}
