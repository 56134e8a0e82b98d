//! A shop's whole pipeline: from raw transactions to a served, monitored recommender, in ten
//! stages, one file each.
//!
//! `cargo run --release --example shopsmart -- --help`
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    missing_docs,
    unreachable_pub
)]

mod data;
mod deployment;
mod evaluation;
mod exploration;
mod features;
mod job;
mod models;
mod monitoring;
mod optimisation;
mod preparation;
mod problem;
mod support;

use data::trade::Trade;
use deployment::{experiment, front, rollout};
use features::windows::Windows;
use job::Job;
use ml_pipeline::prelude::*;
use models::settings::Settings;
use preparation::{tables, truth};
use problem::feasibility;
use serde_json::json;
use std::process::ExitCode;
use support::args::{self, Args};
use support::lock;
use support::report::Report;

fn main() -> ExitCode {
    let args = match args::parse(std::env::args().skip(1)) {
        Ok(Some(args)) => args,
        Ok(None) => {
            println!("{}", args::USAGE);
            return ExitCode::SUCCESS;
        }
        Err(message) => {
            eprintln!("{message}\n{}", args::USAGE);
            return ExitCode::from(2);
        }
    };
    match run(&args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// The ten stages, in order.
fn run(args: &Args) -> Result<()> {
    let _lock = lock::lock(&args.out)?;
    let front = args.serve.map(front::open).transpose()?;
    let mut report = Report::default();
    let report = &mut report;

    problem::define(report)?;

    let source = data::load(args, report)?;

    let cleaned = preparation::clean(&source, report)?;
    let cleaning = truth::check(&source, &cleaned, report)?;
    let shop = source.shop.as_deref();
    let repairs = shop.map(|shop| tables::check(shop, report)).transpose()?;

    let trade = Trade::from_table(&cleaned.table)?;
    let settings = Settings::default();
    let job = Job {
        args,
        source: &source,
        windows: Windows::of(&trade, settings.train_windows)?,
        trade,
        settings,
    };
    feasibility::check(&job, report)?;

    exploration::explore(&job, report);

    features::features(&job, report)?;

    let trained = models::train(&job, report)?;

    let board = evaluation::evaluate(&job, &trained, report)?;

    let candidate = optimisation::decide(&job, trained, &board, report)?;

    let service = deployment::deploy(&job, &candidate, report)?;
    rollout::shadow(&candidate.model, &service, report)?;
    rollout::canary(&candidate.model, &service, report)?;
    let experiment = experiment::run(&job, &candidate, report)?;
    if shop.is_some() {
        let oracle = report.json.get("oracle");
        let truth = json!({
            "cleaning": cleaning, "tables": repairs, "oracle": oracle, "experiment": experiment
        });
        report.set("truth", truth);
    }

    monitoring::monitor(&job, &candidate, &service, report)?;

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
