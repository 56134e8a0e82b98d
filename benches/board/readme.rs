//! README's table, made from a board.

use super::build::{Board, Entry};
use super::markdown::quality_text;
use super::number::short;
use super::quality::{Judgement, Quality};
use super::stats::Verdict;
use std::fmt::Write;

const BEGIN: &str = "<!-- board:begin";
const END: &str = "<!-- board:end -->";

/// A row a work: here, and the quickest beside whose quality is not worse than ours.
///
/// A difference within the spread is `even`, and one of too few rounds has a question mark.
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
        let cells: Vec<Option<&Entry>> = threads.iter().map(|n| best(board, &of, *n)).collect();
        let _ = write!(out, "| {title} |");
        for cell in &cells {
            let _ = write!(out, " {} |", cell.map_or_else(String::new, text));
        }
        let shown: Vec<&Entry> = cells.into_iter().flatten().collect();
        let _ = writeln!(out, " {} |", qualities(board, &shown));
    }
    out
}

/// The quickest of those whose quality is not worse than ours; of all, where there is none.
fn best<'a>(board: &Board, of: &[&'a Entry], threads: usize) -> Option<&'a Entry> {
    let here = || of.iter().copied().filter(|e| e.threads == threads);
    let worse = |e: &Entry| judged(board, e).is_some_and(|q| q.judgement == Judgement::Better);
    let quickest =
        |a: &&'a Entry, b: &&'a Entry| a.theirs.time.median.total_cmp(&b.theirs.time.median);
    here()
        .filter(|e| !worse(e))
        .min_by(quickest)
        .or_else(|| here().min_by(quickest))
}

/// The quality of an operation, or of the model that it uses: the fit of the same case, and for
/// Shapley values the same library's fit of the same data.
fn judged<'a>(board: &'a Board, e: &'a Entry) -> Option<&'a Quality> {
    let same_case = |fit: &Entry| {
        fit.workload == e.workload
            && fit.ours.case == e.ours.case
            && fit.theirs.case == e.theirs.case
    };
    let explained =
        |fit: &Entry| e.op == "treeshap" && fit.workload == "gbdt" && fit.ours.case == "boost";
    let fits = board.entries.iter().filter(|fit| {
        fit.op == "fit"
            && fit.dataset == e.dataset
            && fit.threads == e.threads
            && fit.theirs.name == e.theirs.name
            && (same_case(fit) || explained(fit))
    });
    let uses_model = ["predict", "row", "treeshap"].contains(&e.op.as_str());
    let fitted = fits
        .filter(|_| uses_model)
        .find_map(|fit| fit.quality.as_ref());
    e.quality.as_ref().or(fitted)
}

/// The quality beside each library that a row names, by its name where they are several.
fn qualities(board: &Board, cells: &[&Entry]) -> String {
    let text = |e: &Entry| match (&e.quality, judged(board, e)) {
        (Some(own), _) => quality_text(own, false),
        // What a fit has said is not said again, but where models differ.
        (None, Some(fit)) if fit.judgement != Judgement::Equal => quality_text(fit, false),
        _ => String::new(),
    };
    let mut all: Vec<(&str, String)> = Vec::new();
    for e in cells {
        if all.iter().all(|(name, _)| *name != e.theirs.name) {
            all.push((&e.theirs.name, text(e)));
        }
    }
    let named = all.len() > 1;
    let told = all.into_iter().filter(|(_, text)| !text.is_empty());
    let texts = told.map(|(name, text)| {
        if named {
            format!("{name}: {text}")
        } else {
            text
        }
    });
    texts.collect::<Vec<_>>().join("; ")
}

fn text(e: &Entry) -> String {
    let ratio = short(e.ratio.median);
    let says = match e.verdict {
        Verdict::Faster | Verdict::Slower => format!("{ratio}x"),
        Verdict::WithinSpread => "even".into(),
        Verdict::TooFewRounds => format!("{ratio}x?"),
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
