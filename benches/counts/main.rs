//! The hot paths by their instructions, which do not depend on what else the machine does:
//! `cargo bench --bench counts -- --save before.json`, then, with a change,
//! `-- --compare before.json`.
//!
//! Counted by callgrind, on one thread, with the instructions that valgrind knows (AVX2 at most).
//! A path is marked where it takes more than 1.03 times its instructions, and the program then ends
//! with 1. Counts of different compilers can not be compared. They say nothing about waiting for
//! memory: `core` times the same paths.
#![allow(clippy::print_stdout, clippy::print_stderr, missing_docs)]

mod args;
mod callgrind;
#[path = "../paths/mod.rs"]
mod paths;

use args::{Ask, Job};
use ml_pipeline::data::artifact::write_file;
use paths::{Path, Work};
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::io::Write;
use std::process::ExitCode;

/// A path was marked.
const SLOWER: u8 = 1;
/// Bad arguments, a file that can not be read, a path that can not be run.
const UNUSABLE: u8 = 2;
/// Ratio above which a path is marked.
const MARK: f64 = 1.03;

/// Instructions by path.
type Counts = BTreeMap<String, u64>;

fn main() -> ExitCode {
    let given: Vec<String> = std::env::args().skip(1).collect();
    let outcome = match args::parse(&given) {
        Ok(Ask::Usage) => {
            eprintln!("{}", args::USAGE);
            Ok(ExitCode::SUCCESS)
        }
        Ok(Ask::Test) => paths::all()
            .iter()
            .try_for_each(once)
            .map(|()| ExitCode::SUCCESS),
        Ok(Ask::Child(name)) => child(&name).map(|()| ExitCode::SUCCESS),
        Ok(Ask::Count(job)) => count(&job),
        Err(reason) => Err(format!("{reason}\n{}", args::USAGE)),
    };
    outcome.unwrap_or_else(|reason| {
        eprintln!("error: {reason}");
        ExitCode::from(UNUSABLE)
    })
}

/// The work whose instructions are counted: a function of its own, so that valgrind can tell when
/// it begins and ends.
#[inline(never)]
fn counted_work(work: &mut Work) -> ml_pipeline::data::Result<()> {
    std::hint::black_box(work())
}

/// Runs a path at its smaller size.
fn once(path: &Path) -> Result<(), String> {
    let Some(size) = path.counted else {
        return Ok(());
    };
    let run = || counted_work(&mut (path.make)(size)?);
    run().map_err(|e| format!("{}: {e}", path.name))
}

/// The process of one path: a first run fills what is kept between runs, the second is measured.
fn child(name: &str) -> Result<(), String> {
    // One thread, this one: what another thread does would not be counted.
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(1)
        .use_current_thread();
    pool.build_global()
        .map_err(|e| format!("a pool of one thread: {e}"))?;
    let all = paths::all();
    let path = all
        .iter()
        .find(|p| p.name == name)
        .ok_or_else(|| format!("no path `{name}`"))?;
    let run = || {
        let mut work = (path.make)(path.counted.unwrap_or(path.size))?;
        work()?;
        counted_work(&mut work)
    };
    run().map_err(|e| format!("{name}: {e}"))
}

/// Counts all paths, as many side by side as there are cores, and prints a line each.
fn count(job: &Job) -> Result<ExitCode, String> {
    if !callgrind::available() {
        eprintln!("instruction counts: skipped, valgrind is not installed");
        return Ok(ExitCode::SUCCESS);
    }
    let before = job.compare.as_deref().map(read).transpose()?;
    let folder = tempfile::tempdir().map_err(|e| format!("a folder for a moment: {e}"))?;
    let wanted = |p: &Path| p.counted.is_some() && p.name.contains(&job.filter);
    let paths: Vec<Path> = paths::all().into_iter().filter(wanted).collect();
    if paths.is_empty() {
        return Err(format!("no path has `{}` in its name", job.filter));
    }
    say(&format!(
        "{:32} {:>14} {:>14} {:>14}   ratio",
        "path", "of", "instructions", "before"
    ));
    let one = |path: &Path| -> Result<(String, u64, bool), String> {
        let now = callgrind::count(path, folder.path())?;
        let then = before.as_ref().and_then(|b| b.get(path.name)).copied();
        Ok((path.name.to_owned(), now, line(path, now, then)))
    };
    let mut counts = Counts::new();
    let mut slower = 0;
    for together in paths.chunks(rayon::current_num_threads()) {
        let counted: Vec<_> = together.par_iter().map(one).collect();
        for counted in counted {
            let (name, now, marked) = counted?;
            counts.insert(name, now);
            slower += usize::from(marked);
        }
    }
    if let Some(file) = &job.save {
        let text = serde_json::to_string_pretty(&counts).map_err(|e| e.to_string())?;
        write_file(file, text + "\n").map_err(|e| e.to_string())?;
    }
    if slower == 0 {
        return Ok(ExitCode::SUCCESS);
    }
    say(&format!(
        "{slower} of {} paths take more than {MARK} times their instructions",
        counts.len()
    ));
    Ok(ExitCode::from(SLOWER))
}

/// Counts kept by `--save`.
fn read(file: &std::path::Path) -> Result<Counts, String> {
    let text = std::fs::read_to_string(file).map_err(|e| format!("{}: {e}", file.display()))?;
    serde_json::from_str(&text).map_err(|e| format!("{} is no file of counts: {e}", file.display()))
}

/// Prints a path's line; true where it is marked.
fn line(path: &Path, now: u64, before: Option<u64>) -> bool {
    let units = (path.units)(path.counted.unwrap_or(path.size));
    let what = format!("{units} {}", path.unit);
    let name = path.name;
    let Some(before) = before else {
        say(&format!("{name:32} {what:>14} {now:>14} {:>14}", "-"));
        return false;
    };
    let ratio = now as f64 / before as f64;
    let mark = if ratio > MARK { "  <- more" } else { "" };
    say(&format!(
        "{name:32} {what:>14} {now:>14} {before:>14}   {ratio:.3}{mark}"
    ));
    ratio > MARK
}

fn say(text: &str) {
    // A reader that has left wants no more lines.
    let _ = writeln!(std::io::stdout(), "{text}");
}
