//! The ten stages, in order.

use crate::args::Args;
use crate::console::{block, stage};
use crate::ladder::{FitTimes, RUNGS, in_order, ladder, rungs};
use crate::report::{Report, ladder_plot};
use crate::serving::{ShopModel, model_digest};
use crate::trade::Trade;
use crate::windows::{Windows, demand, holdout};
use crate::{data, goal, live, svg};
use ml_pipeline::data::source::TimeFormat;
use ml_pipeline::eval::goal::{Explainability, Gate};
use ml_pipeline::eval::holdout::RankingBoard;
use ml_pipeline::prelude::*;
use serde_json::json;

pub fn run(args: &Args) -> Result<()> {
    let mut report = Report::default();
    stage(
        1,
        "Problem definition",
        "what the shop wants, decided before any data is seen",
    );
    let problem = goal::problem();
    problem.check()?;
    block(&problem);
    report.section(
        "1. Problem definition",
        "What the shop wants, decided before any data is seen.",
    );
    report.pre(&problem);

    let source = data::load(args, &mut report)?;
    let table = data::clean(&source, &mut report)?;
    let trade = Trade::from_table(&table)?;
    report.set("seed", args.seed);
    report.set("data_digest", source.digest.clone());
    explore(&trade, &mut report);

    let windows = Windows::of(&trade)?;
    features(&trade, &windows, &mut report)?;
    let mut times = FitTimes::default();
    stage(
        6,
        "Models",
        "simple first: popularity, factorisation, boosting, network, blend; validation decides, the test waits",
    );
    let (learned, now) = ladder(&trade, &windows, args.seed, &mut times)?;
    for (rung, took) in &times.0 {
        block(format!(
            "{rung:<14} fitted in {:>7.2} s",
            took.as_secs_f64()
        ));
    }
    models(&learned, &mut report);

    let ready = rungs(&trade.items, &now, &learned)?;
    let board = evaluate(&trade, &windows, &ready, &times, &mut report)?;

    stage(
        8,
        "Optimisation and the gate",
        "a model that misses a minimum, or does not beat popularity beyond doubt, is not promoted",
    );
    let model = ShopModel::new(&trade, now, learned);
    let profile = live::profile(&trade, &windows, &model)?;
    let bytes = model.artifact(&profile)?;
    let baseline = board.row("popularity").map_or(0.0, |r| r.ndcg.estimate);
    let gate = Gate::new(goal::criteria(baseline))?;
    let measured = board
        .measured("blend")
        .ok_or_else(|| Error::Data("the board has no blend".into()))?
        .model_size_mb(bytes.len() as f64 / 1e6)
        .explainability(Explainability::PerPrediction);
    let decision = gate.decide(&measured);
    block(gate.criteria());
    block(&decision);
    report.section(
        "8. The gate",
        "A model that misses a minimum, or does not beat popularity beyond doubt, is not promoted.",
    );
    report.pre(gate.criteria());
    report.pre(&decision);
    let reasons: Vec<String> = decision.reasons.iter().map(ToString::to_string).collect();
    report.set(
        "gate",
        json!({ "promoted": decision.promoted, "reasons": reasons }),
    );
    report.set("digest", model_digest(&model.past, &model.learned)?);

    let service = live::deploy(args, &source, &board, &decision, &bytes, &mut report)?;
    live::monitor(
        args,
        &source,
        &trade,
        &windows,
        &model,
        &profile,
        &service,
        &mut report,
    )?;

    let io = |e| Error::io(format!("writing the report to {}", args.out.display()), e);
    report
        .write(
            &args.out,
            "ShopSmart: from raw data to a monitored recommender",
        )
        .map_err(io)?;
    println!(
        "\nreport: {} and report.json beside it",
        args.out.join("report.html").display()
    );
    println!(
        "model digest: {}",
        report.json["digest"].as_str().unwrap_or("")
    );
    match args.serve {
        Some(address) => live::serve(address, service),
        None => Ok(()),
    }
}

