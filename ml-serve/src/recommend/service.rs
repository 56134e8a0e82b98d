//! The service: a bundle that can be swapped, a deadline, events.

use super::bundle::Bundle;
use super::chain::{RequestClock, Workspace};
use super::request::Request;
use super::response::{Recommendation, Response, ResponseMetadata, Trace};
use super::rung::RungStats;
use super::sink::EventSink;
use crate::error::{Error, Result};
use arc_swap::ArcSwapOption;
use chrono::{DateTime, SecondsFormat, Utc};
use ml_data::event::PredictionEvent;
use ml_data::random;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Whoever answers recommendation requests: a service, or a rollout around two of them.
pub trait Recommend: Send + Sync {
    /// Answers a request.
    ///
    /// # Errors
    /// A request that can not be used, or no rung that answers it.
    fn recommend(&self, request: &Request) -> Result<Response>;
    /// The version that answers now; `None` while nothing is loaded.
    fn version(&self) -> Option<String>;
}

/// Recommendations as a library call; share it among threads behind an `Arc`.
pub struct RecommendationService {
    live: ArcSwapOption<Bundle>,
    sink: Option<Arc<dyn EventSink>>,
    deadline: Duration,
    idle: Mutex<Vec<Workspace>>,
    ids: (u64, AtomicU64),
    requests: AtomicU64,
    refused: AtomicU64,
    failed: AtomicU64,
    events_lost: AtomicU64,
}

/// Counts of a service so far.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceStats {
    /// The version that answers now.
    pub version: Option<String>,
    /// Requests.
    pub requests: u64,
    /// Requests that could not be used.
    pub refused: u64,
    /// Requests that no rung could answer.
    pub failed: u64,
    /// Events the sink did not take.
    pub events_lost: u64,
    /// The rungs of the present bundle.
    pub rungs: Vec<RungStats>,
}

impl fmt::Debug for RecommendationService {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bundle = self.live.load_full();
        f.debug_struct("RecommendationService")
            .field("bundle", &bundle)
            .field("deadline", &self.deadline)
            .finish_non_exhaustive()
    }
}

impl RecommendationService {
    /// A service that answers with this bundle.
    ///
    /// # Errors
    /// As [`Bundle::check`].
    pub fn new(bundle: impl Into<Arc<Bundle>>) -> Result<Self> {
        let service = Self::empty();
        service.swap(bundle)?;
        Ok(service)
    }

    /// A service without a model yet: not ready, every request gets [`Error::NotReady`].
    pub fn empty() -> Self {
        let seed = random::hash(
            u64::from(std::process::id()),
            Utc::now().timestamp_micros() as u64,
        );
        Self {
            live: ArcSwapOption::empty(),
            sink: None,
            deadline: Duration::from_millis(200),
            idle: Mutex::default(),
            ids: (seed, AtomicU64::new(0)),
            requests: AtomicU64::new(0),
            refused: AtomicU64::new(0),
            failed: AtomicU64::new(0),
            events_lost: AtomicU64::new(0),
        }
    }

    /// Sends events to a sink.
    #[must_use]
    pub fn sink(mut self, sink: Arc<dyn EventSink>) -> Self {
        self.sink = Some(sink);
        self
    }

    /// Time that a request may take (default 200 ms). Looked at before each rung: when it has
    /// passed, a list that has products is returned as it is, and an empty one is left to the last
    /// rung. A rung that may hang needs a [budget](super::Rung::budget).
    #[must_use]
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// Replaces the bundle; requests under way finish with the old one. Returns the old one, which
    /// can be swapped back.
    ///
    /// # Following a registry
    /// A thread beside the server loads what an alias points to, whenever that has changed:
    ///
    /// ```no_run
    /// use ml_serve::recommend::{BundleLoader, RecommendationService};
    /// use ml_serve::registry::Registry;
    /// use std::time::Duration;
    ///
    /// fn follow(service: &RecommendationService, registry: &Registry, loader: &BundleLoader) {
    ///     loop {
    ///         if let Err(e) = look(service, registry, loader) {
    ///             eprintln!("the model stays as it is: {e}");
    ///         }
    ///         std::thread::sleep(Duration::from_secs(5));
    ///     }
    /// }
    ///
    /// fn look(
    ///     service: &RecommendationService,
    ///     registry: &Registry,
    ///     loader: &BundleLoader,
    /// ) -> ml_serve::Result<()> {
    ///     let champion = registry.resolve("shop", "champion".into())?.to_string();
    ///     if service.bundle().is_none_or(|now| now.version() != champion) {
    ///         service.swap(loader.load_from(registry, "shop", "champion")?)?;
    ///     }
    ///     Ok(())
    /// }
    /// ```
    ///
    /// # Errors
    /// As [`Bundle::check`]; the old bundle then stays.
    pub fn swap(&self, bundle: impl Into<Arc<Bundle>>) -> Result<Option<Arc<Bundle>>> {
        let bundle = bundle.into();
        bundle.check()?;
        Ok(self.live.swap(Some(bundle)))
    }

