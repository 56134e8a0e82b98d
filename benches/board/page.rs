//! The board as one page that needs no network: tables and plots.

use super::build::{Board, Entry};
use super::markdown::{limit, quality, spread};
use super::number::short;
use super::plot::{Curve, OURS, Row, THEIRS, growth, ranges};
use super::stats::Spread;
use std::error::Error;
use std::fmt::Write;

const STYLE: &str = "\
body { font: 15px/1.45 sans-serif; max-width: 72em; margin: 2em auto; padding: 0 1em; color: #222 }
table { border-collapse: collapse; margin: 1em 0; font-size: 13px }
td, th { border: 1px solid #ccc; padding: .25em .6em; text-align: left; vertical-align: top }
th { background: #f3f3f3 }
h2 { margin-top: 2em }
.slower { background: #fbe9e7 }
.faster { background: #e8f5e9 }
.note { color: #555 }
svg { max-width: 100%; height: auto }";

const RULES: &str = "\
Both sides in turn, in an order that each round begins elsewhere, each case in a process of its own.
Numbers are medians with the least and greatest of the rounds; ratios are their time over ours,
above 1 where ours is quicker. A verdict is given only of three rounds or more, where all runs of
one side are quicker than all of the other and the medians differ by 2 % or more. Works with an
operation of well under a second take the best of three runs within a process.";

/// Sizes that grow in the workload `growth`, and their names on axes.
const AXES: [(&str, &str); 4] = [
    ("rows", "rows"),
    ("columns", "columns"),
    ("trees", "trees"),
    ("levels", "levels of a category"),
];

/// The page.
///
/// # Errors
/// A plot that can not be drawn.
pub(crate) fn page(board: &Board) -> Result<String, Box<dyn Error>> {
    let mut out = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Board</title>\
         <style>{STYLE}</style><h1>Board</h1>\n<p>{}</p>\n",
        escaped(&board.machine.text())
    );
    let tools: Vec<String> = board
        .machine
        .tools
        .iter()
        .map(|(k, v)| format!("{k} {v}"))
        .collect();
    let _ = writeln!(out, "<p class=\"note\">{}</p>", escaped(&tools.join(", ")));
    if board.machine.quick {
        out += "<p><b>Quick sizes: they show that all runs, not how fast.</b></p>\n";
    }
    let _ = writeln!(out, "<p class=\"note\">{RULES}</p>");
    let mut workloads: Vec<&str> = board.entries.iter().map(|e| e.workload.as_str()).collect();
    workloads.dedup();
    for workload in workloads.into_iter().filter(|w| *w != "growth") {
        let of: Vec<&Entry> = board
            .entries
            .iter()
            .filter(|e| e.workload == workload)
            .collect();
        let _ = writeln!(out, "<h2>{}</h2>", escaped(workload));
        out += &ranges("their time over ours", &ratios(&of))?;
        table(&mut out, &of);
    }
    grown(&mut out, board)?;
    by_threads(&mut out, board)?;
    memory(&mut out, board)?;
    why(&mut out, board);
    skipped(&mut out, board);
    out += "</html>\n";
    Ok(out)
}

/// Text in HTML.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

fn row_name(e: &Entry) -> String {
    format!(
        "{}, {}: {}",
        shortened(&e.title, 44),
        e.threads,
        e.theirs.name
    )
}

/// The first letters of a text.
fn shortened(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.into();
    }
    text.chars().take(most - 1).chain(['…']).collect()
}

fn ratios(of: &[&Entry]) -> Vec<Row> {
    let row = |e: &&Entry| Row {
        name: row_name(e),
        marks: vec![(e.ratio, if e.ratio.median >= 1.0 { OURS } else { THEIRS })],
    };
    of.iter().map(row).collect()
}

/// The beginning of a table.
fn head(out: &mut String, columns: &[&str]) {
    let _ = writeln!(out, "<table><tr><th>{}</tr>", columns.join("<th>"));
}

fn table(out: &mut String, of: &[&Entry]) {
    let columns = "work threads here beside ratio verdict quality";
    head(out, &columns.split(' ').collect::<Vec<_>>());
    for e in of {
        let verdict = e.verdict.text();
        let _ = writeln!(
            out,
            "<tr><td>{}<td>{}<td>{}<td>{} {}<td>{}<td class=\"{verdict}\">{verdict}<td>{}</tr>",
            escaped(&e.title),
            e.threads,
            spread(e.ours.time),
            escaped(&e.theirs.name),
            spread(e.theirs.time),
            spread(e.ratio),
            escaped(&quality(e, true)),
        );
    }
    *out += "</table>\n";
}

/// Time and memory by rows, columns, trees and levels.
fn grown(out: &mut String, board: &Board) -> Result<(), Box<dyn Error>> {
    let of = |axis: &str| -> Vec<&Entry> {
        let prefix = format!("{axis}-");
        let all = board.entries.iter().filter(|e| e.workload == "growth");
        all.filter(|e| e.ours.case.starts_with(&prefix)).collect()
    };
    for (axis, name) in AXES {
        let entries = of(axis);
        if entries.is_empty() {
            continue;
        }
        let _ = writeln!(out, "<h2>Growth with {name}</h2>");
        let seconds = |e: &Entry, ours: bool| Some(if ours { e.ours.time } else { e.theirs.time });
        *out += &growth(name, "seconds of a fit", &curves(&entries, axis, seconds))?;
        let held = |e: &Entry, ours: bool| {
            let mb = if ours {
                e.ours.memory_mb
            } else {
                e.theirs.memory_mb
            }?
            .max(0.1);
            Some(Spread {
                min: mb,
                median: mb,
                max: mb,
            })
        };
        let curves = curves(&entries, axis, held);
        if curves.iter().any(|c| !c.points.is_empty()) {
            *out += &growth(name, "MB above the data", &curves)?;
        }
    }
    Ok(())
}

/// Two curves a number of threads.
fn curves(
    entries: &[&Entry],
    axis: &str,
    value: impl Fn(&Entry, bool) -> Option<Spread>,
) -> Vec<Curve> {
    let mut threads: Vec<usize> = entries.iter().map(|e| e.threads).collect();
    threads.sort_unstable();
    threads.dedup();
    let mut curves = Vec::new();
    for n in threads {
        for ours in [true, false] {
            let of = || entries.iter().filter(|e| e.threads == n);
            let mut points: Vec<(f64, Spread)> = of()
                .filter_map(|e| Some((*e.ours.sizes.get(axis)?, value(e, ours)?)))
                .collect();
            points.sort_by(|a, b| a.0.total_cmp(&b.0));
            let name = of()
                .next()
                .map_or("", |e| if ours { "ml-pipeline" } else { &e.theirs.name });
            curves.push(Curve {
                name: format!("{name}, {n} thr."),
                colour: if ours { OURS } else { THEIRS },
                points,
            });
        }
    }
    curves
}

/// How many times as fast the most threads are as one.
fn by_threads(out: &mut String, board: &Board) -> Result<(), Box<dyn Error>> {
    let one = |e: &&Entry| e.threads == 1;
    let most = board.entries.iter().map(|e| e.threads).max().unwrap_or(1);
    let mut rows = Vec::new();
    for single in board.entries.iter().filter(one) {
        let same = |e: &&Entry| {
            e.threads == most && e.title == single.title && e.theirs.case == single.theirs.case
        };
        let Some(all) = board.entries.iter().filter(|_| most > 1).find(same) else {
            continue;
        };
        let gain = |a: Spread, b: Spread| Spread {
            min: a.min / b.max,
            median: a.median / b.median,
            max: a.max / b.min,
        };
        rows.push(Row {
            name: row_name(single),
            marks: vec![
                (gain(single.theirs.time, all.theirs.time), THEIRS),
                (gain(single.ours.time, all.ours.time), OURS),
            ],
        });
    }
    if !rows.is_empty() {
        let _ = writeln!(
            out,
            "<h2>Threads</h2><p class=\"note\">Time on one thread over {most}: ours blue.</p>"
        );
        *out += &ranges("one thread over all", &rows)?;
    }
    Ok(())
}

/// Their memory over ours, where both took more than a few megabytes.
fn memory(out: &mut String, board: &Board) -> Result<(), Box<dyn Error>> {
    const LEAST: f64 = 5.0;
    let rows: Vec<Row> = board
        .entries
        .iter()
        .filter_map(|e| {
            let (ours, theirs) = (e.ours.memory_mb?, e.theirs.memory_mb?);
            let ratio = theirs / ours;
            let marks = vec![(
                Spread {
                    min: ratio,
                    median: ratio,
                    max: ratio,
                },
                OURS,
            )];
            let name = format!("{} ({ours:.0} / {theirs:.0} MB)", row_name(e));
            (ours > LEAST && theirs > LEAST).then_some(Row { name, marks })
        })
        .collect();
    if !rows.is_empty() {
        *out += "<h2>Memory</h2><p class=\"note\">Their peak above the data over ours.</p>\n";
        *out += &ranges("their memory over ours", &rows)?;
    }
    Ok(())
}

fn why(out: &mut String, board: &Board) {
    if !board.bounds.is_empty() {
        *out += "<h2>How fast, and why</h2><p class=\"note\">Least time by the named limit of this \
                 machine, beside the measured time.</p>\n";
        let seconds = ["least, s", "measured, s", "share", "counted"];
        head(out, &[&["work", "threads", "limit"], &seconds[..]].concat());
        for b in &board.bounds {
            let _ = writeln!(
                out,
                "<tr><td>{}<td>{}<td>{}<td>{}<td>{}<td>{:.0} %<td>{}</tr>",
                escaped(&b.title),
                b.threads,
                escaped(&b.limit),
                short(b.least_s),
                short(b.measured_s),
                100.0 * b.share,
                escaped(&b.what)
            );
        }
        *out += "</table>\n";
    }
    let rows: Vec<_> = board.limits.iter().filter_map(limit).collect();
    if !rows.is_empty() {
        *out += "<h2>Limits of the machine</h2>\n";
        head(out, &["limit", "threads", "measured"]);
        for (name, threads, value) in rows {
            let _ = writeln!(out, "<tr><td>{name}<td>{threads}<td>{value}</tr>");
        }
        *out += "</table>\n";
    }
}

fn skipped(out: &mut String, board: &Board) {
    if board.skipped.is_empty() {
        return;
    }
    *out += "<h2>Did not run here</h2><ul>\n";
    for s in &board.skipped {
        let text = format!(
            "{} {}/{}: {} ({})",
            s.workload, s.dataset, s.case, s.why, s.op
        );
        let _ = writeln!(out, "<li>{}</li>", escaped(&text));
    }
    *out += "</ul>\n";
}
