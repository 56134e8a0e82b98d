//! The ten stages, in order.

use crate::args::Args;
use crate::job::Job;
use crate::report::Report;
use crate::settings::Settings;
use crate::trade::Trade;
use crate::windows::Windows;
use crate::{
    data, deploy, evaluate, experiment, explore, feasible, features, gate, goal, lock, models,
    monitor, prepare, rollout, serve, tables, truth,
};
use ml_pipeline::prelude::*;
use serde_json::json;

pub fn run(args: &Args) -> Result<()> {
    let _lock = lock::lock(&args.out)?;
    let front = args.serve.map(serve::open).transpose()?;
    let mut report = Report::default();
    let report = &mut report;
    goal::define(report)?;
    let source = data::load(args, report)?;
    let cleaned = prepare::clean(&source, report)?;
    let cleaning = truth::check(&source, &cleaned, report)?;
    let shop = source.shop.as_deref();
    let tables = shop.map(|shop| tables::check(shop, report)).transpose()?;
    let trade = Trade::from_table(&cleaned.table)?;
    let settings = Settings::default();
    let job = Job {
        args,
        source: &source,
        windows: Windows::of(&trade, settings.train_windows)?,
        trade,
        settings,
    };
    feasible::check(&job, report)?;
    explore::explore(&job, report);
    features::features(&job, report)?;
    let trained = models::train(&job, report)?;
    let board = evaluate::evaluate(&job, &trained, report)?;
    let candidate = gate::decide(&job, trained, &board, report)?;
    let service = deploy::deploy(&job, &candidate, report)?;
    rollout::shadow(&candidate.model, &service, report)?;
    rollout::canary(&candidate.model, &service, report)?;
    let experiment = experiment::run(&job, &candidate, report)?;
    if shop.is_some() {
        let truth = json!({ "cleaning": cleaning, "tables": tables, "oracle": report.json.get("oracle"), "experiment": experiment });
        report.set("truth", truth);
    }
    monitor::monitor(&job, &candidate, &service, report)?;
    finish(args, report)?;
    front.map_or(Ok(()), |front| front.serve(service))
}

fn finish(args: &Args, report: &Report) -> Result<()> {
    let title = "ShopSmart: from raw data to a monitored recommender";
    let io = |e| Error::io(format!("writing the report to {}", args.out.display()), e);
    report.write(&args.out, title).map_err(io)?;
    let page = args.out.join("report.html");
    println!("\nreport: {} and report.json beside it", page.display());
    let digest = report.json.get("digest").and_then(|d| d.as_str());
    println!("model digest: {}", digest.unwrap_or("none"));
    Ok(())
}
