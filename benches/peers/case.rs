//! One case: its files, its clock, its lines of output.

use crate::args::Job;
use crate::meter::{self, Clock, Spent};
use crate::npy::{Element, Npy};
use crate::utc;
use ml_pipeline::data::Result;
use serde_json::{Value, json};
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitStatus;
use std::time::Instant;

/// Fields of a line besides the common ones.
pub(crate) type Fields = Vec<(&'static str, Value)>;

/// A registered case.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Entry {
    pub(crate) workload: &'static str,
    pub(crate) dataset: &'static str,
    /// Which of several cases on one data set.
    pub(crate) case: &'static str,
    pub(crate) run: fn(&Case<'_>) -> Result<()>,
}

impl Entry {
    /// The text that `--only` matches.
    pub(crate) fn name(&self) -> String {
        format!("{}/{}", self.dataset, self.case)
    }
}

/// A running case.
#[derive(Debug)]
pub(crate) struct Case<'a> {
    pub(crate) job: &'a Job,
    entry: Entry,
}

impl<'a> Case<'a> {
    pub(crate) fn new(job: &'a Job, entry: Entry) -> Self {
        Self { job, entry }
    }

    /// The data set's name, the beginning of its files' names.
    pub(crate) fn dataset(&self) -> &'static str {
        self.entry.dataset
    }

    /// A file of the data folder.
    pub(crate) fn path(&self, file: &str) -> PathBuf {
        self.job.data_dir.join(file)
    }

    /// An array of the data folder.
    pub(crate) fn npy<T: Element>(&self, name: &str) -> Result<Npy<T>> {
        Npy::read(&self.path(&format!("{name}.npy")))
    }

    /// Runs `f` as often as asked, prints the line of its best run with what `more` makes of the
    /// last result and the best wall time, and returns that result.
    pub(crate) fn time<T>(
        &self,
        op: &str,
        mut f: impl FnMut() -> Result<T>,
        more: impl FnOnce(&T, f64) -> Fields,
    ) -> Result<T> {
        let base = meter::reset_peak();
        let mut runs: Vec<Spent> = Vec::with_capacity(self.job.repeat);
        let mut run = || -> Result<T> {
            let clock = Clock::start();
            let result = f()?;
            runs.push(clock.stop());
            Ok(result)
        };
        let mut result = run()?;
        for _ in 1..self.job.repeat {
            drop(result);
            result = run()?;
        }
        runs.sort_by(|a, b| a.wall.total_cmp(&b.wall));
        let best = runs[0];
        let mut fields = vec![("wall_s", json!(best.wall)), ("cpu_s", json!(best.cpu))];
        if runs.len() > 1 {
            fields.push(("wall_median_s", json!(runs[runs.len() / 2].wall)));
        }
        fields.push(("base_rss_mb", json!(base)));
        fields.push(("peak_rss_mb", json!(meter::status_mb("VmHWM"))));
        fields.extend(more(&result, best.wall));
        self.emit(op, fields);
        Ok(result)
    }

    /// Prints a line.
    pub(crate) fn emit(&self, op: &str, fields: Fields) {
        print(self.job, &self.entry, op, fields);
    }
}

/// Microseconds a call of `f(i)`, median and 99th percentile of single calls after a warm-up.
pub(crate) fn latency(calls: usize, mut f: impl FnMut(usize) -> Result<()>) -> Result<Fields> {
    (0..calls.min(100)).try_for_each(&mut f)?;
    let mut nanos = Vec::with_capacity(calls);
    for i in 0..calls {
        let start = Instant::now();
        f(i)?;
        nanos.push(start.elapsed().as_nanos() as f64);
    }
    nanos.sort_by(f64::total_cmp);
    let at = |share: usize| nanos.get(calls * share / 100).map(|n| n / 1e3);
    Ok(vec![("p50_us", json!(at(50))), ("p99_us", json!(at(99)))])
}

/// The line of a case that did not finish.
pub(crate) fn failed(job: &Job, entry: &Entry, status: &ExitStatus) {
    print(job, entry, "failed", vec![("rc", json!(status.code()))]);
}

fn print(job: &Job, entry: &Entry, op: &str, fields: Fields) {
    let mut line: Fields = vec![
        ("workload", json!(entry.workload)),
        ("dataset", json!(entry.dataset)),
        ("peer", json!("ml-pipeline")),
        ("version", json!(env!("CARGO_PKG_VERSION"))),
        ("case", json!(entry.case)),
        ("op", json!(op)),
        ("threads", json!(job.threads)),
    ];
    line.extend(fields);
    line.push(("load1", json!(meter::load())));
    line.push(("at", json!(utc::now())));
    let pairs: Vec<String> = line
        .into_iter()
        .map(|(key, value)| format!("\"{key}\": {}", short(value)))
        .collect();
    // A reader that has left wants no more lines.
    let _ = writeln!(std::io::stdout(), "{{{}}}", pairs.join(", "));
}

/// Six significant digits of every fraction.
fn short(value: Value) -> Value {
    match value {
        Value::Number(n) if n.is_f64() => {
            let rounded = n.as_f64().and_then(|x| format!("{x:.5e}").parse().ok());
            rounded.map_or(Value::Null, |x: f64| json!(x))
        }
        Value::Array(all) => all.into_iter().map(short).collect(),
        other => other,
    }
}
