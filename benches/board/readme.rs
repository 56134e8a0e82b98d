//! README's table, made from a board.

use super::build::{Board, Entry};
use super::markdown::quality;
use super::number::short;
use super::quality::Judgement;
use super::stats::Verdict;
use std::fmt::Write;

const BEGIN: &str = "<!-- board:begin";
const END: &str = "<!-- board:end -->";

/// A row a work: here, and the quickest beside whose quality is not worse than ours.
///
/// A difference within the spread is `even`, and a work that ran once has a question mark.
pub(crate) fn table(board: &Board) -> String {
    let mut threads: Vec<usize> = board.entries.iter().map(|e| e.threads).collect();
    threads.sort_unstable();
    threads.dedup();
    let mut out = String::from("| work |");
    for n in &threads {
        let plural = if *n == 1 { "thread" } else { "threads" };
        let _ = write!(out, " {n} {plural}: here / beside |");
    }
    out += " quality, here / beside |\n|---|";
    out += &"---|".repeat(threads.len() + 1);
    out.push('\n');
    let shown = |e: &&Entry| e.workload != "growth";
    let mut titles: Vec<&str> = Vec::new();
    for e in board.entries.iter().filter(shown) {
        if !titles.contains(&e.title.as_str()) {
            titles.push(&e.title);
        }
    }
    for title in titles {
        let of: Vec<&Entry> = board.entries.iter().filter(|e| e.title == title).collect();
        let cells: Vec<Option<&Entry>> = threads.iter().map(|n| best(&of, *n)).collect();
        let _ = write!(out, "| {title} |");
        for cell in &cells {
            let _ = write!(out, " {} |", cell.map_or_else(String::new, text));
        }
        let judged = cells.iter().flatten().next();
        let _ = writeln!(
            out,
            " {} |",
            judged.map_or_else(String::new, |e| quality(e, false))
        );
    }
    out
}

/// The quickest of those whose quality is not worse than ours; of all, where there is none.
fn best<'a>(of: &[&'a Entry], threads: usize) -> Option<&'a Entry> {
    let here = || of.iter().copied().filter(|e| e.threads == threads);
    let worse = |e: &Entry| {
        e.quality
            .as_ref()
            .is_some_and(|q| q.judgement == Judgement::Better)
    };
    let quickest =
        |a: &&'a Entry, b: &&'a Entry| a.theirs.time.median.total_cmp(&b.theirs.time.median);
    here()
        .filter(|e| !worse(e))
        .min_by(quickest)
        .or_else(|| here().min_by(quickest))
}

fn text(e: &Entry) -> String {
    let ratio = short(e.ratio.median);
    let says = match e.verdict {
        Verdict::Faster | Verdict::Slower => format!("{ratio}x"),
        Verdict::WithinSpread => "even".into(),
        Verdict::OneRun => format!("{ratio}x?"),
    };
    let (ours, theirs) = (short(e.ours.time.median), short(e.theirs.time.median));
    format!("{ours} / {} {theirs} ({says})", e.theirs.name)
}

/// The file that a README's mark names: `<!-- board:begin FILE -->`.
pub(crate) fn named_board(readme: &str) -> Option<&str> {
    let (_, rest) = readme.split_once(BEGIN)?;
    let (name, _) = rest.split_once("-->")?;
    Some(name.trim()).filter(|n| !n.is_empty())
}

/// README with the table of a board between its marks, which name the board's file.
///
/// # Errors
/// Marks that are missing or out of order.
pub(crate) fn rewrite(readme: &str, file: &str, board: &Board) -> Result<String, String> {
    let lacks = |mark: &str| format!("README has no line `{mark}`");
    let (before, rest) = readme
        .split_once(BEGIN)
        .ok_or_else(|| lacks("<!-- board:begin -->"))?;
    let (_, after) = rest.split_once(END).ok_or_else(|| lacks(END))?;
    let machine = board.machine.text();
    let body = table(board);
    Ok(format!(
        "{before}{BEGIN} {file} -->\n{machine}\n\n{body}{END}{after}"
    ))
}
