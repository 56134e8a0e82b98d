//! A challenger that is asked and not heard.

use super::latencies::LatencyWindow;
use super::ledger::timed;
use crate::error::Result;
use crate::recommend::{Recommend, Request, Response};
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// Comparison of a shadow with the control. Prints as a sentence.
///
/// ```
/// use ml_serve::rollout::ShadowReport;
/// let report = ShadowReport {
///     compared: 400,
///     errors: 3,
///     skipped: 0,
///     overlap: 0.354,
///     control_p95_ms: 0.66,
///     challenger_p95_ms: 1.2,
/// };
/// let text = "400 requests compared, 3 failed, 0 skipped: 35.4 % of the products in common; \
///     p95 of the control 0.66 ms, of the challenger 1.20 ms";
/// assert_eq!(report.to_string(), text);
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct ShadowReport {
    /// Requests both answered.
    pub compared: u64,
    /// Requests the challenger failed.
    pub errors: u64,
    /// Requests it was not asked because it was too far behind.
    pub skipped: u64,
    /// Mean share of products the two lists have in common, out of the longer list: overlap@k.
    /// `NaN` before any comparison.
    pub overlap: f64,
    /// 95th percentile of the control's latency over these requests, milliseconds.
    pub control_p95_ms: f64,
    /// 95th percentile of the challenger's latency, milliseconds.
    pub challenger_p95_ms: f64,
}

impl fmt::Display for ShadowReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (compared, errors, skipped) = (self.compared, self.errors, self.skipped);
        write!(
            f,
            "{compared} requests compared, {errors} failed, {skipped} skipped"
        )?;
        if compared == 0 {
            return Ok(());
        }
        let (control, challenger) = (self.control_p95_ms, self.challenger_p95_ms);
        let common = self.overlap * 100.0;
        write!(
            f,
            ": {common:.1} % of the products in common; \
             p95 of the control {control:.2} ms, of the challenger {challenger:.2} ms"
        )
    }
}

#[derive(Default)]
struct ShadowCounts {
    compared: u64,
    errors: u64,
    overlap: f64,
    control: LatencyWindow,
    challenger: LatencyWindow,
}

struct ShadowJob {
    request: Request,
    shown: Vec<String>,
    took: Duration,
}

/// Answers with the control; the challenger gets the same requests on a thread of its own, through
/// a bounded queue, so that it can slow or break nothing. Give it no event sink, or one of its own:
/// its answers are not shown to anybody.
pub struct Shadow {
    control: Arc<dyn Recommend>,
    queue: Option<SyncSender<ShadowJob>>,
    worker: Option<JoinHandle<()>>,
    counts: Arc<Mutex<ShadowCounts>>,
    skipped: AtomicU64,
    open: Arc<AtomicU64>,
}

impl fmt::Debug for Shadow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shadow")
            .field("report", &self.report())
            .finish_non_exhaustive()
    }
}

impl Shadow {
    /// Puts a challenger behind a control; at most `queue` requests wait for it, more are skipped
    /// and counted.
    ///
    /// # Errors
    /// The system gives no thread.
    pub fn new(
        control: Arc<dyn Recommend>,
        challenger: Arc<dyn Recommend>,
        queue: usize,
    ) -> Result<Self> {
        let (send, receive) = sync_channel::<ShadowJob>(queue.max(1));
        let (counts, open) = (
            Arc::new(Mutex::new(ShadowCounts::default())),
            Arc::new(AtomicU64::new(0)),
        );
        let (counted, pending) = (counts.clone(), open.clone());
        let work = move || {
            while let Ok(job) = receive.recv() {
                let (answer, took) = timed(&*challenger, &job.request);
                counted
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .record(&job, &answer, took);
                pending.fetch_sub(1, Ordering::AcqRel);
            }
        };
        let spawned = std::thread::Builder::new()
            .name("shadow".into())
            .spawn(work);
        let worker = spawned.map_err(|e| crate::Error::io("starting the shadow's thread", e))?;
        Ok(Self {
            control,
            queue: Some(send),
            worker: Some(worker),
            counts,
            skipped: AtomicU64::new(0),
            open,
        })
    }

    /// Counts so far.
    pub fn report(&self) -> ShadowReport {
        let t = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        ShadowReport {
            compared: t.compared,
            errors: t.errors,
            skipped: self.skipped.load(Ordering::Relaxed),
            overlap: t.overlap / t.compared as f64,
            control_p95_ms: t.control.p95(),
            challenger_p95_ms: t.challenger.p95(),
        }
    }

    /// Waits until the challenger has caught up; false when it has not after `limit`.
    pub fn catch_up(&self, limit: Duration) -> bool {
        let started = Instant::now();
        while self.open.load(Ordering::Acquire) > 0 {
            if started.elapsed() >= limit {
                return false;
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        true
    }
}

impl ShadowCounts {
    fn record(&mut self, job: &ShadowJob, answer: &Result<Response>, took: Duration) {
        match answer {
            Err(_) => self.errors += 1,
            Ok(answer) => {
                self.compared += 1;
                self.overlap += overlap(&job.shown, answer);
                self.control.push(job.took.as_secs_f64() * 1e3);
                self.challenger.push(took.as_secs_f64() * 1e3);
            }
        }
    }
}

/// Products in both lists, out of the longer one; two empty lists agree.
fn overlap(shown: &[String], answer: &Response) -> f64 {
    let other = &answer.recommendations;
    let longer = shown.len().max(other.len());
    let common = shown
        .iter()
        .filter(|id| other.iter().any(|r| r.product_id == **id))
        .count();
    if longer == 0 {
        1.0
    } else {
        common as f64 / longer as f64
    }
}

impl Recommend for Shadow {
    fn recommend(&self, request: &Request) -> Result<Response> {
        let started = Instant::now();
        let answer = self.control.recommend(request)?;
        let took = started.elapsed();
        if let Some(queue) = &self.queue {
            let shown = answer
                .recommendations
                .iter()
                .map(|r| r.product_id.clone())
                .collect();
            self.open.fetch_add(1, Ordering::AcqRel);
            if queue
                .try_send(ShadowJob {
                    request: request.clone(),
                    shown,
                    took,
                })
                .is_err()
            {
                self.open.fetch_sub(1, Ordering::AcqRel);
                self.skipped.fetch_add(1, Ordering::Relaxed);
            }
        }
        Ok(answer)
    }
    fn version(&self) -> Option<String> {
        self.control.version()
    }
}

impl Drop for Shadow {
    fn drop(&mut self) {
        self.queue = None;
        if let Some(worker) = self.worker.take() {
            let _ = worker.join();
        }
    }
}
