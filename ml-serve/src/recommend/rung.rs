//! One ranker of the chain, with what keeps it from harming the others.

use super::breaker::{Breaker, BreakerState};
use super::catch::{panic_text, rank_caught};
use super::facts::{ReasonProvider, RecommendationReason};
use super::timed::RankThreads;
use ml_data::artifact::{Artifact, structure};
use ml_data::contract::{
    AnyRanker, ByItems, ByUser, ByVisit, Candidates, Narrow, RankSession, Ranker, Scored, Visit,
};
use serde::Serialize;
use std::any::TypeId;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// A named ranker of the fallback chain. The last rung of a chain is always tried; keep it simple.
pub struct Rung {
    name: String,
    ranker: Arc<dyn AnyRanker<ByVisit>>,
    /// Writes the ranker as an artifact, when it can be stored.
    pub(super) save: Option<SaveRanker>,
    pub(super) reasons: Option<Arc<dyn ReasonProvider>>,
    pub(super) default_reason: Option<RecommendationReason>,
    pub(super) budget: Option<Duration>,
    pub(super) breaker: Breaker,
    idle: Mutex<Vec<Box<dyn RankSession<ByVisit>>>>,
    threads: RankThreads,
    counts: Counts,
}

type SaveRanker = Box<dyn Fn() -> ml_data::Result<Vec<u8>> + Send + Sync>;

#[derive(Default)]
struct Counts {
    answered: AtomicU64,
    empty: AtomicU64,
    failed: AtomicU64,
    skipped: AtomicU64,
}

/// Counts of a rung so far.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RungStats {
    /// Its name.
    pub name: String,
    /// Calls with at least one product.
    pub answered: u64,
    /// Calls without an opinion.
    pub empty: u64,
    /// Errors, panics, bad scores and exceeded budgets.
    pub failed: u64,
    /// Requests that passed it by because it was switched off.
    pub skipped: u64,
    /// Its breaker.
    pub state: BreakerState,
}

impl fmt::Debug for Rung {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rung")
            .field("name", &self.name)
            .field("budget", &self.budget)
            .field("breaker", &self.breaker)
            .finish_non_exhaustive()
    }
}

impl Rung {
    /// A rung over a fitted ranker. Without other settings it has no time budget and is switched
    /// off for 30 s after 5 failures in a row.
    pub fn new(name: impl Into<String>, ranker: impl AnyRanker<ByVisit> + 'static) -> Self {
        Self::shared(name, Arc::new(ranker))
    }

    /// A rung over a fitted ranker that is stored with its bundle ([`Bundle::save`]).
    ///
    /// [`Bundle::save`]: super::Bundle::save
    pub fn model<R>(name: impl Into<String>, ranker: Arc<R>) -> Self
    where
        R: Ranker + Serialize,
        R::Query: Narrow<ByVisit>,
    {
        let shared = ranker.clone();
        let save = move || Artifact::new(&structure::<R>(), &*shared)?.to_bytes();
        Self {
            save: Some(Box::new(save)),
            ..Self::shared(name, ranker)
        }
    }

    /// A rung over a ranker that is shared with others.
    pub fn shared(name: impl Into<String>, ranker: Arc<dyn AnyRanker<ByVisit>>) -> Self {
        Self {
            name: name.into(),
            ranker,
            save: None,
            reasons: None,
            default_reason: None,
            budget: None,
            breaker: Breaker::new(5, Duration::from_secs(30)),
            idle: Mutex::default(),
            threads: RankThreads::new(),
            counts: Counts::default(),
        }
    }

    /// Limits the time of one call. The call is then made on a thread of its own, and left behind
    /// when the time is up, so that even a rung that hangs holds up no request; this costs one
    /// thread hand-over a call.
    #[must_use]
    pub fn budget(mut self, budget: Duration) -> Self {
        self.budget = Some(budget);
        self
    }

    /// Switches it off for `cool_down` after `failures` in a row; 0 never.
    #[must_use]
    pub fn breaker(mut self, failures: u32, cool_down: Duration) -> Self {
        self.breaker = Breaker::new(failures, cool_down);
        self
    }

    /// The reason for its products when nothing better is known. One that names the visitor's
    /// history or visit is only said to visitors that have one; everyone else, and every rung
    /// without this setting, gets what follows from the query that its ranker reads:
    /// [`PopularNow`](RecommendationReason::PopularNow) from a rung named `popularity`,
    /// [`FromYourHistory`](RecommendationReason::FromYourHistory) from one that knows the user,
    /// [`FromThisVisit`](RecommendationReason::FromThisVisit) from one that has only the session or
    /// the product on the page, and [`Recommended`](RecommendationReason::Recommended) otherwise.
    #[must_use]
    pub fn default_reason(mut self, reason: RecommendationReason) -> Self {
        self.default_reason = Some(reason);
        self
    }

