//! The run: A B A B, one process at a time.

use crate::args::Job;
use crate::board::{self, HERE, Judgement, Key, Line, Side, Store, Verdict};
use crate::plan::{Group, Member, groups};
use crate::process::{self, Outcome};
use crate::{builds, tools, write_board};
use serde_json::json;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

/// Metrics that no seed changes.
const FIXED: [&str; 2] = ["value", "stat"];

/// A run under way.
#[derive(Debug)]
struct Drive<'a> {
    job: &'a Job,
    ours: PathBuf,
    store: Store,
    start: Instant,
    done: usize,
    total: usize,
}

/// Runs a job and writes its board.
///
/// # Errors
/// Arguments that match nothing, programs that do not build, files that can not be written.
pub(crate) fn run(job: &Job) -> Result<ExitCode, String> {
    let groups = groups(job)?;
    if job.list {
        for group in &groups {
            for member in &group.members {
                println!("{}", name(group, member));
            }
        }
        return Ok(ExitCode::SUCCESS);
    }
    let file = job.out.join("results.jsonl");
    std::fs::create_dir_all(&job.out).map_err(|e| format!("{}: {e}", job.out.display()))?;
    let store = Store::open(&file, job.resume).map_err(|e| format!("{}: {e}", file.display()))?;
    let members: usize = groups.iter().map(|g| g.members.len()).sum();
    let mut drive = Drive {
        job,
        ours: match &job.ours {
            Some(program) => program.clone(),
            None => tools::bench("peers")?,
        },
        store,
        start: Instant::now(),
        done: 0,
        total: members * job.rounds,
    };
    drive.machine()?;
    for group in &groups {
        drive.group(group)?;
    }
    if job.build_times {
        for line in builds::all(&job.out) {
            drive.add(line)?;
        }
    }
    let board = write_board(&job.out, &drive.store.lines)?;
    Ok(summary(&board, &drive.store.lines, &job.out))
}

fn name(group: &Group, member: &Member) -> String {
    let work = group.work;
    let side = member.side_name();
    format!(
        "{} {}/{} ({side})",
        work.workload, work.dataset, member.case
    )
}

