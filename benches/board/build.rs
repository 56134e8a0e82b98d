//! Results paired to a board.

use super::line::Line;
use super::machine::Machine;
use super::number::{scaled, with_rows};
use super::quality::{Quality, compare};
use super::stats::{Spread, Verdict, verdict};
use super::why::{Bound, bounds};
use super::work::{Metric, Op, Peer, Work};
use super::works::WORKS;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// Everything that a board shows.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Board {
    pub(crate) machine: Machine,
    pub(crate) entries: Vec<Entry>,
    /// Cases that did not run here, and why.
    pub(crate) skipped: Vec<Skipped>,
    pub(crate) bounds: Vec<Bound>,
    /// Limits of the machine, as the suite measured them.
    pub(crate) limits: Vec<Value>,
    /// Compile times and crate counts of small programs.
    pub(crate) builds: Vec<Value>,
}

/// One operation of ours beside one of theirs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Entry {
    pub(crate) workload: String,
    pub(crate) dataset: String,
    pub(crate) op: String,
    pub(crate) title: String,
    pub(crate) threads: usize,
    /// `s` or `us`.
    pub(crate) unit: String,
    pub(crate) ours: Runs,
    pub(crate) theirs: Runs,
    /// Their time over ours: of medians, and the least and greatest of a round.
    pub(crate) ratio: Spread,
    pub(crate) verdict: Verdict,
    pub(crate) quality: Option<Quality>,
}

/// The runs of a side.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Runs {
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) case: String,
    /// Why this setting.
    pub(crate) note: String,
    pub(crate) rounds: usize,
    pub(crate) time: Spread,
    /// The greatest peak of memory above what was resident before the operation, megabytes.
    pub(crate) memory_mb: Option<f64>,
    /// Rows, columns, trees and levels, where lines tell them.
    pub(crate) sizes: BTreeMap<String, f64>,
}

/// A case that gave no result.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Skipped {
    pub(crate) workload: String,
    pub(crate) dataset: String,
    pub(crate) case: String,
    /// `skipped` or `failed`.
    pub(crate) op: String,
    pub(crate) why: String,
}

/// The name of our side.
pub(crate) const HERE: &str = "here";

/// The board of all results of a run.
pub(crate) fn build(lines: &[Line]) -> Board {
    let machine = Machine::of(lines);
    let mut threads: Vec<usize> = lines
        .iter()
        .filter(|l| l.text("op") == "done")
        .map(|l| l.count("threads"))
        .collect();
    threads.sort_unstable();
    threads.dedup();
    let mut entries = Vec::new();
    for work in WORKS {
        for op in work.ops {
            for peer in work.peers {
                for &n in &threads {
                    entries.extend(entry(lines, &machine, work, op, peer, n));
                }
            }
        }
    }
    let of = |op: &str| {
        let found = lines.iter().filter(|l| l.text("op") == op);
        found.filter_map(|l| l.get(op).cloned()).collect()
    };
    let limits: Vec<Value> = of("limit");
    Board {
        bounds: bounds(&entries, &limits, machine.scale),
        skipped: skipped(lines),
        builds: of("build"),
        machine,
        entries,
        limits,
    }
}

fn skipped(lines: &[Line]) -> Vec<Skipped> {
    let mut all: Vec<Skipped> = lines
        .iter()
        .filter(|l| l.is_lost())
        .map(|l| Skipped {
            workload: l.text("workload").into(),
            dataset: l.text("dataset").into(),
            case: l.text("case").into(),
            op: l.text("op").into(),
            why: l.text("why").into(),
        })
        .collect();
    all.sort();
    all.dedup();
    all
}

/// The lines of a case, by round.
#[derive(Debug)]
struct Rounds<'a>(BTreeMap<usize, Vec<&'a Line>>);

impl<'a> Rounds<'a> {
    fn of(lines: &'a [Line], work: &Work, side: &str, case: &str, threads: usize) -> Self {
        let mut rounds: BTreeMap<usize, Vec<&Line>> = BTreeMap::new();
        for line in lines {
            let same = line.text("workload") == work.workload
                && line.text("dataset") == work.dataset
                && line.text("side") == side
                && line.text("case") == case
                && line.count("threads") == threads;
            if same {
                rounds.entry(line.count("round")).or_default().push(line);
            }
        }
        Self(rounds)
    }

