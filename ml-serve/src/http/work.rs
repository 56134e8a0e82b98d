//! Ranking on threads beside those that serve connections.

use std::any::Any;
use std::collections::VecDeque;
use std::num::NonZero;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::oneshot;
use tokio::time::timeout;

/// Time a job waits for one of the regular threads before a further thread comes to help.
const HELP_AFTER: Duration = Duration::from_millis(20);

type Job = Box<dyn FnOnce() + Send>;

/// Jobs that wait, and how many threads take them, each one after the other until none waits.
///
/// Two threads for each core: more would only take turns, each with a stack and a cache of the
/// allocator of its own, and a thread that goes on to the next job need not be woken for it. Jobs
/// that wait for something (another service, a lock) do not keep the rest from their turn: a thread
/// more comes for who waited 20 ms.
#[derive(Clone)]
pub(super) struct WorkQueue {
    state: Arc<Mutex<State>>,
    regular: usize,
    turn: Duration,
}

#[derive(Default)]
struct State {
    jobs: VecDeque<Job>,
    threads: usize,
}

/// Cause of a job that gave no answer.
pub(super) enum JobError {
    Panicked(Box<dyn Any + Send>),
    Stopped,
}

impl WorkQueue {
    pub(super) fn new() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
        Self {
            state: Arc::default(),
            regular: 2 * cores,
            turn: HELP_AFTER,
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs `work` on another thread. When nobody waits for it any more before it began, it is
    /// dropped.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, JobError> {
        let (send, mut answer) = oneshot::channel();
        let job = move || {
            if !send.is_closed() {
                _ = send.send(catch_unwind(AssertUnwindSafe(work)));
            }
        };
        self.submit(Box::new(job));
        let done = match timeout(self.turn, &mut answer).await {
            Ok(done) => done,
            Err(_) => {
                self.help();
                answer.await
            }
        };
        done.map_err(|_| JobError::Stopped)?
            .map_err(JobError::Panicked)
    }

    fn submit(&self, job: Job) {
        let mut state = self.state();
        state.jobs.push_back(job);
        if state.threads < self.regular {
            self.start(state);
        }
    }

    /// One thread more, when jobs wait.
    fn help(&self) {
        let state = self.state();
        if !state.jobs.is_empty() {
            self.start(state);
        }
    }

    fn start(&self, mut state: MutexGuard<'_, State>) {
        state.threads += 1;
        drop(state);
        let mut thread = Thread {
            queue: self.clone(),
            counted: true,
        };
        tokio::task::spawn_blocking(move || {
            while let Some(job) = thread.next() {
                job();
            }
        });
    }
}

/// A thread that takes jobs; counted as one until it finds none, or is dropped before it ran.
struct Thread {
    queue: WorkQueue,
    counted: bool,
}

impl Thread {
    fn next(&mut self) -> Option<Job> {
        let mut state = self.queue.state();
        let job = state.jobs.pop_front();
        // Under the lock under which a job is submitted, which else could be left to nobody.
        if job.is_none() {
            state.threads -= 1;
            self.counted = false;
        }
        job
    }
}

impl Drop for Thread {
    fn drop(&mut self) {
        if self.counted {
            self.queue.state().threads -= 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::mpsc::channel;
    use tokio::runtime::{Builder, Runtime};

    const LONG: Duration = Duration::from_secs(600);

    fn queue(regular: usize, turn: Duration) -> WorkQueue {
        WorkQueue {
            state: Arc::default(),
            regular,
            turn,
        }
    }

    fn runtime() -> Runtime {
        Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .unwrap()
    }

    #[test]
    fn every_job_is_answered_by_few_threads() {
        let (queue, runtime) = (queue(2, LONG), runtime());
        let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let jobs = (0..200u64).map(|i| {
            let (queue, now, most) = (queue.clone(), now.clone(), most.clone());
            runtime.spawn(async move {
                let work = move || {
                    most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                    std::thread::yield_now();
                    now.fetch_sub(1, Ordering::SeqCst);
                    i * i
                };
                queue.run(work).await.ok()
            })
        });
        for (i, job) in jobs.collect::<Vec<_>>().into_iter().enumerate() {
            let i = i as u64;
            assert_eq!(runtime.block_on(job).unwrap(), Some(i * i));
        }
        assert!((1..=2).contains(&most.load(Ordering::SeqCst)));
    }

    #[test]
    fn jobs_that_wait_do_not_keep_the_rest_from_their_turn() {
        let (queue, runtime) = (queue(1, Duration::from_millis(1)), runtime());
        let (free, held) = channel::<()>();
        let waits = queue.clone();
        let first =
            runtime.spawn(async move { waits.run(move || held.recv().is_err()).await.ok() });
        for i in 0..5 {
            assert_eq!(runtime.block_on(queue.run(move || i)).ok(), Some(i));
        }
        drop(free);
        assert_eq!(runtime.block_on(first).unwrap(), Some(true));
    }

    #[test]
    fn a_panic_is_told_and_the_next_job_runs() {
        let (queue, runtime) = (queue(1, LONG), runtime());
        let ended = runtime.block_on(queue.run(|| panic!("broken")));
        let Err(JobError::Panicked(panic)) = ended else {
            panic!("no panic was told");
        };
        assert_eq!(panic.downcast_ref::<&str>(), Some(&"broken"));
        assert_eq!(runtime.block_on(queue.run(|| 7)).ok(), Some(7));
    }

    #[test]
    fn a_job_that_nobody_waits_for_is_dropped() {
        let (queue, runtime) = (queue(1, LONG), runtime());
        let (free, held) = channel::<()>();
        let (began, begin) = channel::<()>();
        let waits = queue.clone();
        let first = runtime.spawn(async move {
            let work = move || {
                began.send(()).unwrap();
                held.recv().is_err()
            };
            waits.run(work).await.ok()
        });
        begin.recv().unwrap();
        let ran = Arc::new(AtomicUsize::new(0));
        let counts = ran.clone();
        let left = queue.run(move || counts.fetch_add(1, Ordering::SeqCst));
        let left = runtime.block_on(async { timeout(Duration::from_millis(20), left).await });
        assert!(left.is_err());
        drop(free);
        assert_eq!(runtime.block_on(first).unwrap(), Some(true));
        assert_eq!(runtime.block_on(queue.run(|| 7)).ok(), Some(7));
        assert_eq!(ran.load(Ordering::SeqCst), 0);
    }

    #[test]
    fn a_thread_is_counted_until_it_finds_no_job_or_is_dropped() {
        let queue = queue(1, LONG);
        let thread = || Thread {
            queue: queue.clone(),
            counted: true,
        };
        queue.state().threads = 2;
        drop(thread());
        assert_eq!(queue.state().threads, 1);
        let mut last = thread();
        assert!(last.next().is_none());
        drop(last);
        assert_eq!(queue.state().threads, 0);
    }
}
