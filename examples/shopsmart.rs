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
#[path = "shopsmart/console.rs"]
mod console;
#[path = "shopsmart/data.rs"]
mod data;
#[path = "shopsmart/goal.rs"]
mod goal;
#[path = "shopsmart/ladder.rs"]
mod ladder;
#[path = "shopsmart/live.rs"]
mod live;
#[path = "shopsmart/report.rs"]
mod report;
#[path = "shopsmart/rows.rs"]
mod rows;
#[path = "shopsmart/run.rs"]
mod run;
#[path = "shopsmart/serving.rs"]
mod serving;
#[path = "shopsmart/svg.rs"]
mod svg;
#[path = "shopsmart/trade.rs"]
mod trade;
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
