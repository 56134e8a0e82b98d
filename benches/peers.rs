//! Fixed workloads on files, one JSON line a result, to be laid beside the same workloads run by
//! other libraries.
//!
//! `cargo bench --bench peers -- --workload gbdt --data-dir DATA --threads 1 --only 'higgs/*'`
//!
//! Every case runs in a process of its own, so that a peak of memory is its own and a crash costs
//! one case.
#![allow(clippy::print_stdout, clippy::print_stderr, missing_docs)]

#[path = "peers/args.rs"]
mod args;
#[path = "peers/case.rs"]
mod case;
#[path = "peers/drift.rs"]
mod drift;
#[path = "peers/explain.rs"]
mod explain;
#[path = "peers/forest.rs"]
mod forest;
#[path = "peers/gbdt.rs"]
mod gbdt;
#[path = "peers/growth.rs"]
mod growth;
#[path = "peers/meter.rs"]
mod meter;
#[path = "peers/metrics.rs"]
mod metrics;
#[path = "peers/mlp.rs"]
mod mlp;
#[path = "peers/npy.rs"]
mod npy;
#[path = "peers/preprocess.rs"]
mod preprocess;
#[path = "peers/recsys.rs"]
mod recsys;
#[path = "peers/utc.rs"]
mod utc;

use args::{Ask, Job};
use case::{Case, Entry};
use std::process::{Command, ExitCode};

/// Bad arguments, files that are not there or not readable.
const UNUSABLE: u8 = 2;

/// All cases, in the order they run.
fn entries() -> Vec<Entry> {
    let of = [
        gbdt::ENTRIES,
        forest::ENTRIES,
        explain::ENTRIES,
        recsys::ENTRIES,
        mlp::ENTRIES,
        metrics::ENTRIES,
        preprocess::ENTRIES,
        drift::ENTRIES,
        growth::ENTRIES,
    ];
    of.concat()
}

fn main() -> ExitCode {
    let given: Vec<String> = std::env::args().skip(1).collect();
    let outcome = match args::parse(&given) {
        Ok(Ask::Usage) => {
            eprintln!("{}", args::USAGE);
            Ok(ExitCode::SUCCESS)
        }
        Ok(Ask::Child(job, name)) => child(&job, &name),
        Ok(Ask::Run(job)) => parent(&job, &given),
        Err(reason) => Err(format!("{reason}\n{}", args::USAGE)),
    };
    outcome.unwrap_or_else(|reason| {
        eprintln!("error: {reason}");
        ExitCode::from(UNUSABLE)
    })
}

/// The cases of a job; none is an error that says what there is.
fn chosen(job: &Job) -> Result<Vec<Entry>, String> {
    let all = entries();
    let of: Vec<Entry> = all
        .iter()
        .filter(|e| e.workload == job.workload)
        .copied()
        .collect();
    if of.is_empty() {
        let mut known: Vec<&str> = all.iter().map(|e| e.workload).collect();
        known.dedup();
        let known = known.join(" ");
        return Err(format!(
            "unknown workload `{}`; there are: {known}",
            job.workload
        ));
    }
    let wanted: Vec<Entry> = of.iter().filter(|e| job.wants(e)).copied().collect();
    if wanted.is_empty() {
        let names: Vec<String> = of.iter().map(Entry::name).collect();
        return Err(format!(
            "`--only {}` matches no case; there are: {}",
            job.only,
            names.join(" ")
        ));
    }
    Ok(wanted)
}

/// Runs each case in a process of its own.
fn parent(job: &Job, given: &[String]) -> Result<ExitCode, String> {
    let wanted = chosen(job)?;
    if job.list {
        wanted.iter().for_each(|e| println!("{}", e.name()));
        return Ok(ExitCode::SUCCESS);
    }
    let own = std::env::current_exe().map_err(|e| format!("this program's own path: {e}"))?;
    let mut worst = 0;
    for entry in wanted {
        let status = Command::new(&own)
            .args(given)
            .args(["--child", &entry.name()])
            .status()
            .map_err(|e| format!("starting {}: {e}", entry.name()))?;
        if !status.success() {
            let code = status
                .code()
                .and_then(|c| u8::try_from(c).ok())
                .unwrap_or(1);
            case::failed(job, &entry, &status);
            worst = worst.max(code);
        }
    }
    Ok(ExitCode::from(worst))
}

/// Runs one case in this process.
fn child(job: &Job, name: &str) -> Result<ExitCode, String> {
    let entry = entries()
        .into_iter()
        .find(|e| e.workload == job.workload && e.name() == name)
        .ok_or_else(|| format!("no case `{name}` in workload `{}`", job.workload))?;
    rayon::ThreadPoolBuilder::new()
        .num_threads(job.threads)
        .build_global()
        .map_err(|e| format!("a pool of {} threads: {e}", job.threads))?;
    (entry.run)(&Case::new(job, entry)).map_err(|e| format!("{}/{name}: {e}", job.workload))?;
    Ok(ExitCode::SUCCESS)
}
