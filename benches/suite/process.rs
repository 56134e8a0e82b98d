//! One case in a process of its own.

use crate::board::Line;
use std::fs::OpenOptions;
use std::io::{Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// Outcome of a process.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) lines: Vec<Line>,
    /// Why it did not end well; none where it did.
    pub(crate) failure: Option<String>,
    pub(crate) wall_s: f64,
}

/// How often a running process is looked at.
const PAUSE: Duration = Duration::from_millis(20);

/// Runs a command to its end, or ends it after `timeout`. Its standard error goes to a log.
pub(crate) fn run(command: &mut Command, timeout: Duration, log: &Path) -> Outcome {
    let start = Instant::now();
    let piped = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = match piped.spawn() {
        Ok(child) => child,
        Err(reason) => {
            let program = command.get_program().to_string_lossy().into_owned();
            return Outcome {
                lines: Vec::new(),
                failure: Some(format!("starting {program}: {reason}")),
                wall_s: 0.0,
            };
        }
    };
    let (out, errors) = (reader(child.stdout.take()), reader(child.stderr.take()));
    let mut late = false;
    let status = loop {
        match child.try_wait() {
            Ok(None) if start.elapsed() > timeout && !late => {
                late = true;
                // One that has just ended can not be ended again.
                let _ = child.kill();
            }
            Ok(None) => thread::sleep(PAUSE),
            Ok(Some(status)) => break Ok(status),
            Err(reason) => break Err(reason.to_string()),
        }
    };
    let text = |handle: thread::JoinHandle<String>| handle.join().unwrap_or_default();
    let (out, errors) = (text(out), text(errors));
    let (lines, broken, noise) = results(&out);
    keep(log, command, &(errors.clone() + &noise));
    let failure = match status {
        _ if late => Some(format!("ended after {} s", timeout.as_secs())),
        Ok(status) if status.success() => broken,
        Ok(status) => Some(match last_line(&errors) {
            // Ended from outside, as for want of memory: its last words do not say why.
            Some(line) if status.code().is_none() => format!("{status}: {line}"),
            Some(line) => line,
            None => status.to_string(),
        }),
        Err(reason) => Some(reason),
    };
    Outcome {
        lines,
        failure,
        wall_s: start.elapsed().as_secs_f64(),
    }
}

/// Results, why one can not be read, and what else was printed.
fn results(out: &str) -> (Vec<Line>, Option<String>, String) {
    let (mut lines, mut broken, mut noise) = (Vec::new(), None, String::new());
    for text in out.lines().filter(|l| !l.trim().is_empty()) {
        match Line::parse(text) {
            Some(line) => lines.push(line),
            None => {
                noise = noise + text + "\n";
                if text.trim_start().starts_with('{') {
                    let start: String = text.chars().take(200).collect();
                    broken.get_or_insert(format!("a result that is no JSON: {start}"));
                }
            }
        }
    }
    (lines, broken, noise)
}

/// Reads all text of a pipe in a thread of its own, so that neither pipe fills up.
fn reader(pipe: Option<impl Read + Send + 'static>) -> thread::JoinHandle<String> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(mut pipe) = pipe {
            // What came before a failure is kept.
            let _ = pipe.read_to_end(&mut bytes);
        }
        String::from_utf8_lossy(&bytes).into_owned()
    })
}

/// The last line with something in it, shortened.
fn last_line(text: &str) -> Option<String> {
    let line = text.lines().rev().find(|l| !l.trim().is_empty())?;
    Some(line.trim().chars().take(300).collect())
}

/// Appends what a process said to the log, best effort: results do not depend on it.
fn keep(log: &Path, command: &Command, text: &str) {
    if text.trim().is_empty() {
        return;
    }
    if let Ok(mut file) = OpenOptions::new().create(true).append(true).open(log) {
        let _ = writeln!(file, "$ {command:?}\n{text}");
    }
}