    /// The line of an operation in each round.
    fn op(&self, op: &str) -> BTreeMap<usize, &'a Line> {
        let find = |all: &[&'a Line]| all.iter().copied().find(|l| l.text("op") == op);
        self.0
            .iter()
            .filter_map(|(round, all)| Some((*round, find(all)?)))
            .collect()
    }

    /// A metric's values in each round: of the operation's own line, or of another of its process.
    fn metric(&self, op: &str, field: &str) -> Vec<Vec<f64>> {
        let of = |all: &Vec<&Line>| {
            let own = all.iter().filter(|l| l.text("op") == op);
            let other = all.iter().filter(|l| l.text("op") != op);
            own.chain(other)
                .map(|l| l.numbers(field))
                .find(|v| !v.is_empty())
        };
        self.0.values().filter_map(of).collect()
    }
}

/// Seconds, or microseconds of a call.
fn time(line: &Line) -> Option<(f64, &'static str)> {
    let call = line.number("p50_us").map(|t| (t, "us"));
    call.or_else(|| Some((line.number("wall_s")?, "s")))
}

fn entry(
    lines: &[Line],
    machine: &Machine,
    work: &Work,
    op: &Op,
    peer: &Peer,
    threads: usize,
) -> Option<Entry> {
    let our = Rounds::of(lines, work, HERE, work.case, threads);
    let case = work.peer_case(peer);
    let their = Rounds::of(lines, work, peer.side.name(), case, threads);
    let (our_lines, their_lines) = (our.op(op.op), their.op(op.op));
    let times = |lines: &BTreeMap<usize, &Line>| -> Vec<f64> {
        lines.values().filter_map(|l| Some(time(l)?.0)).collect()
    };
    let (a, b) = (times(&our_lines), times(&their_lines));
    let (ours, theirs) = (
        runs(&our_lines, "ml-pipeline", &a)?,
        runs(&their_lines, peer.label, &b)?,
    );
    let unit = time(our_lines.values().next()?)?.1;
    let pairs: Vec<f64> = our_lines
        .iter()
        .filter_map(|(round, l)| Some(time(their_lines.get(round)?)?.0 / time(l)?.0))
        .collect();
    let spread = Spread::of(&pairs);
    let of_medians = theirs.time.median / ours.time.median;
    Some(Entry {
        workload: work.workload.into(),
        dataset: work.dataset.into(),
        op: op.op.into(),
        title: title(work, op, &ours, machine.scale),
        threads,
        unit: unit.into(),
        ratio: Spread {
            min: spread.map_or(of_medians, |s| s.min.min(of_medians)),
            median: of_medians,
            max: spread.map_or(of_medians, |s| s.max.max(of_medians)),
        },
        // Quick sizes show that all runs, not how fast.
        verdict: if machine.quick {
            Verdict::TooFewRounds
        } else {
            verdict(&a, &b)
        },
        quality: op.metrics.iter().find_map(|m| quality(m, op, &our, &their)),
        ours,
        theirs,
    })
}

fn quality(metric: &Metric, op: &Op, ours: &Rounds<'_>, theirs: &Rounds<'_>) -> Option<Quality> {
    let of = |side: &Rounds<'_>| side.metric(op.op, metric.field);
    compare(metric, &of(ours), &of(theirs))
}

/// The title with the rows there are; of growth with what grows.
fn title(work: &Work, op: &Op, ours: &Runs, scale: f64) -> String {
    let told = with_rows(op.title, ours.sizes.get("rows").copied());
    let plain = scaled(&told, scale);
    let axis = work.case.split_once('-').map_or("", |(axis, _)| axis);
    match ours.sizes.get(axis) {
        Some(n) if work.workload == "growth" => format!("{plain}, {n} {axis}"),
        _ => plain,
    }
}

fn runs(lines: &BTreeMap<usize, &Line>, name: &str, times: &[f64]) -> Option<Runs> {
    let first = lines.values().next()?;
    let memory: Vec<f64> = lines
        .values()
        .filter_map(|l| Some((l.number("peak_rss_mb")? - l.number("base_rss_mb")?).max(0.0)))
        .collect();
    let sizes = ["rows", "columns", "trees", "levels"];
    Some(Runs {
        name: name.into(),
        version: first.text("version").into(),
        case: first.text("case").into(),
        note: first.text("note").into(),
        rounds: times.len(),
        time: Spread::of(times)?,
        memory_mb: Spread::of(&memory).map(|s| s.max),
        sizes: sizes
            .iter()
            .filter_map(|key| Some(((*key).to_owned(), first.number(key)?)))
            .collect(),
    })
}
