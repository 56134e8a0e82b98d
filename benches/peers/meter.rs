//! Time, processor time and memory of this process, as Linux tells them. Where it does not, fields
//! are null.

use std::fs;
use std::time::Instant;

/// Clock ticks a second in `/proc/self/stat`.
const TICKS: f64 = 100.0;

/// Wall and processor seconds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Spent {
    pub(crate) wall: f64,
    pub(crate) cpu: Option<f64>,
}

/// A started clock.
#[derive(Debug)]
pub(crate) struct Clock {
    wall: Instant,
    fine: Option<f64>,
    coarse: Option<f64>,
}

impl Clock {
    pub(crate) fn start() -> Self {
        let (fine, coarse) = (threads_seconds(), process_seconds());
        Self {
            wall: Instant::now(),
            fine,
            coarse,
        }
    }

    /// Time since the start.
    pub(crate) fn stop(&self) -> Spent {
        let wall = self.wall.elapsed().as_secs_f64();
        let since = |now: Option<f64>, then: Option<f64>| Some(now? - then?);
        let fine = since(threads_seconds(), self.fine);
        let coarse = since(process_seconds(), self.coarse);
        // Nanoseconds of the threads that live; whole ticks where more was spent in threads that
        // have ended.
        let cpu = match (fine, coarse) {
            (Some(fine), Some(coarse)) if coarse - fine > 3.0 / TICKS => Some(coarse),
            (fine, coarse) => fine.or(coarse),
        };
        Spent { wall, cpu }
    }
}

/// Seconds on a processor of all living threads.
fn threads_seconds() -> Option<f64> {
    let mut nanos = 0;
    for task in fs::read_dir("/proc/self/task").ok()?.flatten() {
        let text = fs::read_to_string(task.path().join("schedstat")).ok()?;
        nanos += text.split_whitespace().next()?.parse::<u64>().ok()?;
    }
    Some(nanos as f64 / 1e9)
}

/// User and system time of the process, ended threads included.
fn process_seconds() -> Option<f64> {
    let text = fs::read_to_string("/proc/self/stat").ok()?;
    let mut fields = text
        .rsplit_once(')')?
        .1
        .split_whitespace()
        .skip(11)
        .map(str::parse::<u64>);
    let user = fields.next()?.ok()?;
    let system = fields.next()?.ok()?;
    Some((user + system) as f64 / TICKS)
}

/// A line of `/proc/self/status` that is in kilobytes, in megabytes.
pub(crate) fn status_mb(field: &str) -> Option<f64> {
    let text = fs::read_to_string("/proc/self/status").ok()?;
    let line = text
        .lines()
        .find_map(|l| l.strip_prefix(field)?.strip_prefix(':'))?;
    let kilobytes: f64 = line.split_whitespace().next()?.parse().ok()?;
    Some((kilobytes / 1024.0 * 10.0).round() / 10.0)
}

/// Counts the peak of memory from here; what is resident now.
pub(crate) fn reset_peak() -> Option<f64> {
    // Refused in some containers: the peak then counts from the start of the process.
    let _ = fs::write("/proc/self/clear_refs", "5");
    status_mb("VmRSS")
}

/// Load average of the last minute.
pub(crate) fn load() -> Option<f64> {
    fs::read_to_string("/proc/loadavg")
        .ok()?
        .split_whitespace()
        .next()?
        .parse()
        .ok()
}