fn explore(trade: &Trade, report: &mut Report) {
    stage(
        4,
        "Exploration",
        "what the cleaned log looks like: season, long tails, how sparse it is",
    );
    let (first, last) = trade.span();
    let day = |t: i64| TimeFormat::format_date(TimeFormat::Iso, t);
    let week = 7 * crate::trade::DAY;
    let weeks = ((last - first) / week + 1) as usize;
    let mut revenue = vec![0.0; weeks];
    let (mut by_item, mut by_user) = (
        vec![0.0f64; trade.items.len()],
        vec![0.0f64; trade.users.len()],
    );
    let mut pairs = std::collections::HashSet::new();
    for p in &trade.log {
        revenue[((p.at - first) / week) as usize] += p.quantity * p.price;
        by_item[p.item as usize] += 1.0;
        by_user[p.user as usize] += 1.0;
        pairs.insert((p.user, p.item));
    }
    let mut sorted = by_item.clone();
    sorted.sort_unstable_by(|a, b| b.total_cmp(a));
    let tenth = sorted[..sorted.len().div_ceil(10)].iter().sum::<f64>() / trade.log.len() as f64;
    let density = pairs.len() as f64 / (trade.users.len() as f64 * trade.items.len() as f64);
    let repeat = 1.0 - pairs.len() as f64 / trade.log.len() as f64;
    let facts = [
        format!(
            "{} purchases of {} products by {} users, {} to {}",
            trade.log.len(),
            trade.items.len(),
            trade.users.len(),
            day(first),
            day(last)
        ),
        format!(
            "{:.2} % of all (user, product) pairs were ever bought: sparse, so candidates are ranked, not classified",
            density * 100.0
        ),
        format!(
            "{:.1} % of purchases repeat a product the user bought before: histories of the pair are worth features",
            repeat * 100.0
        ),
        format!(
            "the most popular tenth of the products has {:.0} % of the purchases: popularity is a strong baseline",
            tenth * 100.0
        ),
    ];
    report.section(
        "4. Exploration",
        "What the cleaned log looks like: season, long tails, how sparse it is.",
    );
    for f in facts {
        block(&f);
        report.text(&f);
    }
    report.plot(
        "Revenue a week",
        &svg::line("revenue a week", &revenue, &day(first), &day(last)),
    );
    report.plot(
        "Purchases a product, logarithmic axis",
        &svg::log_histogram("products by purchases", by_item.into_iter(), 30),
    );
    report.plot(
        "Purchases a user, logarithmic axis",
        &svg::log_histogram("users by purchases", by_user.into_iter(), 30),
    );
}

fn features(trade: &Trade, windows: &Windows, report: &mut Report) -> Result<()> {
    stage(
        5,
        "Features",
        "recency, frequency, money, trends and pair histories as of each moment; nothing at or after it is read",
    );
    let day = |t: i64| TimeFormat::format_date(TimeFormat::Iso, t);
    report.section("5. Features and windows", "Recency, frequency, money, trends and pair histories as of each moment; nothing at or after it is read.");
    let mut rows = Vec::new();
    let parts = windows.train.iter().map(|w| ("train", *w));
    for (name, w) in parts.chain([
        ("valid", windows.valid),
        ("test", windows.test),
        ("live", windows.live),
    ]) {
        let d = demand(trade, w);
        rows.push(vec![
            name.to_string(),
            day(w.from),
            day(w.to - 1),
            d.bought.len().to_string(),
            d.new_users.to_string(),
            d.new_items.to_string(),
        ]);
    }
    for r in &rows {
        block(format!(
            "{:<6} {} to {}: {:>5} known buyers; left out: {} new users, {} purchases of new products",
            r[0], r[1], r[2], r[3], r[4], r[5]
        ));
    }
    report.table(
        &[
            "part",
            "from",
            "to",
            "known buyers",
            "new users",
            "purchases of new products",
        ],
        &rows,
    );
    let names = crate::rows::histories(trade, windows.test.from)?
        .names()
        .iter()
        .map(str::to_string)
        .collect::<Vec<_>>();
    block(format!("features: {}", names.join(", ")));
    report.text(&format!(
        "Features: {}, factors:score, item:price, item:price_to_users_mean.",
        names.join(", ")
    ));
    Ok(())
}

