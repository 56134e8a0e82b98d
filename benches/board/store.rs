//! Results on disk, one JSON line each, so that a run that was cut off can go on.

use super::line::Line;
use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

/// What one process of the suite is: a case of a side, in a round, on a number of threads.
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
    /// Lines of processes that did not finish are dropped from it, a last line that was cut off
    /// with them.
    ///
    /// # Errors
    /// A file that can not be read or written.
    pub(crate) fn open(path: &Path, resume: bool) -> io::Result<Self> {
        let old = if resume && path.exists() {
            fs::read_to_string(path)?
        } else {
            String::new()
        };
        let all: Vec<Line> = old.lines().filter_map(Line::parse).collect();
        let done: BTreeSet<Key> = all
            .iter()
            .filter(|l| l.text("op") == "done")
            .map(Key::of)
            .collect();
        // Lines without a side are of the machine.
        let lines: Vec<Line> = all
            .into_iter()
            .filter(|l| l.text("side").is_empty() || done.contains(&Key::of(l)))
            .collect();
        let kept: String = lines.iter().map(|l| l.json() + "\n").collect();
        fs::write(path, kept)?;
        let file = OpenOptions::new().append(true).open(path)?;
        Ok(Self { file, done, lines })
    }

    /// Whether a process has finished.
    pub(crate) fn has(&self, key: &Key) -> bool {
        self.done.contains(key)
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
