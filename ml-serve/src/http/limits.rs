//! Limits of the server.

use crate::limits;
use std::time::Duration;

/// The limits that [`Server`](super::Server) sets, by the names of its setters.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct HttpLimits {
    pub(super) connections: usize,
    pub(super) head_limit: usize,
    pub(super) body_limit: usize,
    pub(super) concurrency: usize,
    pub(super) head_timeout: Duration,
    pub(super) request_timeout: Duration,
    pub(super) write_timeout: Duration,
    pub(super) idle_timeout: Duration,
    pub(super) yield_after: Duration,
    pub(super) notice: Duration,
    pub(super) grace: Duration,
    pub(super) drain_timeout: Duration,
}

impl Default for HttpLimits {
    /// Every limit as in [`limits`].
    fn default() -> Self {
        Self {
            connections: limits::CONNECTIONS,
            head_limit: limits::HEAD_BYTES,
            body_limit: limits::BODY_BYTES,
            concurrency: limits::CONCURRENCY,
            head_timeout: limits::HEAD_TIMEOUT,
            request_timeout: limits::REQUEST_TIMEOUT,
            write_timeout: limits::WRITE_TIMEOUT,
            idle_timeout: limits::IDLE_TIMEOUT,
            yield_after: limits::YIELD_AFTER,
            notice: limits::NOTICE,
            grace: limits::GRACE,
            drain_timeout: limits::DRAIN_TIMEOUT,
        }
    }
}
