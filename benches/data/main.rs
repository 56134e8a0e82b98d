//! The data of the benchmarks, made from nothing: `cargo bench --bench data -- --out DIR`.
//!
//! NumPy arrays, CSV and Parquet files with the same bytes on every machine, and `manifest.json`
//! with the size and SHA-256 of each. A set that is there is left alone.
#![allow(clippy::print_stdout, clippy::print_stderr, missing_docs)]

mod args;
mod sets;

use args::{Ask, Job};
use ml_pipeline::data::Result;
use sets::{Done, SETS};
use std::io::Write;
use std::process::ExitCode;
use std::time::Instant;

/// Bad arguments, a folder that can not be written.
const UNUSABLE: u8 = 2;

fn main() -> ExitCode {
    let given: Vec<String> = std::env::args().skip(1).collect();
    let outcome = match args::parse(&given) {
        Ok(Ask::Usage) => {
            eprintln!("{}", args::USAGE);
            Ok(())
        }
        Ok(Ask::List) => {
            list();
            Ok(())
        }
        Ok(Ask::Write(job)) => write(&job).map_err(|e| e.to_string()),
        Err(reason) => Err(format!("{reason}\n{}", args::USAGE)),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            eprintln!("error: {reason}");
            ExitCode::from(UNUSABLE)
        }
    }
}

fn list() {
    for set in SETS {
        // A reader that has left wants no more lines.
        let _ = writeln!(std::io::stdout(), "{:8} {}", set.name, set.what);
    }
}

/// Writes the sets, a line each.
fn write(job: &Job) -> Result<()> {
    for set in &job.sets {
        eprint!("{:8} {} ... ", set.name, set.what);
        let start = Instant::now();
        let done = sets::write(set, &job.out, job.scale, job.csv);
        match done.inspect_err(|_| eprintln!("failed"))? {
            Done::Kept => eprintln!("is there"),
            Done::Wrote(files, bytes) => {
                let (mb, seconds) = (bytes as f64 / 1e6, start.elapsed().as_secs_f64());
                eprintln!("{files} files, {mb:.1} MB, {seconds:.1} s");
            }
        }
    }
    Ok(())
}
