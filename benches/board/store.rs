//! Results on disk, one JSON line each, so that a run that was cut off can go on.

use super::line::Line;
use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

/// Identity of one process of the suite: a case of a side, in a round, on a number of threads.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Key {
    pub(crate) workload: String,
    pub(crate) dataset: String,
    pub(crate) case: String,
    /// `here`, `python`, `python-old` or `rust`.
    pub(crate) side: String,
    pub(crate) threads: usize,
    pub(crate) round: usize,
}

impl Key {
    /// The key that a line carries.
    pub(crate) fn of(line: &Line) -> Self {
        Self {
            workload: line.text("workload").into(),
            dataset: line.text("dataset").into(),
            case: line.text("case").into(),
            side: line.text("side").into(),
            threads: line.count("threads"),
            round: line.count("round"),
        }
    }

    /// Puts the key into a line.
    pub(crate) fn mark(&self, line: Line) -> Line {
        line.with("workload", self.workload.as_str())
            .with("dataset", self.dataset.as_str())
            .with("case", self.case.as_str())
            .with("side", self.side.as_str())
            .with("threads", self.threads)
            .with("round", self.round)
    }
}

/// The file of results.
#[derive(Debug)]
pub(crate) struct Store {
    file: File,
    done: BTreeSet<Key>,
    pub(crate) lines: Vec<Line>,
}

impl Store {
    /// Opens a file of results: empty, or with what an earlier run left.
    ///
    /// To go on, lines of processes that did not finish are dropped, a last line that was cut off
    /// with them, and all of a case that gave no result, which is tried anew. To begin anew, the
    /// old file becomes `results-1.jsonl`, or whatever number is free.
    ///
    /// # Errors
    /// A file that can not be read or written.
    pub(crate) fn open(path: &Path, resume: bool) -> io::Result<Self> {
        let mut lines = Vec::new();
        if path.exists() {
            if resume {
                lines = without_lost(finished(&fs::read_to_string(path)?));
            } else {
                set_aside(path)?;
            }
        }
        let done = done(&lines);
        let kept: String = lines.iter().map(|l| l.json() + "\n").collect();
        // A run that is cut here leaves the old file whole.
        let part = path.with_extension("jsonl.part");
        fs::write(&part, kept)?;
        fs::rename(&part, path)?;
        let file = OpenOptions::new().append(true).open(path)?;
        Ok(Self { file, done, lines })
    }

    /// Whether a process has finished.
    pub(crate) fn has(&self, key: &Key) -> bool {
        self.done.contains(key)
    }

    /// Wall seconds of a process that has finished, its data read and its start with them.
    pub(crate) fn process_s(&self, key: &Key) -> Option<f64> {
        let is_it = |l: &&Line| l.text("op") == "done" && Key::of(l) == *key;
        self.lines.iter().find(is_it)?.number("process_s")
    }

    /// Adds a line.
    ///
    /// # Errors
    /// A full disk, and whatever else refuses a write.
    pub(crate) fn add(&mut self, line: Line) -> io::Result<()> {
        writeln!(self.file, "{}", line.json())?;
        if line.text("op") == "done" {
            self.done.insert(Key::of(&line));
        }
        self.lines.push(line);
        Ok(())
    }
}

/// The lines of processes that have finished, and those of the machine, which have no side.
pub(crate) fn finished(text: &str) -> Vec<Line> {
    let mut lines: Vec<Line> = text.lines().filter_map(Line::parse).collect();
    let done = done(&lines);
    lines.retain(|l| l.text("side").is_empty() || done.contains(&Key::of(l)));
    lines
}

fn done(lines: &[Line]) -> BTreeSet<Key> {
    let marks = lines.iter().filter(|l| l.text("op") == "done");
    marks.map(Key::of).collect()
}

/// Without the lines of all rounds of cases that gave no result in one of them.
fn without_lost(mut lines: Vec<Line>) -> Vec<Line> {
    let case = |line: &Line| Key {
        round: 0,
        ..Key::of(line)
    };
    let lost: BTreeSet<Key> = lines.iter().filter(|l| l.is_lost()).map(case).collect();
    lines.retain(|l| !lost.contains(&case(l)));
    lines
}

/// Gives a file that holds something another name.
fn set_aside(path: &Path) -> io::Result<()> {
    if fs::metadata(path)?.len() == 0 {
        return Ok(());
    }
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let free = (1..)
        .map(|n| path.with_file_name(format!("{stem}-{n}.jsonl")))
        .find(|other| !other.exists());
    free.map_or(Ok(()), |other| fs::rename(path, other))
}
