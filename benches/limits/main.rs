//! The machine's own limits, which a workload's bytes and operations are laid beside:
//! `cargo bench --bench limits`, or `-- --json --threads N` for one JSON line a limit.
//!
//! Bandwidth of reading, storing and copying (bytes read and written) and latency of random reads
//! by level of the memory, stores of eight bytes each, and multiply-adds in single and double
//! precision.
#![allow(clippy::print_stdout, clippy::print_stderr, missing_docs)]

mod kernels;
mod machine;
mod measure;

use machine::Machine;
use measure::{ACCESSES, arithmetic, bandwidth, levels, random_read, word_stores};
use ml_pipeline::data::simd::InstructionSet;
use serde_json::{Value, json};
use std::io::Write;
use std::process::ExitCode;

const USAGE: &str = "\
usage: cargo bench --bench limits -- [options]
  --threads N       threads side by side (1, and then all cores)
  --seconds S       time for each limit (0.1)
  --json            one JSON line a limit";

/// Bad arguments.
const UNUSABLE: u8 = 2;

/// Limits to measure.
struct Job {
    threads: Vec<usize>,
    seconds: f64,
    json: bool,
}

fn main() -> ExitCode {
    let given: Vec<String> = std::env::args().skip(1).collect();
    let machine = Machine::detect();
    match parse(&given, &machine) {
        Ok(Some(job)) => {
            run(&job, &machine);
            ExitCode::SUCCESS
        }
        Ok(None) => {
            eprintln!("{USAGE}");
            ExitCode::SUCCESS
        }
        Err(reason) => {
            eprintln!("error: {reason}\n{USAGE}");
            ExitCode::from(UNUSABLE)
        }
    }
}

/// Reads the arguments; none where help is asked for. Cargo's own `--bench` is passed over, and
/// with `--test` each limit is tried for a moment.
fn parse(given: &[String], machine: &Machine) -> Result<Option<Job>, String> {
    let mut threads = vec![1, machine.cores];
    threads.dedup();
    let mut job = Job {
        threads,
        seconds: 0.1,
        json: false,
    };
    let mut rest = given.iter();
    while let Some(flag) = rest.next() {
        match flag.as_str() {
            "--bench" => {}
            "--test" => job.seconds = 0.001,
            "--json" => job.json = true,
            "--help" | "-h" => return Ok(None),
            name @ ("--threads" | "--seconds") => {
                let value = rest
                    .next()
                    .ok_or_else(|| format!("`{name}` lacks its value"))?;
                let wrong = || format!("`{name} {value}`: expected a number above 0");
                let number: f64 = value.parse().map_err(|_| wrong())?;
                if !(number > 0.0 && number <= 4096.0) {
                    return Err(wrong());
                }
                match name {
                    "--threads" if number.fract() > 0.0 => return Err(wrong()),
                    "--threads" => job.threads = vec![number as usize],
                    _ => job.seconds = number,
                }
            }
            unknown => return Err(format!("unknown option `{unknown}`")),
        }
    }
    Ok(Some(job))
}

fn run(job: &Job, machine: &Machine) {
    let [l1, l2, l3] = machine.caches;
    let set = format!("{:?}", InstructionSet::detect()).to_lowercase();
    if job.json {
        let caches = json!({"L1": l1, "L2": l2, "L3": l3});
        say(
            &json!({"limit": "machine", "processor": machine.processor, "cores": machine.cores,
            "caches": caches, "memory": machine.memory, "instruction_set": set})
            .to_string(),
        );
    } else {
        let name = machine.processor.as_deref().unwrap_or("unknown processor");
        let kb = |bytes: Option<usize>| bytes.map_or("?".into(), |b| format!("{} KB", b >> 10));
        say(&format!(
            "{name}, {} cores, {set}; caches {}, {}, {}",
            machine.cores,
            kb(l1),
            kb(l2),
            kb(l3)
        ));
    }
    for &threads in &job.threads {
        if !job.json {
            say(&format!(
                "\n{threads} thread(s)       read      store       copy   random read"
            ));
        }
        for level in levels(machine, threads) {
            let rates = ACCESSES.map(|(name, access)| {
                let rate = bandwidth(access, level, threads, job.seconds);
                line(
                    job,
                    name,
                    threads,
                    json!({"level": level.name, "gb_s": short(rate), "bytes": level.bytes}),
                );
                rate
            });
            let ns = random_read(level, threads, job.seconds);
            line(
                job,
                "random_read",
                threads,
                json!({"level": level.name, "ns": short(ns), "bytes": level.bytes}),
            );
            if !job.json {
                let [read, store, copy] = rates;
                say(&format!(
                    "{:8} {read:8.1} GB/s {store:5.1} GB/s {copy:5.1} GB/s {ns:8.2} ns",
                    level.name
                ));
            }
        }
        if let Some(level) = levels(machine, threads).first().copied() {
            let rate = word_stores(level, threads, job.seconds);
            let fields = json!({"level": level.name, "gb_s": short(rate), "bytes": level.bytes});
            line(job, "store_8", threads, fields);
            if !job.json {
                say(&format!(
                    "store_8  {rate:8.1} GB/s in stores of eight bytes"
                ));
            }
        }
        for (name, double) in [("fma_f32", false), ("fma_f64", true)] {
            let rate = arithmetic(double, threads, job.seconds);
            line(job, name, threads, json!({"gflops": short(rate)}));
            if !job.json {
                say(&format!("{name:8} {rate:8.1} GFLOP/s"));
            }
        }
    }
}

/// One limit as a JSON line.
fn line(job: &Job, limit: &str, threads: usize, mut fields: Value) {
    if job.json {
        fields["limit"] = json!(limit);
        fields["threads"] = json!(threads);
        say(&fields.to_string());
    }
}

/// Four significant digits.
fn short(x: f64) -> Value {
    let rounded = format!("{x:.3e}").parse::<f64>();
    rounded.map_or(Value::Null, |x| json!(x))
}

fn say(text: &str) {
    // A reader that has left wants no more lines.
    let _ = writeln!(std::io::stdout(), "{text}");
}
