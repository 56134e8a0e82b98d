//! Arguments of the command line.

use std::path::PathBuf;

pub(crate) const USAGE: &str = "\
usage: cargo bench --bench suite -- [WORKLOAD...] --data-dir DIR --out DIR [options]
  WORKLOAD            gbdt forest explain recsys mlp metrics preprocess drift growth (all)
  --data-dir DIR      where `cargo bench --bench data` wrote the files
  --out DIR           results.jsonl, board.json, board.md and index.html are written here
  --threads 1,2       numbers of threads (1 and all cores)
  --rounds N          both sides in turn, so many times, each with a seed of its own (3)
  --quick             two rounds on all cores, marked as of quick sizes
  --seeds N           most rounds where quality differs by more than its tolerance (5)
  --only PATTERNS     comma-separated DATASET/CASE patterns of our cases
  --python FILE       the Python of the libraries beside; without it they are skipped
  --python-old FILE   another with older parts, for those that need them
  --rust FILE         the program of the Rust libraries beside
  --ours FILE         our program, in place of the one that cargo builds
  --patience S        a library beside that took longer in the first round has no other (120)
  --timeout S         wall seconds a process (3600)
  --resume            go on with the results in --out
  --build-times       compile times and crate counts of small programs, too
  --list              print what would run and stop
  --board DIR         write the board again from DIR/results.jsonl, and stop
  --readme FILE       write README's table from a board's JSON, and stop";

/// Cases to run.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Job {
    pub(crate) workloads: Vec<String>,
    pub(crate) data_dir: PathBuf,
    pub(crate) out: PathBuf,
    pub(crate) threads: Vec<usize>,
    pub(crate) rounds: usize,
    pub(crate) seeds: usize,
    pub(crate) quick: bool,
    pub(crate) only: String,
    pub(crate) python: Option<PathBuf>,
    pub(crate) python_old: Option<PathBuf>,
    pub(crate) rust: Option<PathBuf>,
    pub(crate) ours: Option<PathBuf>,
    pub(crate) patience: usize,
    pub(crate) timeout: usize,
    pub(crate) resume: bool,
    pub(crate) build_times: bool,
    pub(crate) list: bool,
}

/// The kinds of calls.
#[derive(Debug, PartialEq)]
pub(crate) enum Ask {
    /// Nothing was asked for, as in a plain `cargo bench`.
    Usage,
    Run(Box<Job>),
    Board(PathBuf),
    Readme(PathBuf),
}

/// Rounds of a full run, and of a quick one.
const ROUNDS: [usize; 2] = [3, 2];

/// Reads the arguments. Cargo's own `--bench` and `--test` are passed over.
pub(crate) fn parse(given: &[String], cores: usize) -> Result<Ask, String> {
    let mut job = Job {
        workloads: Vec::new(),
        data_dir: PathBuf::new(),
        out: PathBuf::new(),
        threads: Vec::new(),
        rounds: 0,
        seeds: 5,
        quick: false,
        only: "*".into(),
        python: None,
        python_old: None,
        rust: None,
        ours: None,
        patience: 120,
        timeout: 3600,
        resume: false,
        build_times: false,
        list: false,
    };
    let mut rest = given
        .iter()
        .filter(|a| !matches!(a.as_str(), "--bench" | "--test"))
        .peekable();
    if rest.peek().is_none() {
        return Ok(Ask::Usage);
    }
    while let Some(flag) = rest.next() {
        match flag.as_str() {
            "--help" | "-h" => return Ok(Ask::Usage),
            "--quick" => job.quick = true,
            "--resume" => job.resume = true,
            "--build-times" => job.build_times = true,
            "--list" => job.list = true,
            name if name.starts_with("--") => {
                let value = rest
                    .next()
                    .ok_or_else(|| format!("`{name}` is unknown or lacks its value"))?;
                match name {
                    "--board" => return Ok(Ask::Board(value.into())),
                    "--readme" => return Ok(Ask::Readme(value.into())),
                    "--data-dir" => job.data_dir = value.into(),
                    "--out" => job.out = value.into(),
                    "--threads" => job.threads = counts(name, value)?,
                    "--rounds" => job.rounds = count(name, value)?,
                    "--seeds" => job.seeds = count(name, value)?,
                    "--patience" => job.patience = count(name, value)?,
                    "--timeout" => job.timeout = count(name, value)?,
                    "--only" => job.only.clone_from(value),
                    "--python" => job.python = Some(value.into()),
                    "--python-old" => job.python_old = Some(value.into()),
                    "--ours" => job.ours = Some(value.into()),
                    "--rust" => job.rust = Some(value.into()),
                    _ => return Err(format!("unknown option `{name}`")),
                }
            }
            workload => job.workloads.push(workload.into()),
        }
    }
    finished(job, cores).map(|job| Ask::Run(Box::new(job)))
}

/// Fills in what was not said, and checks what was.
fn finished(mut job: Job, cores: usize) -> Result<Job, String> {
    if job.threads.is_empty() {
        job.threads = if job.quick {
            vec![cores]
        } else {
            vec![1, cores]
        };
        job.threads.dedup();
    }
    if job.rounds == 0 {
        job.rounds = ROUNDS[usize::from(job.quick)];
    }
    if job.quick {
        job.seeds = job.rounds;
    }
    if job.list {
        return Ok(job);
    }
    if !job.data_dir.is_dir() {
        return Err(format!(
            "`--data-dir {}` is not a folder",
            job.data_dir.display()
        ));
    }
    if job.out.as_os_str().is_empty() {
        return Err("`--out` is missing".into());
    }
    Ok(job)
}

fn count(name: &str, value: &str) -> Result<usize, String> {
    match value.parse() {
        Ok(n) if n > 0 => Ok(n),
        _ => Err(format!("`{name} {value}`: expected a whole number above 0")),
    }
}

fn counts(name: &str, value: &str) -> Result<Vec<usize>, String> {
    let mut all: Vec<usize> = value
        .split(',')
        .map(|n| count(name, n.trim()))
        .collect::<Result<_, _>>()?;
    all.sort_unstable();
    all.dedup();
    Ok(all)
}
