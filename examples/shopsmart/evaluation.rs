//! Stage 7, evaluation: every rung on the test window, once.

pub mod oracle;

use crate::features::windows::holdout;
use crate::job::Job;
use crate::models::Trained;
use crate::models::rungs::{MEMBERS, RUNGS, Rungs};
use crate::support::report::Report;
use crate::support::svg;
use ml_pipeline::eval::bootstrap::Estimate;
use ml_pipeline::eval::holdout::{RankingBoard, RankingRow};
use ml_pipeline::prelude::*;
use serde_json::json;

/// Stage 7.
pub fn evaluate(job: &Job<'_>, trained: &Trained, report: &mut Report) -> Result<RankingBoard> {
    report.stage(
        7,
        "Evaluation",
        "every rung ranks the whole catalogue for the same users, in one call; the test window is then used up",
    );
    let rungs = Rungs::new(&job.trade.items, &trained.now, &trained.learned)?;
    let mut models = rungs.in_order();
    if let Some(oracle) = oracle::of(job) {
        models.push((oracle::NAME, oracle));
    }
    let (test, _) = holdout::<Test>(&job.trade, job.windows.test)?;
    let mut board = test.evaluate(&models, 10)?;
    let above = board.rows.split_off(RUNGS.len());
    report.say(format!(
        "{} users who bought again, {} products; 95 % intervals by bootstrap over users",
        board.users, board.items
    ));
    ladder(&board, trained, report);
    if let Some(oracle) = above.first() {
        mark(oracle, &board, report);
    }
    for line in verdicts(&board) {
        report.say(line);
    }
    for note in why(&board, trained) {
        report.say(note);
    }
    Ok(board)
}

fn ladder(board: &RankingBoard, trained: &Trained, report: &mut Report) {
    let gain = |i: Option<Estimate>| i.map_or("-".to_string(), |i| format!("{i:+}"));
    let rows: Vec<Vec<String>> = board
        .rows
        .iter()
        .map(|r| {
            vec![
                r.model.clone(),
                r.ndcg.to_string(),
                gain(r.against_previous),
                format!("{:.4}", r.map),
                format!("{:.4}", r.recall),
                format!("{:.2}", trained.times.of(&r.model)),
                format!("{:.1}", r.p50_us),
                format!("{:.1}", r.p99_us),
            ]
        })
        .collect();
    let head = [
        "model",
        "NDCG@10, 95 %",
        "gain over the rung below",
        "MAP@10",
        "recall@10",
        "fit s",
        "p50 us",
        "p99 us",
    ];
    report.table(&head, &rows);
    report.note("Each rung is compared with the one below it on the same users. Latency is that of one ranking of the whole catalogue, with all threads busy.");
    let bars: Vec<_> = board
        .rows
        .iter()
        .map(|r| {
            (
                r.model.clone(),
                r.ndcg.value,
                r.ndcg.interval.lower,
                r.ndcg.interval.upper,
            )
        })
        .collect();
    report.plots(&[(
        "NDCG@10 on the test window with 95 % intervals",
        svg::bars("NDCG@10", &bars),
    )]);
    let three = |e: Estimate| json!([e.value, e.interval.lower, e.interval.upper]);
    let json: Vec<_> = board
        .rows
        .iter()
        .map(|r| {
            json!({
                "model": r.model, "ndcg_at_10": r.ndcg.value, "ndcg_ci": [r.ndcg.interval.lower, r.ndcg.interval.upper],
                "map_at_10": r.map, "recall_at_10": r.recall, "fit_s": trained.times.of(&r.model), "p50_us": r.p50_us, "p99_us": r.p99_us,
                "against_popularity": r.against_first.map(three), "against_previous": r.against_previous.map(three),
            })
        })
        .collect();
    report.set("ladder", json);
}

/// The mark above the ladder: the score of a ranker that knows what nobody can know.
fn mark(oracle: &RankingRow, board: &RankingBoard, report: &mut Report) {
    let best = board.rows.iter().map(|r| r.ndcg.value).fold(0.0, f64::max);
    report.say(format!(
        "{}: NDCG@10 {} on the same users, in the same call; the best rung reaches {:.0} % of it",
        oracle.model,
        oracle.ndcg,
        best / oracle.ndcg.value * 100.0
    ));
    report.set(
        "oracle",
        json!({ "ndcg_at_10": oracle.ndcg.value, "ndcg_ci": [oracle.ndcg.interval.lower, oracle.ndcg.interval.upper] }),
    );
}

fn verdicts(board: &RankingBoard) -> Vec<String> {
    let of_row = |row: &RankingRow| {
        let step = row.against_previous?;
        let verdict = match (step.interval.lower > 0.0, step.interval.upper < 0.0) {
            (true, _) => "beats the rung below it",
            (_, true) => "is below the rung under it",
            _ => "can not be told from the rung below it",
        };
        Some(format!("{}: {verdict} ({step:+})", row.model))
    };
    board.rows.iter().filter_map(of_row).collect()
}

/// Notes on the rungs that do not beat the one below them.
fn why(board: &RankingBoard, trained: &Trained) -> Vec<String> {
    let mut notes = Vec::new();
    for rung in RUNGS.iter().skip(1) {
        let Some(step) = board.row(rung).and_then(|r| r.against_previous) else {
            continue;
        };
        if step.interval.lower > 0.0 {
            continue;
        }
        if step.interval.upper >= 0.0 {
            notes.push(format!(
                "{rung}: the {} users of the test window can show a difference of about {:.4}, and this one is {:+.4}",
                board.users,
                (step.interval.upper - step.interval.lower) / 2.0,
                step.value
            ));
        }
        if let Some(valid) = trained.valid.row(rung).and_then(|r| r.against_previous) {
            notes.push(format!(
                "{rung}: on the validation window the same step was {valid:+}"
            ));
        }
        match *rung {
            "network" => notes.extend(by_heart(trained)),
            "blend" => notes.extend(one_sided(board, trained)),
            _ => {}
        }
    }
    notes
}

/// Whether the network's validation loss rose while its training loss fell.
fn by_heart(trained: &Trained) -> Option<String> {
    let history = trained.learned.mlp.history();
    let best = history
        .epochs()
        .iter()
        .find(|e| e.epoch == history.best_epoch())?;
    let last = history.epochs().last()?;
    let (before, after) = (best.valid_loss?, last.valid_loss?);
    (last.train_loss < best.train_loss && after > before).then(|| {
        format!(
            "network: from epoch {} to {} the training loss fell from {:.4} to {:.4} while the validation loss rose from {before:.4} to {after:.4}: it began to learn the training windows by heart, and was stopped there",
            best.epoch, last.epoch, best.train_loss, last.train_loss
        )
    })
}

/// Whether the blend is little else than one of its members.
fn one_sided(board: &RankingBoard, trained: &Trained) -> Option<String> {
    let members = MEMBERS.iter().zip(&trained.learned.weights);
    let (member, weight) = members.max_by(|a, b| a.1.total_cmp(b.1))?;
    let ndcg = board.row(member)?.ndcg.value;
    (*weight >= 0.8).then(|| {
        format!(
            "blend: the validation window gave {:.0} % of the weight to the {member} (NDCG@10 {ndcg:.4} here), so the blend is little else",
            weight * 100.0
        )
    })
}