impl Drive<'_> {
    fn add(&mut self, line: Line) -> Result<(), String> {
        self.store
            .add(line)
            .map_err(|e| format!("results.jsonl: {e}"))
    }

    /// The machine and its limits, where an earlier run has not told them.
    fn machine(&mut self) -> Result<(), String> {
        if self.store.lines.iter().any(|l| l.text("op") == "machine") {
            return Ok(());
        }
        let machine = tools::machine(self.job);
        eprintln!("{}", machine.text());
        let value = serde_json::to_value(&machine).map_err(|e| e.to_string())?;
        self.add(Line::default().with("op", "machine").with("machine", value))?;
        let program = match tools::bench("limits") {
            Ok(program) => program,
            Err(reason) => {
                eprintln!("limits of the machine: skipped, {reason}");
                return Ok(());
            }
        };
        for threads in &self.job.threads {
            eprintln!("limits of the machine, {threads} threads");
            let mut command = Command::new(&program);
            command.args(["--json", "--threads", &threads.to_string()]);
            let outcome = self.process(&mut command);
            for line in outcome.lines {
                let value = serde_json::from_str(&line.json()).unwrap_or(json!(null));
                self.add(Line::default().with("op", "limit").with("limit", value))?;
            }
        }
        Ok(())
    }

    fn process(&self, command: &mut Command) -> Outcome {
        let timeout = Duration::from_secs(self.job.timeout as u64);
        process::run(command, timeout, &self.job.out.join("stderr.log"))
    }

    /// All rounds of both sides of a work; on the most threads, more of them for those whose
    /// quality differs.
    fn group(&mut self, group: &Group) -> Result<(), String> {
        let mut members = group.members.clone();
        for round in 1..=self.job.rounds {
            self.round(group, &mut members, round)?;
        }
        if self.job.threads.last() != Some(&group.threads) {
            return Ok(());
        }
        for round in self.job.rounds + 1..=self.job.seeds {
            let unequal = self.unequal(group);
            members.retain(|m| m.side.is_none() || unequal.contains(&m.case.to_owned()));
            if members.len() < 2 {
                break;
            }
            self.total += members.len();
            self.round(group, &mut members, round)?;
        }
        Ok(())
    }

    /// Cases beside whose quality is not equal to ours so far.
    fn unequal(&self, group: &Group) -> Vec<String> {
        let work = group.work;
        let own =
            |l: &&Line| l.text("workload") == work.workload && l.text("dataset") == work.dataset;
        let lines: Vec<Line> = self.store.lines.iter().filter(own).cloned().collect();
        let differs = |e: &&board::Entry| {
            let quality = e.quality.as_ref();
            e.threads == group.threads
                && e.ours.case == work.case
                && quality.is_some_and(|q| {
                    q.judgement != Judgement::Equal && !FIXED.contains(&q.metric.as_str())
                })
        };
        let entries = board::build(&lines).entries;
        entries
            .iter()
            .filter(differs)
            .map(|e| e.theirs.case.clone())
            .collect()
    }

    /// Each member once; those that can not run here are not asked again.
    fn round(
        &mut self,
        group: &Group,
        members: &mut Vec<Member>,
        round: usize,
    ) -> Result<(), String> {
        let mut lost = Vec::new();
        for member in members.iter() {
            self.done += 1;
            let key = group.key(member, round);
            if self.store.has(&key) {
                continue;
            }
            eprint!(
                "[{:>4.0} s, {}/{}] {}, {} threads, round {round}: ",
                self.start.elapsed().as_secs_f64(),
                self.done,
                self.total,
                name(group, member),
                group.threads
            );
            let runs = self.member(group, member, &key)?;
            if !runs {
                self.total -= self.job.rounds.saturating_sub(round);
                lost.push(member.clone());
            }
        }
        members.retain(|m| !lost.contains(m));
        Ok(())
    }

    /// Runs a case and keeps its lines; whether it gave results.
    fn member(&mut self, group: &Group, member: &Member, key: &Key) -> Result<bool, String> {
        let repeat = group.work.repeat;
        let outcome = match self.command(group, member, key.round, repeat) {
            Ok(mut command) => self.process(&mut command),
            Err(why) => {
                let line = Line::default().with("op", "skipped").with("why", why);
                Outcome {
                    lines: vec![line],
                    failure: None,
                    wall_s: 0.0,
                }
            }
        };
        let lost = |l: &Line| ["skipped", "failed"].contains(&l.text("op"));
        let mut why = outcome
            .lines
            .iter()
            .find(|l| lost(l))
            .map(|l| l.text("why").to_owned());
        for line in &outcome.lines {
            self.add(key.mark(line.clone()).with("seed", key.round))?;
        }
        if let (None, Some(failure)) = (&why, outcome.failure) {
            let line = Line::default()
                .with("op", "failed")
                .with("why", failure.as_str());
            self.add(key.mark(line))?;
            why = Some(failure);
        }
        self.add(key.mark(Line::default().with("op", "done")))?;
        match &why {
            None => eprintln!("{:.1} s", outcome.wall_s),
            Some(why) => eprintln!("did not run: {why}"),
        }
        Ok(why.is_none())
    }

    /// The command of a case, or why there is none.
    fn command(
        &self,
        group: &Group,
        member: &Member,
        round: usize,
        repeat: usize,
    ) -> Result<Command, String> {
        let work = group.work;
        let python = |program: &Option<PathBuf>, what: &str| {
            let program = program
                .as_ref()
                .ok_or_else(|| format!("no {what} was given"))?;
            let mut command = Command::new(program);
            let script = format!("benches/peers/python/{}.py", work.workload);
            command.arg(Path::new(tools::ROOT).join(script));
            Ok::<Command, String>(command)
        };
        let mut command = match member.side {
            None => {
                let mut command = Command::new(&self.ours);
                command.args(["--workload", work.workload]);
                command
            }
            Some(Side::Python) => python(&self.job.python, "Python")?,
            Some(Side::PythonOld) => python(&self.job.python_old, "Python with older parts")?,
            Some(Side::Rust) => {
                let program = self
                    .job
                    .rust
                    .as_ref()
                    .ok_or("no program of Rust libraries was given")?;
                let mut command = Command::new(program);
                command.args(["--workload", work.workload]);
                command
            }
        };
        command
            .arg("--data-dir")
            .arg(&self.job.data_dir)
            .args(["--threads", &group.threads.to_string()])
            .args(["--repeat", &repeat.to_string()])
            .args(["--seed", &round.to_string()])
            .args(["--child", &format!("{}/{}", work.dataset, member.case)]);
        Ok(command)
    }
}

/// What came of it; a failure where a case of ours failed.
fn summary(board: &board::Board, lines: &[Line], out: &Path) -> ExitCode {
    let count = |v: Verdict| board.entries.iter().filter(|e| e.verdict == v).count();
    println!(
        "{} lines: {} faster, {} slower, {} within the spread, {} of one run; {} cases did not run",
        board.entries.len(),
        count(Verdict::Faster),
        count(Verdict::Slower),
        count(Verdict::WithinSpread),
        count(Verdict::OneRun),
        board.skipped.len()
    );
    println!("{}", out.join("index.html").display());
    let broken = lines
        .iter()
        .any(|l| l.text("side") == HERE && l.text("op") == "failed");
    if broken {
        eprintln!("error: a case of ours failed; the end of board.md says which");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}
