//! The service over HTTP.
//!
//! | route | answer |
//! |---|---|
//! | `POST /api/v1/recommendations` | the recommendation API; body [`Request`], answer [`Response`] |
//! | `GET /health/live` | 200 while the process runs |
//! | `GET /health/ready` | 200 when a model is loaded and the server is not draining, 503 otherwise |
//! | `GET /metrics` | counters, latencies, the version that answers, in the OpenMetrics text format |
//!
//! Answers carry `x-request-id` (join outcomes with it), `x-answered-by` (the rung), and `x-note`
//! for each thing ignored in the request. Every error is `{"error": {"code", "message", "field"}}`:
//!
//! | status | code | when |
//! |---|---|---|
//! | 400 | `malformed_json`, `bad_body`, `bad_request` | the body is not JSON, or broke off; no HTTP/1.1 |
//! | 404, 405 | `not_found`, `method_not_allowed` | no such route, or not with this method (see `Allow`) |
//! | 408 | `request_timeout` | the body did not arrive in time |
//! | 413 | `body_too_large` | more than the limit, 64 KiB unless set |
//! | 414 | `uri_too_long` | the request line is longer than the limit of a head, 64 KiB unless set |
//! | 415 | `unsupported_media_type` | the content type is not JSON |
//! | 422 | `invalid_field` | a field has the wrong type or value; `field` is its path |
//! | 431 | `headers_too_large` | the headers are longer than the limit of a head, or more than 100 |
//! | 500 | `internal`, `panic` | a fault of the service |
//! | 503 | `overloaded`, `timeout`, `not_ready`, `draining`, `no_answer` | try again later; with `Retry-After` |
//!
//! Clients that are too slow with a head, with taking an answer, or with their next request are
//! closed without one, and so is the client that has kept a connection waiting longest when there
//! are too many; `http_connections_closed` counts them by cause. All limits are in
//! [`limits`](crate::limits).
//!
//! [`Request`]: crate::recommend::Request
//! [`Response`]: crate::recommend::Response

mod accept;
mod api;
mod body;
mod connection;
mod connections;
mod error_reply;
mod limits;
mod metrics;
mod server;
mod stream;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod tests_limits;
#[cfg(test)]
mod tests_parts;
#[cfg(test)]
mod tests_routes;
#[cfg(test)]
mod tests_seen;
mod work;

pub use server::{Listening, Server, bind, shutdown_signal};
