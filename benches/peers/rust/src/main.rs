//! Boosting and forests of other Rust libraries, the lines of `cargo bench --bench peers`:
//!
//! `peers --workload gbdt --data-dir DATA --threads 1 --child higgs/forust`
//!
//! One case a process; `--list` prints the cases.

mod case;
mod forest;
mod gbdt;
#[path = "../../meter.rs"]
mod meter;
mod npy;

use case::{Case, Entry};
use std::process::ExitCode;

const USAGE: &str = "usage: peers --workload gbdt|forest --data-dir DIR --child DATASET/CASE \
                     [--threads N] [--repeat R] [--trees T] [--seed S] | --list";

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            eprintln!("error: {reason}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), String> {
    let entries: Vec<Entry> = [gbdt::ENTRIES, forest::ENTRIES].concat();
    let given: Vec<String> = std::env::args().skip(1).collect();
    if given.iter().any(|a| a == "--list") {
        entries
            .iter()
            .for_each(|e| println!("{} {}/{}", e.workload, e.dataset, e.case));
        return Ok(());
    }
    let value = |name: &str| {
        let at = given.iter().position(|a| a == name)?;
        given.get(at + 1)
    };
    let text = |name: &str| value(name).ok_or_else(|| format!("`{name}` is missing\n{USAGE}"));
    let count = |name: &str, usual: usize| match value(name) {
        None => Ok(usual),
        Some(v) => v
            .parse()
            .map_err(|_| format!("`{name} {v}`: expected a whole number")),
    };
    let (workload, child) = (text("--workload")?, text("--child")?);
    let entry = entries
        .into_iter()
        .find(|e| e.workload == *workload && *child == format!("{}/{}", e.dataset, e.case))
        .ok_or_else(|| format!("no case `{child}` in workload `{workload}`"))?;
    let case = Case {
        entry,
        data_dir: text("--data-dir")?.into(),
        threads: count("--threads", 1)?,
        repeat: count("--repeat", 1)?.max(1),
        trees: count("--trees", 100)?,
        seed: count("--seed", 1)?,
    };
    rayon::ThreadPoolBuilder::new()
        .num_threads(case.threads)
        .build_global()
        .map_err(|e| e.to_string())?;
    (entry.run)(&case)
}
