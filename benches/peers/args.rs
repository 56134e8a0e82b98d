//! Arguments of the command line.

use crate::case::Entry;
use std::path::PathBuf;

pub(crate) const USAGE: &str = "\
usage: cargo bench --bench peers -- --workload NAME --data-dir DIR [options]
  --workload NAME   gbdt forest explain recsys mlp metrics preprocess drift growth
  --data-dir DIR    where the .npy, .csv and .parquet files are
  --threads N       size of the thread pool (1)
  --only PATTERNS   comma-separated DATASET/CASE patterns, e.g. 'higgs/*' (*)
  --repeat R        the best of R runs of each operation (1)
  --trees T         boosting rounds, trees of a forest (100)
  --iterations I    ALS iterations (15)
  --seed S          of boosting and forests (1)
  --list            print the cases and stop";

/// Cases to run, and how.
#[derive(Debug, Clone)]
pub(crate) struct Job {
    pub(crate) workload: String,
    pub(crate) data_dir: PathBuf,
    pub(crate) threads: usize,
    pub(crate) only: String,
    pub(crate) repeat: usize,
    pub(crate) trees: usize,
    pub(crate) iterations: usize,
    pub(crate) seed: usize,
    pub(crate) list: bool,
}

impl Job {
    /// Whether `--only` lets a case through.
    pub(crate) fn wants(&self, entry: &Entry) -> bool {
        self.only
            .split(',')
            .any(|pattern| matches(pattern.trim(), &entry.name()))
    }
}

/// The kinds of calls.
#[derive(Debug)]
pub(crate) enum Ask {
    /// Nothing was asked for, as in a plain `cargo bench`.
    Usage,
    /// Run the cases of a job.
    Run(Job),
    /// Be the process of one case.
    Child(Job, String),
}

/// Reads the arguments. Cargo's own `--bench` and `--test` are passed over.
pub(crate) fn parse(given: &[String]) -> Result<Ask, String> {
    let mut job = Job {
        workload: String::new(),
        data_dir: PathBuf::new(),
        threads: 1,
        only: "*".into(),
        repeat: 1,
        trees: 100,
        iterations: 15,
        seed: 1,
        list: false,
    };
    let (mut child, mut asked) = (None, false);
    let mut rest = given.iter();
    while let Some(flag) = rest.next() {
        match flag.as_str() {
            "--bench" | "--test" => continue,
            "--help" | "-h" => return Ok(Ask::Usage),
            "--list" => job.list = true,
            name => {
                let value = rest
                    .next()
                    .ok_or_else(|| format!("`{name}` is unknown or lacks its value"))?;
                match name {
                    "--workload" => job.workload.clone_from(value),
                    "--data-dir" => job.data_dir = value.into(),
                    "--threads" => job.threads = count(name, value)?,
                    "--only" => job.only.clone_from(value),
                    "--repeat" => job.repeat = count(name, value)?,
                    "--trees" => job.trees = count(name, value)?,
                    "--seed" => job.seed = count(name, value)?,
                    "--iterations" => job.iterations = count(name, value)?,
                    "--child" => child = Some(value.clone()),
                    _ => return Err(format!("unknown option `{name}`")),
                }
            }
        }
        asked = true;
    }
    if !asked {
        return Ok(Ask::Usage);
    }
    if job.workload.is_empty() {
        return Err("`--workload` is missing".into());
    }
    if !job.list && !job.data_dir.is_dir() {
        return Err(format!(
            "`--data-dir {}` is not a folder",
            job.data_dir.display()
        ));
    }
    Ok(match child {
        Some(name) => Ask::Child(job, name),
        None => Ask::Run(job),
    })
}

fn count(name: &str, value: &str) -> Result<usize, String> {
    match value.parse() {
        Ok(n) if n > 0 => Ok(n),
        _ => Err(format!("`{name} {value}`: expected a whole number above 0")),
    }
}

/// Shell-like matching where `*` stands for any text.
fn matches(pattern: &str, name: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == name,
        Some((before, after)) => name.strip_prefix(before).is_some_and(|rest| {
            (0..=rest.len())
                .filter(|&at| rest.is_char_boundary(at))
                .any(|at| matches(after, &rest[at..]))
        }),
    }
}
