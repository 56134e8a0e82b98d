//! What the run shows while it works.

use indicatif::{ProgressBar, ProgressStyle};
use std::time::{Duration, Instant};

/// Opens a stage.
pub fn stage(number: usize, title: &str, why: &str) {
    println!(
        "\n== {number}. {title} {}",
        "=".repeat(70usize.saturating_sub(title.len()))
    );
    println!("   {why}");
}

/// Prints an indented block.
pub fn block(text: impl std::fmt::Display) {
    for line in text.to_string().lines() {
        println!("   {line}");
    }
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
