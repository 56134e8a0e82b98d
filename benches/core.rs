//! The hot paths, timed: `cargo bench --bench core`, or `-- --test` to run each of them once.
//!
//! `-- fit` runs those whose name has `fit` in it. `-- --save-baseline main` keeps the times under
//! a name, `-- --baseline main` compares with them.
#![allow(clippy::print_stderr, missing_docs)]

mod paths;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use paths::{Path, Work};
use std::time::Duration;

/// Ends the program: a path that can not be run is no result.
fn end(path: &Path, error: &ml_pipeline::data::Error) -> ! {
    eprintln!("error: {}: {error}", path.name);
    std::process::exit(1);
}

/// Times a path; its data and models are made only if it is asked for.
fn time(c: &mut Criterion, path: &Path) {
    let mut work: Option<Work> = None;
    let (subject, path_name) = path.name.split_once('/').unwrap_or(("", path.name));
    let mut group = c.benchmark_group(subject);
    let units = (path.units)(path.size) as u64;
    group.throughput(match path.unit {
        "bytes" => Throughput::Bytes(units),
        _ => Throughput::Elements(units),
    });
    group.bench_function(format!("{path_name}, {}", path.unit), |b| {
        let made = || (path.make)(path.size).unwrap_or_else(|e| end(path, &e));
        let work = work.get_or_insert_with(made);
        b.iter(|| {
            if let Err(error) = work() {
                end(path, &error);
            }
        });
    });
    group.finish();
}

fn all(c: &mut Criterion) {
    paths::all().iter().for_each(|path| time(c, path));
}

criterion_group! {
    name = core;
    config = Criterion::default()
        .sample_size(20)
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(2));
    targets = all
}
criterion_main!(core);
