//! Ranking under a time limit: on another thread, which is left behind when it takes too long.

use super::rung::guarded;
use ml_data::contract::{AnyRanker, ByVisit, Candidates, ItemSet, RankSession, Scored, Visit};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// How many threads one rung may have, the hung ones included.
const MOST: usize = 64;

#[derive(Debug, Clone, Copy, Default)]
enum Among {
    #[default]
    All,
    Except,
    Only,
}

/// A question that owns what it needs, and the place for the answer. It goes to the thread and comes back, so that the same
/// memory serves request after request.
#[derive(Default)]
struct Job {
    user: Option<u32>,
    session: Vec<u32>,
    current: Option<u32>,
    now: i64,
    among: Among,
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
            Candidates::All => Among::All,
            Candidates::Except(set) => {
                self.set.refill(set.items().iter().copied());
                Among::Except
            }
            Candidates::Only(list) => {
                self.list.clear();
                self.list.extend_from_slice(list);
                Among::Only
            }
        };
    }

    fn run(&mut self, session: &mut dyn RankSession<ByVisit>) {
        let among = match self.among {
            Among::All => Candidates::All,
            Among::Except => Candidates::Except(&self.set),
            Among::Only => Candidates::Only(&self.list),
        };
        let visit = Visit {
            user: self.user,
            session: &self.session,
            current: self.current,
            now: self.now,
        };
        self.failed = guarded(session, visit, among, self.k, &mut self.out).err();
    }
}

struct Helper {
    ask: Sender<Job>,
    done: Receiver<Job>,
    spare: Job,
}

/// The idle helpers of a rung. They end when this is dropped.
pub(super) struct Helpers {
    idle: Mutex<Vec<Helper>>,
    live: Arc<AtomicUsize>,
}

struct Leaves(Arc<AtomicUsize>);
impl Drop for Leaves {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

impl Helpers {
    pub(super) fn new() -> Self {
        Self {
            idle: Mutex::default(),
            live: Arc::default(),
        }
    }

    /// Asks on another thread and waits at most `limit`.
    pub(super) fn ask(
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
        let mut helper = idle.map_or_else(|| self.hire(ranker), Ok)?;
        let mut job = std::mem::take(&mut helper.spare);
        job.fill(visit, among, k);
        helper
            .ask
            .send(job)
            .map_err(|_| "its thread ended".to_string())?;
        match helper.done.recv_timeout(limit) {
            Ok(mut job) => {
                let failed = job.failed.take();
                std::mem::swap(out, &mut job.out);
                helper.spare = job;
                // After a panic the session can not be trusted: the helper is let go with it.
                if failed.is_none() {
                    self.idle
                        .lock()
                        .unwrap_or_else(PoisonError::into_inner)
                        .push(helper);
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

    fn hire(&self, ranker: &Arc<dyn AnyRanker<ByVisit>>) -> Result<Helper, String> {
        if self.live.fetch_add(1, Ordering::AcqRel) >= MOST {
            self.live.fetch_sub(1, Ordering::AcqRel);
            return Err(format!("all its {MOST} threads are busy"));
        }
        let (leaves, ranker) = (Leaves(self.live.clone()), ranker.clone());
        let (ask, asked) = channel::<Job>();
        let (answer, done) = channel::<Job>();
        let work = move || {
            let _leaves = leaves;
            let mut session = ranker.session();
            while let Ok(mut job) = asked.recv() {
                job.run(&mut *session);
                if answer.send(job).is_err() {
                    break;
                }
            }
        };
        let spawned = std::thread::Builder::new().name("rung".into()).spawn(work);
        spawned.map_err(|e| format!("no thread: {e}"))?;
        Ok(Helper {
            ask,
            done,
            spare: Job::default(),
        })
    }
}