    /// The bundle that answers now.
    pub fn bundle(&self) -> Option<Arc<Bundle>> {
        self.live.load_full()
    }

    /// True when a bundle is loaded.
    pub fn is_ready(&self) -> bool {
        self.live.load().is_some()
    }

    /// Counts so far.
    pub fn stats(&self) -> ServiceStats {
        let get = |c: &AtomicU64| c.load(Ordering::Relaxed);
        let bundle = self.live.load_full();
        ServiceStats {
            version: bundle.as_ref().map(|b| b.version.clone()),
            requests: get(&self.requests),
            refused: get(&self.refused),
            failed: get(&self.failed),
            events_lost: get(&self.events_lost),
            rungs: bundle.map_or_else(Vec::new, |b| {
                b.rungs.iter().map(super::Rung::stats).collect()
            }),
        }
    }

    /// Answers a request.
    ///
    /// # Errors
    /// [`Error::Request`] naming the field that can not be used; [`Error::NotReady`];
    /// [`Error::NoAnswer`] when every rung failed.
    pub fn recommend(&self, request: &Request) -> Result<Response> {
        self.requests.fetch_add(1, Ordering::Relaxed);
        let came = Utc::now();
        let clock = RequestClock {
            started: Instant::now(),
            deadline: self.deadline,
            now: came.timestamp_micros(),
        };
        let Some(bundle) = self.live.load_full() else {
            self.failed.fetch_add(1, Ordering::Relaxed);
            return Err(Error::NotReady);
        };
        let mut trace = Trace {
            request_id: self.next_id(),
            ..Trace::default()
        };
        let mut work = self
            .idle
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop()
            .unwrap_or_default();
        let result = work.answer(&bundle, request, clock, &mut trace);
        self.idle
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(work);
        let latency_us = clock.started.elapsed().as_micros() as u64;
        match &result {
            Err(e) if e.is_request() => _ = self.refused.fetch_add(1, Ordering::Relaxed),
            Err(_) => _ = self.failed.fetch_add(1, Ordering::Relaxed),
            Ok(_) => {}
        }
        self.emit(&bundle, request, (came, latency_us), &trace, &result);
        result.map(|recommendations| Response {
            recommendations,
            metadata: ResponseMetadata {
                model_version: bundle.version.clone(),
                latency_ms: latency_us as f64 / 1e3,
                timestamp: came.to_rfc3339_opts(SecondsFormat::Secs, true),
            },
            trace,
        })
    }

    /// A number no other answer of this process has, and hardly one of another.
    fn next_id(&self) -> u64 {
        random::hash(self.ids.0, self.ids.1.fetch_add(1, Ordering::Relaxed)) >> 11
    }

    fn emit(
        &self,
        bundle: &Bundle,
        request: &Request,
        (came, latency_us): (DateTime<Utc>, u64),
        trace: &Trace,
        result: &Result<Vec<Recommendation>>,
    ) {
        let Some(sink) = &self.sink else { return };
        let (list, error) = match result {
            Ok(list) => (list.as_slice(), None),
            Err(e) if e.is_request() => return,
            Err(e) => (&[][..], Some(e.to_string())),
        };
        let kept = sink.emit(PredictionEvent {
            request_id: trace.request_id,
            at: came.timestamp_micros(),
            model_version: bundle.version.clone(),
            answered_by: trace.answered_by.clone(),
            user: Some(request.user_id.clone()),
            items: list.iter().map(|r| r.product_id.clone()).collect(),
            scores: list.iter().map(|r| r.score).collect(),
            latency_us,
            error,
        });
        if let Err(e) = kept {
            self.events_lost.fetch_add(1, Ordering::Relaxed);
            tracing::warn!(error = %e, "a prediction event was lost");
        }
    }
}

impl Recommend for RecommendationService {
    fn recommend(&self, request: &Request) -> Result<Response> {
        Self::recommend(self, request)
    }
    fn version(&self) -> Option<String> {
        self.live.load().as_ref().map(|b| b.version.clone())
    }
}
