//! Defaults of everything that is limited, in one place; each is a parameter where it is named.
//!
//! | default | raised by | past it |
//! |---|---|---|
//! | [`CONNECTIONS`] | [`Server::connections`] | the one that waited longest for its client is closed |
//! | [`CONCURRENCY`] | [`Server::concurrency`] | 503 `overloaded` |
//! | [`HEAD_BYTES`] | [`Server::head_limit`] | 431 `headers_too_large`, 414 `uri_too_long` |
//! | [`BODY_BYTES`] | [`Server::body_limit`] | 413 `body_too_large` |
//! | [`HEAD_TIMEOUT`] | [`Server::head_timeout`] | the connection is closed |
//! | [`REQUEST_TIMEOUT`] | [`Server::request_timeout`] | 408 `request_timeout`, 503 `timeout` |
//! | [`WRITE_TIMEOUT`] | [`Server::write_timeout`] | the connection is closed |
//! | [`IDLE_TIMEOUT`] | [`Server::idle_timeout`] | the connection is closed |
//! | [`YIELD_AFTER`] | [`Server::yield_after`] | a waiting connection may be closed for a new one |
//! | [`NOTICE`] | [`Server::notice`] | a server told to stop closes its port |
//! | [`GRACE`] | [`Server::grace`] | a stopping server closes connections that ask nothing |
//! | [`DRAIN_TIMEOUT`] | [`Server::drain_timeout`] | [`Error::DrainTimeout`] |
//! | [`EVENTS_KEPT`] | [`EventBuffer::bounded`] | the oldest event is dropped, and counted |
//! | [`LOCK_TIMEOUT`] | [`FolderStore::lock_timeout`] | [`Error::Locked`] |
//! | [`WAITING_ANSWERS`] | [`CanaryRollout::waiting`], [`AbTest::waiting`] | the oldest answer can not convert any more |
//! | [`COUNTED_USERS`] | [`CanaryRollout::users`], [`AbTest::users`] | further users count by request alone |
//!
//! The memory that clients can claim is bounded by `connections x (head limit + body limit)`: 128
//! MiB with the defaults.
//!
//! [`Server::connections`]: crate::http::Server::connections
//! [`Server::concurrency`]: crate::http::Server::concurrency
//! [`Server::head_limit`]: crate::http::Server::head_limit
//! [`Server::body_limit`]: crate::http::Server::body_limit
//! [`Server::head_timeout`]: crate::http::Server::head_timeout
//! [`Server::request_timeout`]: crate::http::Server::request_timeout
//! [`Server::write_timeout`]: crate::http::Server::write_timeout
//! [`Server::idle_timeout`]: crate::http::Server::idle_timeout
//! [`Server::yield_after`]: crate::http::Server::yield_after
//! [`Server::notice`]: crate::http::Server::notice
//! [`Server::grace`]: crate::http::Server::grace
//! [`Server::drain_timeout`]: crate::http::Server::drain_timeout
//! [`CanaryRollout::waiting`]: crate::rollout::CanaryRollout::waiting
//! [`CanaryRollout::users`]: crate::rollout::CanaryRollout::users
//! [`AbTest::waiting`]: crate::rollout::AbTest::waiting
//! [`AbTest::users`]: crate::rollout::AbTest::users
//! [`EventBuffer::bounded`]: crate::recommend::EventBuffer::bounded
//! [`FolderStore::lock_timeout`]: crate::registry::FolderStore::lock_timeout
//! [`Error::DrainTimeout`]: crate::Error::DrainTimeout
//! [`Error::Locked`]: crate::Error::Locked

use std::time::Duration;

/// Connections held at once, three quarters of the process's open files if that is less.
pub const CONNECTIONS: usize = 1024;
/// Recommendation requests answered at once.
pub const CONCURRENCY: usize = 256;
/// Bytes of a request line with its headers, 64 KiB.
pub const HEAD_BYTES: usize = 64 << 10;
/// Bytes of a body, 64 KiB.
pub const BODY_BYTES: usize = 64 << 10;
/// Time for the headers of a request, from the first byte; and for the first byte of a new
/// connection.
pub const HEAD_TIMEOUT: Duration = Duration::from_secs(5);
/// Time for a whole body to arrive, and for an answer to be made. With [`BODY_BYTES`] it is the
/// least rate of a body: 13 KB a second for the longest.
pub const REQUEST_TIMEOUT: Duration = Duration::from_secs(5);
/// Time for a client to take its answer.
pub const WRITE_TIMEOUT: Duration = Duration::from_secs(10);
/// Time between two requests of one connection; more than the 60 s of common load balancers, so
/// that they close first.
pub const IDLE_TIMEOUT: Duration = Duration::from_secs(75);
/// Time a connection may wait for its client before it makes room for a new one at the limit of
/// connections.
pub const YIELD_AFTER: Duration = Duration::from_millis(500);
/// Time from "not ready" to a closed port when stopping.
pub const NOTICE: Duration = Duration::from_secs(2);
/// Time for a last request of connections that are open when the port closes.
pub const GRACE: Duration = Duration::from_millis(500);
/// Time for requests under way after the port closed.
pub const DRAIN_TIMEOUT: Duration = Duration::from_secs(30);
/// Time for a client to hang up after the server did, so that it reads its answer in place of a
/// reset.
#[cfg(feature = "http")]
pub(crate) const LINGER: Duration = Duration::from_secs(1);
/// Events that [`EventBuffer`](crate::recommend::EventBuffer) keeps: about 8 MB for lists of ten.
pub const EVENTS_KEPT: usize = 10_000;
/// Time a writer of the registry's folder waits for another.
pub const LOCK_TIMEOUT: Duration = Duration::from_secs(10);
/// Answers of a rollout that wait for their outcome, about 5 MB.
pub const WAITING_ANSWERS: usize = 100_000;
/// Users of a rollout, both arms together, that are told apart, about 5 MB. Its tests by user are
/// over the first so many users of a stage; requests of further ones are counted by request alone,
/// which keeps the level and costs power.
pub const COUNTED_USERS: usize = 100_000;