    /// Finds reasons for its products, before those of the bundle.
    #[must_use]
    pub fn reasons(mut self, reasons: impl ReasonProvider + 'static) -> Self {
        self.reasons = Some(Arc::new(reasons));
        self
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn ranker(&self) -> &dyn AnyRanker<ByVisit> {
        &*self.ranker
    }

    /// Counts so far.
    pub fn stats(&self) -> RungStats {
        let get = |c: &AtomicU64| c.load(Ordering::Relaxed);
        let c = &self.counts;
        let (answered, empty, failed, skipped) = (
            get(&c.answered),
            get(&c.empty),
            get(&c.failed),
            get(&c.skipped),
        );
        RungStats {
            name: self.name.clone(),
            answered,
            empty,
            failed,
            skipped,
            state: self.breaker.state(Instant::now()),
        }
    }

    pub(super) fn reason_for(&self, visit: &Visit<'_>) -> RecommendationReason {
        let (known, here) = (
            visit.user.is_some(),
            !visit.session.is_empty() || visit.current.is_some(),
        );
        let reads = self.ranker.reads();
        let visits = reads == TypeId::of::<ByVisit>();
        match &self.default_reason {
            Some(reason) if reason.fits(known, here) => reason.clone(),
            None if self.name == "popularity" => RecommendationReason::PopularNow,
            _ if known && (visits || reads == TypeId::of::<ByUser>()) => {
                RecommendationReason::FromYourHistory
            }
            _ if here && (visits || reads == TypeId::of::<ByItems>()) => {
                RecommendationReason::FromThisVisit
            }
            _ => RecommendationReason::Recommended,
        }
    }

    /// True when its breaker lets a call through; counts those it does not.
    pub(super) fn allowed(&self) -> bool {
        let allowed = self.breaker.allows(Instant::now());
        self.counts
            .skipped
            .fetch_add(u64::from(!allowed), Ordering::Relaxed);
        allowed
    }

    /// Ranks into `out`. `left` is what remains of the request's deadline.
    pub(super) fn rank(
        &self,
        visit: Visit<'_>,
        among: Candidates<'_>,
        k: usize,
        left: Duration,
        out: &mut Vec<Scored>,
    ) -> Result<(), String> {
        let started = Instant::now();
        out.clear();
        let asked = match self.budget {
            // With nothing left of the deadline only a last rung is still asked, and then for as
            // long as it may take.
            Some(b) => {
                let limit = if left.is_zero() { b } else { b.min(left) };
                self.threads
                    .rank(&self.ranker, (visit, among, k), limit, out)
            }
            None => self.rank_here(visit, among, k, out),
        };
        let answer = asked.and_then(|()| match out.iter().find(|s| !s.score.is_finite()) {
            Some(bad) => Err(format!("scored item {} with {}", bad.item, bad.score)),
            None => Ok(()),
        });
        let late = self.budget.is_none() && !left.is_zero() && started.elapsed() > left;
        match &answer {
            Ok(()) if late => self.breaker.failed(Instant::now()),
            Ok(()) => self.breaker.succeeded(),
            Err(_) => {
                out.clear();
                self.breaker.failed(Instant::now());
            }
        }
        let count = match (&answer, out.is_empty()) {
            (Err(_), _) => &self.counts.failed,
            (Ok(()), true) => &self.counts.empty,
            (Ok(()), false) => &self.counts.answered,
        };
        count.fetch_add(1, Ordering::Relaxed);
        answer
    }

    fn rank_here(
        &self,
        visit: Visit<'_>,
        among: Candidates<'_>,
        k: usize,
        out: &mut Vec<Scored>,
    ) -> Result<(), String> {
        let idle = self
            .idle
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop();
        let mut session = match idle {
            Some(session) => session,
            None => catch_unwind(AssertUnwindSafe(|| self.ranker.clone().session()))
                .map_err(|p| panic_text(&*p))?,
        };
        let done = rank_caught(&mut *session, visit, among, k, out);
        // A session that failed may be half-way through something: the next call gets a fresh one.
        if done.is_ok() {
            self.idle
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(session);
        }
        done
    }
}
