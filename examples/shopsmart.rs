//! A shop's whole pipeline: from raw transactions to a served, monitored recommender, in ten stages.
//!
//! `cargo run --release --example shopsmart -- --help`
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    missing_docs,
    unreachable_pub
)]

#[path = "shopsmart/args.rs"]
mod args;
#[path = "shopsmart/challenge.rs"]
mod challenge;
#[path = "shopsmart/console.rs"]
mod console;
#[path = "shopsmart/data.rs"]
mod data;
#[path = "shopsmart/deploy.rs"]
mod deploy;
#[path = "shopsmart/drift.rs"]
mod drift;
#[path = "shopsmart/evaluate.rs"]
mod evaluate;
#[path = "shopsmart/experiment.rs"]
mod experiment;
#[path = "shopsmart/explore.rs"]
mod explore;
#[path = "shopsmart/feasible.rs"]
mod feasible;
#[path = "shopsmart/features.rs"]
mod features;
#[path = "shopsmart/gate.rs"]
mod gate;
#[path = "shopsmart/goal.rs"]
mod goal;
#[path = "shopsmart/job.rs"]
mod job;
#[path = "shopsmart/learn.rs"]
mod learn;
#[path = "shopsmart/lock.rs"]
mod lock;
#[path = "shopsmart/models.rs"]
mod models;
#[path = "shopsmart/monitor.rs"]
mod monitor;
#[path = "shopsmart/oracle.rs"]
mod oracle;
#[path = "shopsmart/past.rs"]
mod past;
#[path = "shopsmart/prepare.rs"]
mod prepare;
#[path = "shopsmart/reasons.rs"]
mod reasons;
#[path = "shopsmart/replay.rs"]
mod replay;
#[path = "shopsmart/report.rs"]
mod report;
#[path = "shopsmart/rollout.rs"]
mod rollout;
#[path = "shopsmart/rows.rs"]
mod rows;
#[path = "shopsmart/run.rs"]
mod run;
#[path = "shopsmart/rungs.rs"]
mod rungs;
#[path = "shopsmart/serve.rs"]
mod serve;
#[path = "shopsmart/serving.rs"]
mod serving;
#[path = "shopsmart/settings.rs"]
mod settings;
#[path = "shopsmart/svg.rs"]
mod svg;
#[path = "shopsmart/tables.rs"]
mod tables;
#[path = "shopsmart/trade.rs"]
mod trade;
#[path = "shopsmart/truth.rs"]
mod truth;
#[path = "shopsmart/windows.rs"]
mod windows;

use std::process::ExitCode;

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
    match run::run(&args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