fn models(learned: &crate::ladder::Learned, report: &mut Report) {
    report.section(
        "6. Models",
        "Simple first; validation decides, the test waits.",
    );
    let curve: Vec<f64> = learned.boost.history().to_vec();
    block(format!(
        "boosting kept {} trees; validation score from {:.4} to {:.4}; network kept epoch {}",
        learned.boost.trees().len(),
        curve.first().copied().unwrap_or(f64::NAN),
        curve.iter().copied().fold(f64::NAN, f64::max),
        learned.mlp.history().best_epoch()
    ));
    report.plot(
        "Boosting: validation NDCG by round",
        &svg::line(
            "validation score by round",
            &curve,
            "1",
            &curve.len().to_string(),
        ),
    );
    let epochs = learned.mlp.history().epochs();
    let losses: Vec<f64> = epochs.iter().filter_map(|e| e.valid_loss).collect();
    report.plot(
        "Network: validation loss by epoch",
        &svg::line(
            "validation log loss by epoch",
            &losses,
            "1",
            &losses.len().to_string(),
        ),
    );
    let names = learned.boost.feature_names();
    let mut gains: Vec<(f64, String)> = learned
        .boost
        .gain_importance()
        .into_iter()
        .zip(names.iter().map(str::to_string))
        .collect();
    gains.sort_by(|a, b| b.0.total_cmp(&a.0));
    let total: f64 = gains.iter().map(|g| g.0).sum();
    let rows: Vec<Vec<String>> = gains
        .iter()
        .take(12)
        .map(|(g, n)| vec![n.clone(), format!("{:.1} %", g / total * 100.0)])
        .collect();
    block("most important features of boosting, share of gain:");
    rows.iter()
        .take(6)
        .for_each(|r| block(format!("  {:<28} {:>7}", r[0], r[1])));
    report.table(&["feature", "share of gain"], &rows);
    report.text(&format!("Blend weights (factorisation, boosting, network), learned on the validation window: {:.2?}.", learned.weights));
}

fn evaluate(
    trade: &Trade,
    windows: &Windows,
    ready: &crate::ladder::Rungs,
    times: &FitTimes,
    report: &mut Report,
) -> Result<RankingBoard> {
    stage(
        7,
        "Evaluation",
        "every rung ranks the whole catalogue for the same users, in one call; the test window is then used up",
    );
    let (test, _) = holdout::<Test>(trade, windows.test)?;
    let board = test.evaluate(&in_order(ready), 10)?;
    block(&board);
    report.section("7. Evaluation", "Every rung ranks the whole catalogue for the same users, in one call; the test window is then used up.");
    let bars: Vec<_> = board
        .rows
        .iter()
        .map(|r| (r.model.clone(), r.ndcg.estimate, r.ndcg.lower, r.ndcg.upper))
        .collect();
    report.plot(
        "NDCG@10 on the test window with 95 % bootstrap intervals by user",
        &ladder_plot(&bars),
    );
    report.pre(&board);
    let mut rows = Vec::new();
    for r in &board.rows {
        rows.push(json!({
            "model": r.model, "ndcg_at_10": r.ndcg.estimate, "ndcg_ci": [r.ndcg.lower, r.ndcg.upper],
            "map_at_10": r.map, "recall_at_10": r.recall, "fit_s": times.of(&r.model), "p50_us": r.p50_us, "p99_us": r.p99_us,
            "against_popularity": r.against_first.map(|i| json!([i.estimate, i.lower, i.upper])),
            "against_previous": r.against_previous.map(|i| json!([i.estimate, i.lower, i.upper])),
        }));
    }
    report.set("ladder", rows);
    for rung in RUNGS.iter().skip(1) {
        let Some(row) = board.row(rung) else { continue };
        let Some(step) = row.against_previous else {
            continue;
        };
        let verdict = match (step.lower > 0.0, step.upper < 0.0) {
            (true, _) => "beats the rung below it",
            (_, true) => "is below the rung under it: see the note",
            _ => "can not be told from the rung below it",
        };
        let line = format!(
            "{rung}: {verdict} ({:+.4}, 95 % interval {:+.4} to {:+.4})",
            step.estimate, step.lower, step.upper
        );
        block(&line);
        report.text(&line);
    }
    for note in why(&board) {
        block(&note);
        report.text(&note);
    }
    Ok(board)
}

/// Where a rung does not beat the one below it, the reason that the figures show.
fn why(board: &RankingBoard) -> Vec<String> {
    let mut notes = Vec::new();
    let below = |rung: &str| {
        board
            .row(rung)
            .and_then(|r| r.against_previous)
            .is_some_and(|i| i.lower <= 0.0)
    };
    if below("factorisation") {
        notes.push("Factorisation sees only who bought what, not when: where the season moves fast, recent popularity is hard to beat without features of time. Its score serves boosting and the network as a feature.".into());
    }
    if below("network") {
        notes.push("The network reads the same features as boosting and adds embeddings of users and products; with this many training rows the embeddings have little to add to the factors' score, which both already read, and a pointwise loss does not aim at the order of a list as LambdaMART does.".into());
    }
    if below("blend") {
        notes.push("The blend's weights were learned on the validation window; where one member is much better than the rest, the best blend is close to that member.".into());
    }
    notes
}
