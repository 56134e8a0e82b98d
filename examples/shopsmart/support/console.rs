//! The terminal: progress and facts in lines that fit 120 columns.

use indicatif::{ProgressBar, ProgressStyle};
use std::fmt::Display;
use std::time::{Duration, Instant};

const WIDTH: usize = 120;
const INDENT: &str = "   ";

/// Opens a stage.
pub fn stage(number: usize, title: &str, why: &str) {
    let rule = "=".repeat(70usize.saturating_sub(title.len()));
    println!("\n== {number}. {title} {rule}");
    wrapped(why);
}

/// Prints lines as they are; one that does not fit is cut, the report has all of it.
pub fn block(text: impl Display) {
    let room = WIDTH - INDENT.len();
    for line in text.to_string().lines() {
        let line = line.trim_end();
        if line.chars().count() <= room {
            println!("{INDENT}{line}");
        } else {
            let cut: String = line.chars().take(room - 1).collect();
            println!("{INDENT}{}…", cut.trim_end());
        }
    }
}

/// Prints a text, broken between words.
pub fn wrapped(text: &str) {
    let mut line = String::new();
    for word in text.split(' ') {
        if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > WIDTH - 3 {
            println!("{INDENT}{line}");
            line = "  ".to_string();
        } else if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    println!("{INDENT}{line}");
}

/// Prints a table, numbers to the right.
pub fn table(head: &[&str], rows: &[Vec<String>]) {
    let numbers = numeric(head.len(), rows);
    let width = |c: usize| {
        let cells = rows.iter().filter_map(|r| r.get(c));
        let cells = cells.map(|s| s.chars().count());
        cells.chain([head[c].chars().count()]).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..head.len()).map(width).collect();
    let line = |row: &mut dyn Iterator<Item = &str>| {
        let mut out = String::new();
        for ((cell, w), number) in row.zip(&widths).zip(&numbers) {
            if *number {
                out += &format!("{cell:>w$}  ");
            } else {
                out += &format!("{cell:<w$}  ");
            }
        }
        out
    };
    block(line(&mut head.iter().copied()));
    for row in rows {
        block(line(&mut row.iter().map(String::as_str)));
    }
}

/// The columns that hold figures: every cell begins with a digit or a sign, or says that there is
/// none.
pub fn numeric(columns: usize, rows: &[Vec<String>]) -> Vec<bool> {
    let figure = |cell: &str| {
        let digits = cell.trim_start_matches(['+', '-', '$', '<']);
        let date = cell.len() == 10 && cell.matches('-').count() == 2;
        cell.is_empty()
            || cell == "-"
            || (digits.starts_with(|c: char| c.is_ascii_digit()) && !date)
    };
    let column = |c: usize| rows.iter().filter_map(move |r| r.get(c));
    (0..columns)
        .map(|c| column(c).any(|s| s.len() > 1 || s != "-") && column(c).all(|s| figure(s)))
        .collect()
}

/// A bar for work of known length; hidden when the output is no terminal.
pub fn bar(length: u64, what: &str) -> ProgressBar {
    let bar = ProgressBar::new(length);
    if let Ok(style) = ProgressStyle::with_template("   {msg:22} [{bar:32}] {pos}/{len} {elapsed}")
    {
        bar.set_style(style.progress_chars("=> "));
    }
    bar.set_message(what.to_string());
    bar
}

/// Runs `work` and says how long it took.
pub fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let start = Instant::now();
    let out = work();
    (out, start.elapsed())
}
