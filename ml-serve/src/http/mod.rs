//! The service over HTTP.
//!
//! | route | answer |
//! |---|---|
//! | `POST /api/v1/recommendations` | the recommendation API; body and answer as [`Request`](crate::recommend::Request) and [`Response`](crate::recommend::Response) |
//! | `GET /health/live` | 200 while the process runs |
//! | `GET /health/ready` | 200 when a model is loaded and the server is not draining, 503 otherwise |
//! | `GET /metrics` | counters, latencies, the version that answers, in the OpenMetrics text format |
//!
//! Answers carry `x-request-id` (join outcomes with it), `x-answered-by` (the rung), and `x-note` for each thing ignored in
//! the request. Every error is `{"error": {"code", "message", "field"}}`:
//!
//! | status | code | when |
//! |---|---|---|
//! | 400 | `malformed_json`, `bad_body` | the body is not JSON, or broke off |
//! | 404, 405 | `not_found`, `method_not_allowed` | no such route, or not with this method (see `Allow`) |
//! | 408 | `request_timeout` | the body did not arrive in time |
//! | 413 | `body_too_large` | more than the limit, 64 KiB unless set |
//! | 415 | `unsupported_media_type` | the content type is not JSON |
//! | 422 | `invalid_field` | a field has the wrong type or value; `field` is its path |
//! | 500 | `internal`, `panic` | a fault of the service |
//! | 503 | `overloaded`, `timeout`, `not_ready`, `no_answer` | try again later; with `Retry-After` |

mod api;
mod body;
mod metrics;
mod reply;
mod server;
#[cfg(test)]
mod tests;

pub use server::{Listening, Server, bind, shutdown_signal};
