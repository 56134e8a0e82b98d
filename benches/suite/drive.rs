//! The run: A B A B, one process at a time.

use crate::args::Job;
use crate::board::{self, HERE, Judgement, Key, Line, Machine, Side, Store, Verdict};
use crate::plan::{Group, Member, groups, in_round};
use crate::process::{self, Outcome};
use crate::{builds, tools, write_board};
use serde_json::{Value, json};
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
    // The programs first: results of an earlier run are touched only once this one can begin.
    let ours = match &job.ours {
        Some(program) if !program.is_file() => {
            return Err(format!("`--ours {}` is not a file", program.display()));
        }
        Some(program) => program.clone(),
        None => tools::bench("peers")?,
    };
    let machine = tools::machine(job);
    let file = job.out.join("results.jsonl");
    std::fs::create_dir_all(&job.out).map_err(|e| format!("{}: {e}", job.out.display()))?;
    let failed = |e: std::io::Error| format!("{}: {e}", file.display());
    if job.resume && file.exists() {
        let old = board::finished(&std::fs::read_to_string(&file).map_err(failed)?);
        if let Some(why) = Machine::told(&old).and_then(|old| old.differs(&machine)) {
            return Err(format!(
                "`--resume`: {why}; begin anew or in another `--out`"
            ));
        }
    }
    let store = Store::open(&file, job.resume).map_err(failed)?;
    let members: usize = groups.iter().map(|g| g.members.len()).sum();
    let mut drive = Drive {
        job,
        ours,
        store,
        start: Instant::now(),
        done: 0,
        total: members * job.rounds,
    };
    drive.machine(&machine)?;
    drive.limits()?;
    for group in &groups {
        drive.group(group)?;
    }
    if job.build_times {
        let built: Vec<String> = drive.of("build").map(|b| text(b, "name")).collect();
        for line in builds::all(&job.out, &built) {
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

    /// Values of the lines of a kind.
    fn of(&self, op: &str) -> impl Iterator<Item = &Value> {
        let lines = self.store.lines.iter().filter(move |l| l.text("op") == op);
        lines.filter_map(move |l| l.get(op))
    }

    /// The machine, where an earlier run has not told it, or was of another commit.
    fn machine(&mut self, machine: &Machine) -> Result<(), String> {
        eprintln!("{}", machine.text());
        let old = Machine::told(&self.store.lines);
        if old.is_some_and(|old| machine.commits.iter().all(|c| old.commits.contains(c))) {
            return Ok(());
        }
        let value = serde_json::to_value(machine).map_err(|e| e.to_string())?;
        self.add(Line::default().with("op", "machine").with("machine", value))
    }

    /// The machine's limits on those numbers of threads that have none so far.
    fn limits(&mut self) -> Result<(), String> {
        let told: Vec<usize> = self
            .of("limit")
            .filter_map(|l| usize::try_from(l["threads"].as_u64()?).ok())
            .collect();
        let missing = |n: &&usize| !told.contains(n);
        let threads: Vec<usize> = self.job.threads.iter().filter(missing).copied().collect();
        if threads.is_empty() {
            return Ok(());
        }
        let program = match tools::bench("limits") {
            Ok(program) => program,
            Err(reason) => {
                eprintln!("limits of the machine: skipped, {reason}");
                return Ok(());
            }
        };
        for threads in threads {
            eprintln!("limits of the machine, {threads} threads");
            let mut command = Command::new(&program);
            command.args(["--json", "--threads", &threads.to_string()]);
            let outcome = self.process(&mut command);
            if let Some(failure) = outcome.failure {
                // Part of them would pass for all.
                eprintln!("limits of the machine: skipped, {failure}");
                continue;
            }
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

    /// All rounds of both sides of a work; on the most threads, all further seeds for those whose
    /// quality differs after them. To stop as soon as it is equal would be to choose the seeds.
    fn group(&mut self, group: &Group) -> Result<(), String> {
        let mut members = group.members.clone();
        for round in 1..=self.job.rounds {
            self.round(group, &mut members, round)?;
            if round == 1 {
                self.leave_slow(group, &mut members);
            }
        }
        if self.job.threads.last() != Some(&group.threads) {
            return Ok(());
        }
        let unequal = self.unequal(group);
        members.retain(|m| m.side.is_none() || unequal.contains(&m.case.to_owned()));
        for round in self.job.rounds + 1..=self.job.seeds {
            if members.len() < 2 {
                break;
            }
            self.total += members.len();
            self.round(group, &mut members, round)?;
        }
        Ok(())
    }

    /// Leaves out cases beside that took longer than the patience: one round of them is enough to
    /// see how far away they are, and its verdict stays open.
    fn leave_slow(&mut self, group: &Group, members: &mut Vec<Member>) {
        let patience = self.job.patience as f64;
        let slow = |m: &Member| {
            let key = group.key(m, 1);
            m.side.is_some() && self.store.process_s(&key).is_some_and(|s| s > patience)
        };
        let before = members.len();
        members.retain(|m| !slow(m));
        self.total -= (before - members.len()) * self.job.rounds.saturating_sub(1);
    }

    /// Cases beside whose quality is not equal to ours in the rounds that all have.
    fn unequal(&self, group: &Group) -> Vec<String> {
        let work = group.work;
        let own = |l: &&Line| {
            l.text("workload") == work.workload
                && l.text("dataset") == work.dataset
                && l.count("round") <= self.job.rounds
        };
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
        for member in &in_round(members, round) {
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
        let mut why = outcome
            .lines
            .iter()
            .find(|l| l.is_lost())
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
        let done = Line::default().with("op", "done");
        self.add(key.mark(done.with("process_s", outcome.wall_s)))?;
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

fn text(value: &Value, field: &str) -> String {
    value[field].as_str().unwrap_or("").to_owned()
}

/// Exit code of a run; a failure where a case of ours failed.
fn summary(board: &board::Board, lines: &[Line], out: &Path) -> ExitCode {
    let count = |v: Verdict| board.entries.iter().filter(|e| e.verdict == v).count();
    println!(
        "{} lines: {} faster, {} slower, {} within the spread, {} of too few rounds; {} cases did not run",
        board.entries.len(),
        count(Verdict::Faster),
        count(Verdict::Slower),
        count(Verdict::WithinSpread),
        count(Verdict::TooFewRounds),
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
