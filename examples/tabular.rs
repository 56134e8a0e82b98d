//! A model of any table: two CSV files and the name of a column in, predictions, metrics and a
//! model out.
//!
//! `cargo run --release --example tabular -- --help`
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    missing_docs,
    unreachable_pub
)]

#[path = "tabular/mod.rs"]
mod tabular;

use std::process::ExitCode;

fn main() -> ExitCode {
    let args = match tabular::args::parse(std::env::args().skip(1)) {
        Ok(Some(args)) => args,
        Ok(None) => {
            println!("{}", tabular::args::USAGE);
            return ExitCode::SUCCESS;
        }
        Err(message) => {
            eprintln!("error: {message} (--help shows the options)");
            return ExitCode::from(2);
        }
    };
    match tabular::run(&args, &mut |line| println!("{line}")) {
        Ok(_) => ExitCode::SUCCESS,
        Err(error) => {
            // A name in the message may hold a line end.
            let line = error.to_string().replace(['\n', '\r'], " ");
            eprintln!("error: {line}");
            ExitCode::FAILURE
        }
    }
}
