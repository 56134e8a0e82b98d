//! Ranking under a time limit: on another thread, which is left behind when it takes too long.

use super::catch::rank_caught;
use ml_data::contract::{AnyRanker, ByVisit, Candidates, ItemSet, RankSession, Scored, Visit};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Most threads that one rung may have, the hung ones included.
const MAX_THREADS: usize = 64;

#[derive(Debug, Clone, Copy, Default)]
enum CandidateKind {
    #[default]
    All,
    Except,
    Only,
}

/// A question that owns what it needs, and the place for the answer. It goes to the thread and
/// comes back, so that the same memory serves request after request.
#[derive(Default)]
struct Job {
    user: Option<u32>,
    session: Vec<u32>,
    current: Option<u32>,
    now: i64,
    among: CandidateKind,
    set: ItemSet,
    list: Vec<u32>,
    k: usize,
    out: Vec<Scored>,
    failed: Option<String>,
}

impl Job {
    fn fill(&mut self, visit: Visit<'_>, among: Candidates<'_>, k: usize) {
        (self.user, self.current, self.now, self.k) = (visit.user, visit.current, visit.now, k);
        self.session.clear();
        self.session.extend_from_slice(visit.session);
        self.among = match among {
            Candidates::All => CandidateKind::All,
            Candidates::Except(set) => {
                self.set.refill(set.items().iter().copied());
                CandidateKind::Except
            }
            Candidates::Only(list) => {
                self.list.clear();
                self.list.extend_from_slice(list);
                CandidateKind::Only
            }
        };
    }

    fn run(&mut self, session: &mut dyn RankSession<ByVisit>) {
        let among = match self.among {
            CandidateKind::All => Candidates::All,
            CandidateKind::Except => Candidates::Except(&self.set),
            CandidateKind::Only => Candidates::Only(&self.list),
        };
        let visit = Visit {
            user: self.user,
            session: &self.session,
            current: self.current,
            now: self.now,
        };
        self.failed = rank_caught(session, visit, among, self.k, &mut self.out).err();
    }
}

struct RankThread {
    jobs: Sender<Job>,
    done: Receiver<Job>,
    spare: Job,
}

/// The idle threads of a rung. They end when this is dropped.
pub(super) struct RankThreads {
    idle: Mutex<Vec<RankThread>>,
    live: Arc<AtomicUsize>,
}

struct ThreadCount(Arc<AtomicUsize>);
impl Drop for ThreadCount {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

impl RankThreads {
    pub(super) fn new() -> Self {
        Self {
            idle: Mutex::default(),
            live: Arc::default(),
        }
    }

    /// Asks on another thread and waits at most `limit`.
    pub(super) fn rank(
        &self,
        ranker: &Arc<dyn AnyRanker<ByVisit>>,
        (visit, among, k): (Visit<'_>, Candidates<'_>, usize),
        limit: Duration,
        out: &mut Vec<Scored>,
    ) -> Result<(), String> {
        let idle = self
            .idle
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop();
        let mut thread = idle.map_or_else(|| self.spawn(ranker), Ok)?;
        let mut job = std::mem::take(&mut thread.spare);
        job.fill(visit, among, k);
        thread
            .jobs
            .send(job)
            .map_err(|_| "its thread ended".to_string())?;
        match thread.done.recv_timeout(limit) {
            Ok(mut job) => {
                let failed = job.failed.take();
                std::mem::swap(out, &mut job.out);
                thread.spare = job;
                // After a panic the session can not be trusted: the thread is let go with it.
                if failed.is_none() {
                    self.idle
                        .lock()
                        .unwrap_or_else(PoisonError::into_inner)
                        .push(thread);
                }
                failed.map_or(Ok(()), Err)
            }
            Err(RecvTimeoutError::Timeout) => Err(format!(
                "took longer than its {} ms",
                limit.as_secs_f64() * 1e3
            )),
            Err(RecvTimeoutError::Disconnected) => Err("its thread ended".into()),
        }
    }

    fn spawn(&self, ranker: &Arc<dyn AnyRanker<ByVisit>>) -> Result<RankThread, String> {
        if self.live.fetch_add(1, Ordering::AcqRel) >= MAX_THREADS {
            self.live.fetch_sub(1, Ordering::AcqRel);
            return Err(format!("all its {MAX_THREADS} threads are busy"));
        }
        let (count, ranker) = (ThreadCount(self.live.clone()), ranker.clone());
        let (jobs, asked) = channel::<Job>();
        let (answer, done) = channel::<Job>();
        let serve_jobs = move || {
            let _count = count;
            let mut session = ranker.session();
            while let Ok(mut job) = asked.recv() {
                job.run(&mut *session);
                if answer.send(job).is_err() {
                    break;
                }
            }
        };
        let spawned = std::thread::Builder::new()
            .name("rung".into())
            .spawn(serve_jobs);
        spawned.map_err(|e| format!("no thread: {e}"))?;
        Ok(RankThread {
            jobs,
            done,
            spare: Job::default(),
        })
    }
}
