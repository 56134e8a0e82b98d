//! Metrics for operators, in the OpenMetrics text format.

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;
use std::time::Duration;

/// From 50 microseconds, a warm answer of a small model, to a second.
const BUCKETS: [f64; 14] = [
    5e-5, 1e-4, 2.5e-4, 5e-4, 1e-3, 2.5e-3, 5e-3, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1.0,
];

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RouteStatus {
    route: &'static str,
    status: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct AnsweredBy {
    answered_by: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct FailedRung {
    rung: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ModelVersion {
    version: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Cause {
    cause: &'static str,
}

#[derive(Debug)]
pub(super) struct Metrics {
    registry: Registry,
    requests: Family<RouteStatus, Counter>,
    seconds: Histogram,
    answered: Family<AnsweredBy, Counter>,
    failed: Family<FailedRung, Counter>,
    version: Family<ModelVersion, Gauge>,
    closed: Family<Cause, Counter>,
    pub(super) in_flight: Gauge,
    pub(super) connections: Gauge,
}

impl Metrics {
    pub(super) fn new() -> Self {
        let mut m = Self {
            registry: Registry::default(),
            requests: Family::default(),
            seconds: Histogram::new(BUCKETS),
            answered: Family::default(),
            failed: Family::default(),
            version: Family::default(),
            closed: Family::default(),
            in_flight: Gauge::default(),
            connections: Gauge::default(),
        };
        let r = &mut m.registry;
        r.register(
            "http_requests",
            "Requests by route and status",
            m.requests.clone(),
        );
        r.register(
            "http_request_duration_seconds",
            "Time to answer recommendation requests",
            m.seconds.clone(),
        );
        r.register(
            "recommendations_answered",
            "Answers by the rung that gave the first product",
            m.answered.clone(),
        );
        r.register(
            "recommendations_rung_failures",
            "Rungs that failed or were switched off",
            m.failed.clone(),
        );
        r.register(
            "recommendation_requests_in_flight",
            "Recommendation requests being answered",
            m.in_flight.clone(),
        );
        r.register(
            "http_connections",
            "Open connections",
            m.connections.clone(),
        );
        r.register(
            "http_connections_closed",
            "Connections closed because their client was too slow, or to make room",
            m.closed.clone(),
        );
        r.register(
            "model_info",
            "1 for the model version that answers",
            m.version.clone(),
        );
        m
    }

    /// Counts an HTTP answer; recommendation requests are timed.
    pub(super) fn record_request(&self, route: &'static str, status: u16, took: Option<Duration>) {
        self.requests
            .get_or_create(&RouteStatus {
                route,
                status: status.to_string(),
            })
            .inc();
        if let Some(took) = took {
            self.seconds.observe(took.as_secs_f64());
        }
    }

    /// Counts a connection that was closed on its client.
    pub(super) fn record_closed(&self, cause: &'static str) {
        self.closed.get_or_create(&Cause { cause }).inc();
    }

    /// Counts who made a list.
    pub(super) fn record_answer(&self, trace: &crate::recommend::Trace) {
        let answered_by = trace.answered_by.clone().unwrap_or_else(|| "nobody".into());
        self.answered
            .get_or_create(&AnsweredBy { answered_by })
            .inc();
        for (rung, _) in &trace.failed {
            self.failed
                .get_or_create(&FailedRung { rung: rung.clone() })
                .inc();
        }
    }

    /// Counts the rungs of a request nobody answered.
    pub(super) fn record_unanswered(&self, tried: &[(String, String)]) {
        for (rung, _) in tried {
            self.failed
                .get_or_create(&FailedRung { rung: rung.clone() })
                .inc();
        }
    }

    pub(super) fn text(&self, version: Option<String>) -> Result<String, std::fmt::Error> {
        self.version.clear();
        if let Some(version) = version {
            self.version.get_or_create(&ModelVersion { version }).set(1);
        }
        let mut out = String::new();
        encode(&mut out, &self.registry)?;
        Ok(out)
    }
}
