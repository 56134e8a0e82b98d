//! The board as Markdown.

use super::build::{Board, Entry};
use super::number::short;
use super::quality::Quality;
use super::stats::Spread;
use serde_json::Value;
use std::fmt::Write;

/// How the numbers came about.
const RULES: &str = "\
Both sides in turn, in an order that each round begins elsewhere, each case in a process of its own;
medians with least and greatest of the rounds; their time over ours. *Faster* and *slower* are said
only of three rounds or more, where all runs of one side are quicker than all of the other and the
medians differ by 2 % or more. Works with an operation of well under a second take the best of three
runs within a process. Binning counts as fit on both sides. Memory is the peak above what was
resident before.";

/// Titles of a table's columns.
const COLUMNS: [&str; 8] = [
    "work",
    "threads",
    "here",
    "beside",
    "times as fast",
    "verdict",
    "memory, MB",
    "quality, here / beside",
];

/// The whole board.
pub(crate) fn markdown(board: &Board) -> String {
    let mut out = String::from("# Board\n\n");
    head(&mut out, board);
    let mut workloads: Vec<&str> = board.entries.iter().map(|e| e.workload.as_str()).collect();
    workloads.dedup();
    for workload in workloads {
        section(&mut out, board, workload);
    }
    why(&mut out, board);
    limits(&mut out, board);
    builds(&mut out, board);
    notes(&mut out, board);
    skipped(&mut out, board);
    out
}

/// Writing to a text does not fail.
macro_rules! put {
    ($out:expr, $($text:tt)*) => {
        let _ = writeln!($out, $($text)*);
    };
}

fn head(out: &mut String, board: &Board) {
    let machine = &board.machine;
    put!(out, "{}.", machine.text());
    let tools: Vec<String> = machine
        .tools
        .iter()
        .map(|(k, v)| format!("{k} {v}"))
        .collect();
    let load = machine
        .load
        .map_or_else(String::new, |load| format!("; load {load} at the start"));
    put!(out, "{}{load}.", tools.join(", "));
    if machine.quick {
        put!(
            out,
            "\nQuick sizes ({} of the data): they show that all runs, not how fast.",
            machine.scale
        );
    }
    put!(out, "\n{RULES}\n");
}

fn section(out: &mut String, board: &Board, workload: &str) {
    put!(out, "## {workload}\n");
    put!(out, "| {} |", COLUMNS.join(" | "));
    put!(out, "|{}", "---|".repeat(COLUMNS.len()));
    for e in board.entries.iter().filter(|e| e.workload == workload) {
        put!(
            out,
            "| {} | {} | {} | {} {} | {} | {} | {} | {} |",
            e.title,
            e.threads,
            spread(e.ours.time),
            e.theirs.name,
            spread(e.theirs.time),
            spread(e.ratio),
            e.verdict.text(),
            memory(e),
            quality(e, true),
        );
    }
    put!(out, "");
}

/// `2.9 (2.8-3.1)`; one number where all are alike.
pub(super) fn spread(s: Spread) -> String {
    let (median, min, max) = (short(s.median), short(s.min), short(s.max));
    if min == max {
        median
    } else {
        format!("{median} ({min}-{max})")
    }
}

fn memory(e: &Entry) -> String {
    match (e.ours.memory_mb, e.theirs.memory_mb) {
        (Some(a), Some(b)) => format!("{a:.0} / {b:.0}"),
        _ => String::new(),
    }
}

/// Quality of both sides, with a mark where it is not equal.
pub(super) fn quality(e: &Entry, seeds: bool) -> String {
    let text = |q: &Quality| quality_text(q, seeds);
    e.quality.as_ref().map_or_else(String::new, text)
}

pub(super) fn quality_text(q: &Quality, seeds: bool) -> String {
    let mut text = format!(
        "{} {:.4} / {:.4}{}",
        q.metric,
        q.ours,
        q.theirs,
        q.judgement.mark()
    );
    if seeds && q.seeds > 1 {
        let _ = write!(text, ", {} seeds", q.seeds);
    }
    text
}

fn why(out: &mut String, board: &Board) {
    if board.bounds.is_empty() {
        return;
    }
    put!(out, "## How fast, and why\n");
    put!(
        out,
        "Least time by the named limit of this machine, beside the measured time.\n"
    );
    put!(
        out,
        "| work | threads | limit | least, s | measured, s | share | counted |"
    );
    put!(out, "|---|---|---|---|---|---|---|");
    for b in &board.bounds {
        put!(
            out,
            "| {} | {} | {} | {} | {} | {:.0} % | {} |",
            b.title,
            b.threads,
            b.limit,
            short(b.least_s),
            short(b.measured_s),
            100.0 * b.share,
            b.what
        );
    }
    put!(out, "");
}

/// Limits by name and level, a column a number of threads.
fn limits(out: &mut String, board: &Board) {
    let rows: Vec<(String, u64, String)> = board.limits.iter().filter_map(limit).collect();
    if rows.is_empty() {
        return;
    }
    put!(
        out,
        "## Limits of the machine\n\n| limit | threads | |\n|---|---|---|"
    );
    for (name, threads, value) in rows {
        put!(out, "| {name} | {threads} | {value} |");
    }
    put!(out, "");
}

/// Name, threads and value of a limit.
pub(super) fn limit(line: &Value) -> Option<(String, u64, String)> {
    let name = line["limit"].as_str()?;
    let level = line["level"]
        .as_str()
        .map_or(String::new(), |l| format!(", {l}"));
    let units = [("gb_s", "GB/s"), ("gflops", "GFLOP/s"), ("ns", "ns")];
    let value = units
        .iter()
        .find_map(|(key, unit)| Some(format!("{} {unit}", short(line[*key].as_f64()?))))?;
    Some((format!("{name}{level}"), line["threads"].as_u64()?, value))
}

fn builds(out: &mut String, board: &Board) {
    if board.builds.is_empty() {
        return;
    }
    put!(
        out,
        "## Building\n\nA small program in release mode, from an empty target folder.\n"
    );
    put!(
        out,
        "| program | crates | seconds | binary, MB |\n|---|---|---|---|"
    );
    for b in &board.builds {
        let number = |key: &str| b[key].as_f64().map_or_else(|| "-".into(), short);
        let name = b["name"].as_str().unwrap_or("");
        put!(
            out,
            "| {name} | {} | {} | {} |",
            number("crates"),
            number("wall_s"),
            number("binary_mb")
        );
    }
    put!(out, "");
}

/// Versions and the reasons for settings.
fn notes(out: &mut String, board: &Board) {
    let mut notes: Vec<String> = board
        .entries
        .iter()
        .map(|e| {
            format!(
                "- {} ({} {}): {}",
                e.theirs.name, e.theirs.case, e.theirs.version, e.theirs.note
            )
        })
        .collect();
    notes.sort();
    notes.dedup();
    if !notes.is_empty() {
        put!(out, "## Settings beside\n\n{}\n", notes.join("\n"));
    }
}

fn skipped(out: &mut String, board: &Board) {
    if board.skipped.is_empty() {
        return;
    }
    put!(out, "## Did not run here\n");
    for s in &board.skipped {
        put!(
            out,
            "- {} {}/{}: {} ({})",
            s.workload,
            s.dataset,
            s.case,
            s.why,
            s.op
        );
    }
}
